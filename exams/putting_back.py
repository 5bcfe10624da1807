"""Undo in the planner: where an exam that was just moved stood before."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import NamedTuple
from urllib.parse import urlencode

from django.urls import reverse
from django.utils import timezone
from django.utils.dateparse import parse_datetime

from exams.models import Room, Sitting
from exams.moments import in_words, leiden, on_clock


class PutBack(NamedTuple):
    """The move that takes a move back: said in words, and as the form of a move sends it."""

    row: Sitting
    room: Room
    at: str
    fields: dict[str, str]


def address(row: Sitting, moved_from: tuple[int, datetime] | None = None) -> str:
    """Of the planner, at `row`; `moved_from`: the room and moment that it had before a move."""
    asked: dict[str, object] = {"day": timezone.localdate(row.starts_at).isoformat()}
    if moved_from and moved_from != (row.room_id, row.starts_at):
        room, at = moved_from
        asked |= {"moved": row.pk, "seen": row.version, "from": at.isoformat(), "room": room}
    return f"{reverse('planner:plan')}?{urlencode(asked)}#s{row.pk}"


def offered(
    asked: Mapping[str, str], rows: Iterable[Sitting], rooms: Mapping[int, Room]
) -> PutBack | None:
    """How to take back the move that the address tells of; None once anything else happened to it.

    The address is only believed as far as a planner could move the exam there by hand, and the
    button says where to. What stands in the way by then is said when it is pressed.
    """
    row = next((one for one in rows if str(one.pk) == asked.get("moved")), None)
    room = next((one for pk, one in rooms.items() if str(pk) == asked.get("room")), None)
    if row is None or room is None or str(row.version) != asked.get("seen"):
        return None
    try:
        at = parse_datetime(asked.get("from", ""))
    except ValueError:
        return None
    if at is None or not timezone.is_aware(at):
        return None
    day, clock, which = on_clock(at, leiden())
    fields = {
        "day": day.isoformat(),
        "at": f"{clock:%H:%M}",
        "which": which,
        "room": str(room.pk),
        "seen": str(row.version),
    }
    return PutBack(row, room, in_words(at, leiden()), fields)
