"""Small instances for the tests of planning, on a Monday that is far from a change of clocks."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from exams.planning import Candidate, Exam, Instance, Invigilator, Room, Sitting, Span

LEIDEN = ZoneInfo("Europe/Amsterdam")
MONDAY = date(2027, 1, 18)


def at(hour: float, day: int = 0) -> datetime:
    """The moment of `hour` on the clock in Leiden, `day` days after the Monday."""
    midnight = datetime.combine(MONDAY + timedelta(days=day), datetime.min.time(), LEIDEN)
    return (midnight + timedelta(hours=hour)).astimezone(UTC)


def span(start: float, end: float, day: int = 0) -> Span:
    return Span(at(start, day), at(end, day))


def exam(number: int, students: Iterable[int | Candidate], **more: Any) -> Exam:
    candidates = tuple(
        each if isinstance(each, Candidate) else Candidate(student=each) for each in students
    )
    return Exam(**{"id": number, "minutes": 120, "candidates": candidates, **more})


def room(number: int, places: int = 10, **more: Any) -> Room:
    return Room(**{"id": number, "places": places, "open": (span(9, 17),), **more})


def invigilator(number: int, *languages: str, free: tuple[Span, ...] | None = None) -> Invigilator:
    return Invigilator(
        id=number,
        languages=frozenset(languages or ("en", "nl")),
        free=free or (span(8, 22), span(8, 22, 1)),
    )


def instance(exams: list[Exam], rooms: list[Room], **more: Any) -> Instance:
    """An instance with three invigilators, in which exams start each half hour of the Monday."""
    return Instance(
        **{
            "exams": tuple(exams),
            "rooms": tuple(rooms),
            "invigilators": tuple(invigilator(100 + each) for each in range(3)),
            "starts": tuple(at(9 + half / 2) for half in range(16)),
            **more,
        }
    )


def sitting(
    number: int, room: int, start: float, end: float, students: Iterable[int], *people: int
) -> Sitting:
    return Sitting(
        exam=number,
        room=room,
        start=at(start),
        end=at(end),
        students=frozenset(students),
        invigilators=frozenset(people),
    )
