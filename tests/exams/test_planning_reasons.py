"""What is impossible is explained by the rule that stands in the way, and by how much."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from exams.planning import (
    Candidate,
    ConflictKind,
    Impossible,
    Instance,
    Kind,
    Pinned,
    Relaxation,
    Rule,
    Status,
    check,
    propose,
)
from tests.exams.planning import at, exam, instance, invigilator, room, span

MANY = range(1, 9)


def explained(on: Instance) -> Impossible:
    """The one reason for what cannot be planned; the rest is planned without a conflict."""
    plan = propose(on, seconds=20, workers=1)

    assert plan.status in (Status.PARTIAL, Status.NONE)
    assert check(plan, on) == ()
    (reason,) = plan.impossible
    assert set(plan.unplanned) <= set(reason.exams)
    return reason


def way(reason: Impossible, rule: Rule) -> Relaxation:
    """The way out by relaxing only `rule`."""
    (found,) = [each for each in reason.relax if {one.rule for one in each} == {rule}]
    (relaxation,) = found
    return relaxation


def rules(reason: Impossible) -> set[Rule]:
    return {one.rule for each in reason.relax for one in each}


def test_a_large_exam_that_may_not_be_split() -> None:
    reason = explained(instance([exam(1, MANY, may_split=False)], [room(1, 5), room(2, 4)]))

    assert reason.rule is Rule.SPLITTING
    assert way(reason, Rule.PLACES).amount == 8
    assert rules(reason) == {Rule.SPLITTING, Rule.PLACES}


def test_too_few_places_in_all_rooms() -> None:
    reason = explained(instance([exam(1, MANY)], [room(1, 5), room(2, 2)]))

    assert reason.rule is Rule.PLACES
    assert way(reason, Rule.ROOMS).amount == 1


def test_extra_time_needs_a_room_that_is_open_longer() -> None:
    slow = Candidate(student=9, extra_minutes=60)
    one = exam(1, [1, slow], start=at(14.5))
    reason = explained(instance([one], [room(1)]))

    assert reason.rule is Rule.ROOM_HOURS
    assert way(reason, Rule.ROOM_HOURS) == Relaxation(
        rule=Rule.ROOM_HOURS, exams=(1,), students=(9,), room=1, start=at(14.5), until=at(17.5)
    )
    assert way(reason, Rule.WINDOW).until <= at(17)  # type: ignore[operator]


def test_an_exam_is_longer_than_any_room_is_open() -> None:
    assert explained(instance([exam(1, [1], minutes=600)], [room(1)])).rule is Rule.ROOM_HOURS


def test_nobody_speaks_the_language_or_too_few_come() -> None:
    people = (invigilator(100, "nl"),)
    speaks = explained(
        instance([exam(1, [1], languages=frozenset({"fr"}))], [room(1)], invigilators=people)
    )
    many = explained(
        instance([exam(1, MANY)], [room(1)], invigilators=people, students_per_invigilator=4)
    )

    assert speaks.rule is many.rule is Rule.INVIGILATORS
    assert way(speaks, Rule.INVIGILATORS).amount == way(many, Rule.INVIGILATORS).amount == 1


def test_no_room_for_a_wheelchair_or_with_computers() -> None:
    chair = explained(instance([exam(1, [Candidate(student=1, wheelchair=True)])], [room(1)]))
    facility = explained(instance([exam(1, [Candidate(student=1, computer=True)])], [room(1)]))
    computers = explained(instance([exam(1, MANY, kind=Kind.COMPUTERS)], [room(1, computers=2)]))

    assert chair.rule is Rule.WHEELCHAIR
    assert way(chair, Rule.WHEELCHAIR).students == (1,)
    assert facility.rule is computers.rule is Rule.COMPUTERS
    assert way(facility, Rule.COMPUTERS).amount == 1
    assert way(computers, Rule.COMPUTERS).amount == 8


def test_too_few_rooms_for_those_who_sit_alone() -> None:
    alone = [Candidate(student=each, own_room=True) for each in (7, 8)]
    reason = explained(instance([exam(1, [1, *alone])], [room(1), room(2)]))

    assert reason.rule is Rule.ROOMS
    assert way(reason, Rule.ROOMS).amount == 1


def test_the_students_own_exams_leave_no_time() -> None:
    busy = {1: (span(8, 18),), 2: (span(8, 13),)}
    reason = explained(instance([exam(1, [1, 2, 3])], [room(1)], busy=busy))

    assert reason.rule is Rule.OWN_EXAM_WEEK
    own = way(reason, Rule.OWN_EXAM_WEEK)
    assert own.students == (1,)  # the other can still be spared
    assert own.start is not None
    assert own.start >= at(13)


def test_students_would_be_told_too_late() -> None:
    reason = explained(instance([exam(1, [1], windows=(span(9, 12),))], [room(1)], earliest=at(11)))

    assert reason.rule is Rule.NOTICE
    assert way(reason, Rule.NOTICE).until <= at(12)  # type: ignore[operator]
    assert rules(reason) == {Rule.NOTICE, Rule.WINDOW}


def test_a_window_of_the_host_that_no_start_lies_in() -> None:
    one = exam(1, [1], windows=(span(9, 10.75),))

    assert explained(instance([one], [room(1)])).rule is Rule.WINDOW


def test_two_hosts_want_the_same_students_at_the_same_time() -> None:
    exams = [exam(1, [1, 2], start=at(9)), exam(2, [2, 3], start=at(10)), exam(3, [4])]
    reason = explained(instance(exams, [room(1), room(2)]))

    assert (reason.rule, set(reason.exams)) == (Rule.STUDENT_TWICE, {1, 2})
    assert way(reason, Rule.STUDENT_TWICE).students == (2,)
    windows = [each[0].exams for each in reason.relax if each[0].rule is Rule.WINDOW]
    assert sorted(windows) == [(1,), (2,)]


def test_two_exams_want_the_only_room() -> None:
    exams = [exam(1, [1], start=at(9)), exam(2, [2], start=at(10)), exam(3, [4])]
    reason = explained(instance(exams, [room(1)]))

    assert (reason.rule, set(reason.exams)) == (Rule.ROOMS, {1, 2})


def test_only_two_rules_together_are_enough() -> None:
    one = exam(1, MANY, languages=frozenset({"fr"}))
    reason = explained(instance([one], [room(1, 2)]))
    (together,) = reason.relax

    assert {each.rule for each in together} in (
        {Rule.PLACES, Rule.INVIGILATORS},
        {Rule.ROOMS, Rule.INVIGILATORS},
    )


def test_pinned_sittings_that_contradict_each_other_stay_and_are_named() -> None:
    pins = (
        Pinned(exam=1, room=1, start=at(9), students=frozenset({1, 2})),
        Pinned(exam=2, room=1, start=at(10), students=frozenset({3})),
    )
    plan = propose(instance([exam(1, [1, 2]), exam(2, [3])], [room(1)], pinned=pins), workers=1)

    assert {(each.exam, each.start) for each in plan.sittings} == {(1, at(9)), (2, at(10))}
    (reason,) = plan.impossible
    assert reason.rule is Rule.PINNED
    assert [each.kind for each in reason.conflicts] == [ConflictKind.ROOM_TWICE]


@pytest.mark.parametrize("rooms", [[], [room(1, 0)]])
def test_without_rooms_nothing_is_planned(rooms: list[object]) -> None:
    plan = propose(instance([exam(1, [1])], rooms), workers=1)  # type: ignore[arg-type]

    assert (plan.status, plan.sittings, plan.unplanned) == (Status.NONE, (), (1,))


def test_longer_hours_are_as_little_as_is_enough() -> None:
    on = instance([exam(1, [1], minutes=500)], [room(1)])
    longer = way(explained(on), Rule.ROOM_HOURS)

    assert longer.start is not None
    assert longer.until == longer.start + timedelta(minutes=500)
    assert longer.until <= at(17.5)
    wide = replace(on, rooms=(room(1, open=(span(9, 17.5),)),))
    assert propose(wide, workers=1).status is Status.OPTIMAL
