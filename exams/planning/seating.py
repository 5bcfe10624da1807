"""From the numbers of a solution to names: who sits where, and who invigilates."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from exams.planning.instance import Pinned
from exams.planning.model import ExamPart, Model, Task, pin_minutes
from exams.planning.plan import Sitting

type Value = Callable[[Any], int]  # of a variable, in the solution
# The exam, and the pinned sitting or how long its sittings last.
type Work = tuple[int, Pinned | int]


def sittings_of(model: Model, value: Value) -> tuple[Sitting, ...]:
    """The sittings of the solution in which variables have their `value`."""
    people = _people(model, value)
    found = []
    for pin in model.kept:
        exam = model.instance.exam_by_id[pin.exam]
        found.append(
            Sitting(
                exam=pin.exam,
                room=pin.room,
                start=pin.start,
                end=pin.start + timedelta(minutes=pin_minutes(exam, pin)),
                students=pin.students,
                invigilators=frozenset(people[pin.exam, pin]),
            )
        )
    for part in model.parts.values():
        found += _of_exam(model, part, value, people)
    return tuple(sorted(found, key=lambda each: (each.start, each.exam, each.room)))


def _of_exam(
    model: Model, part: ExamPart, value: Value, people: dict[Work, list[int]]
) -> list[Sitting]:
    start = model.clock.moment(value(part.start))
    left = {need: list(students) for need, students in part.groups.items()}
    found = []
    for choice in part.choices:
        if not value(choice.taken):
            continue
        counts = (
            {choice.alone: 1}
            if choice.alone
            else {
                need: value(seats)
                for (room, need), seats in part.seats.items()
                if room == choice.room
            }
        )
        students = []
        for need, count in counts.items():
            students += left[need][:count]
            del left[need][:count]
        come = people[part.exam.id, choice.minutes]
        needed = model.instance.invigilators_for(len(students))
        found.append(
            Sitting(
                exam=part.exam.id,
                room=choice.room,
                start=start,
                end=_end(part, students, start),
                students=frozenset(students),
                invigilators=frozenset(come[:needed]),
            )
        )
        del come[:needed]
    return found


def _end(part: ExamPart, students: list[int], start: datetime) -> datetime:
    """When the last of `students` is ready."""
    candidates = part.exam.by_student
    extra = max((candidates[each].extra_minutes for each in students), default=0)
    return start + timedelta(minutes=part.exam.minutes + extra)


def _people(model: Model, value: Value) -> defaultdict[Work, list[int]]:
    """The invigilators for each work.

    Of a class so many are at work at once as it has people, at most. So taking up the work in order
    of its start, there is always somebody who is free again.
    """
    by_class: defaultdict[int, list[tuple[int, Task]]] = defaultdict(list)
    for task in model.tasks:
        if value(task.count):
            start = value(model.parts[task.exam].start)
            if task.pin is not None:
                start = model.clock.minute(task.pin.start)
            by_class[task.who].append((start, task))
    found: defaultdict[Work, list[int]] = defaultdict(list)
    for number, tasks in by_class.items():
        free_from = dict.fromkeys(sorted(model.classes[number][2]), 0)
        for start, task in sorted(tasks, key=lambda each: each[0]):
            free = [person for person, since in free_from.items() if since <= start]
            chosen = free[: value(task.count)]
            found[task.exam, task.pin or task.minutes] += chosen
            free_from.update(dict.fromkeys(chosen, start + task.minutes))
    return found


def begin_from(model: Model, sittings: tuple[Sitting, ...]) -> None:
    """Let the next search in `model` begin from `sittings`."""
    hint = model.cp.add_hint
    model.cp.clear_hints()  # type: ignore[no-untyped-call]
    for number, part in model.parts.items():
        own = {each.room: each for each in sittings if each.exam == number}
        if not own:
            hint(part.planned, 0)
            continue
        start = min(each.start for each in own.values())
        hint(part.start, model.clock.minute(start))
        hint(part.planned, 1)
        for choice in part.choices:
            sitting = own.get(choice.room)
            fits = sitting is not None and sitting.span.minutes == choice.minutes
            if fits and sitting is not None:
                needs = {part.need[student] for student in sitting.students}
                fits = choice.alone in needs if choice.alone else not any(n.alone for n in needs)
            hint(choice.taken, int(fits))
        for (room, need), seats in part.seats.items():
            students = own[room].students if room in own else ()
            hint(seats, sum(part.need.get(student) == need for student in students))
    classes = [set(people) for _, _, people in model.classes]
    come: defaultdict[tuple[int, int, int | None], set[int]] = defaultdict(set)
    pins = {(pin.exam, pin.room) for pin in model.kept}
    for each in sittings:
        pinned = each.room if (each.exam, each.room) in pins else None
        come[each.exam, each.span.minutes, pinned] |= each.invigilators
    for task in model.tasks:
        who = come[task.exam, task.minutes, task.pin.room if task.pin else None]
        hint(task.count, len(who & classes[task.who]))
