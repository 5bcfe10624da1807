"""What came out of the portal, beside its own rows: what the books are compared with."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any


@dataclass
class Evidence:
    """Mails as they arrived, what stands in uSis, and what happened to the workers."""

    mails: Counter[str]  # how often the mail server took each Message-ID
    usis: dict[str, dict[str, Any]] = field(default_factory=dict)  # what was entered, by reference
    kills: int = 0  # of workers: each may have cost what it had in its hands
    logs: dict[str, str] = field(default_factory=dict)


type Book = Callable[[Evidence], list[str]]  # what does not balance, a line each
