"""Moments as whole minutes, and at which of them an exam may start."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from datetime import UTC, datetime, timedelta

from exams.planning.instance import Exam, Instance, Pinned, Span, joined, minutes

type Ranges = list[tuple[int, int]]  # from and up to and including, in order and apart


def kept_in(minutes: list[int], ranges: Ranges) -> list[int]:
    """Those of `minutes`, which are in order, that lie in one of `ranges`."""
    found: list[int] = []
    for first, last in ranges:
        found += minutes[bisect_left(minutes, first) : bisect_right(minutes, last)]
    return found


def starts_inside(open_at: Ranges, length: int) -> Ranges:
    """When something of `length` can start so that one of `open_at`, from and until, holds it."""
    return [(start, end - length) for start, end in open_at if end - length >= start]


class Clock:
    """Counts minutes from the first moment at which anything of `instance` could start."""

    def __init__(self, instance: Instance) -> None:
        fixed = [exam.start for exam in instance.exams if exam.start is not None]
        pins = [each.start for each in (*instance.pinned, *instance.published)]
        self.zero = min([*instance.starts, *fixed, *pins], default=datetime(2000, 1, 1, tzinfo=UTC))

    def minute(self, moment: datetime) -> int:
        return minutes(moment - self.zero)

    def moment(self, minute: int) -> datetime:
        return self.zero + timedelta(minutes=minute)

    def minutes_of(self, spans: tuple[Span, ...]) -> Ranges:
        """From and until when the spans last, in order, those that touch made one."""
        return [(self.minute(each.start), self.minute(each.end)) for each in joined(spans)]


def kept(instance: Instance) -> tuple[Pinned, ...]:
    """Sittings that stay: those pinned, and those published that begin too soon to be changed."""
    late = (
        each
        for each in instance.published
        if instance.earliest is not None and each.start < instance.earliest
    )
    return tuple(dict.fromkeys((*instance.pinned, *late)))


def possible_starts(exam: Exam, instance: Instance, clock: Clock) -> list[int]:
    """The minutes at which the host's window, notice and own exam weeks let `exam` start.

    An exam with sittings that stay starts when they do, whatever the rules say.
    """
    stays = [each.start for each in kept(instance) if each.exam == exam.id]
    if stays:
        return [clock.minute(min(stays))]
    if exam.start is not None:
        found = [clock.minute(exam.start)]
    else:
        found = sorted({clock.minute(each) for each in instance.starts})
        if exam.windows:
            window = starts_inside(clock.minutes_of(exam.windows), exam.minutes)
            found = kept_in(found, window)
    if instance.earliest is not None:
        found = found[bisect_left(found, clock.minute(instance.earliest)) :]
    away: set[int] = set()
    for candidate in exam.candidates:
        length = exam.minutes + candidate.extra_minutes
        for span in instance.busy.get(candidate.student, ()):
            meets = (clock.minute(span.start) - length + 1, clock.minute(span.end) - 1)
            away.update(kept_in(found, [meets]))
    return [each for each in found if each not in away]
