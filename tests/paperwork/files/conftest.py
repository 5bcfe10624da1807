"""A folder of its own for each test's files, and an upload to give."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from tests.paperwork.files.samples import plain


@pytest.fixture(autouse=True)
def media(settings: Any, tmp_path: Path) -> Path:
    """Where this test's files lie."""
    settings.MEDIA_ROOT = tmp_path / "media"
    return tmp_path / "media"


def upload(content: bytes | None = None, name: str = "brief.pdf") -> SimpleUploadedFile:
    """A file as a form hands it over; a plain PDF unless said otherwise."""
    return SimpleUploadedFile(name, plain() if content is None else content)
