"""The texts of messages as the office reads them: what holds, and what held before."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, NamedTuple

from paperwork import hints
from paperwork.models import SettingVersion
from paperwork.registry import NOTICES, NoticeKind
from paperwork.wordings import Message, messages, name_of

if TYPE_CHECKING:
    from vx_portal.http import Person

type Forms = dict[str, list[str]]

LANGUAGES = ("nl", "en")


class Row(NamedTuple):
    """A kind of message, and how many of its texts are the office's own."""

    kind: NoticeKind
    texts: int
    own: int


def kinds(user: Person) -> list[Row]:
    """All kinds of messages, and the hints, by their labels. One query."""
    own = _own(user)
    found = []
    for kind in (*NOTICES.values(), hints.KIND):
        names = [name_of(kind.name, one) for one in of(kind.name)]
        found.append(Row(kind, len(names), sum(name in own for name in names)))
    return sorted((row for row in found if row.texts), key=lambda row: str(row.kind.label).lower())


def of(kind: str) -> list[Message]:
    """The texts of the messages of `kind`, or the hints of forms."""
    return hints.hints() if kind == hints.KIND.name else messages(kind)


def _own(user: Person) -> dict[str, SettingVersion]:
    rows = SettingVersion.objects.visible_to(user).newest()
    return {row.name: row for row in rows.filter(name__startswith="text.", value__isnull=False)}


class Line(NamedTuple):
    """One text of a message, as it is now."""

    message: Message
    forms: Forms
    version: SettingVersion | None  # None: as it comes


def lines(kind: str, user: Person) -> list[Line]:
    """The texts of `kind` in their order. One query."""
    own = _own(user)
    found = []
    for one in of(kind):
        version = own.get(name_of(kind, one))
        found.append(Line(one, forms_of(one, version), version))
    return found


def as_it_comes(message: Message) -> Forms:
    """The text until the office words it otherwise."""
    return {language: list(message.said(language)) for language in LANGUAGES}


def forms_of(message: Message, row: SettingVersion | None) -> Forms:
    """The text by `row`, one of its versions, or by none."""
    return row.value if row and row.value is not None else as_it_comes(message)


def history(kind: str, message: Message, user: Person) -> list[SettingVersion]:
    """Every version of the text, the latest first. One query."""
    rows = SettingVersion.objects.visible_to(user).filter(name=name_of(kind, message))
    return list(rows)


class Past(NamedTuple):
    """One version, as people read it."""

    number: int
    forms: Forms
    is_default: bool
    by: str
    at: datetime
    why: str


def past(message: Message, rows: list[SettingVersion]) -> list[Past]:
    """`rows` in words."""
    return [
        Past(
            row.number,
            forms_of(message, row),
            row.value is None,
            row.by_name,
            row.at,
            row.why,
        )
        for row in rows
    ]
