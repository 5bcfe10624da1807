"""What can be wrong with a plan."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum


class ConflictKind(StrEnum):
    TOO_FULL = "too_full"
    STUDENT_TWICE = "student_twice"
    FACILITY = "facility"
    ROOM_CLOSED = "room_closed"
    NO_INVIGILATOR = "no_invigilator"
    OUTSIDE_WINDOW = "outside_window"
    OWN_EXAM_WEEK = "own_exam_week"
    ROOM_TWICE = "room_twice"
    INVIGILATOR_TWICE = "invigilator_twice"
    TOO_LATE_FOR_NOTICE = "too_late_for_notice"
    TOO_SHORT = "too_short"  # the sitting ends before the exam does
    TOO_LONG = "too_long"  # it lasts longer than the last of its students needs
    DIFFERENT_STARTS = "different_starts"  # the exam does not start at one instant
    SPLIT = "split"  # over several shared rooms, though it may not be
    NOT_SEATED = "not_seated"  # the exam is planned, but not for these students


class Facility(StrEnum):
    EXTRA_TIME = "extra_time"
    OWN_ROOM = "own_room"
    WHEELCHAIR = "wheelchair"
    COMPUTER = "computer"


@dataclass(frozen=True, slots=True, kw_only=True)
class Conflict:
    """What is wrong, as data for a sentence.

    `students` and `invigilators` are those that it concerns; `other` is the second exam of what is
    twice, or the same exam; `needed` and `available` count places, computers or invigilators;
    `start` is when it begins, where students have exams of their own.
    """

    kind: ConflictKind
    exam: int
    room: int | None = None
    students: tuple[int, ...] = ()
    invigilators: tuple[int, ...] = ()
    other: int | None = None
    facility: Facility | None = None
    needed: int | None = None
    available: int | None = None
    start: datetime | None = field(default=None, compare=False)
