"""The planning model for CP-SAT: what is decided, and what a plan may not do.

Decided are each exam's start (one instant), which rooms it takes and for how much extra time, how
many of each group of alike candidates sit where, and how many of each group of alike invigilators
come for each length. Alike people are interchangeable, so names are filled in afterwards
(`seating.py`), which always succeeds.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import combinations
from typing import Any, NamedTuple

from exams.planning.clock import Clock, kept, kept_in, possible_starts, starts_inside
from exams.planning.instance import Candidate, Exam, Instance, Pinned, Room, Span, joined


class Need(NamedTuple):
    """What makes candidates of an exam differ for the planning."""

    extra: int
    wheelchair: bool
    computer: bool
    alone: bool

    def fits(self, room: Room) -> bool:
        return (room.wheelchair or not self.wheelchair) and (
            room.computers > 0 or not self.computer
        )


def need_of(exam: Exam, candidate: Candidate) -> Need:
    return Need(
        candidate.extra_minutes,
        candidate.wheelchair,
        exam.at_computer(candidate),
        exam.alone(candidate),
    )


@dataclass(slots=True)
class Choice:
    """An exam may take a room: for one candidate alone, or shared by those up to an extra time."""

    room: int
    minutes: int  # that the room is taken
    taken: Any  # literal
    alone: Need | None = None
    invigilators: Any = 1


@dataclass(slots=True)
class ExamPart:
    """The variables of one exam."""

    exam: Exam
    start: Any
    planned: Any
    moments: list[int]  # at which it can start
    groups: dict[Need, list[int]]  # students who have no pinned sitting
    choices: list[Choice] = field(default_factory=list)
    seats: dict[tuple[int, Need], Any] = field(default_factory=dict)  # by room

    @property
    def need(self) -> dict[int, Need]:
        """By student."""
        return {student: need for need, students in self.groups.items() for student in students}


@dataclass(slots=True)
class Task:
    """Invigilators of a class (`who`) for all sittings of one length, or for a pinned one."""

    exam: int
    minutes: int
    pin: Pinned | None
    who: int
    count: Any


class Model:
    """The CP-SAT model of `instance`.

    `least` are room minutes below which an exam's cannot be. Without `apart` a student may be in
    two places at once.
    """

    def __init__(
        self,
        instance: Instance,
        least: Mapping[int, int] | None = None,
        *,
        apart: bool = True,
    ) -> None:
        from ortools.sat.python import cp_model

        self.domain = cp_model.Domain
        self.cp = cp_model.CpModel()
        self.instance = instance
        self.clock = Clock(instance)
        self.kept = kept(instance)
        self.in_room: defaultdict[int, list[Any]] = defaultdict(list)
        self.tasks: list[Task] = []
        self.missing: defaultdict[int, list[Any]] = defaultdict(list)  # by exam, for pinned ones
        self.classes = invigilator_classes(instance)
        self.open_at = {room.id: self.clock.minutes_of(room.open) for room in instance.rooms}
        self.free_at = [self.clock.minutes_of(free) for _, free, _ in self.classes]
        self.at_work: list[list[tuple[Any, Any]]] = [[] for _ in self.classes]
        self.parts = {exam.id: self._exam(exam) for exam in instance.exams}
        self._pins()
        for part in self.parts.values():
            self._invigilation(part)
        self._nothing_twice()
        if apart:
            self._students_apart()
        self._levels(least or {})

    # The exam itself

    def _exam(self, exam: Exam) -> ExamPart:
        cp, name = self.cp, f"e{exam.id}"
        starts = possible_starts(exam, self.instance, self.clock)
        planned = cp.new_bool_var(f"{name} planned")
        if not starts:
            cp.add(planned == 0)
        start = cp.new_int_var_from_domain(self.domain.from_values(starts or [0]), name)
        seated = {s for each in self.kept if each.exam == exam.id for s in each.students}
        groups: dict[Need, list[int]] = {}
        for candidate in exam.candidates:
            if candidate.student not in seated:
                groups.setdefault(need_of(exam, candidate), []).append(candidate.student)
        part = ExamPart(exam, start, planned, starts, dict(sorted(groups.items())))
        self._rooms(part, starts)
        for need, students in part.groups.items():
            placed = [
                (each.taken if need.alone else part.seats[each.room, need])
                for each in self._one_per_room(part, need)
            ]
            cp.add(sum(placed) == len(students) * planned)
        return part

    def _one_per_room(self, part: ExamPart, need: Need) -> list[Choice]:
        """The choices of `part` in which somebody with `need` can sit, one for each room."""
        if need.alone:
            return [each for each in part.choices if each.alone == need]
        shared = {each.room: each for each in part.choices if each.alone is None}
        return [each for each in shared.values() if (each.room, need) in part.seats]

    def _rooms(self, part: ExamPart, starts: list[int]) -> None:
        """In which rooms it can be, for how long, and how many of whom sit there."""
        cp, exam = self.cp, part.exam
        shared = {need: len(who) for need, who in part.groups.items() if not need.alone}
        extras = sorted({need.extra for need in shared})
        all_shared = []
        for room in self.instance.rooms:
            if exam.kind not in room.kinds:
                continue
            own, levels = [], []
            for need in part.groups:
                if need.alone and need.fits(room) and room.places > 0:
                    own += self._choice(part, room, need.extra, starts, need)
            for extra in extras if room.places > 0 else []:
                levels += self._choice(part, room, extra, starts, None)
            if len(own) + len(levels) > 1:
                cp.add_at_most_one(each.taken for each in (*own, *levels))
            part.choices += own + levels
            if levels:
                self._shared(part, room, levels, shared)
                all_shared += [each.taken for each in levels]
        if shared:
            cp.add(sum(all_shared) >= part.planned)
            if not exam.may_split:
                cp.add(sum(all_shared) <= 1)
        for each in part.choices:
            cp.add_implication(each.taken, part.planned)

    def _choice(
        self, part: ExamPart, room: Room, extra: int, starts: list[int], alone: Need | None
    ) -> list[Choice]:
        """The choice of a room up to `extra` minutes; none where it is never open so long."""
        length = part.exam.minutes + extra
        fit = kept_in(starts, starts_inside(self.open_at[room.id], length))
        if not fit:
            return []
        taken = self.cp.new_bool_var(f"e{part.exam.id} r{room.id} {length} {alone}")
        if len(fit) < len(starts):
            self._starts_in(part.start, fit, taken)
        interval = self.cp.new_optional_fixed_size_interval_var(
            part.start, length, taken, f"{taken.name} at"
        )
        self.in_room[room.id].append(interval)
        return [Choice(room.id, length, taken, alone)]

    def _starts_in(self, start: Any, fit: list[int], literal: Any) -> None:
        allowed = self.domain.from_values(fit)
        self.cp.add_linear_expression_in_domain(start, allowed).only_enforce_if(literal)

    def _shared(
        self, part: ExamPart, room: Room, levels: list[Choice], shared: dict[Need, int]
    ) -> None:
        """Who may sit in a room that `part` shares, within its places and computers."""
        cp, each_takes = self.cp, self.instance.students_per_invigilator
        here: list[tuple[Need, Any]] = []
        for need, size in shared.items():
            if not need.fits(room):
                continue
            most = min(size, room.places, room.computers if need.computer else room.places)
            seats = cp.new_int_var(0, most, f"e{part.exam.id} r{room.id} {tuple(need)}")
            long = [c.taken for c in levels if c.minutes >= part.exam.minutes + need.extra]
            cp.add(seats <= most * sum(long))
            part.seats[room.id, need] = seats
            here.append((need, seats))
        total = sum(seats for _, seats in here)
        any_level = sum(each.taken for each in levels)
        most = min(room.places, sum(shared.values()))
        cp.add(total <= most * any_level)
        at_computer = [seats for need, seats in here if need.computer]
        if at_computer:
            cp.add(sum(at_computer) <= room.computers)
        if most > each_takes:
            people = self.instance.invigilators_for(most)
            for each in levels:
                each.invigilators = cp.new_int_var(0, people, f"{each.taken.name} people")
                cp.add(each.invigilators <= people * each.taken)
                cp.add(each.invigilators >= each.taken)
            cp.add(total <= each_takes * sum(each.invigilators for each in levels))
        else:
            for each in levels:
                each.invigilators = each.taken

    # Sittings that stay, invigilators, and nothing twice

    def _pins(self) -> None:
        """Rooms and invigilators of the sittings that stay, which may contradict each other."""
        taken: defaultdict[int, list[Span]] = defaultdict(list)
        for pin in self.kept:
            exam = self.instance.exam_by_id[pin.exam]
            length = pin_minutes(exam, pin)
            start = self.clock.minute(pin.start)
            taken[pin.room].append(Span(pin.start, self.clock.moment(start + length)))
            needed = self.instance.invigilators_for(len(pin.students))
            lacking = self.cp.new_int_var(0, needed, f"e{exam.id} r{pin.room} lacks")
            self.missing[exam.id].append(lacking)
            self._people(exam, start, [start], length, needed - lacking, pin)
        for room, spans in taken.items():
            for span in joined(tuple(spans)):
                start = self.clock.minute(span.start)
                fixed = self.cp.new_fixed_size_interval_var(start, span.minutes, f"r{room} {start}")
                self.in_room[room].append(fixed)

    def _invigilation(self, part: ExamPart) -> None:
        for length in sorted({each.minutes for each in part.choices}):
            of_length = [each for each in part.choices if each.minutes == length]
            needed = sum(each.taken if each.alone else each.invigilators for each in of_length)
            self._people(part.exam, part.start, part.moments, length, needed, None)

    def _people(
        self,
        exam: Exam,
        start: Any,
        moments: list[int],
        length: int,
        needed: Any,
        pin: Pinned | None,
    ) -> None:
        """So many as are `needed` come from the classes that speak the language and are free."""
        cp, found = self.cp, []
        for number, (languages, _, people) in enumerate(self.classes):
            if exam.languages and not exam.languages & languages:
                continue
            free_at = starts_inside(self.free_at[number], length)
            fit = kept_in(moments, free_at)
            if not fit:
                continue
            name = f"e{exam.id} {length} {pin.room if pin else ''} c{number}"
            count = cp.new_int_var(0, len(people), name)
            comes = count if len(people) == 1 else cp.new_bool_var(f"{name} comes")
            if len(people) > 1:
                cp.add(count >= comes)
                cp.add(count <= len(people) * comes)
            if len(fit) < len(moments):
                self._starts_in(start, fit, comes)
            interval = cp.new_optional_fixed_size_interval_var(start, length, comes, f"{name} at")
            self.at_work[number].append((interval, count))
            self.tasks.append(Task(exam.id, length, pin, number, count))
            found.append(count)
        cp.add(sum(found) == needed)

    def _nothing_twice(self) -> None:
        for intervals in self.in_room.values():
            self.cp.add_no_overlap(intervals)
        for (_, _, people), work in zip(self.classes, self.at_work, strict=True):
            if len(people) == 1:
                self.cp.add_no_overlap([interval for interval, _ in work])
            elif work:
                times, counts = zip(*work, strict=True)
                self.cp.add_cumulative(times, counts, len(people))

    def _students_apart(self) -> None:
        """Two exams with a student in common do not overlap, with that student's extra time."""
        longest: defaultdict[tuple[int, int], list[int]] = defaultdict(lambda: [0, 0])
        for sits in exams_by_student(self.instance).values():
            for (one, its), (two, other) in combinations(sits, 2):
                most = longest[one, two]
                most[:] = max(most[0], its), max(most[1], other)
        stays = {each.exam for each in self.kept}
        for (one, two), lengths in longest.items():
            if {one, two} <= stays:
                continue
            self.cp.add_no_overlap(
                self.cp.new_optional_fixed_size_interval_var(
                    self.parts[exam].start,
                    length,
                    self.parts[exam].planned if exam not in stays else True,
                    f"e{one} e{two} {exam}",
                )
                for exam, length in zip((one, two), lengths, strict=True)
            )

    # What it costs

    def _levels(self, least: Mapping[int, int]) -> None:
        """What each exam leaves undone and costs; `least` are its room minutes."""
        self.undone: dict[int, Any] = {}
        self.costs: dict[int, list[Any]] = {}
        for number, part in self.parts.items():
            size = 1 + sum(map(len, part.groups.values()))
            self.undone[number] = size * (1 - part.planned) + sum(self.missing[number])
            pins = sum(pin_minutes(part.exam, each) for each in self.kept if each.exam == number)
            rooms = sum(each.minutes * each.taken for each in part.choices)
            most = sum(each.minutes for each in part.choices)
            floor = max(0, min(least.get(number, 0) - pins, most))
            above = self.cp.new_int_var(0, most - floor, f"e{number} above")
            self.cp.add(rooms == above + floor * part.planned)
            people = sum(each.minutes * each.count for each in self.tasks if each.exam == number)
            off = self._off(part) if part.exam.preferred else 0
            self.costs[number] = [above + floor * part.planned + pins, off, people]
        self.levels: list[Any] = [sum(level) for level in zip(*self.costs.values(), strict=True)]

    def _off(self, part: ExamPart) -> Any:
        """A literal: it starts on a day that is not preferred for it."""
        off = self.cp.new_bool_var(f"e{part.exam.id} off")
        days = starts_inside(self.clock.minutes_of(part.exam.preferred), 1)
        inside = self.domain.from_intervals([list(each) for each in days])
        stays = any(each.exam == part.exam.id for each in self.kept)
        on = [~off] if stays else [~off, part.planned]
        self.cp.add_linear_expression_in_domain(part.start, inside).only_enforce_if(on)
        return off

    def plan_everything(self) -> None:
        """From here on only plans that leave nothing undone count."""
        for undone in self.undone.values():
            self.cp.add(undone == 0)

    @property
    def all_undone(self) -> Any:
        return sum(self.undone.values())

    @property
    def weighted(self) -> Any:
        """What is undone and all levels as one sum; for models of a few exams."""
        longest = [
            max((c.minutes for c in part.choices), default=0) for part in self.parts.values()
        ]
        pinned = sum(pin_minutes(self.instance.exam_by_id[each.exam], each) for each in self.kept)
        people = len(self.instance.invigilators) * (sum(longest) + pinned) + 1
        off = len(self.parts) + 1
        rooms = len(self.instance.rooms) * (sum(longest) + pinned) + 1
        one, two, three = self.levels
        return ((self.all_undone * rooms + one) * off + two) * people + three


def pin_minutes(exam: Exam, pin: Pinned) -> int:
    extra = max((exam.by_student[student].extra_minutes for student in pin.students), default=0)
    return exam.minutes + extra


def invigilator_classes(
    instance: Instance,
) -> list[tuple[frozenset[str], tuple[Span, ...], list[int]]]:
    """Invigilators who speak the same languages and are free at the same times, together."""
    spoken = frozenset().union(*(exam.languages for exam in instance.exams))
    alike: dict[tuple[frozenset[str], tuple[Span, ...]], list[int]] = {}
    for each in instance.invigilators:
        alike.setdefault((each.languages & spoken, joined(each.free)), []).append(each.id)
    return [(languages, free, people) for (languages, free), people in alike.items()]


def exams_by_student(instance: Instance) -> dict[int, list[tuple[int, int]]]:
    """Of each student the exams and how long each takes, in the order of the instance."""
    found: defaultdict[int, list[tuple[int, int]]] = defaultdict(list)
    for exam in instance.exams:
        for each in exam.candidates:
            found[each.student].append((exam.id, exam.minutes + each.extra_minutes))
    return found
