"""Each rule relaxed, step by step: the same exams, with a little more allowed."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from exams.planning.clock import Clock, possible_starts
from exams.planning.instance import Exam, Instance, Invigilator, Kind, Room, Span
from exams.planning.plan import Rule

MOST_MORE = 6  # rooms or invigilators that are tried
LONGER = (30, 60, 120, 240, 1440)  # minutes that rooms are open longer, before and after
HITS = (1, 2, 4, 8, 10**6)  # students whose own exams are disregarded
MANY = 10**4  # places
ALWAYS = Span(datetime(2000, 1, 1, tzinfo=UTC), datetime(2200, 1, 1, tzinfo=UTC))

# What those who plan can arrange comes before what they must ask of students and of hosts.
RELAXED = (
    Rule.SPLITTING,
    Rule.ROOM_HOURS,
    Rule.INVIGILATORS,
    Rule.WHEELCHAIR,
    Rule.COMPUTERS,
    Rule.PLACES,
    Rule.ROOMS,
    Rule.OWN_EXAM_WEEK,
    Rule.STUDENT_TWICE,
    Rule.NOTICE,
    Rule.WINDOW,
)


def steps(instance: Instance, rule: Rule) -> Iterator[Instance]:
    """`instance` with `rule` relaxed more and more; nothing where that can change nothing.

    Of WINDOW each step is another exam. STUDENT_TWICE is for the model to disregard.
    """
    people = [(exam, each) for exam in instance.exams for each in exam.candidates]
    match rule:
        case Rule.SPLITTING if not all(exam.may_split for exam in instance.exams):
            yield _exams(instance, may_split=True)
        case Rule.ROOM_HOURS:
            yield from (_longer(instance, extra) for extra in LONGER)
        case Rule.INVIGILATORS:
            yield from (_more_people(instance, number + 1) for number in range(MOST_MORE))
        case Rule.WHEELCHAIR if any(each.wheelchair for _, each in people):
            yield _rooms(instance, wheelchair=True)
        case Rule.COMPUTERS if any(exam.at_computer(each) for exam, each in people):
            yield _rooms(instance, computers=MANY)
        case Rule.PLACES:
            yield replace(instance, rooms=_large(instance))
        case Rule.ROOMS if instance.rooms:
            yield from (_more_rooms(instance, number + 1) for number in range(MOST_MORE))
        case Rule.OWN_EXAM_WEEK if any(each.student in instance.busy for _, each in people):
            yield from (_disregard(instance, hits) for hits in HITS)
        case Rule.STUDENT_TWICE if len({each.student for _, each in people}) < len(people):
            yield instance
        case Rule.NOTICE if instance.earliest is not None:
            yield replace(instance, earliest=None)
        case Rule.WINDOW:
            for exam in instance.exams:
                if exam.start is not None or exam.windows:
                    yield _exams(instance, only=exam.id, start=None, windows=())


def _exams(instance: Instance, only: int | None = None, **more: object) -> Instance:
    return replace(
        instance,
        exams=tuple(
            replace(exam, **more) if only in (None, exam.id) else exam  # type: ignore[arg-type]
            for exam in instance.exams
        ),
    )


def _rooms(instance: Instance, **more: object) -> Instance:
    rooms = tuple(replace(room, **more) for room in instance.rooms)  # type: ignore[arg-type]
    return replace(instance, rooms=rooms)


def _large(instance: Instance) -> tuple[Room, ...]:
    """The rooms with as many places as are wanted, and computers where they have any."""
    return tuple(
        replace(room, places=MANY, computers=MANY if room.computers else 0)
        for room in instance.rooms
    )


def _longer(instance: Instance, extra: int) -> Instance:
    more = timedelta(minutes=extra)
    return replace(
        instance,
        rooms=tuple(
            replace(
                room, open=tuple(Span(each.start - more, each.end + more) for each in room.open)
            )
            for room in instance.rooms
        ),
    )


def _more_people(instance: Instance, number: int) -> Instance:
    spoken = frozenset().union(*(exam.languages for exam in instance.exams))
    more = (Invigilator(id=-each - 1, languages=spoken, free=(ALWAYS,)) for each in range(number))
    return replace(instance, invigilators=(*instance.invigilators, *more))


def _more_rooms(instance: Instance, number: int) -> Instance:
    """More rooms such as the largest, for everybody, and open when any room is."""
    places = max(room.places for room in instance.rooms)
    computers = max(room.computers for room in instance.rooms)
    if any(exam.kind is Kind.COMPUTERS for exam in instance.exams):
        computers = max(computers, places)
    spans = tuple(span for room in instance.rooms for span in room.open)
    more = (
        Room(id=-each - 1, places=places, open=spans, wheelchair=True, computers=computers)
        for each in range(number)
    )
    return replace(instance, rooms=(*instance.rooms, *more))


def _disregard(instance: Instance, hits: int) -> Instance:
    """Nobody's own exams count, but only starts are allowed that meet those of so few students."""
    free = replace(instance, busy={})
    clock = Clock(free)
    allowed = {exam.id: _few(exam, instance, free, clock, hits) for exam in instance.exams}
    return replace(
        free,
        exams=tuple(
            replace(exam, start=None, windows=tuple(map(exam.regular, allowed[exam.id])))
            for exam in instance.exams
        ),
        starts=tuple(sorted({start for starts in allowed.values() for start in starts})),
    )


def _few(exam: Exam, instance: Instance, free: Instance, clock: Clock, hits: int) -> list[datetime]:
    """The starts of `exam` that meet something of at most so many students (and one, if none)."""
    starts = [clock.moment(minute) for minute in possible_starts(exam, free, clock)]
    hit = dict.fromkeys(starts, 0)
    for candidate in exam.candidates:
        own = instance.busy.get(candidate.student, ())
        for start in starts if own else ():
            time = exam.time_of(candidate, start)
            hit[start] += any(span.meets(time) for span in own)
    least = min(hit.values(), default=0)
    return [start for start in starts if hit[start] <= max(hits, least)]
