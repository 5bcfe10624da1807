"""What is to be planned: exams and their candidates, rooms, invigilators, and the rules."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from functools import cached_property


@dataclass(frozen=True, slots=True, order=True)
class Span:
    """The time from `start` up to but not including `end`; both are aware datetimes."""

    start: datetime
    end: datetime

    def __post_init__(self) -> None:
        if self.start.tzinfo is None or self.end.tzinfo is None:
            raise ValueError("A span needs moments with a time zone.")
        if self.end <= self.start:
            raise ValueError(f"A span cannot end at {self.end}, before it has lasted.")

    @property
    def minutes(self) -> int:
        return minutes(self.end - self.start)

    def meets(self, other: Span) -> bool:
        """Whether the two have a moment in common."""
        return self.start < other.end and other.start < self.end

    def contains(self, other: Span) -> bool:
        return self.start <= other.start and other.end <= self.end


def minutes(length: timedelta) -> int:
    return int(length.total_seconds() // 60)


def joined(spans: tuple[Span, ...]) -> tuple[Span, ...]:
    """`spans` in order of time, those that touch or overlap made one."""
    whole: list[Span] = []
    for span in sorted(spans):
        if whole and span.start <= whole[-1].end:
            whole[-1] = Span(whole[-1].start, max(whole[-1].end, span.end))
        else:
            whole.append(span)
    return tuple(whole)


def within(span: Span, spans: tuple[Span, ...]) -> bool:
    """Whether one of `spans` contains `span`; join those that touch first."""
    return any(each.contains(span) for each in spans)


class Kind(StrEnum):
    """How an exam is done, as far as it matters for rooms."""

    PAPER = "paper"
    LAPTOP = "laptop"  # the student's own
    COMPUTERS = "computers"  # each candidate needs a computer of the room
    ORAL = "oral"  # by video: each candidate is alone in a room


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """A student who sits an exam, with the arrangement that was granted for it."""

    student: int
    extra_minutes: int = 0
    own_room: bool = False
    wheelchair: bool = False
    computer: bool = False


@dataclass(frozen=True, kw_only=True)
class Exam:
    """An exam that everybody starts at the same instant.

    `start` is the host's instant (also for "the same local time", reckoned before); else the exam,
    without anybody's extra time, lies in one of the `windows`. Without both it may be at any time.
    `preferred` are spans, mostly days, in which it should start; none means no preference.
    An invigilator of it speaks one of `languages`; none means that any will do.
    Where each student picks a slot, each slot is an exam of its own.
    """

    id: int
    minutes: int
    candidates: tuple[Candidate, ...]
    kind: Kind = Kind.PAPER
    start: datetime | None = None
    windows: tuple[Span, ...] = ()
    preferred: tuple[Span, ...] = ()
    languages: frozenset[str] = frozenset()
    may_split: bool = True  # over several shared rooms

    def __post_init__(self) -> None:
        if self.minutes <= 0 or any(each.extra_minutes < 0 for each in self.candidates):
            raise ValueError(f"Exam {self.id} has a length below zero.")
        if len({each.student for each in self.candidates}) != len(self.candidates):
            raise ValueError(f"A student is twice in exam {self.id}.")

    @cached_property
    def by_student(self) -> Mapping[int, Candidate]:
        return {each.student: each for each in self.candidates}

    def alone(self, candidate: Candidate) -> bool:
        return candidate.own_room or self.kind is Kind.ORAL

    def at_computer(self, candidate: Candidate) -> bool:
        return candidate.computer or self.kind is Kind.COMPUTERS

    def time_of(self, candidate: Candidate, start: datetime) -> Span:
        """When `candidate` is busy with it: the length and the own extra time."""
        return Span(start, start + timedelta(minutes=self.minutes + candidate.extra_minutes))

    def regular(self, start: datetime) -> Span:
        """The exam itself, without extra time."""
        return Span(start, start + timedelta(minutes=self.minutes))


@dataclass(frozen=True, slots=True, kw_only=True)
class Room:
    """A room; `open` is when it can be had, closures already taken away."""

    id: int
    places: int  # in exam setting
    open: tuple[Span, ...]
    wheelchair: bool = False
    computers: int = 0
    kinds: frozenset[Kind] = frozenset(Kind)  # the exams for which it is furnished


@dataclass(frozen=True, slots=True, kw_only=True)
class Invigilator:
    """Somebody who can invigilate in the spans `free`."""

    id: int
    languages: frozenset[str]
    free: tuple[Span, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Pinned:
    """A sitting that stays: this exam, room, start and exactly these students."""

    exam: int
    room: int
    start: datetime
    students: frozenset[int]


@dataclass(frozen=True, kw_only=True)
class Instance:
    """All that a plan depends on.

    `starts` are the moments at which an exam may begin unless the host fixed the instant.
    `busy` are a student's own exams and exam weeks. What begins before `earliest` would be told
    too late; only a `published` sitting may. Published sittings that begin before it stay.
    """

    exams: tuple[Exam, ...]
    rooms: tuple[Room, ...]
    invigilators: tuple[Invigilator, ...]
    starts: tuple[datetime, ...] = ()
    busy: Mapping[int, tuple[Span, ...]] = field(default_factory=dict)
    pinned: tuple[Pinned, ...] = ()
    published: tuple[Pinned, ...] = ()
    earliest: datetime | None = None
    students_per_invigilator: int = 30

    def __post_init__(self) -> None:
        for kind, ids in (
            ("exam", [each.id for each in self.exams]),
            ("room", [each.id for each in self.rooms]),
            ("invigilator", [each.id for each in self.invigilators]),
        ):
            if len(set(ids)) != len(ids):
                raise ValueError(f"Two of the {kind}s have the same id.")
        for each in (*self.pinned, *self.published):
            exam = self.exam_by_id.get(each.exam)
            if exam is None or each.room not in self.room_by_id:
                raise ValueError(f"A sitting names exam {each.exam}, room {each.room}: unknown.")
            if not each.students <= exam.by_student.keys():
                raise ValueError(f"Somebody seated for exam {each.exam} does not sit it.")

    @cached_property
    def exam_by_id(self) -> Mapping[int, Exam]:
        return {each.id: each for each in self.exams}

    @cached_property
    def room_by_id(self) -> Mapping[int, Room]:
        return {each.id: each for each in self.rooms}

    @cached_property
    def invigilator_by_id(self) -> Mapping[int, Invigilator]:
        return {each.id: each for each in self.invigilators}

    def invigilators_for(self, students: int) -> int:
        """How many a sitting of so many students needs: at least one."""
        return max(1, -(-students // self.students_per_invigilator))
