"""A student's calendar: the private address of the own dates, and a file to compare with."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable
from datetime import UTC, date, datetime

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st
from icalendar import Calendar

from accounts.models import User
from courses.models import Edition
from courses.timetable import Meeting
from enrolments import clashes
from enrolments.calendar import token_for
from enrolments.clashes import LARGEST, CalendarFileError, compare, read
from tests import factories
from tests.enrolments.cases import case_in, student_of

FIRST, LAST = date(2027, 2, 1), date(2027, 5, 28)


@pytest.fixture
def student(db: None, sign_in: Callable[[User], Client]) -> User:
    user = student_of(factories.FacultyFactory.create())
    sign_in(user)
    return user


class TestFeed:
    def test_has_the_dates_of_each_case(self, client: Client, student: User) -> None:
        session = factories.LiveSessionFactory.create()
        case_in("enrolled", session.edition, student)
        sketch = case_in("draft", student=student)
        case_in("rejected", student=student)
        client.logout()
        answer = client.get(f"/en/exchange/calendar/{token_for(student)}.ics")

        assert answer.headers["Content-Type"].startswith("text/calendar")
        events = {
            str(e["UID"]).split("@")[0] for e in Calendar.from_ical(answer.content).walk("VEVENT")
        }
        pk = session.edition.pk
        assert events == {
            f"edition-{pk}-start",
            f"edition-{pk}-withdraw",
            f"edition-{pk}-end",
            f"edition-{pk}-exam",
            f"session-{session.pk}",
            f"edition-{sketch.edition_id}-close",
        }

    def test_is_not_sent_twice(self, client: Client, student: User) -> None:
        case_in("enrolled", student=student)
        address = f"/en/exchange/calendar/{token_for(student)}.ics"
        etag = client.get(address).headers["ETag"]

        assert client.get(address, headers={"If-None-Match": etag}).status_code == 304
        case_in("waiting", student=student)
        assert client.get(address, headers={"If-None-Match": etag}).status_code == 200

    def test_a_new_address_stops_the_old_one(self, client: Client, student: User) -> None:
        old = token_for(student)
        assert "niet terugdraaien" in client.get("/nl/exchange/calendar/renew/").content.decode()
        assert token_for(student) == old
        client.post("/nl/exchange/calendar/renew/")

        assert token_for(student) != old
        assert client.get(f"/nl/exchange/calendar/{old}.ics").status_code == 404
        assert client.get(f"/nl/exchange/calendar/{token_for(student)}.ics").status_code == 200
        assert token_for(student) in client.get("/nl/exchange/calendar/").content.decode()

    def test_nobody_makes_one_up(self, client: Client, student: User) -> None:
        token = token_for(student)
        for wrong in (token[:-1], f"x{token}", "x", token.swapcase(), "W10:x"):
            assert client.get(f"/nl/exchange/calendar/{wrong}.ics").status_code == 404, wrong
        student.is_active = False
        student.save()
        assert client.get(f"/nl/exchange/calendar/{token}.ics").status_code == 404


def ics(*events: str) -> bytes:
    body = "".join(
        "BEGIN:VEVENT\r\nUID:x\r\n" + event.replace("\n", "\r\n") + "\r\nEND:VEVENT\r\n"
        for event in events
    )
    return f"BEGIN:VCALENDAR\r\nVERSION:2.0\r\n{body}END:VCALENDAR\r\n".encode()


def starts(*events: str) -> list[str]:
    found, _unread = read(ics(*events), FIRST, LAST)
    return [timezone.localtime(one.start).isoformat()[:16] for one in found]


class TestReading:
    @pytest.mark.parametrize(
        ("event", "found"),
        [
            ("DTSTART:20270301T090000\nDTEND:20270301T100000", ["2027-03-01T09:00"]),
            ("DTSTART:20270301T090000Z\nDURATION:PT1H", ["2027-03-01T10:00"]),
            ("DTSTART;TZID=Australia/Brisbane:20270301T090000", ["2027-03-01T00:00"]),
            ("DTSTART;VALUE=DATE:20270301", ["2027-03-01T00:00"]),
            ("DTSTART:20260301T090000", []),  # before the course
            ("DTSTART:20270301T090000\nSTATUS:CANCELLED", []),
            ("DTSTART:20270301T090000\nTRANSP:TRANSPARENT", []),
            (
                "DTSTART:20270301T090000\nRRULE:FREQ=WEEKLY;COUNT=3;BYDAY=MO,WE",
                ["2027-03-01T09:00", "2027-03-03T09:00", "2027-03-08T09:00"],
            ),
            (
                "DTSTART:20270301T090000\nRRULE:FREQ=DAILY;INTERVAL=2;UNTIL=20270305",
                ["2027-03-01T09:00", "2027-03-03T09:00", "2027-03-05T09:00"],
            ),
            (  # the clock on the wall stays the same over its change
                "DTSTART;TZID=Europe/Amsterdam:20270326T090000\nRRULE:FREQ=WEEKLY;COUNT=2",
                ["2027-03-26T09:00", "2027-04-02T09:00"],
            ),
            (
                "DTSTART:20270301T090000\nRRULE:FREQ=WEEKLY;COUNT=2\nEXDATE:20270301T090000",
                ["2027-03-08T09:00"],
            ),
            (
                "DTSTART:20100104T090000\nRRULE:FREQ=WEEKLY;UNTIL=20270208T090000",
                ["2027-02-01T09:00", "2027-02-08T09:00"],
            ),
            (  # each first Monday
                "DTSTART:20270104T090000\nRRULE:FREQ=MONTHLY;BYDAY=1MO;UNTIL=20270410",
                ["2027-02-01T09:00", "2027-03-01T09:00", "2027-04-05T09:00"],
            ),
            (  # the last day of the month, but for one
                "DTSTART:20270228T090000\nRRULE:FREQ=MONTHLY;BYMONTHDAY=-1;COUNT=3"
                "\nEXDATE:20270331T090000",
                ["2027-02-28T09:00", "2027-04-30T09:00"],
            ),
            (
                "DTSTART;VALUE=DATE:20200229\nRRULE:FREQ=YEARLY;BYMONTH=4;BYMONTHDAY=27",
                ["2027-04-27T00:00"],
            ),
            (  # the last working day of the month
                "DTSTART:20270129T160000\n"
                "RRULE:FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-1;COUNT=3",
                ["2027-02-26T16:00", "2027-03-31T16:00"],
            ),
            (
                "DTSTART:20270301T090000\nRDATE:20270310T100000,20270801T100000\nRDATE;"
                "VALUE=PERIOD:20270311T090000Z/PT1H",
                ["2027-03-01T09:00", "2027-03-10T10:00", "2027-03-11T10:00"],
            ),
            (  # an exception named by its day alone, and one in another zone
                "DTSTART;TZID=Europe/Amsterdam:20270301T090000\nRRULE:FREQ=DAILY;COUNT=4"
                "\nEXDATE;VALUE=DATE:20270302\nEXDATE:20270303T080000Z",
                ["2027-03-01T09:00", "2027-03-04T09:00"],
            ),
            (  # an end in another zone
                "DTSTART;TZID=Australia/Brisbane:20270301T090000\n"
                "RRULE:FREQ=DAILY;UNTIL=20270301T230000Z",
                ["2027-03-01T00:00", "2027-03-02T00:00"],
            ),
            (  # comes once, though its rule never comes true
                "DTSTART:20270301T090000\nRRULE:FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30",
                ["2027-03-01T09:00"],
            ),
        ],
    )
    def test_occurrences(self, event: str, found: list[str]) -> None:
        assert starts(event) == found

    def test_what_cannot_be_worked_out_is_counted(self) -> None:
        unusual = [
            "DTSTART:20270301T090000\nRRULE:FREQ=SECONDLY",
            "DTSTART:20270301T090000\nRRULE:FREQ=DAILY;BYHOUR=9",
            "DTSTART:20270301T090000\nRRULE:FREQ=WEEKLY;INTERVAL=0",
            "SUMMARY:no start",
        ]

        assert read(ics(*unusual), FIRST, LAST) == ([], 4)

    @pytest.mark.parametrize(
        "content",
        [
            b"",
            b"%PDF-1.7",
            b"BEGIN:VCALENDAR",
            b"BEGIN:VCALENDAR\r\n\xff\xfe",
            ics(*["DTSTART:20270301T090000"] * 2001),
            ics(*["DTSTART:20270201T090000\nRRULE:FREQ=DAILY"] * 30),
            ics(*["DTSTART:19000101T090000\nRRULE:FREQ=DAILY;COUNT=999999"] * 2),
            b"BEGIN:VCALENDAR" + b"x" * LARGEST,
        ],
        ids=range(8),
    )
    def test_is_refused(self, content: bytes) -> None:
        with pytest.raises(CalendarFileError):
            read(content, FIRST, LAST)

    def test_what_was_moved_or_cancelled_by_itself(self) -> None:
        events = [
            "DTSTART:20270301T090000\nRRULE:FREQ=WEEKLY;COUNT=4",
            "RECURRENCE-ID:20270308T090000\nDTSTART:20270309T110000",
            "RECURRENCE-ID:20270315T090000\nDTSTART:20270315T090000\nSTATUS:CANCELLED",
        ]

        assert starts(*events) == ["2027-03-01T09:00", "2027-03-22T09:00", "2027-03-09T11:00"]

    @pytest.mark.parametrize(
        "rule",
        [
            "FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30",  # never, day by day
            "FREQ=DAILY;INTERVAL=7;BYDAY=TU",  # the first is a Monday
            "FREQ=WEEKLY;BYMONTH=2;BYMONTHDAY=30",
            "FREQ=MONTHLY;BYDAY=MO;BYSETPOS=300",
            "FREQ=YEARLY;INTERVAL=999999999999",
            "FREQ=DAILY;INTERVAL=999999999999",
        ],
    )
    def test_a_rule_that_never_comes_true_does_not_hold_us(
        self, rule: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(clashes, "MOST_SECONDS", 0.1)
        event = f"DTSTART:20270301T090000\nRRULE:{rule}"
        began = time.thread_time()
        with contextlib.suppress(CalendarFileError):
            read(ics(*[event] * 300), FIRST, LAST)
        assert time.thread_time() - began < 2  # ten times what one takes; all would take a minute

    def test_time_zones_of_its_own_are_not_worked_out(self) -> None:
        zone = (
            b"BEGIN:VTIMEZONE\r\nTZID:Mine\r\nBEGIN:STANDARD\r\nDTSTART:19700101T000000\r\n"
            b"RRULE:FREQ=SECONDLY\r\nTZOFFSETFROM:+0100\r\nTZOFFSETTO:+0100\r\nEND:STANDARD\r\n"
            b"END:VTIMEZONE\r\n"
        )
        content = ics("DTSTART;TZID=Mine:20270301T090000").replace(
            b"BEGIN:VEVENT", zone + b"BEGIN:VEVENT"
        )
        began = time.process_time()
        found, _unread = read(content, FIRST, LAST)

        assert len(found) == 1
        assert time.process_time() - began < 5  # it would take years

    @given(st.binary(max_size=400))
    def test_nothing_else_comes_out(self, noise: bytes) -> None:
        for content in (noise, ics("DTSTART:20270301T090000").replace(b"UID:x", noise)):
            try:
                read(content, FIRST, LAST)
            except CalendarFileError:
                continue


class TestComparing:
    edition = Edition(starts_on=FIRST, ends_on=LAST, exam_on=LAST)
    meeting = Meeting(*[datetime(2027, 3, 1, 8 + n, tzinfo=UTC) for n in (0, 0, 1)])

    @pytest.mark.parametrize(
        ("event", "what"),
        [
            ("DTSTART:20270301T083000Z\nDTEND:20270301T100000Z", ["session"]),
            ("DTSTART:20270301T070000Z\nDTEND:20270301T080000Z", []),  # ends as it begins
            ("DTSTART:20270301T090000Z\nDTEND:20270301T100000Z", []),
            ("DTSTART;VALUE=DATE:20270301", []),  # a whole day says nothing about an hour
            ("DTSTART:20270528T150000Z\nDTEND:20270528T160000Z", ["exam"]),
            ("DTSTART;VALUE=DATE:20270527\nDTEND;VALUE=DATE:20270529", ["exam"]),
            ("DTSTART;VALUE=DATE:20270527", []),
        ],
    )
    def test_clashes(self, event: str, what: list[str]) -> None:
        found = compare(ics(event), self.edition, [self.meeting])

        assert [clash.what for clash in found.clashes] == what

    def test_on_the_page_and_nothing_is_kept(self, client: Client, student: User) -> None:
        edition = factories.EditionFactory.create()
        case = case_in("draft", edition, student)
        day = (edition.exam_on or edition.ends_on).strftime("%Y%m%d")
        file = SimpleUploadedFile("rooster.ics", ics(f"SUMMARY:<Logica>\nDTSTART:{day}T090000"))
        answer = client.post(f"/nl/exchange/{case.reference}/timetable/", {"calendar": file})

        assert answer.status_code == 200
        assert "&lt;Logica&gt;" in answer.content.decode()
        again = client.get(f"/nl/exchange/{case.reference}/timetable/").content.decode()
        assert "Logica" not in again
        wrong = SimpleUploadedFile("rooster.ics", b"nothing")
        answer = client.post(f"/nl/exchange/{case.reference}/timetable/", {"calendar": wrong})
        assert answer.status_code == 422
        assert client.post(f"/nl/exchange/{case.reference}/timetable/").status_code == 422
