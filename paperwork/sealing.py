"""Encrypting what lies in the database until it is used: links with a token in them."""

from __future__ import annotations

import base64
import hashlib

from cryptography.fernet import Fernet, MultiFernet
from django.conf import settings


def seal(text: str) -> str:
    """`text` encrypted with a key made of SECRET_KEY."""
    return _fernet().encrypt(text.encode()).decode()


def unseal(sealed: str) -> str:
    """What was sealed, also with a former key. Raises cryptography's InvalidToken."""
    return _fernet().decrypt(sealed).decode()


def _fernet() -> MultiFernet:
    keys = [settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS]
    return MultiFernet(Fernet(_derived(key)) for key in keys)


def _derived(key: str) -> bytes:
    secret = hashlib.sha256(key.encode()).digest()
    return base64.urlsafe_b64encode(
        hashlib.blake2b(b"notices", key=secret, digest_size=32).digest()
    )
