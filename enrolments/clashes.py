"""Whether a student's own calendar leaves room for a course: read once in memory, never kept.

A file is hostile until it is read: it is limited in size, in events and in repetitions, its own
time zones are ignored, and only daily and weekly repetitions are worked out.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from typing import TYPE_CHECKING, Any, NamedTuple

from django.utils import timezone
from django.utils.translation import gettext as _
from icalendar import Calendar

from courses.timetable import Meeting

if TYPE_CHECKING:
    from courses.models import Edition

LARGEST = 1024 * 1024  # bytes
MOST_EVENTS = 2000  # in the file
MOST_TIMES = 2000  # occurrences while the edition lasts
MOST_STEPS = 20_000  # of working out repetitions
SHOWN = 40  # clashes
# A file may bring time zones that take forever to work out; their names are enough.
OWN_ZONES = re.compile(rb"^BEGIN:VTIMEZONE\r?$.*?^END:VTIMEZONE\r?\n?", re.M | re.S | re.I)
WEEKDAYS = {"MO": 0, "TU": 1, "WE": 2, "TH": 3, "FR": 4, "SA": 5, "SU": 6}


class CalendarFileError(Exception):
    """The file cannot be read; the message says why, and may be shown."""


class Busy(NamedTuple):
    """Something in the student's own calendar."""

    title: str
    start: datetime
    end: datetime
    all_day: bool


class Clash(NamedTuple):
    """Something of one's own at the time of a live session or on the day of the exam."""

    own: Busy
    what: str  # session or exam
    start: datetime | None  # of the session


class Found(NamedTuple):
    """What a comparison gave."""

    clashes: list[Clash]
    more: int  # clashes that are not listed
    read: int  # occurrences that were compared
    unread: int  # events whose repetition could not be worked out


def read(content: bytes, first: date, last: date) -> tuple[list[Busy], int]:
    """What `content`, an .ics file, has from `first` to `last`; and how many events it hides.

    Raises CalendarFileError.
    """
    if len(content) > LARGEST:
        raise CalendarFileError(_("This file is larger than 1 MB. Export one semester."))
    if content.upper().count(b"BEGIN:VEVENT") > MOST_EVENTS:
        raise CalendarFileError(_("This calendar has too many events. Export one semester."))
    if b"BEGIN:VCALENDAR" not in content.upper():
        raise CalendarFileError(_("This is no calendar file. Choose a file that ends in .ics."))
    try:
        calendar = Calendar.from_ical(OWN_ZONES.sub(b"", content))
        events = list(calendar.walk("VEVENT"))
    except (ValueError, IndexError, KeyError, TypeError, AttributeError, RecursionError):
        raise CalendarFileError(
            _("This calendar file cannot be read. Export it again from your timetable.")
        ) from None
    return _occurrences(events, first, last)


def _occurrences(events: list[Any], first: date, last: date) -> tuple[list[Busy], int]:
    found: list[Busy] = []
    unread = 0
    budget = Budget(MOST_STEPS, MOST_TIMES)
    for event in events:
        try:
            busy = _first(event)
            if busy is None:
                continue
            for one in _repeated(event, busy, first, last, budget):
                found.append(one)
                budget.find()
        except CalendarFileError:
            raise
        except (ValueError, IndexError, KeyError, TypeError, AttributeError, OverflowError):
            unread += 1
    return found, unread


class Budget:
    """Steps that may still be taken for the whole file, and occurrences that it may have."""

    def __init__(self, steps: int, times: int) -> None:
        self.steps, self.times = steps, times

    def find(self) -> None:
        self.times -= 1
        if self.times < 0:
            raise CalendarFileError(_("This calendar has too many events. Export one semester."))

    def spend(self) -> None:
        self.steps -= 1
        if self.steps < 0:
            raise CalendarFileError(_("This calendar has too many events. Export one semester."))


def _first(event: Any) -> Busy | None:
    """The event's own time; None for one that is cancelled or leaves one free."""
    if str(event.get("STATUS", "")).upper() == "CANCELLED":
        return None
    if str(event.get("TRANSP", "")).upper() == "TRANSPARENT":
        return None
    start = event["DTSTART"].dt
    all_day = not isinstance(start, datetime)
    begin = _aware(start)
    if "DTEND" in event:
        end = _aware(event["DTEND"].dt)
    elif "DURATION" in event:
        end = begin + event["DURATION"].dt
    else:
        end = begin + (timedelta(days=1) if all_day else timedelta(0))
    title = " ".join(str(event.get("SUMMARY", "")).split())[:100]
    return Busy(title or _("Something without a title"), begin, max(begin, end), all_day)


def _aware(value: date | datetime) -> datetime:
    """A moment; days and times without a zone are Leiden's."""
    if not isinstance(value, datetime):
        value = datetime.combine(value, time(0))
    return timezone.make_aware(value) if timezone.is_naive(value) else value


def _repeated(event: Any, busy: Busy, first: date, last: date, budget: Budget) -> Iterator[Busy]:
    """The event's occurrences from `first` to `last`."""
    rule = event.get("RRULE")
    length = busy.end - busy.start
    if rule is None:
        if busy.start.date() <= last and busy.end.date() >= first:
            yield busy
        return
    skipped = _skipped(event)
    for start in _starts(rule, busy.start, first, last, budget):
        if start.astimezone(UTC) not in skipped:
            yield busy._replace(start=start, end=start + length)


def _skipped(event: Any) -> set[datetime]:
    left_out = event.get("EXDATE", [])
    lists = left_out if isinstance(left_out, list) else [left_out]
    return {_aware(one.dt).astimezone(UTC) for some in lists for one in some.dts}


def _starts(
    rule: Any, start: datetime, first: date, last: date, budget: Budget
) -> Iterator[datetime]:
    """The starts that a daily or weekly rule gives, on the clock on the wall of its zone."""
    allowed = {"FREQ", "INTERVAL", "COUNT", "UNTIL", "BYDAY", "WKST"}
    frequency = str(rule["FREQ"][0]).upper()
    if frequency not in {"DAILY", "WEEKLY"} or set(rule) - allowed:
        raise ValueError("an unusual repetition")
    every = int(rule.get("INTERVAL", [1])[0])
    if every < 1:
        raise ValueError("an interval that goes nowhere")
    days = sorted(WEEKDAYS[str(day).upper()] for day in rule.get("BYDAY", []))
    if frequency == "DAILY" and days:
        raise ValueError("an unusual repetition")
    until = _aware(rule["UNTIL"][0]) if "UNTIL" in rule else None
    if until and not isinstance(rule["UNTIL"][0], datetime):
        until += timedelta(days=1)
    left = int(rule["COUNT"][0]) if "COUNT" in rule else None
    zone: tzinfo = start.tzinfo or UTC
    day, step = start.date(), timedelta(days=every if frequency == "DAILY" else 7 * every)
    if frequency == "WEEKLY" and days:
        day -= timedelta(days=day.weekday())
    offsets = days if frequency == "WEEKLY" and days else [0]
    if left is None and day < first:  # go straight to where the edition begins
        day += step * max(0, (first - day) // step - 1)
    while day <= last:
        for offset in offsets:
            budget.spend()
            at = datetime.combine(day + timedelta(days=offset), start.timetz())
            at = at.replace(tzinfo=zone)
            if at < start:
                continue
            if (until and at > until) or left == 0:
                return
            if left is not None:
                left -= 1
            if first <= at.date() <= last:
                yield at
        day += step


def compare(content: bytes, edition: Edition, meetings: list[Meeting]) -> Found:
    """What of the student's own calendar is at the time of a live session or on the exam's day."""
    days = [day for day in (edition.ends_on, edition.exam_on) if day is not None]
    own, unread = read(content, edition.starts_on, max(days))
    found = []
    for busy in sorted(own, key=lambda one: one.start):
        if not busy.all_day:
            found += [
                Clash(busy, "session", meeting.start)
                for meeting in meetings
                if busy.start < meeting.end and meeting.start < busy.end
            ]
        if edition.exam_on and _touches(busy, edition.exam_on):
            found.append(Clash(busy, "exam", None))
    return Found(found[:SHOWN], max(0, len(found) - SHOWN), len(own), unread)


def _touches(busy: Busy, day: date) -> bool:
    start = timezone.localtime(busy.start).date()
    end = timezone.localtime(busy.end - timedelta(seconds=1)).date()
    return start <= day <= max(start, end)
