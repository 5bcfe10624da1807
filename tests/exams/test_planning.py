"""Proposed plans: the best there are, without a conflict, and as was asked for."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, time, timedelta
from itertools import product

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from exams.planning import (
    Candidate,
    ConflictKind,
    Cost,
    Exam,
    Instance,
    Kind,
    Pinned,
    Progress,
    Sitting,
    Stage,
    Status,
    check,
    cost_of,
    day_span,
    propose,
    starts_within,
)
from tests.exams.planning import LEIDEN, at, exam, instance, invigilator, room, span

# By brute force


def all_plans(on: Instance) -> Iterator[list[Sitting]]:
    """Every plan of `on` in which rooms end when they must, with conflicts or without."""
    for parts in product(*(list(seatings(each, on)) for each in on.exams)):
        whole = [each for part in parts for each in part]
        crews = [list(crews_of(each, on)) for each in whole]
        for people in product(*crews):
            yield [replace(s, invigilators=p) for s, p in zip(whole, people, strict=True)]


def seatings(one: Exam, on: Instance) -> Iterator[list[Sitting]]:
    """Each start with each way to spread the candidates over rooms."""
    for rooms in product([each.id for each in on.rooms], repeat=len(one.candidates)):
        for start in [one.start] if one.start else on.starts:
            places = dict.fromkeys(rooms)
            found = []
            for number in places:
                here = [c for c, r in zip(one.candidates, rooms, strict=True) if r == number]
                extra = max(each.extra_minutes for each in here)
                end = start + timedelta(minutes=one.minutes + extra)
                students = frozenset(each.student for each in here)
                found.append(
                    Sitting(exam=one.id, room=number, start=start, end=end, students=students)
                )
            yield found


def crews_of(one: Sitting, on: Instance) -> Iterator[frozenset[int]]:
    """Each set of as many invigilators as the sitting needs."""
    ids = [each.id for each in on.invigilators]
    needed = on.invigilators_for(len(one.students))
    yield from {
        frozenset(people) for people in product(ids, repeat=needed) if len(set(people)) == needed
    }


def best_cost(on: Instance) -> Cost | None:
    costs = [cost_of(plan, on) for plan in all_plans(on) if not check(plan, on)]
    return min(costs, default=None)


SLOW = Candidate(student=2, extra_minutes=60)
ALONE = Candidate(student=3, own_room=True)
CHAIR = Candidate(student=4, wheelchair=True)
FEW = {"starts": (at(9), at(11), at(12)), "invigilators": (invigilator(100), invigilator(101))}
TINY = {
    "one room after the other": instance([exam(1, [1]), exam(2, [1, 5])], [room(1)], **FEW),
    "extra time by itself": instance([exam(1, [1, SLOW, 5])], [room(1, 2), room(2, 2)], **FEW),
    "alone beside the others": instance([exam(1, [1, ALONE])], [room(1), room(2)], **FEW),
    "longer alone than together": instance(
        [exam(1, [SLOW, replace(ALONE, extra_minutes=90)], start=at(9))],
        [room(1, 2), room(2, 1)],
        **FEW,
    ),
    "two want a room at once": instance(
        [exam(1, [1, ALONE], start=at(9)), exam(2, [5], start=at(9))],
        [room(number) for number in (1, 2, 3)],
        starts=(at(9),),
        invigilators=tuple(invigilator(100 + each) for each in range(3)),
    ),
    "a preferred day costs no room": instance(
        [exam(1, [1, 6], preferred=(span(11, 12),)), exam(2, [1], preferred=(span(11, 13),))],
        [room(1)],
        **FEW,
    ),
    "few invigilators": instance(
        [exam(1, [1, 5, CHAIR])],
        [room(1, 2), room(2, 2, wheelchair=True)],
        **{**FEW, "students_per_invigilator": 2},
    ),
    "away in the morning": instance(
        [exam(1, [1]), exam(2, [5])],
        [room(1), room(2)],
        starts=(at(9), at(11), at(13)),
        invigilators=(invigilator(100, free=(span(11, 17),)),),
    ),
    "more rooms, fewer invigilators": instance(
        [exam(1, [1, 5, SLOW], preferred=(span(12, 13),))],
        [room(1, 3, open=(span(9, 15),)), room(2, 2)],
        **{**FEW, "students_per_invigilator": 2},
    ),
}


@pytest.mark.parametrize("name", TINY)
def test_no_plan_is_better(name: str) -> None:
    on = TINY[name]
    plan = propose(on, workers=1)

    assert plan.status is Status.OPTIMAL
    assert check(plan, on) == ()
    assert plan.cost == plan.bounds == cost_of(plan.sittings, on) == best_cost(on)


# Whatever the instance


@st.composite
def instances(draw: st.DrawFn) -> Instance:
    """A few exams of a few of eight students, in rooms and hours that are sometimes too few."""
    candidates = st.builds(
        Candidate,
        student=st.integers(1, 8),
        extra_minutes=st.sampled_from([0, 0, 0, 30, 60]),
        own_room=st.sampled_from([False, False, False, True]),
        wheelchair=st.sampled_from([False, False, False, True]),
        computer=st.sampled_from([False, False, False, True]),
    )
    hours = st.tuples(st.sampled_from([9, 10, 13]), st.sampled_from([12, 15, 18]))
    spans = st.lists(
        hours.filter(lambda each: each[0] < each[1]).map(lambda each: span(*each)),
        min_size=1,
        max_size=2,
    ).map(tuple)
    exams = [
        exam(
            number,
            draw(st.lists(candidates, min_size=1, max_size=5, unique_by=lambda c: c.student)),
            minutes=draw(st.sampled_from([60, 90, 120])),
            kind=draw(st.sampled_from(list(Kind)[:3])),
            start=draw(st.sampled_from([None, None, at(9.25), at(13)])),
            windows=draw(st.one_of(st.just(()), spans)),
            preferred=draw(st.one_of(st.just(()), spans)),
            languages=draw(st.sampled_from([frozenset(), frozenset({"en"}), frozenset({"fr"})])),
            may_split=draw(st.booleans()),
        )
        for number in range(draw(st.integers(1, 4)))
    ]
    rooms = [
        room(
            number,
            draw(st.integers(1, 6)),
            open=draw(spans),
            wheelchair=draw(st.booleans()),
            computers=draw(st.integers(0, 4)),
        )
        for number in range(draw(st.integers(1, 4)))
    ]
    people = tuple(
        invigilator(100 + number, *draw(st.sampled_from([("en",), ("en", "fr")])), free=draw(spans))
        for number in range(draw(st.integers(1, 4)))
    )
    return instance(
        exams,
        rooms,
        invigilators=people,
        busy=draw(st.dictionaries(st.integers(1, 8), spans, max_size=2)),
        students_per_invigilator=draw(st.sampled_from([2, 30])),
    )


@settings(max_examples=8, suppress_health_check=list(HealthCheck))
@given(on=instances())
def test_no_proposed_plan_has_a_conflict(on: Instance) -> None:
    plan = propose(on, seconds=10, workers=1)

    assert check(plan, on) == ()
    assert plan.cost == cost_of(plan.sittings, on)
    assert plan.bounds <= plan.cost
    assert {each.exam for each in plan.sittings}.isdisjoint(plan.unplanned)
    assert {each.exam for each in plan.sittings} | set(plan.unplanned) == set(on.exam_by_id)
    assert {exam for reason in plan.impossible for exam in reason.exams} >= set(plan.unplanned)


# What stays


def test_a_pinned_sitting_stays_and_the_rest_is_planned_around_it() -> None:
    on = instance([exam(1, [1, 2, 3]), exam(2, [1, 4])], [room(1, 2), room(2, 2)])
    pin = Pinned(exam=1, room=2, start=at(10.5), students=frozenset({2}))
    plan = propose(replace(on, pinned=(pin,)), workers=1)
    (kept,) = [each for each in plan.sittings if each.room == 2 and each.exam == 1]

    assert plan.status is Status.OPTIMAL
    assert check(plan, on) == ()
    assert (kept.start, kept.students) == (at(10.5), {2})
    assert {each.start for each in plan.sittings if each.exam == 1} == {at(10.5)}


def test_a_pinned_sitting_that_breaks_a_rule_stays() -> None:
    one = exam(1, [1, 2, 3], windows=(span(9, 12),))
    pin = Pinned(exam=1, room=1, start=at(14), students=frozenset({1, 2, 3}))
    plan = propose(instance([one], [room(1, 2)], pinned=(pin,)), workers=1)

    assert [each.start for each in plan.sittings] == [at(14)]
    kinds = {each.kind for each in check(plan, instance([one], [room(1, 2)]))}
    assert kinds == {ConflictKind.TOO_FULL, ConflictKind.OUTSIDE_WINDOW}


def test_what_begins_soon_stays_as_it_was_published() -> None:
    on = instance([exam(1, [1]), exam(2, [2])], [room(1)], earliest=at(11))
    told = Pinned(exam=1, room=1, start=at(9.5), students=frozenset({1}))
    plan = propose(replace(on, published=(told,)), workers=1)
    first, second = plan.sittings

    assert check(plan, replace(on, published=(told,))) == ()
    assert (first.exam, first.start) == (1, at(9.5))
    assert second.start >= at(11.5)


def test_pinned_sittings_without_enough_invigilators_say_so() -> None:
    pins = tuple(
        Pinned(exam=number, room=number, start=at(9), students=frozenset({number}))
        for number in (1, 2)
    )
    on = instance(
        [exam(1, [1]), exam(2, [2])],
        [room(1), room(2)],
        pinned=pins,
        invigilators=(invigilator(100),),
    )
    plan = propose(on, workers=1)

    assert plan.status is Status.PARTIAL
    assert [each.kind for each in check(plan, on)] == [ConflictKind.NO_INVIGILATOR]


# The search


def semester(exams: int = 6) -> Instance:
    """Somewhat more than is decided at once: a few rooms, few hours, and students in common."""
    return instance(
        [exam(each, range(each, each + 6), preferred=(span(9, 11),)) for each in range(exams)],
        [room(1, 3), room(2, 3), room(3, 2)],
        invigilators=tuple(invigilator(100 + each) for each in range(4)),
    )


def test_the_same_gives_the_same() -> None:
    on = semester(3)

    assert replace(propose(on), seconds=0) == replace(propose(on), seconds=0)


def test_a_stop_ends_it_with_the_best_so_far() -> None:
    on, seen = semester(), []
    plan = propose(on, progress=seen.append, stop=lambda: seen[-1].stage is not Stage.EACH)

    assert {each.stage for each in seen} <= {Stage.EACH, Stage.PARTS}
    assert plan.seconds < 10
    assert {each.kind for each in check(plan, on)} <= {ConflictKind.NOT_SEATED}
    assert propose(on, stop=lambda: True).status is Status.NONE
    assert propose(on, seconds=0).status is Status.NONE


def test_progress_is_told_in_the_thread_that_asked() -> None:
    seen: list[tuple[Progress, int]] = []
    propose(semester(3), progress=lambda each: seen.append((each, threading.get_ident())))

    assert {thread for _, thread in seen} == {threading.get_ident()}
    moments = [each.seconds for each, _ in seen]
    assert moments == sorted(moments)
    assert {each.stage for each, _ in seen} >= {Stage.EACH}
    assert all((each.bound or 0) <= (each.cost or 0) for each, _ in seen if each.cost is not None)


@pytest.mark.parametrize("day", [date(2027, 3, 28), date(2027, 10, 31)])
def test_on_the_day_of_a_change_of_clocks(day: date) -> None:
    hours = day_span(day, LEIDEN, time(1), time(6))  # four hours of real time, or six
    fits = hours.minutes // 120
    on = instance(
        [exam(each, [1]) for each in range(fits)],
        [room(1, open=(hours,))],
        invigilators=(invigilator(100, free=(hours,)),),
        starts=starts_within([hours]),
    )
    plan = propose(on, workers=1)

    assert fits == (2 if day.month == 3 else 3)
    assert plan.status is Status.OPTIMAL
    assert check(plan, on) == ()
    assert {each.span.minutes for each in plan.sittings} == {120}
