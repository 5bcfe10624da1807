"""The calendar file: valid, the same twice, and right over the changes of the clocks."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from itertools import count
from zoneinfo import ZoneInfo

import pytest
import time_machine
from dateutil.rrule import rrulestr
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from icalendar import Calendar, Event

from courses.models import Course, Edition
from courses.models.course import Assessment, PublicState
from tests import factories

COUNT = count()
LEIDEN = ZoneInfo("Europe/Amsterdam")


@pytest.fixture(autouse=True)
def _on_one_day() -> object:
    with time_machine.travel(datetime(2026, 11, 24, 12, tzinfo=UTC), tick=False):
        yield


@pytest.fixture
def edition(db: None) -> Edition:
    return factories.EditionFactory.create(
        course__title="Topology, in Condensed; Matter",
        course__slug="topology",
        course__university__code="UQ",
        starts_on=date(2027, 2, 1),
        ends_on=date(2027, 5, 31),
        applications_open_on=date(2026, 10, 1),
        applications_close_on=date(2026, 12, 1),
        withdraw_until=date(2027, 2, 14),
        exam_on=date(2027, 5, 31),
        resit_on=date(2027, 7, 2),
    )


def file_of(client: Client, course: Course, language: str = "en") -> bytes:
    address = f"/{language}/courses/{course.university.code.lower()}/{course.slug}/calendar.ics"
    response = client.get(f"{address}?n={next(COUNT)}")  # with a query, a page is made each time
    assert response.status_code == 200
    assert response.headers["Content-Type"] == "text/calendar; charset=utf-8"
    return response.content


def events_of(file: bytes) -> dict[str, Event]:
    return {str(event["UID"]): event for event in Calendar.from_ical(file).walk("VEVENT")}


def test_every_day_that_matters_is_there(client: Client, edition: Edition) -> None:
    events = events_of(file_of(client, edition.course))
    days = {uid.split("@")[0].split("-")[-1]: event["DTSTART"].dt for uid, event in events.items()}

    assert days == {
        "open": date(2026, 10, 1),
        "close": date(2026, 12, 1),
        "start": date(2027, 2, 1),
        "withdraw": date(2027, 2, 14),
        "end": date(2027, 5, 31),
        "exam": date(2027, 5, 31),
        "resit": date(2027, 7, 2),
    }
    for event in events.values():
        assert event["DTEND"].dt - event["DTSTART"].dt == timedelta(days=1)
        assert event["DTSTART"].params["VALUE"] == "DATE"


def test_days_that_are_not_known_are_left_out(client: Client, db: None) -> None:
    edition = factories.EditionFactory.create(
        applications_open_on=None, applications_close_on=None, withdraw_until=None,
        assessment=Assessment.ASSIGNMENT, exam_kind="", exam_on=None,
    )  # fmt: skip

    assert len(events_of(file_of(client, edition.course))) == 2


def test_the_file_follows_the_rules(client: Client, edition: Edition) -> None:
    """RFC 5545: CRLF, lines of 75 octets at most, text escaped, required properties."""
    edition.course.title = "Ω" * 90 + ", a; b\\c"
    edition.course.save()
    factories.LiveSessionFactory.create(edition=edition)
    file = file_of(client, edition.course)
    lines = file.split(b"\r\n")

    assert lines[-1] == b""
    assert b"\n" not in b"".join(lines)
    assert max(map(len, lines)) <= 75
    assert b"\\, a\\; b\\\\c" in file.replace(b"\r\n ", b"")
    calendar = Calendar.from_ical(file)
    assert calendar["VERSION"] == "2.0"
    assert calendar["PRODID"]
    assert {zone["TZID"] for zone in calendar.walk("VTIMEZONE")} == {"Australia/Brisbane"}
    for event in calendar.walk("VEVENT"):
        assert event["UID"]
        assert event["DTSTAMP"].dt == edition.course.changed_at.replace(microsecond=0)
        assert event.errors == []


def test_control_characters_do_not_reach_the_file(client: Client, edition: Edition) -> None:
    Course.objects.update(title_en="Line\r\nBEGIN:VALARM\x0bend")
    file = file_of(client, edition.course)

    assert b"\r\nBEGIN:VALARM" not in file
    assert b"\x0b" not in file


def test_the_same_offer_gives_the_same_bytes(client: Client, edition: Edition) -> None:
    factories.LiveSessionFactory.create(edition=edition)
    first = file_of(client, edition.course)
    with time_machine.travel(datetime(2026, 11, 25, 9, tzinfo=UTC), tick=False):
        assert file_of(client, edition.course) == first


def test_both_languages_have_the_same_events(client: Client, edition: Edition) -> None:
    english = events_of(file_of(client, edition.course, "en"))
    dutch = events_of(file_of(client, edition.course, "nl"))

    assert english.keys() == dutch.keys()
    assert {e["SUMMARY"].params["LANGUAGE"] for e in english.values()} == {"en"}
    assert {e["SUMMARY"].params["LANGUAGE"] for e in dutch.values()} == {"nl"}


@pytest.mark.parametrize(
    ("zone", "starts", "before", "after"),
    [
        ("Australia/Brisbane", time(8), "Mon 23:00", "Tue 00:00"),
        ("Australia/Adelaide", time(18), "Tue 08:30", "Tue 10:30"),
        ("America/Vancouver", time(9), "Tue 18:00", "Tue 18:00"),
        ("Europe/Amsterdam", time(13), "Tue 13:00", "Tue 13:00"),
    ],
)
def test_live_sessions_recur_on_the_hosts_clock(
    client: Client, edition: Edition, zone: str, starts: time, before: str, after: str
) -> None:
    edition.course.university.time_zone = zone
    edition.course.university.save()
    session = factories.LiveSessionFactory.create(
        edition=edition, starts_at=starts, ends_at=time(starts.hour + 1)
    )
    file = file_of(client, edition.course)
    event = events_of(file)[f"session-{session.pk}@localhost"]
    start = event["DTSTART"].dt

    assert event["DTSTART"].params["TZID"] == zone
    assert event["DTEND"].dt - start == timedelta(hours=1)
    times = list(rrulestr(event["RRULE"].to_ical().decode(), dtstart=start))
    assert len(times) == 17
    assert f"{times[0].astimezone(LEIDEN):%a %H:%M}" == before
    assert f"{times[-1].astimezone(LEIDEN):%a %H:%M}" == after


def test_the_zone_in_the_file_knows_the_change_itself(client: Client, edition: Edition) -> None:
    """A calendar that has no zones of its own reads the change of the clocks from the file."""
    edition.course.university.time_zone = "America/Chicago"
    edition.course.university.save()
    factories.LiveSessionFactory.create(edition=edition)
    (zone,) = Calendar.from_ical(file_of(client, edition.course)).walk("VTIMEZONE")
    changes = {part["DTSTART"].dt.date(): part["TZOFFSETTO"].td for part in zone.subcomponents}

    assert changes[date(2027, 3, 14)] == timedelta(hours=-5)


def test_a_resit_after_the_end_is_still_shown(client: Client, edition: Edition) -> None:
    with time_machine.travel(datetime(2027, 6, 15, 12, tzinfo=UTC), tick=False):
        factories.EditionFactory.create(course=edition.course, starts_on=date(2028, 2, 1))
        assert len(events_of(file_of(client, edition.course))) > 7


def test_a_subscription_never_runs_empty(client: Client, edition: Edition) -> None:
    with time_machine.travel(datetime(2029, 1, 1, 12, tzinfo=UTC), tick=False):
        assert len(events_of(file_of(client, edition.course))) == 7


def test_drafts_stay_hidden_and_a_course_without_dates_has_a_calendar_that_opens(
    client: Client, db: None
) -> None:
    draft = factories.EditionFactory.create(state=PublicState.DRAFT)

    assert events_of(file_of(client, draft.course)) == {}


def test_as_many_queries_for_three_editions_as_for_one(client: Client, edition: Edition) -> None:
    factories.LiveSessionFactory.create(edition=edition)
    file_of(client, edition.course)
    with CaptureQueriesContext(connection) as one:
        client.get(edition.course.get_absolute_url() + "calendar.ics?n=1")
    for year in (2028, 2029):
        more = factories.EditionFactory.create(course=edition.course, starts_on=date(year, 2, 1))
        factories.LiveSessionFactory.create(edition=more)
    with CaptureQueriesContext(connection) as three:
        client.get(edition.course.get_absolute_url() + "calendar.ics?n=2")

    assert len(one) == len(three) <= 5
