"""Every conflict of a plan, found by looking at it: nothing here is shared with the solver."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import replace
from itertools import pairwise

from exams.planning.conflicts import Conflict, ConflictKind, Facility
from exams.planning.instance import Candidate, Exam, Instance, Kind, joined, within
from exams.planning.plan import Plan, Sitting


def check(plan: Plan | Iterable[Sitting], instance: Instance) -> tuple[Conflict, ...]:
    """All conflicts of `plan`; none means that it can be published.

    An exam without any sitting is still to be planned: that is no conflict.
    """
    sittings = sorted(
        plan.sittings if isinstance(plan, Plan) else plan,
        key=lambda each: (each.start, each.exam, each.room),
    )
    found = [c for each in sittings for c in _alone(each, instance)]
    found += _rooms_twice(sittings)
    found += _invigilators_twice(sittings)
    found += _students_twice(sittings, instance)
    found += _exams_whole(sittings, instance)
    return tuple(found)


def _alone(sitting: Sitting, instance: Instance) -> Iterator[Conflict]:
    """What is wrong with a sitting whatever the others are."""
    exam, room = instance.exam_by_id[sitting.exam], instance.room_by_id[sitting.room]
    people = [exam.by_student[student] for student in sorted(sitting.students)]

    def conflict(kind: ConflictKind, students: Iterable[int] = ()) -> Conflict:
        return Conflict(kind=kind, exam=exam.id, room=room.id, students=tuple(students))

    places = room.places
    if exam.kind is Kind.COMPUTERS:
        places = min(places, room.computers)
    if len(people) > places:
        full = conflict(ConflictKind.TOO_FULL)
        yield replace(full, needed=len(people), available=places)
    if not within(sitting.span, joined(room.open)):
        yield conflict(ConflictKind.ROOM_CLOSED)
    if sitting.end < exam.regular(sitting.start).end:
        yield conflict(ConflictKind.TOO_SHORT)
    if people and sitting.end > max(exam.time_of(each, sitting.start).end for each in people):
        yield conflict(ConflictKind.TOO_LONG)
    if not _in_window(exam, sitting):
        yield conflict(ConflictKind.OUTSIDE_WINDOW)
    if _too_late(sitting, instance):
        yield conflict(ConflictKind.TOO_LATE_FOR_NOTICE)
    away = [
        each.student
        for each in people
        for span in instance.busy.get(each.student, ())
        if span.meets(exam.time_of(each, sitting.start))
    ]
    if away:
        own = conflict(ConflictKind.OWN_EXAM_WEEK, dict.fromkeys(away))
        yield replace(own, start=sitting.start)
    yield from _facilities(sitting, exam, instance, people)
    yield from _invigilation(sitting, exam, instance)


def _in_window(exam: Exam, sitting: Sitting) -> bool:
    if exam.start is not None:
        return sitting.start == exam.start
    return not exam.windows or within(exam.regular(sitting.start), joined(exam.windows))


def _too_late(sitting: Sitting, instance: Instance) -> bool:
    """Whether it begins too soon for those who do not know yet."""
    if instance.earliest is None or sitting.start >= instance.earliest:
        return False
    told = {
        student
        for each in instance.published
        if (each.exam, each.room, each.start) == (sitting.exam, sitting.room, sitting.start)
        for student in each.students
    }
    return not told or not sitting.students <= told


def _facilities(
    sitting: Sitting, exam: Exam, instance: Instance, people: list[Candidate]
) -> Iterator[Conflict]:
    room = instance.room_by_id[sitting.room]
    lacking = {
        Facility.EXTRA_TIME: [
            each
            for each in people
            if each.extra_minutes and exam.time_of(each, sitting.start).end > sitting.end
        ],
        Facility.OWN_ROOM: [each for each in people if exam.alone(each) and len(people) > 1],
        Facility.WHEELCHAIR: [each for each in people if each.wheelchair and not room.wheelchair],
    }
    at_computer = [each for each in people if exam.at_computer(each)]
    if exam.kind is not Kind.COMPUTERS and len(at_computer) > room.computers:
        lacking[Facility.COMPUTER] = at_computer
    for facility, concerned in lacking.items():
        if concerned:
            yield Conflict(
                kind=ConflictKind.FACILITY,
                exam=exam.id,
                room=room.id,
                students=tuple(each.student for each in concerned),
                facility=facility,
            )


def _invigilation(sitting: Sitting, exam: Exam, instance: Instance) -> Iterator[Conflict]:
    """Whether enough of its invigilators are free and speak the language."""
    unfit = []
    for number in sorted(sitting.invigilators):
        person = instance.invigilator_by_id[number]
        speaks = not exam.languages or exam.languages & person.languages
        if not speaks or not within(sitting.span, joined(person.free)):
            unfit.append(number)
    needed = instance.invigilators_for(len(sitting.students))
    fit = len(sitting.invigilators) - len(unfit)
    if unfit or fit < needed:
        yield Conflict(
            kind=ConflictKind.NO_INVIGILATOR,
            exam=exam.id,
            room=sitting.room,
            invigilators=tuple(unfit),
            needed=needed,
            available=fit,
        )


def _overlapping(sittings: list[Sitting]) -> Iterator[tuple[Sitting, Sitting]]:
    """Pairs of `sittings`, in order of their start, that overlap."""
    for number, first in enumerate(sittings):
        for second in sittings[number + 1 :]:
            if second.start >= first.end:
                break
            yield first, second


def _rooms_twice(sittings: list[Sitting]) -> Iterator[Conflict]:
    by_room: defaultdict[int, list[Sitting]] = defaultdict(list)
    for sitting in sittings:
        by_room[sitting.room].append(sitting)
    for room, own in by_room.items():
        for first, second in _overlapping(own):
            yield Conflict(
                kind=ConflictKind.ROOM_TWICE, exam=first.exam, other=second.exam, room=room
            )


def _invigilators_twice(sittings: list[Sitting]) -> Iterator[Conflict]:
    by_person: defaultdict[int, list[Sitting]] = defaultdict(list)
    for sitting in sittings:
        for person in sitting.invigilators:
            by_person[person].append(sitting)
    for person, own in sorted(by_person.items()):
        for first, second in _overlapping(own):
            yield Conflict(
                kind=ConflictKind.INVIGILATOR_TWICE,
                exam=first.exam,
                other=second.exam,
                room=second.room,
                invigilators=(person,),
            )


def _students_twice(sittings: list[Sitting], instance: Instance) -> Iterator[Conflict]:
    """Students whose own times overlap: the length of each exam and their own extra time."""
    by_student: defaultdict[int, list[Sitting]] = defaultdict(list)
    for sitting in sittings:
        for student in sitting.students:
            by_student[student].append(sitting)
    found: defaultdict[tuple[int, int], list[int]] = defaultdict(list)
    for student in sorted(student for student, own in by_student.items() if len(own) > 1):
        own_times = []
        for sitting in by_student[student]:
            exam = instance.exam_by_id[sitting.exam]
            own_times.append((exam.time_of(exam.by_student[student], sitting.start), exam.id))
        own_times.sort()
        for number, (span, exam_id) in enumerate(own_times):
            for later, other in own_times[number + 1 :]:
                if span.meets(later):
                    found[exam_id, other].append(student)
    for (exam_id, other), students in found.items():
        yield Conflict(
            kind=ConflictKind.STUDENT_TWICE, exam=exam_id, other=other, students=tuple(students)
        )


def _exams_whole(sittings: list[Sitting], instance: Instance) -> Iterator[Conflict]:
    """Whether each planned exam has everybody, at one instant, and in one room where it must."""
    by_exam: defaultdict[int, list[Sitting]] = defaultdict(list)
    for sitting in sittings:
        by_exam[sitting.exam].append(sitting)
    for number, own in sorted(by_exam.items()):
        exam = instance.exam_by_id[number]
        if any(a.start != b.start for a, b in pairwise(own)):
            yield Conflict(kind=ConflictKind.DIFFERENT_STARTS, exam=number)
        seated = {student for each in own for student in each.students}
        missing = tuple(sorted(exam.by_student.keys() - seated))
        if missing:
            yield Conflict(kind=ConflictKind.NOT_SEATED, exam=number, students=missing)
        shared = [
            each
            for each in own
            if any(not exam.alone(exam.by_student[student]) for student in each.students)
        ]
        if len(shared) > 1 and not exam.may_split:
            yield Conflict(kind=ConflictKind.SPLIT, exam=number, needed=1, available=len(shared))
