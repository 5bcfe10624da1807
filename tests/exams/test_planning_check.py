"""The check that needs no solver: a conflict of every kind is found, and a sound plan has none."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, time
from typing import Any

import pytest

from exams.planning import (
    Candidate,
    Conflict,
    ConflictKind,
    Cost,
    Facility,
    Instance,
    Kind,
    Pinned,
    Sitting,
    Span,
    check,
    compare,
    cost_of,
    day_span,
    starts_within,
)
from tests.exams.planning import LEIDEN, at, exam, instance, invigilator, room, sitting, span

WHEELCHAIR = Candidate(student=4, extra_minutes=30, wheelchair=True, computer=True)
ALONE = Candidate(student=5, own_room=True)


def sound() -> tuple[Instance, list[Sitting]]:
    """Two exams one after the other in the same room, and a student in a room alone."""
    one = exam(1, [1, 2, 3, WHEELCHAIR, ALONE], windows=(span(9, 13),))
    two = exam(2, [1, 2], kind=Kind.COMPUTERS, languages=frozenset({"en"}))
    rooms = [room(1, wheelchair=True, computers=2), room(2), room(3, computers=2)]
    plan = [
        sitting(1, 1, 9, 11.5, [1, 2, 3, 4], 100),
        sitting(1, 2, 9, 11, [5], 101),
        sitting(2, 1, 11.5, 13.5, [1, 2], 100),
    ]
    return instance([one, two], rooms, earliest=at(9)), plan


def test_a_sound_plan_has_no_conflict() -> None:
    on, plan = sound()

    assert check(plan, on) == ()
    assert check(plan[2:], on) == ()  # the other exam is still to be planned
    assert cost_of(plan, on) == Cost(150 + 120 + 120, 0, 150 + 120 + 120)


def of_exam(on: Instance, number: int, **more: Any) -> Instance:
    exams = tuple(replace(each, **more) if each.id == number else each for each in on.exams)
    return replace(on, exams=exams)


def of_room(on: Instance, number: int, **more: Any) -> Instance:
    rooms = tuple(replace(each, **more) if each.id == number else each for each in on.rooms)
    return replace(on, rooms=rooms)


def planted(kind: ConflictKind, facility: Facility | None) -> tuple[Instance, list[Sitting]]:
    """The sound plan with one thing wrong."""
    on, plan = sound()
    match facility or kind:
        case ConflictKind.TOO_FULL:
            on = of_room(on, 1, places=3)
        case ConflictKind.STUDENT_TWICE:
            plan[2] = sitting(2, 3, 10.75, 12.75, [1, 2], 102)
        case ConflictKind.ROOM_CLOSED:
            on = of_room(on, 2, open=(span(9, 10.75),))
        case ConflictKind.NO_INVIGILATOR:
            people = (invigilator(100), invigilator(101, free=(span(9, 10.75),)))
            on = replace(on, invigilators=people)
        case ConflictKind.OUTSIDE_WINDOW:
            on = of_exam(on, 1, windows=(span(9, 10.75),))
        case ConflictKind.OWN_EXAM_WEEK:
            on = replace(on, busy={4: (span(11, 12),), 3: (span(11, 12),), 1: (span(13.5, 14),)})
        case ConflictKind.ROOM_TWICE:
            plan[2] = sitting(2, 1, 11, 13, [1, 2], 102)
        case ConflictKind.INVIGILATOR_TWICE:
            plan[1] = replace(plan[1], invigilators=frozenset({100}))
        case ConflictKind.TOO_LATE_FOR_NOTICE:
            on = replace(on, earliest=at(9.5))
        case ConflictKind.TOO_SHORT:
            plan[2] = replace(plan[2], end=at(13))
        case ConflictKind.TOO_LONG:
            plan[2] = replace(plan[2], end=at(14))
        case ConflictKind.DIFFERENT_STARTS:
            plan[1] = sitting(1, 2, 9.5, 11.5, [5], 101)
        case ConflictKind.SPLIT:
            on = of_exam(on, 1, may_split=False)
            plan[1] = sitting(1, 2, 9, 11, [3], 101)
        case ConflictKind.NOT_SEATED:
            plan = [plan[0], plan[2]]
        case Facility.EXTRA_TIME:
            plan[0] = replace(plan[0], end=at(11.25))
        case Facility.OWN_ROOM:
            plan = [sitting(1, 1, 9, 11.5, [1, 2, 3, 4, 5], 100), plan[2]]
        case Facility.WHEELCHAIR:
            on = of_room(on, 1, wheelchair=False)
        case Facility.COMPUTER:
            on = of_room(on, 1, computers=0)
            plan = plan[:2]
    return on, plan


def found(kind: ConflictKind) -> Conflict:
    """What the check says about the planted conflict, where no facility is concerned."""
    return {
        ConflictKind.TOO_FULL: Conflict(kind=kind, exam=1, room=1, needed=4, available=3),
        ConflictKind.STUDENT_TWICE: Conflict(kind=kind, exam=1, other=2, students=(1, 2)),
        ConflictKind.ROOM_CLOSED: Conflict(kind=kind, exam=1, room=2),
        ConflictKind.NO_INVIGILATOR: Conflict(
            kind=kind, exam=1, room=2, invigilators=(101,), needed=1, available=0
        ),
        ConflictKind.OUTSIDE_WINDOW: Conflict(kind=kind, exam=1, room=1),
        ConflictKind.OWN_EXAM_WEEK: Conflict(kind=kind, exam=1, room=1, students=(4,)),
        ConflictKind.ROOM_TWICE: Conflict(kind=kind, exam=1, other=2, room=1),
        ConflictKind.INVIGILATOR_TWICE: Conflict(
            kind=kind, exam=1, other=1, room=2, invigilators=(100,)
        ),
        ConflictKind.TOO_LATE_FOR_NOTICE: Conflict(kind=kind, exam=1, room=1),
        ConflictKind.TOO_SHORT: Conflict(kind=kind, exam=2, room=1),
        ConflictKind.TOO_LONG: Conflict(kind=kind, exam=2, room=1),
        ConflictKind.DIFFERENT_STARTS: Conflict(kind=kind, exam=1),
        ConflictKind.SPLIT: Conflict(kind=kind, exam=1, needed=1, available=2),
        ConflictKind.NOT_SEATED: Conflict(kind=kind, exam=1, students=(5,)),
    }[kind]


@pytest.mark.parametrize("kind", [each for each in ConflictKind if each is not each.FACILITY])
def test_a_planted_conflict_is_found(kind: ConflictKind) -> None:
    on, plan = planted(kind, None)
    conflicts = check(plan, on)

    assert found(kind) in conflicts
    also = {ConflictKind.SPLIT: {ConflictKind.STUDENT_TWICE, ConflictKind.NOT_SEATED}}
    also[ConflictKind.ROOM_TWICE] = {ConflictKind.STUDENT_TWICE}
    assert {each.kind for each in conflicts} - also.get(kind, set()) == {kind}


@pytest.mark.parametrize("facility", list(Facility))
def test_a_facility_that_is_not_given_is_found(facility: Facility) -> None:
    on, plan = planted(ConflictKind.FACILITY, facility)
    student = ALONE.student if facility is Facility.OWN_ROOM else WHEELCHAIR.student

    assert check(plan, on) == (
        Conflict(
            kind=ConflictKind.FACILITY, exam=1, room=1, students=(student,), facility=facility
        ),
    )


def test_language_number_and_computers_count() -> None:
    on, plan = sound()
    dutch = replace(on, invigilators=tuple(invigilator(100 + n, "nl") for n in range(3)))
    one_each = replace(on, students_per_invigilator=3)
    few = of_room(on, 1, computers=1)

    assert [(c.kind.value, c.exam) for c in check(plan, dutch)] == [("no_invigilator", 2)]
    assert [(c.kind.value, c.needed) for c in check(plan, one_each)] == [("no_invigilator", 2)]
    assert [(c.kind.value, c.needed) for c in check(plan, few)] == [("too_full", 2)]


def test_who_knows_already_is_not_told_too_late() -> None:
    on, plan = sound()
    told = Pinned(exam=1, room=1, start=at(9), students=frozenset({1, 2, 3}))
    late = replace(on, earliest=at(9.5), published=(told,))

    assert [c.room for c in check(plan, late)] == [1, 2]  # student 4 is new in the first
    told = replace(told, students=frozenset({1, 2, 3, 4, 5}))
    assert [c.room for c in check(plan, replace(late, published=(told,)))] == [2]


def test_the_instant_of_the_host_is_exact() -> None:
    on, plan = sound()

    assert check(plan, of_exam(on, 1, start=at(9))) == ()
    moved = check(plan, of_exam(on, 1, start=at(9.5)))
    assert {each.kind for each in moved} == {ConflictKind.OUTSIDE_WINDOW}


def test_what_changes_is_told_per_exam() -> None:
    _, plan = sound()
    swapped = [plan[0], replace(plan[1], room=3), sitting(3, 1, 14, 16, [1], 100)]
    relieved = [replace(each, invigilators=frozenset({102})) for each in plan]

    assert compare(plan, plan) == compare(plan, relieved) == ()
    changes = compare(plan, swapped)
    assert [(c.kind, c.exam, set(c.students)) for c in changes] == [
        ("moved", 1, {5}),
        ("removed", 2, {1, 2}),
        ("added", 3, {1}),
    ]
    assert changes[0].before == tuple(plan[:2])
    assert changes[0].after == tuple(swapped[:2])


@pytest.mark.parametrize(
    ("day", "hours"), [(date(2027, 3, 28), 23), (date(2027, 10, 31), 25), (date(2027, 11, 1), 24)]
)
def test_a_day_is_as_long_as_its_clock_says(day: date, hours: int) -> None:
    whole = day_span(day, LEIDEN)
    night = day_span(day, LEIDEN, time(1), time(4))

    assert whole.minutes == hours * 60
    assert len(starts_within([whole])) == hours * 2
    assert night.minutes == (3 + hours - 24) * 60


def test_times_without_a_zone_are_refused() -> None:
    with pytest.raises(ValueError, match="time zone"):
        Span(datetime(2027, 1, 1), datetime(2027, 1, 2))  # noqa: DTZ001
    with pytest.raises(ValueError, match="before it has lasted"):
        Span(datetime(2027, 1, 1, tzinfo=UTC), datetime(2027, 1, 1, tzinfo=UTC))
