"""The book of seats: who and what is where, and when."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable
from itertools import pairwise
from typing import Any

from django.db.models import Count, Q

from bench.semester.evidence import Evidence
from exams.models import Duty, Seat, Sitting


def seats(_evidence: Evidence) -> list[str]:
    """No student, room or invigilator is in two places; no seat is given twice or to who left."""
    wrong = []
    standing = Seat.objects.filter(is_cancelled=False)
    rows: Iterable[tuple[Any, ...]] = standing.values_list("student", "starts_at", "ends_at", "pk")
    wrong += _overlapping("student", rows)
    held = Sitting.objects.exclude(state="cancelled")
    wrong += _overlapping("room", held.values_list("room", "starts_at", "ends_at", "pk"))
    duties = Duty.objects.filter(is_cancelled=False)
    wrong += _overlapping(
        "invigilator", duties.values_list("invigilator", "starts_at", "ends_at", "pk")
    )
    numbers = Counter(standing.values_list("sitting", "number"))
    wrong += [f"seat {one} is given {many} times" for one, many in numbers.items() if many > 1]
    gone = standing.exclude(enrolment__state__in=["enrolled", "finished"])
    gone = gone.exclude(sitting__state="closed")
    wrong += [f"seat {row.pk} is of somebody who left" for row in gone]
    for row in held.annotate(many=Count("seats", filter=Q(seats__is_cancelled=False))):
        if row.many > row.room.places:
            wrong.append(f"sitting {row.pk}: {row.many} students in {row.room.places} places")
    return wrong


def _overlapping(what: str, rows: Iterable[tuple[Any, ...]]) -> list[str]:
    of: dict[int, list[tuple[Any, ...]]] = defaultdict(list)
    for thing, start, end, pk in rows:
        of[thing].append((start, end, pk))
    return [
        f"{what} {thing} is in two places at {later[0]:%Y-%m-%d %H:%M}"
        for thing, spans in of.items()
        for earlier, later in pairwise(sorted(spans))
        if later[0] < earlier[1]
    ]
