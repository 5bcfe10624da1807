"""Exam papers on the disk: encrypted with a key that is not in the database.

Who has the database and the files without the settings of the portal reads no paper. Each file is
bound to its exam: one that is laid in the place of another is refused.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.conf import settings

from paperwork import filing

FOLDER, SUFFIX = "papers", ".sealed"  # below MEDIA_ROOT
NONCE = 12  # bytes, at the start of each file


class SealBrokenError(Exception):
    """The file is not the one that was locked away for this exam, or its key is gone."""


def lock_away(content: bytes, exam: int) -> str:
    """Encrypt `content` for good; the name of its file below MEDIA_ROOT."""
    nonce = os.urandom(NONCE)
    sealed = nonce + AESGCM(_keys()[0]).encrypt(nonce, content, _of(exam))
    return filing.write(f"{FOLDER}/{os.urandom(1).hex()}", SUFFIX, sealed)


def take_out(name: str, exam: int) -> bytes:
    """What was locked away, also with a former key. Raises SealBrokenError."""
    try:
        sealed = Path(filing.path_of(name)).read_bytes()
    except (OSError, ValueError):
        raise SealBrokenError(name) from None
    for key in _keys():
        try:
            return AESGCM(key).decrypt(sealed[:NONCE], sealed[NONCE:], _of(exam))
        except InvalidTag:
            continue
    raise SealBrokenError(name)


def names(*, before: datetime) -> Iterator[str]:
    """The names of what was locked away before then, whether a row knows of it or not."""
    root = Path(settings.MEDIA_ROOT)
    for path in (root / FOLDER).rglob(f"*{SUFFIX}"):
        try:
            if path.stat().st_mtime < before.timestamp():
                yield str(path.relative_to(root))
        except FileNotFoundError:
            continue


def _of(exam: int) -> bytes:
    return f"exam {exam}".encode()


def _keys() -> list[bytes]:
    """The key now, then former ones."""
    secrets = [settings.EXAM_PAPER_KEY, settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS]
    return [
        hashlib.blake2b(
            b"exam papers", key=hashlib.sha256(secret.encode()).digest(), digest_size=32
        ).digest()
        for secret in secrets
        if secret
    ]
