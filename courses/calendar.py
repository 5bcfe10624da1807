"""A course's dates as a calendar file (RFC 5545), to import once or to subscribe to."""

from __future__ import annotations

from collections.abc import Container, Iterable, Iterator
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from django.conf import settings
from django.utils.formats import date_format
from django.utils.translation import get_language
from icalendar import Calendar, Event, vRecur

from courses import house
from courses.timetable import Slot, slots
from courses.wording import gettext as _

if TYPE_CHECKING:
    from courses.models import Course, Edition

PRODUCT = "-//VX portal//EN"
Dated = tuple[str, date, date, str]  # what it is in its UID, first day, last day, summary


def last_day(edition: Edition) -> date:
    """The last day on which something happens: a resit may be after the end."""
    return max(
        day for day in (edition.ends_on, edition.exam_on, edition.resit_on) if day is not None
    )


def worth_showing(editions: Iterable[Edition], today: date) -> list[Edition]:
    """Editions with something still to come; else the last one: a subscription never runs empty."""
    ordered = sorted(editions, key=lambda edition: edition.starts_on)
    return [e for e in ordered if last_day(e) >= today] or ordered[-1:]


def title_of(course: Course) -> str:
    """One line, without the control characters that no calendar may hold."""
    return " ".join("".join(c if c.isprintable() else " " for c in course.local_title).split())


def _days(edition: Edition, title: str) -> Iterator[Dated]:
    """The edition's days, each with a summary that can stand alone among somebody's other plans."""
    opens, closes = edition.applications_open_on, edition.applications_close_on
    dated = [
        ("open", opens, _("Applications open: %(course)s")),
        ("close", closes, _("Last day to apply: %(course)s")),
        ("start", edition.starts_on, _("Start of course: %(course)s")),
        ("withdraw", edition.withdraw_until, _("Last day to withdraw: %(course)s")),
        ("end", edition.ends_on, _("End of course: %(course)s")),
        ("exam", edition.exam_on, _("Exam in {city}: %(course)s")),
        ("resit", edition.resit_on, _("Resit in {city}: %(course)s")),
    ]
    for kind, day, text in dated:
        if day is not None:
            yield kind, day, day + timedelta(days=1), text % {"course": title}


def event_of(course: Course, uid: str, summary: str, description: str, url: str) -> Event:
    event = Event()
    event.add("uid", f"{uid}@{urlsplit(settings.SITE_URL).hostname}")
    # When the course last changed: the same offer gives the same file, byte for byte.
    event.add("dtstamp", course.changed_at)
    event.add("last-modified", course.changed_at)
    event.add("summary", summary, parameters={"LANGUAGE": (get_language() or "nl")[:2]})
    event.add("description", description)
    event.add("url", url)
    return event


def all_day(
    course: Course, edition: Edition, url: str, kinds: Container[str] | None = None
) -> Iterator[Event]:
    """The edition's days; `kinds` leaves some: open, close, start, withdraw, end, exam, resit."""
    university = course.university.local_name
    for kind, first, after, summary in _days(edition, title_of(course)):
        if kinds is not None and kind not in kinds:
            continue
        text = _("%(university)s. All about this course: %(url)s")
        event = event_of(
            course,
            f"edition-{edition.pk}-{kind}",
            summary,
            text % {"university": university, "url": url},
            url,
        )
        event.add("dtstart", first)
        event.add("dtend", after)
        event.add("transp", "TRANSPARENT" if kind not in {"exam", "resit"} else "OPAQUE")
        event.add("location", house.names().city) if kind in {"exam", "resit"} else None
        yield event


def weekly(course: Course, slot: Slot, url: str) -> Event:
    """A live session, every week on the host's clock: calendars work out the reader's own time."""
    first = slot.meetings[0]
    text = _("Live session: %(course)s") if not slot.session.required else ""
    text = text or _("Live session, attendance required: %(course)s")
    note = _("Every week at %(time)s in %(city)s, from %(first)s to %(last)s. %(url)s") % {
        "time": date_format(first.host_start, "TIME_FORMAT"),
        "city": course.university.local_city,
        "first": date_format(first.host_start.date(), "DATE_FORMAT"),
        "last": date_format(slot.meetings[-1].host_start.date(), "DATE_FORMAT"),
        "url": url,
    }
    uid = f"session-{slot.session.pk}"
    event = event_of(course, uid, text % {"course": title_of(course)}, note, url)
    event.add("dtstart", first.host_start)
    event.add("dtend", _end_at_host(slot))
    event.add("rrule", vRecur(freq="WEEKLY", count=len(slot.meetings)))
    event.add("location", _("Online"))
    return event


def _end_at_host(slot: Slot) -> datetime:
    first = slot.meetings[0]
    return first.end.astimezone(first.host_start.tzinfo)


def calendar_of(course: Course, editions: list[Edition], url: str) -> bytes:
    """The dates and live sessions of `editions`, in the reader's language.

    The same offer gives the same bytes; each event keeps its UID in both languages, so that a file
    imported again replaces what the first one brought. `url` is the course's page.
    """
    calendar = new_calendar(f"{course.university.code}: {title_of(course)}", url)
    for edition in editions:
        for event in all_day(course, edition, url):
            calendar.add_component(event)
        for slot in slots(edition, list(edition.live_sessions.all()), course.university.zone):
            calendar.add_component(weekly(course, slot, url))
    return as_file(calendar, editions)


def new_calendar(name: str, url: str) -> Calendar:
    """An empty calendar to subscribe to, called `name`."""
    calendar = Calendar()
    calendar.add("prodid", PRODUCT)
    calendar.add("version", "2.0")
    calendar.add("method", "PUBLISH")
    calendar.add("name", name)
    calendar.add("x-wr-calname", name)
    calendar.add("url", url)
    calendar.add("refresh-interval", timedelta(days=1), parameters={"VALUE": "DURATION"})
    calendar.add("x-published-ttl", "P1D")
    return calendar


def as_file(calendar: Calendar, editions: list[Edition], moments: Iterable[datetime] = ()) -> bytes:
    """The bytes of `calendar`, with the time zones that sessions and `moments` need."""
    days = [moment.date() for moment in moments]
    days += [day for edition in editions for day in (edition.starts_on, edition.ends_on)]
    if days:
        calendar.add_missing_timezones(
            first_date=min(days) - timedelta(days=1), last_date=max(days) + timedelta(days=1)
        )
    file: bytes = calendar.to_ical()
    return file
