"""How fast a realistic semester is planned, and how sure the plan is to be the best."""

from __future__ import annotations

import random
import time
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from datetime import time as clock
from pathlib import Path
from zoneinfo import ZoneInfo

from bench.figures import Run
from exams.planning import (
    Candidate,
    Exam,
    Instance,
    Invigilator,
    Kind,
    Room,
    Span,
    Status,
    check,
    day_span,
    propose,
    starts_within,
)

SECONDS, GAP = 30.0, 0.01
LEIDEN = ZoneInfo("Europe/Amsterdam")
FIRST = date(2027, 3, 8)  # five weeks, in which the clocks change
PLACES = (160, 120, 90, 70, 60, 45, 40, 35, 30, 20, 12, 8)


@dataclass(frozen=True)
class Semester:
    name: str
    exams: int
    students: int
    days: int
    rooms: int
    invigilators: int
    shut: float  # the part of the half days on which a room is given away
    away: float  # the part of the half days on which an invigilator is away
    seeds: tuple[int, ...]
    limited: bool = True  # whether the limits hold for it


SEMESTERS = (
    Semester("a semester", 20, 600, 25, 12, 14, 0.3, 0.4, (1, 2, 3, 4)),
    Semester("few rooms and people", 20, 600, 25, 12, 12, 0.5, 0.5, (1, 2)),
    Semester("twice the size", 40, 1200, 25, 12, 20, 0.3, 0.4, (1,), limited=False),
)


def measure(_folder: Path, run: Run) -> list[str]:
    """Print how semesters are planned; which take too long or stay too far from the best."""
    print(
        f"\n{'Planning':<26}{'exams':>6}{'seats':>7}{'sittings':>9}{'left':>5}{'s':>7}{'cpu s':>7}"
        f"{'gap':>8}{'room h':>8}{'off':>5}{'inv h':>7}   (at most {SECONDS:.0f} s and {GAP:.0%})"
    )
    failures = []
    slowest, widest = 0.0, 0.0
    for semester in SEMESTERS:
        for seed in semester.seeds:
            instance = make(semester, seed)
            began, cpu = time.monotonic(), time.process_time()
            plan = propose(instance, seconds=SECONDS - 1)
            took, cpu = time.monotonic() - began, time.process_time() - cpu
            conflicts = check(plan, instance)
            slow = took > SECONDS or plan.gap > GAP or plan.status is Status.NONE
            wrong = bool(conflicts) or (slow and semester.limited)
            seats = sum(len(exam.candidates) for exam in instance.exams)
            print(
                f"{semester.name + f', {seed}':<26}{len(instance.exams):>6}{seats:>7}"
                f"{len(plan.sittings):>9}{len(plan.unplanned):>5}{took:>7.1f}{cpu:>7.1f}"
                f"{plan.gap:>8.2%}{plan.cost.room_minutes / 60:>8.1f}{plan.cost.off_preferred:>5}"
                f"{plan.cost.invigilator_minutes / 60:>7.1f}  {plan.status}"
                f"{'  wrong' if wrong else ''}",
                flush=True,
            )
            if semester.limited:
                slowest, widest = max(slowest, took), max(widest, plan.gap)
            if wrong:
                failures.append(f"{semester.name}, {seed}: {took:.0f} s, gap {plan.gap:.1%}")
    what = "20 exams of 600 students planned"
    limit = f"at most {SECONDS:.0f} s"
    run.note(f"{what}, slowest", round(slowest, 1), "s", limit, shown=True)
    limit = f"at most {GAP:.0%}"
    run.note(f"{what}, furthest from the proven best", f"{widest:.2%}", "", limit, shown=True)
    return failures


def make(semester: Semester, seed: int) -> Instance:
    """A semester as it might be: exams of 8 partners of very different size."""
    dice = random.Random(f"{semester.name} {seed}")
    days = [FIRST + timedelta(days=number + number // 5 * 2) for number in range(semester.days)]
    grid = starts_within(day_span(day, LEIDEN, clock(8, 30), clock(20)) for day in days)
    busy = _own_exams(semester, days, dice)
    exams = tuple(
        _exam(number, students, days, grid, busy, dice)
        for number, students in enumerate(_audiences(semester, dice))
    )
    rooms = tuple(
        Room(
            id=number,
            places=PLACES[number],
            open=_open(days, semester.shut, dice, late=number % 3 == 0),
            wheelchair=number % 4 != 3,
            computers=PLACES[number] if number in (2, 5, 8) else number % 2 * 2,
        )
        for number in range(semester.rooms)
    )
    people = tuple(
        Invigilator(
            id=number,
            languages=frozenset({"en", dice.choice(("nl", "de"))}),
            free=_open(days, semester.away, dice, late=True),
        )
        for number in range(semester.invigilators)
    )
    return Instance(
        exams=exams,
        rooms=rooms,
        invigilators=people,
        starts=grid,
        busy=busy,
        earliest=day_span(days[1], LEIDEN).start,
    )


def _audiences(semester: Semester, dice: random.Random) -> list[list[int]]:
    """Who sits which exam: each student one to three, large courses more than small ones."""
    exams = range(semester.exams)
    weights = [dice.paretovariate(1.3) for _ in exams]
    weights = [min(weight, 5) for weight in weights]
    found: list[list[int]] = [[] for _ in exams]
    for student in range(semester.students):
        many = dice.choice((1, 1, 1, 1, 2, 2, 3))
        for exam in set(dice.choices(exams, weights, k=many)):
            found[exam].append(student)
    return found


def _exam(
    number: int,
    students: list[int],
    days: list[date],
    grid: tuple[datetime, ...],
    busy: dict[int, tuple[Span, ...]],
    dice: random.Random,
) -> Exam:
    """Some at the host's instant, some in a few days, some in two weeks."""
    partner = number % 8
    first = dice.randrange(2, len(days) - 5)
    start, windows = None, ()
    if dice.random() < 0.25:
        taken = [span for student in students for span in busy.get(student, ())]
        week = [day_span(day, LEIDEN, clock(9), clock(15)) for day in days[first : first + 5]]
        start = dice.choice(
            [
                each
                for day in week
                for each in grid
                if day.start <= each < day.end
                and not any(s.meets(Span(each, each + timedelta(hours=4))) for s in taken)
            ]
        )
    else:
        last = min(first + dice.choice((4, 4, 9)), len(days) - 1)
        windows = tuple(
            day_span(day, LEIDEN, clock(8), clock(22)) for day in days[first : last + 1]
        )
    kind = dice.choices((Kind.PAPER, Kind.LAPTOP, Kind.COMPUTERS), (6, 3, 1))[0]
    if kind is Kind.COMPUTERS:
        students = students[:60]
    liked = dice.sample(range(5), 3)
    prefers = {day for day in days if day.weekday() in liked}
    return Exam(
        id=number,
        minutes=dice.choice((90, 120, 120, 150, 180)),
        candidates=tuple(_candidate(student, dice) for student in students),
        kind=kind,
        start=start,
        windows=windows,
        preferred=tuple(day_span(day, LEIDEN) for day in sorted(prefers)),
        languages=frozenset({"en"} if partner < 7 else {"de"}),
    )


def _candidate(student: int, dice: random.Random) -> Candidate:
    extra = dice.random() < 0.08
    return Candidate(
        student=student,
        extra_minutes=dice.choice((15, 30, 30, 30, 60)) if extra else 0,
        own_room=extra and dice.random() < 0.2,
        wheelchair=dice.random() < 0.01,
        computer=extra and dice.random() < 0.2,
    )


def _open(days: list[date], shut: float, dice: random.Random, *, late: bool) -> tuple[Span, ...]:
    parts = [(clock(8, 30), clock(13)), (clock(13), clock(18))]
    if late:
        parts.append((clock(18), clock(21, 30)))
    return tuple(
        day_span(day, LEIDEN, opens, closes)
        for day in days
        for opens, closes in parts
        if dice.random() >= shut
    )


def _own_exams(
    semester: Semester, days: list[date], dice: random.Random
) -> dict[int, tuple[Span, ...]]:
    """One in ten students has two to four exams at home in these weeks."""
    found = {}
    for student in range(semester.students):
        if dice.random() < 1 / 10:
            found[student] = tuple(
                day_span(day, LEIDEN, *dice.choice(((clock(9), clock(12)), (clock(13), clock(16)))))
                for day in dice.sample(days, dice.randrange(2, 5))
            )
    return found
