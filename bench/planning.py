"""How fast a realistic semester is planned, and how sure the plan is to be the best.

The yardstick is fixed: 20 exams of 8 partners, 600 students who each sit at least one, 12 rooms, 25
days. All of it is to be planned, proven the best or within 1 %, in 30 s on two cores. What is drawn
by lot (`make`) depends on the seed alone. Beside it stand semesters that are harder than that.
"""

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
from exams.planning.instance import joined, within

SECONDS, GAP = 30.0, 0.01
LEIDEN = ZoneInfo("Europe/Amsterdam")
FIRST = date(2027, 3, 8)  # five weeks, in which the clocks change
LONGEST = timedelta(hours=4)  # an exam with the most extra time
COMPUTERS = 60  # candidates at once, at most
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
    whole: bool = False  # whether every exam has to be planned


PARTNERS = 8
SEMESTERS = (
    Semester("a semester", 20, 600, 25, 12, 14, 0.3, 0.4, (1, 2, 3, 4, 5, 6), whole=True),
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
            left = semester.whole and bool(plan.unplanned)
            wrong = bool(conflicts) or left or (slow and semester.limited)
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
                failures.append(
                    f"{semester.name}, {seed}: {took:.0f} s, gap {plan.gap:.1%},"
                    f" {len(plan.unplanned)} not planned"
                )
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
            languages=frozenset({"en", "de" if number % 2 else "nl"}),
            free=_open(days, semester.away, dice, late=True),
        )
        for number in range(semester.invigilators)
    )
    fixed: list[Span] = []
    exams = tuple(
        _exam(number, students, days, grid, busy, dice, rooms, people, fixed)
        for number, students in enumerate(_audiences(semester, dice))
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
    rooms: tuple[Room, ...],
    people: tuple[Invigilator, ...],
    fixed: list[Span],
) -> Exam:
    """Some at the host's instant, some in a few days, some in two weeks.

    A host fixes an instant, or a period with one, at which enough is open and free for its exam,
    and no other instant that is fixed: who plans agrees on that with it. No more is looked at.
    """
    partner = number % PARTNERS
    languages = frozenset({"en"} if partner < PARTNERS - 1 else {"de"})
    first = dice.randrange(2, len(days) - 5)
    start, windows = None, ()
    moments: list[datetime] = []
    if dice.random() < 0.25:
        taken = [*fixed, *(span for student in students for span in busy.get(student, ()))]
        week = [day_span(day, LEIDEN, clock(9), clock(15)) for day in days[first : first + 5]]
        moments = [
            each
            for day in week
            for each in grid
            if day.start <= each < day.end
            and not any(s.meets(Span(each, each + LONGEST)) for s in taken)
            and _has_room(Span(each, each + LONGEST), len(students), languages, rooms, people)
        ]
    if moments:
        start = dice.choice(moments)
        fixed.append(Span(start, start + LONGEST))
    else:
        last = min(first + dice.choice((4, 4, 9)), len(days) - 1)
        while last < len(days) - 1 and not any(
            _has_room(Span(each, each + LONGEST), len(students), languages, rooms, people)
            for each in grid
            if day_span(days[first], LEIDEN).start <= each < day_span(days[last], LEIDEN).end
        ):
            last += 1  # for a host that must be asked for a longer period
        windows = tuple(
            day_span(day, LEIDEN, clock(8), clock(22)) for day in days[first : last + 1]
        )
    kind = dice.choices((Kind.PAPER, Kind.LAPTOP, Kind.COMPUTERS), (6, 3, 1))[0]
    if kind is Kind.COMPUTERS and (start or len(students) > COMPUTERS):
        kind = Kind.LAPTOP  # so many are not examined at computers of ours
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
        languages=languages,
    )


def _has_room(
    span: Span,
    students: int,
    languages: frozenset[str],
    rooms: tuple[Room, ...],
    people: tuple[Invigilator, ...],
) -> bool:
    """Whether rooms and invigilators for so many, and some alone, are there all that time."""
    places = [room.places for room in rooms if within(span, joined(room.open))]
    free = [one for one in people if one.languages & languages and within(span, joined(one.free))]
    alone = 2 + students // 40
    return (
        sum(sorted(places)[alone:]) >= students * 1.1
        and len(free) >= -(-students // 30) + alone + 2
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
