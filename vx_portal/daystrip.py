"""A day of 24 hours on two clocks: when another university works, against when we do."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import TYPE_CHECKING

from django.utils.translation import gettext

if TYPE_CHECKING:
    from courses.models import University

OPENS, CLOSES = 9, 17  # a working day, on each university's own clock
MINUTES = 24 * 60


@dataclass(frozen=True, slots=True)
class Span:
    """A part of our day, in minutes since midnight."""

    start: int
    end: int

    @property
    def length(self) -> int:
        return self.end - self.start

    @property
    def words(self) -> str:
        return f"{clock(self.start)}–{clock(self.end)}"


@dataclass(frozen=True, slots=True)
class DayStrip:
    """What the template draws; all of it on our own clock."""

    home: University
    other: University
    ours: Span
    theirs: Sequence[Span]  # two parts where their day passes our midnight
    shared: Sequence[Span]
    now: int
    other_now: datetime
    ticks: Sequence[tuple[int, str, str]]  # place, our clock, their clock

    @property
    def words(self) -> str:
        """The strip in a sentence or two."""
        named = {
            "city": self.other.local_city,
            "home": self.home.local_city,
            "theirs": ", ".join(span.words for span in _joined(self.theirs)),
        }
        said = (
            gettext("The working day in %(city)s, 9:00–17:00 there, is %(theirs)s in %(home)s.")
            % named
        )
        if self.shared:
            hours = ", ".join(span.words for span in self.shared)
            together = gettext("Both work at %(shared)s.") % {"shared": hours}
        else:
            together = gettext("The two working days do not overlap.")
        return f"{said} {together}"


def clock(minutes: int) -> str:
    """600 as 10:00."""
    return f"{minutes // 60 % 24}:{minutes % 60:02}"


def day_strip(home: University, other: University, now: datetime) -> DayStrip:
    """The strip for the day it is at home; right across changes to and from summer time."""
    here = now.astimezone(home.zone)
    there = now.astimezone(other.zone)
    ahead = int(
        ((there.utcoffset() or timedelta()) - (here.utcoffset() or timedelta())).total_seconds()
        // 60
    )
    ours = Span(OPENS * 60, CLOSES * 60)
    begins = (OPENS * 60 - ahead) % MINUTES
    ends = begins + (CLOSES - OPENS) * 60
    theirs = (
        [Span(begins, ends)]
        if ends <= MINUTES
        else [Span(0, ends - MINUTES), Span(begins, MINUTES)]
    )
    shared = [
        Span(max(ours.start, span.start), min(ours.end, span.end))
        for span in theirs
        if span.start < ours.end and ours.start < span.end
    ]
    midnight = datetime.combine(here.date(), time(), here.tzinfo)
    return DayStrip(
        home=home,
        other=other,
        ours=ours,
        theirs=theirs,
        shared=shared,
        now=int((here - midnight).total_seconds() // 60),
        other_now=there,
        ticks=[(m, clock(m), clock((m + ahead) % MINUTES)) for m in range(0, MINUTES + 1, 180)],
    )


def _joined(spans: Sequence[Span]) -> list[Span]:
    """Two parts around midnight said as one: 23:00–7:00."""
    if len(spans) == 2 and spans[0].start == 0 and spans[1].end == MINUTES:
        return [Span(spans[1].start, spans[0].end)]
    return list(spans)
