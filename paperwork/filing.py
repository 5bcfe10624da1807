"""Files that the portal keeps, under names that say nothing, in a folder that no address serves."""

from __future__ import annotations

import os
import uuid
from pathlib import Path

from django.conf import settings


def write(folder: str, suffix: str, content: bytes) -> str:
    """Write `content` for good and return its name below MEDIA_ROOT.

    When this returns, the bytes and the name are on the disk.
    """
    name = f"{folder}/{uuid.uuid4().hex}{suffix}"
    path = path_of(name)
    path.parent.mkdir(parents=True, exist_ok=True)
    flags = os.O_CREAT | os.O_EXCL | os.O_WRONLY
    with os.fdopen(os.open(path, flags, settings.FILE_UPLOAD_PERMISSIONS), "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    directory = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(directory)
    finally:
        os.close(directory)
    return name


def path_of(name: str) -> Path:
    """Where the file called `name` lies."""
    return Path(settings.MEDIA_ROOT) / name


def remove(name: str) -> None:
    """Take the file away; one that is gone already is no mistake."""
    path_of(name).unlink(missing_ok=True)
