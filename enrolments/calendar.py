"""A student's own dates as a calendar to subscribe to, under an address that nobody can guess.

The address is signed from who it is for and a number; nothing secret is stored. A new address
counts the number up, and the old one is nobody's.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from typing import TYPE_CHECKING

from django.conf import settings
from django.core import signing
from django.db import transaction
from django.db.models import F
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from icalendar import Event

from accounts.models import User
from courses.calendar import all_day, as_file, event_of, new_calendar, title_of, weekly
from courses.timetable import slots
from enrolments.later import Appointment, appointments_of
from enrolments.models import CalendarFeed, Enrolment, State
from enrolments.models.enrolment import HOLDING
from paperwork.services.events import record

if TYPE_CHECKING:
    from courses.models import Edition

SALT = "enrolments.calendar"
AHEAD = {"start", "withdraw", "end", "exam", "resit"}
STARTS_WITH = 1  # the number of an address that was never renewed


def token_for(user: User) -> str:
    """The secret part of the address of `user`'s calendar."""
    number = CalendarFeed.objects.filter(user=user).values_list("number", flat=True).first()
    return signing.Signer(salt=SALT).sign_object([user.pk, number or STARTS_WITH])


def owner_of(token: str) -> User | None:
    """Whose calendar it is; None for an address that was renewed, or never was one."""
    try:
        pk, number = signing.Signer(salt=SALT).unsign_object(token)
    except (signing.BadSignature, ValueError, TypeError):
        return None
    user = User.objects.filter(pk=pk, is_active=True).first()
    if user is None:
        return None
    feed = CalendarFeed.objects.filter(user=user).first()
    return user if number == (feed.number if feed else STARTS_WITH) else None


@transaction.atomic
def renew_address(user: User) -> None:
    """Give `user`'s calendar another address; the one until now shows nothing any more."""
    feed, _made = CalendarFeed.objects.get_or_create(user=user, defaults={"number": STARTS_WITH})
    CalendarFeed.objects.filter(pk=feed.pk).update(number=F("number") + 1)
    record(user, "renew_calendar", by=user, role="student")


def calendar_for(user: User) -> bytes:
    """All dates of `user`'s cases that go on; the same cases give the same bytes."""
    cases = list(
        Enrolment.objects.filter(student=user)
        .live()
        .select_related("edition__course__university")
        .prefetch_related("edition__live_sessions")
        .order_by("pk")
    )
    calendar = new_calendar(_("My exchange"), settings.SITE_URL + reverse("exchange:cases"))
    with_sessions: list[Edition] = []
    appointments = appointments_of(cases)
    exact = {(one.case, one.instead_of) for one in appointments if not one.is_cancelled}
    for case in cases:
        for event in _events(case, {day for pk, day in exact if pk == case.pk}):
            calendar.add_component(event)
        if case.state in HOLDING:
            with_sessions.append(case.edition)
    by_pk = {case.pk: case for case in cases}
    for one in appointments:
        calendar.add_component(_appointment(by_pk[one.case], one))
    return as_file(calendar, with_sessions, [one.starts_at for one in appointments])


def _appointment(case: Enrolment, one: Appointment) -> Event:
    """At a place in Leiden, on the clock there."""
    url = settings.SITE_URL + case.get_absolute_url()
    event = event_of(case.edition.course, one.uid, one.title, f"{one.text}\n{url}", url)
    for name in ("dtstamp", "last-modified"):
        event.pop(name)
        event.add(name, one.changed_at)
    event.add("dtstart", one.starts_at.astimezone(timezone.get_default_timezone()))
    event.add("dtend", one.ends_at.astimezone(timezone.get_default_timezone()))
    event.add("location", one.place)
    event.add("sequence", one.sequence)
    event.add("status", "CANCELLED" if one.is_cancelled else "CONFIRMED")
    return event


def _events(case: Enrolment, exact: set[str]) -> Iterator[Event]:
    edition, course = case.edition, case.edition.course
    url = settings.SITE_URL + case.get_absolute_url()
    kinds = AHEAD if case.state in HOLDING else {"start"}
    if case.state == State.DRAFT:
        kinds = {"close"}
    yield from all_day(course, edition, url, kinds - exact)
    if case.state in HOLDING:
        for slot in slots(edition, list(edition.live_sessions.all()), course.university.zone):
            yield weekly(course, slot, url)
    if last := _last_day_to_act(case):
        day, text = last
        event = event_of(
            course, f"case-{case.reference}-act", text % {"course": title_of(course)}, "", url
        )
        event.add("dtstart", day)
        event.add("dtend", day + timedelta(days=1))
        event.add("transp", "TRANSPARENT")
        yield event


def _last_day_to_act(case: Enrolment) -> tuple[date, str] | None:
    """What the student has to do, and until when."""
    if case.state == State.OFFERED and case.offer_until:
        return timezone.localdate(case.offer_until), _("Last day to take the place: %(course)s")
    if case.state == State.RETURNED and case.due_on:
        return case.due_on, _("Last day to answer the question: %(course)s")
    return None
