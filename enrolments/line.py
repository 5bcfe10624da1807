"""The waiting list of an edition as a page shows and sends it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from enrolments import queue
from enrolments.models import Enrolment
from enrolments.models.enrolment import State
from paperwork.models import Event

if TYPE_CHECKING:
    from accounts.models import User
    from courses.models import Edition

MOST_CHANGES = 20  # of the order, the latest first


def order_of(edition: Edition) -> list[int]:
    """The keys of those that wait, first in line first."""
    line = Enrolment.objects.filter(edition=edition).in_line()
    return list(line.values_list("pk", flat=True))


def is_concerned(user: User, edition: Edition) -> bool:
    """Whether a case in `user`'s sight waits here."""
    return queue.on_desk(user).filter(edition=edition, state=State.WAITING).exists()


def wanted_order(order: list[int], sent: Mapping[str, str]) -> tuple[list[int], str]:
    """The order that a form asks for, and which case a button moved ("" when it was sent to keep).

    Fields `turn-<key>` hold the turn of each; a button `move` says `<key>:up` or `<key>:down`.
    Who got another turn comes before the one that has it when moving up, and after it when down.
    The cases are those that the form showed: `change_order` sees who came or went meanwhile.
    """
    shown = _keys(sent.get("order", "")) or list(order)
    place = {pk: number for number, pk in enumerate(shown, 1)}

    def key(pk: int) -> tuple[int, int]:
        now = place[pk]
        typed = sent.get(f"turn-{pk}", "").strip()
        wanted = int(typed) if typed.isascii() and typed.isdigit() and len(typed) < 6 else now
        return wanted, (wanted > now) - (wanted < now)

    asked = sorted(place, key=key)
    moved, _colon, way = sent.get("move", "").partition(":")
    if not (moved.isascii() and moved.isdigit() and int(moved) in asked):
        return asked, ""
    at = asked.index(int(moved))
    to = at - 1 if way == "up" else at + 1
    if 0 <= to < len(asked):
        asked[at], asked[to] = asked[to], asked[at]
    return asked, moved


def _keys(text: str) -> list[int]:
    parts = text.split(",")[:5000]
    return [int(part) for part in parts if part.isascii() and part.isdigit() and len(part) < 19]


def changes_of(edition: Edition) -> list[Event]:
    """Who changed the order, when and why: one event for each move, the latest first."""
    cases = Enrolment.objects.filter(edition=edition).values("pk")
    kind = Enrolment._meta.label_lower
    moves = Event.objects.filter(subject_kind=kind, subject_id__in=cases, action="reorder")
    return list(moves.order_by("-at", "-pk").select_related("actor")[:MOST_CHANGES])
