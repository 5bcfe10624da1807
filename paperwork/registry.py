"""The kinds of notices, documents, files and events that the apps have.

Each app says so in its `kinds.py`, and its events in `happenings.py`.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from enum import StrEnum
from typing import NamedTuple

from django.utils.functional import Promise


class Twice(StrEnum):
    """What to do when nobody knows whether a mail has gone (SMTP cannot tell after a crash)."""

    RESEND = "resend"  # a second one does no harm; its Message-ID is the same
    HOLD = "hold"  # a second one would: the office sees it and decides


class NoticeKind(NamedTuple):
    """One kind of message. Its text is `templates/<template>.txt`: a subject, then paragraphs.

    Plain text, nothing is escaped: `paperwork/text.py` says which lines become a list or a route.
    """

    name: str
    label: str | Promise  # on the page where people choose what they want by mail
    template: str
    twice: Twice = Twice.RESEND
    always: bool = False  # goes by mail whatever its reader chose
    roles: tuple[str, ...] = ()  # who can get it; none named: everybody with an account
    outside: bool = False  # goes to people without an account, who have no choices
    # Worth nothing afterwards: it goes within this time or not at all, and no row of it stays.
    fleeting: timedelta | None = None
    mail_only: bool = False  # not shown among the notices: it repeats what stands there
    why: str | Promise = ""  # the mail's last lines: why its reader gets it


class DocumentKind(NamedTuple):
    """One kind of PDF, made from `templates/<template>.html`."""

    name: str
    label: str | Promise
    template: str


class FileKind(NamedTuple):
    """What people give us files for: the `purpose` of an Attachment."""

    name: str
    label: str | Promise  # on the page of one's own files
    waits_for: timedelta = timedelta(hours=24)  # for what it is for, before it is swept away


NOTICES: dict[str, NoticeKind] = {}
DOCUMENTS: dict[str, DocumentKind] = {}
FILES: dict[str, FileKind] = {}
# What can happen, in words that follow a name ("sent the application"): by the kind of thing, such
# as "enrolments.enrolment", then by the action.
EVENTS: dict[str, dict[str, str | Promise]] = {}


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


def register_events(kind: str, words: Mapping[str, str | Promise]) -> None:
    """Make known what can happen to things of that kind; no other event is written."""
    EVENTS.setdefault(kind, {}).update(words)


def happened(kind: str, action: str) -> str:
    """An action in words; its bare name when it is no longer known."""
    return str(EVENTS.get(kind, {}).get(action, action))


def kinds_for(roles: frozenset[str]) -> list[NoticeKind]:
    """The kinds that somebody with `roles` can get and see, by their labels."""
    return sorted(
        (
            kind
            for kind in NOTICES.values()
            if not (kind.outside or kind.mail_only)
            and (not kind.roles or not roles.isdisjoint(kind.roles))
        ),
        key=lambda kind: str(kind.label),
    )


def mail_only() -> list[str]:
    """The names of the kinds that do not stand among the notices."""
    return [kind.name for kind in NOTICES.values() if kind.mail_only]


def register_files(*kinds: FileKind) -> None:
    """Make the kinds known; a second one of the same name is a mistake in the code."""
    for kind in kinds:
        if FILES.setdefault(kind.name, kind) != kind:
            raise ValueError(f"two kinds of file are called {kind.name}")
