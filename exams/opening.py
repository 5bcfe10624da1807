"""How long rooms are open: whether an exam fits into any of them, and what is in its way."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, NamedTuple

from exams.models import Room, RoomHours
from exams.moments import leiden, resolve

if TYPE_CHECKING:
    from exams.models import Exam


class Open(NamedTuple):
    """A room of `kinds` is open on `weekday` from `opens` until `closes`, Leiden's clock."""

    kinds: frozenset[str]
    weekday: int
    hours: RoomHours

    @property
    def minutes(self) -> int:
        """For how long."""
        opens, closes = self.hours.opens, self.hours.closes
        return (closes.hour - opens.hour) * 60 + closes.minute - opens.minute


def openings() -> list[Open]:
    """When each room in use is open. One query."""
    rows = RoomHours.objects.filter(room__in=Room.objects.in_use()).select_related("room")
    return [Open(row.room.kinds, row.weekday, row) for row in rows]


def longest(kind: str, known: Iterable[Open]) -> int | None:
    """The most minutes that a room for `kind` is open on one day; None when there is none."""
    return max((one.minutes for one in known if kind in one.kinds), default=None)


def is_open(hours: RoomHours, starts_at: datetime, ends_at: datetime) -> bool:
    """Whether a room with these hours is open all the time between the two moments."""
    day = starts_at.astimezone(leiden()).date()
    if day.weekday() != hours.weekday:
        return False
    # Rooms open and close by day, when clocks do not change.
    opens = resolve(day, hours.opens, leiden(), "first")
    closes = resolve(day, hours.closes, leiden(), "second")
    return opens <= starts_at and ends_at <= closes


def fits_somewhere(exam: Exam, known: Iterable[Open]) -> bool:
    """Whether a room for its kind is open at the exam's moment, or at some time in its window."""
    rooms = [one for one in known if exam.kind in one.kinds]
    if exam.starts_at is not None:
        ends_at = exam.starts_at + timedelta(minutes=exam.minutes)
        return any(is_open(one.hours, exam.starts_at, ends_at) for one in rooms)
    return any(one.minutes >= exam.minutes for one in rooms)
