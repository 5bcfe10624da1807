"""Files that the portal keeps, under names that say nothing, in a folder that no address serves."""

from __future__ import annotations

import os
import shutil
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
    for directory in (path.parent, path.parent.parent):  # the folder may be new too
        _sync(directory)
    return name


def path_of(name: str) -> Path:
    """Where the file called `name` lies. Raises ValueError for a name that leads elsewhere."""
    root = Path(settings.MEDIA_ROOT)
    if not name or not (root / name).resolve().is_relative_to(root.resolve()):
        raise ValueError(f"not below MEDIA_ROOT: {name!r}")
    return root / name


def pictures_of(path: Path) -> Path:
    """The folder beside a file in which pictures of its pages are kept."""
    return path.with_suffix(".pages")


def remove(name: str) -> None:
    """Take the file away, and pictures of its pages; what is gone already is no mistake."""
    path = path_of(name)
    path.unlink(missing_ok=True)
    shutil.rmtree(pictures_of(path), ignore_errors=True)


def _sync(directory: Path) -> None:
    handle = os.open(directory, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
