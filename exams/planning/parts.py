"""Planning some exams around those that have their sittings: small instances, solved exactly."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import replace

from exams.planning.instance import Instance, Span, joined
from exams.planning.plan import Sitting


def around(instance: Instance, exams: Collection[int], placed: Iterable[Sitting]) -> Instance:
    """`instance` with these `exams` only; what is `placed` for others has its rooms and people."""
    rooms: defaultdict[int, list[Span]] = defaultdict(list)
    people: defaultdict[int, list[Span]] = defaultdict(list)
    busy: defaultdict[int, list[Span]] = defaultdict(list)
    for sitting in placed:
        rooms[sitting.room].append(sitting.span)
        for person in sitting.invigilators:
            people[person].append(sitting.span)
        exam = instance.exam_by_id[sitting.exam]
        for student in sitting.students:
            busy[student].append(exam.time_of(exam.by_student[student], sitting.start))
    ours = frozenset(exams)
    concerned = {s for exam in ours for s in instance.exam_by_id[exam].by_student}
    return replace(
        instance,
        exams=tuple(exam for exam in instance.exams if exam.id in ours),
        pinned=tuple(each for each in instance.pinned if each.exam in ours),
        published=tuple(each for each in instance.published if each.exam in ours),
        rooms=tuple(
            replace(room, open=minus(room.open, rooms[room.id])) if room.id in rooms else room
            for room in instance.rooms
        ),
        invigilators=tuple(
            replace(each, free=minus(each.free, people[each.id])) if each.id in people else each
            for each in instance.invigilators
        ),
        busy={
            student: (*instance.busy.get(student, ()), *busy.get(student, ()))
            for student in concerned
            if student in busy or student in instance.busy
        },
    )


def minus(spans: tuple[Span, ...], taken: Iterable[Span]) -> tuple[Span, ...]:
    """What is left of `spans` without the times that are `taken`."""
    left = list(joined(spans))
    for gone in taken:
        parts = []
        for span in left:
            if not span.meets(gone):
                parts.append(span)
                continue
            if span.start < gone.start:
                parts.append(Span(span.start, gone.start))
            if gone.end < span.end:
                parts.append(Span(gone.end, span.end))
        left = parts
    return tuple(left)
