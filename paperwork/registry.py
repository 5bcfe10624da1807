"""The kinds of notices and documents that the apps owe: each says so in its `kinds.py`."""

from __future__ import annotations

from enum import StrEnum
from typing import NamedTuple

from django.utils.functional import Promise


class Twice(StrEnum):
    """What to do when nobody knows whether a mail has gone (SMTP cannot tell after a crash)."""

    RESEND = "resend"  # a second one does no harm; its Message-ID is the same
    HOLD = "hold"  # a second one would: the office sees it and decides


class NoticeKind(NamedTuple):
    """One kind of message. Its text is `templates/<template>.txt`: a subject, then paragraphs."""

    name: str
    label: str | Promise  # on the page where people choose what they want by mail
    template: str
    twice: Twice = Twice.RESEND
    always: bool = False  # goes by mail whatever its reader chose


class DocumentKind(NamedTuple):
    """One kind of PDF, made from `templates/<template>.html`."""

    name: str
    label: str | Promise
    template: str


NOTICES: dict[str, NoticeKind] = {}
DOCUMENTS: dict[str, DocumentKind] = {}


def register_notices(*kinds: NoticeKind) -> None:
    """Make the kinds known; a second one of the same name is a mistake in the code."""
    for kind in kinds:
        if NOTICES.setdefault(kind.name, kind) != kind:
            raise ValueError(f"two kinds of notice are called {kind.name}")


def register_documents(*kinds: DocumentKind) -> None:
    """Make the kinds known; a second one of the same name is a mistake in the code."""
    for kind in kinds:
        if DOCUMENTS.setdefault(kind.name, kind) != kind:
            raise ValueError(f"two kinds of document are called {kind.name}")
