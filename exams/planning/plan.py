"""A plan: sittings, what they cost, how sure that is, and how two plans differ."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Literal, NamedTuple

from exams.planning.conflicts import Conflict
from exams.planning.instance import Instance, Span


@dataclass(frozen=True, slots=True, kw_only=True)
class Sitting:
    """An exam in a room, until the last of its students has had the extra time."""

    exam: int
    room: int
    start: datetime
    end: datetime
    students: frozenset[int]
    invigilators: frozenset[int] = frozenset()

    @property
    def span(self) -> Span:
        return Span(self.start, self.end)


class Cost(NamedTuple):
    """What a plan costs; an earlier figure matters more than all later ones together."""

    room_minutes: int
    off_preferred: int  # exams that do not start on a day that is preferred for them
    invigilator_minutes: int


def cost_of(sittings: Iterable[Sitting], instance: Instance) -> Cost:
    """What `sittings` cost, reckoned from them alone."""
    room = invigilator = 0
    off = set()
    for sitting in sittings:
        room += sitting.span.minutes
        invigilator += sitting.span.minutes * len(sitting.invigilators)
        preferred = instance.exam_by_id[sitting.exam].preferred
        if preferred and not any(span.start <= sitting.start < span.end for span in preferred):
            off.add(sitting.exam)
    return Cost(room, len(off), invigilator)


class Rule(StrEnum):
    """What can stand in the way of an exam, and can be relaxed."""

    WINDOW = "window"  # the host's instant or window, or no moment to start in it
    NOTICE = "notice"  # students would be told too late
    OWN_EXAM_WEEK = "own_exam_week"  # `students` have exams of their own
    STUDENT_TWICE = "student_twice"  # `students` sit two of `exams` at that time
    ROOM_HOURS = "room_hours"  # rooms are not open long enough
    PLACES = "places"  # open rooms have too few places together
    SPLITTING = "splitting"  # no one room has the places, and the exam may not be split
    WHEELCHAIR = "wheelchair"  # no open room is accessible
    COMPUTERS = "computers"  # open rooms have too few computers
    INVIGILATORS = "invigilators"  # too few are free, or speak the language
    ROOMS = "rooms"  # too few rooms are free at the same time
    PINNED = "pinned"  # pinned sittings contradict each other or the rules


@dataclass(frozen=True, slots=True, kw_only=True)
class Relaxation:
    """A rule that can be relaxed so that `exams` can be planned, and by how much.

    `students` are those whom it concerns. `amount` is how many more rooms or invigilators are
    needed, or how many places or computers `room` must have. `start` and `until` are from and until
    when a room must be open, or when the exam would be.
    """

    rule: Rule
    exams: tuple[int, ...]
    students: tuple[int, ...] = ()
    room: int | None = None
    amount: int | None = None
    start: datetime | None = None
    until: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Impossible:
    """Why `exams` cannot all be planned; without any one of them the others can.

    Each of `relax` is a way out, the easiest first: what must be relaxed together. Under PINNED
    sittings that stay are wrong: `conflicts` says how. No `rule`: no way out was found in time.
    """

    rule: Rule | None
    exams: tuple[int, ...]
    relax: tuple[tuple[Relaxation, ...], ...] = ()
    conflicts: tuple[Conflict, ...] = ()


class Status(StrEnum):
    OPTIMAL = "optimal"  # proven: no plan is better
    FEASIBLE = "feasible"  # no conflict, and at most `gap` from the best
    PARTIAL = "partial"  # `unplanned` cannot be planned; `impossible` says why
    NONE = "none"  # stopped before any plan was found


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What was found. `bounds` are what no plan of the same exams can cost less than.

    `bounds` of a level hold under the costs that were reached at the levels before it.
    """

    status: Status
    sittings: tuple[Sitting, ...]
    cost: Cost
    bounds: Cost
    unplanned: tuple[int, ...] = ()
    impossible: tuple[Impossible, ...] = ()
    seconds: float = 0.0

    @property
    def gap(self) -> float:
        """How far it may be from the best, as a part of the cost; 0 is proven to be the best.

        It is of the first level that is not proven: later ones count only once that one is.
        """
        for cost, bound in zip(self.cost, self.bounds, strict=True):
            if bound < cost:
                return (cost - bound) / cost
        return 0.0


type ChangeKind = Literal["added", "removed", "moved"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """What becomes of an exam: `added`, `removed`, or `moved` to another time, room or seating.

    `students` are those who go to another room or time, or have none any more or none before.
    A change of invigilators alone is no change.
    """

    kind: ChangeKind
    exam: int
    before: tuple[Sitting, ...]
    after: tuple[Sitting, ...]
    students: frozenset[int]


def compare(before: Iterable[Sitting], after: Iterable[Sitting]) -> tuple[Change, ...]:
    """How the sittings `after` differ from those `before`, a change per exam that does."""
    old, new = _by_exam(before), _by_exam(after)
    changes = []
    for exam in sorted(old.keys() | new.keys()):
        was, now = _places(old[exam]), _places(new[exam])
        students = frozenset(s for s in was.keys() | now.keys() if was.get(s) != now.get(s))
        if not students:
            continue
        kind: ChangeKind = "moved" if was and now else "added" if now else "removed"
        changes.append(
            Change(
                kind=kind,
                exam=exam,
                before=tuple(old[exam]),
                after=tuple(new[exam]),
                students=students,
            )
        )
    return tuple(changes)


def _by_exam(sittings: Iterable[Sitting]) -> defaultdict[int, list[Sitting]]:
    found: defaultdict[int, list[Sitting]] = defaultdict(list)
    for sitting in sorted(sittings, key=lambda each: (each.start, each.room)):
        found[sitting.exam].append(sitting)
    return found


def _places(sittings: list[Sitting]) -> dict[int, tuple[int, datetime]]:
    return {student: (each.room, each.start) for each in sittings for student in each.students}
