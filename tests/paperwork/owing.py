"""One notice, owed."""

from __future__ import annotations

from typing import Any

from accounts.models import User
from paperwork.services.notices import Address, Link, owe_notice


def owe_a_notice(key: str, to: User | Address, **how: Any) -> None:
    """One notice of the kind `test`."""
    owe_notice("test", key, to, {}, link=Link("home"), **how)
