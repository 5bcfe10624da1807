"""A date and a time on somebody's clock, as one moment; and a moment on two clocks. Pure.

Twice a year a clock skips times and shows others twice. Neither is guessed: a time that does not
exist is refused, of one that comes twice it is asked which.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from enum import StrEnum

from django.utils import timezone
from django.utils.formats import date_format, time_format
from django.utils.translation import gettext as _


class Which(StrEnum):
    """Which of two moments with the same time on the clock."""

    FIRST = "first"
    SECOND = "second"


class MomentError(ValueError):
    """There is not exactly one such moment; the message says what to do, in the reader's words."""


class SkippedError(MomentError):
    """The clock is put forward over this time."""


class TwiceError(MomentError):
    """The clock is put back: the time comes twice, and nobody said which is meant."""


def moments_of(day: date, clock: time, zone: tzinfo) -> list[datetime]:
    """The moments, in UTC, at which a clock in `zone` shows this: none, one, or two in order."""
    wall = datetime.combine(day, clock.replace(tzinfo=None, fold=0))
    found = []
    for fold in (0, 1):
        moment = wall.replace(tzinfo=zone, fold=fold).astimezone(UTC)
        shown = moment.astimezone(zone).replace(tzinfo=None, fold=0)
        if shown == wall and moment not in found:
            found.append(moment)
    return sorted(found)


def resolve(day: date, clock: time, zone: tzinfo, which: str = "") -> datetime:
    """The one moment, in UTC, at which a clock in `zone` shows `clock` on `day`.

    `which` of two it is (Which) is asked only where there are two. Raises SkippedError or
    TwiceError.
    """
    found = moments_of(day, clock, zone)
    if not found:
        raise SkippedError(
            _(
                "%(time)s does not exist on this day: the clock goes forward."
                " Take %(next)s or later."
            )
            % {"time": _clock(clock), "next": _clock(_after_the_gap(day, clock, zone))}
        )
    if len(found) == 1:
        return found[0]
    if which not in (Which.FIRST, Which.SECOND):
        raise TwiceError(
            _("%(time)s comes twice on this day: the clock goes back. Say which of the two.")
            % {"time": _clock(clock)}
        )
    return found[which == Which.SECOND]


def _after_the_gap(day: date, clock: time, zone: tzinfo) -> time:
    """The first time that the clock shows after the hour it skips."""
    wall = datetime.combine(day, clock)
    before = wall.replace(tzinfo=zone, fold=1).utcoffset() or timedelta()
    after = wall.replace(tzinfo=zone, fold=0).utcoffset() or timedelta()
    skipped = abs(before - after)
    moment = wall - skipped
    while not moments_of(moment.date(), moment.time(), zone) or moment <= wall:
        moment += timedelta(minutes=1)
    return moment.time()


@dataclass(frozen=True, slots=True)
class TwoClocks:
    """A moment as Leiden and the host read it. Neither has a zone: they are to be shown."""

    leiden: datetime
    host: datetime

    @property
    def is_same(self) -> bool:
        """Whether both clocks show the same."""
        return self.leiden == self.host

    @property
    def is_other_day(self) -> bool:
        """Whether it is another day at the host."""
        return self.leiden.date() != self.host.date()


def leiden() -> tzinfo:
    """Our own zone."""
    return timezone.get_default_timezone()


def two_clocks(moment: datetime, zone: tzinfo) -> TwoClocks:
    """`moment` in Leiden and in the host's `zone`."""
    here, there = moment.astimezone(leiden()), moment.astimezone(zone)
    return TwoClocks(here.replace(tzinfo=None), there.replace(tzinfo=None))


def on_clock(moment: datetime, zone: tzinfo) -> tuple[date, time, str]:
    """Day, time and, where the time comes twice, which: what `resolve` makes `moment` of again."""
    shown = moment.astimezone(zone)
    day, clock = shown.date(), shown.time().replace(fold=0)
    found = moments_of(day, clock, zone)
    which = "" if len(found) == 1 else str(Which.SECOND if moment == found[1] else Which.FIRST)
    return day, clock, which


def _clock(clock: time) -> str:
    return time_format(clock, "H:i")


def in_words(moment: datetime, zone: tzinfo, place: str = "") -> str:
    """Woensdag 14 april 2027, 13:15; with the place when it is named."""
    shown = moment.astimezone(zone).replace(tzinfo=None)
    words = f"{date_format(shown, 'l j F Y')}, {_clock(shown.time())}"
    return f"{words} ({place})" if place else words
