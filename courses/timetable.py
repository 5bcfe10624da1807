"""Two clocks: live sessions and time differences, right over every change of the clocks."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from fractions import Fraction
from functools import lru_cache
from itertools import groupby
from math import ceil
from typing import TYPE_CHECKING

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.numberformat import format as format_number
from django.utils.translation import get_language

from courses.wording import gettext as _
from courses.wording import ngettext

if TYPE_CHECKING:
    from courses.models import Edition, LiveSession

WEEK = timedelta(days=7)
NIGHT_BEGINS, NIGHT_ENDS = time(22), time(7)  # a session in between is worth a warning


@dataclass(frozen=True, slots=True)
class Meeting:
    """One live session, on both clocks."""

    host_start: datetime
    start: datetime
    end: datetime

    @property
    def our_slot(self) -> tuple[int, time, time]:
        """Where it falls in our week."""
        return self.start.weekday(), self.start.time(), self.end.time()


@dataclass(frozen=True, slots=True)
class Span:
    """Meetings in a row that fall on the same moment of our week."""

    meetings: list[Meeting]

    @property
    def first(self) -> Meeting:
        return self.meetings[0]

    @property
    def last(self) -> Meeting:
        return self.meetings[-1]

    @property
    def ends_next_day(self) -> bool:
        return self.first.start.date() != self.first.end.date()

    @property
    def at_night(self) -> bool:
        """Whether it begins or ends while most people here are asleep."""
        start, end = self.first.start.time(), self.first.end.time()
        return start >= NIGHT_BEGINS or start < NIGHT_ENDS or self.ends_next_day or end > time(23)


@dataclass(frozen=True, slots=True)
class Slot:
    """A weekly session with the spans in which our own clock shows it at one time."""

    session: LiveSession
    spans: list[Span]

    @property
    def same_clock(self) -> bool:
        """Whether host and we read the same time all along."""
        here = self.session.weekday, self.session.starts_at
        return all((m.start.weekday(), m.start.time()) == here for m in self.meetings)

    @property
    def meetings(self) -> list[Meeting]:
        return [meeting for span in self.spans for meeting in span.meetings]


def our_zone() -> tzinfo:
    return timezone.get_default_timezone()


def meetings_of(session: LiveSession, edition: Edition, zone: tzinfo) -> list[Meeting]:
    """Every meeting of a weekly `session` while `edition` lasts; `zone` is the host's."""
    day = edition.starts_on + timedelta(days=(session.weekday - edition.starts_on.weekday()) % 7)
    meetings = []
    while day <= edition.ends_on:
        start = datetime.combine(day, session.starts_at, zone)
        end = datetime.combine(day, session.ends_at, zone)
        # By way of UTC: a time that the host's clock skips becomes the one that follows.
        here = our_zone()
        meetings.append(
            Meeting(
                start.astimezone(UTC).astimezone(zone), start.astimezone(here), end.astimezone(here)
            )
        )
        day += WEEK
    return meetings


def slots(edition: Edition, sessions: list[LiveSession], zone: tzinfo) -> list[Slot]:
    """The edition's weekly sessions; those that never meet while it lasts are left out."""
    found = []
    for session in sessions:
        meetings = meetings_of(session, edition, zone)
        spans = [Span(list(same)) for _key, same in groupby(meetings, key=lambda m: m.our_slot)]
        if spans:
            found.append(Slot(session, spans))
    return found


def hours_ahead(zone: tzinfo, at: datetime) -> Fraction:
    """How many hours `zone`'s clock is ahead of ours at that moment."""
    there, here = at.astimezone(zone).utcoffset(), at.astimezone(our_zone()).utcoffset()
    if there is None or here is None:
        raise ValueError("a moment needs a time zone")
    return Fraction((there - here) // timedelta(minutes=1), 60)


def noon(day: date) -> datetime:
    """Our midday: clocks change at night, so it tells for the whole day."""
    return datetime.combine(day, time(12), our_zone())


@lru_cache(maxsize=1000)  # the days on which editions begin, by zone: a year is looked through
def next_change(zone: tzinfo, at: datetime) -> tuple[date, Fraction] | None:
    """The first day within a year on which the difference is another one, and that difference."""
    now = hours_ahead(zone, at)
    today = at.astimezone(our_zone()).date()
    for number in range(367):  # today too: it may change later in the day
        day = today + timedelta(days=number)
        then = hours_ahead(zone, noon(day))
        if then != now:
            return day, then
    return None


def _hours(hours: Fraction) -> str:
    """Such as 9 or 9.5, as the reader writes it."""
    separator = "," if (get_language() or "nl").startswith("nl") else "."
    text = format_number(float(abs(hours)), separator, 2)
    return text.rstrip("0").rstrip(separator)


def _difference(hours: Fraction) -> str:
    number = ceil(abs(hours))
    if hours > 0:
        text = ngettext("%(hours)s hour later", "%(hours)s hours later", number)
    elif hours < 0:
        text = ngettext("%(hours)s hour earlier", "%(hours)s hours earlier", number)
    else:
        return _("the same time")
    return text % {"hours": _hours(hours)}


def difference_now(zone: tzinfo, at: datetime) -> str:
    """Such as "9 hours later"."""
    return _difference(hours_ahead(zone, at))


def difference_in_words(zone: tzinfo, at: datetime) -> str:
    """Such as "9 hours later than in Leiden; 8 hours later from 28 March 2027"."""
    hours = hours_ahead(zone, at)
    if hours:
        now = _("%(difference)s than in {city}") % {"difference": _difference(hours)}
    else:
        now = _("the same time as in {city}")
    change = next_change(zone, at)
    if change is None:
        return now
    day, then = change
    later = _("%(difference)s from %(day)s") % {
        "difference": _difference(then),
        "day": date_format(day, "DATE_FORMAT"),
    }
    return f"{now}; {later}"
