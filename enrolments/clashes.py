"""Whether a student's own calendar leaves room for a course: read once in memory, never kept.

A file is hostile until it is read: it is limited in size, in events, in repetitions and in what
they cost (`recurring.py`), and its own time zones are ignored.
"""

from __future__ import annotations

import contextlib
import re
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any, NamedTuple

from django.utils import timezone
from django.utils.translation import gettext as _
from icalendar import Calendar

from courses.timetable import Meeting
from enrolments.recurring import Budget, TooMuchError, aware, repeats, starts

if TYPE_CHECKING:
    from courses.models import Edition

LARGEST = 1024 * 1024  # bytes
MOST_EVENTS = 2000  # in the file
MOST_TIMES = 2000  # occurrences while the edition lasts
MOST_STEPS = 60_000  # of working out repetitions
MOST_SECONDS = 2.0  # of the processor for it
SHOWN = 40  # clashes
# A file may bring time zones that take forever to work out; their names are enough.
OWN_ZONES = re.compile(rb"^BEGIN:VTIMEZONE\r?$.*?^END:VTIMEZONE\r?\n?", re.M | re.S | re.I)


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
    budget = Budget(MOST_STEPS, MOST_TIMES, MOST_SECONDS)
    replaced = _replaced(events)
    for event in events:
        try:
            busy = _first(event)
            if busy is None:
                continue
            for one in _repeated(event, busy, replaced, last, budget):
                if one.end.date() >= first and one.start.date() <= last:
                    found.append(one)
                    budget.find()
        except TooMuchError:
            raise CalendarFileError(
                _("This calendar has too many events. Export one semester.")
            ) from None
        except (ValueError, IndexError, KeyError, TypeError, AttributeError, OverflowError):
            unread += 1
    return found, unread


def _replaced(events: list[Any]) -> dict[str, list[datetime]]:
    """Of each repeated event, the occurrences that were moved or cancelled by themselves."""
    found: dict[str, list[datetime]] = {}
    for event in events:
        with contextlib.suppress(ValueError, KeyError, TypeError, AttributeError, OverflowError):
            moment = event["RECURRENCE-ID"].dt
            found.setdefault(str(event.get("UID", "")), []).append(aware(moment))
    return found


def _first(event: Any) -> Busy | None:
    """The event's own time; None for one that is cancelled or leaves one free."""
    if str(event.get("STATUS", "")).upper() == "CANCELLED":
        return None
    if str(event.get("TRANSP", "")).upper() == "TRANSPARENT":
        return None
    start = event["DTSTART"].dt
    all_day = not isinstance(start, datetime)
    begin = aware(start)
    if "DTEND" in event:
        end = aware(event["DTEND"].dt)
    elif "DURATION" in event:
        end = begin + event["DURATION"].dt
    else:
        end = begin + (timedelta(days=1) if all_day else timedelta(0))
    title = " ".join(str(event.get("SUMMARY", "")).split())[:100]
    return Busy(title or _("Something without a title"), begin, max(begin, end), all_day)


def _repeated(
    event: Any, busy: Busy, replaced: dict[str, list[datetime]], last: date, budget: Budget
) -> Iterator[Busy]:
    """The event's occurrences up to `last`."""
    if not repeats(event) or "RECURRENCE-ID" in event:
        yield busy
        return
    length = busy.end - busy.start
    others = replaced.get(str(event.get("UID", "")), [])
    for start in starts(event, busy.start, others, last, budget):
        yield busy._replace(start=start, end=start + length)


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
