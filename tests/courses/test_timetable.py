"""Two clocks: live sessions and differences over every change of the clocks."""

from __future__ import annotations

from datetime import UTC, date, datetime, time
from fractions import Fraction
from zoneinfo import ZoneInfo

import pytest
from django.utils import translation

from courses.models import Edition, LiveSession
from courses.timetable import Slot, difference_in_words, hours_ahead, next_change, slots

MONDAY, TUESDAY, THURSDAY, SUNDAY = 0, 1, 3, 6


def slots_of(zone: str, session: LiveSession, first: date, last: date) -> list[Slot]:
    return slots(Edition(starts_on=first, ends_on=last), [session], ZoneInfo(zone))


def our_clock(slot: Slot) -> list[tuple[str, str, int]]:
    """Of each span: our time, its first day here, and how often."""
    return [
        (f"{s.first.start:%a %H:%M}-{s.first.end:%H:%M}", f"{s.first.start:%d %b}", len(s.meetings))
        for s in slot.spans
    ]


@pytest.mark.parametrize(
    ("zone", "weekday", "starts", "expected"),
    [
        # Brisbane keeps one time all year; our own clock goes forward on 28 March 2027.
        (
            "Australia/Brisbane",
            TUESDAY,
            time(8),
            [("Mon 23:00-00:00", "01 Feb", 8), ("Tue 00:00-01:00", "30 Mar", 9)],
        ),
        # Half hours; Adelaide goes back a week after we go forward: three spans.
        (
            "Australia/Adelaide",
            MONDAY,
            time(18),
            [
                ("Mon 08:30-09:30", "01 Feb", 8),
                ("Mon 09:30-10:30", "29 Mar", 1),
                ("Mon 10:30-11:30", "05 Apr", 9),
            ],
        ),
        # North America goes forward two weeks before we do.
        (
            "America/Vancouver",
            THURSDAY,
            time(9),
            [
                ("Thu 18:00-19:00", "04 Feb", 6),
                ("Thu 17:00-18:00", "18 Mar", 2),
                ("Thu 18:00-19:00", "01 Apr", 9),
            ],
        ),
    ],
)
def test_a_session_over_the_changes_in_spring(
    zone: str, weekday: int, starts: time, expected: list[tuple[str, str, int]]
) -> None:
    session = LiveSession(weekday=weekday, starts_at=starts, ends_at=time(starts.hour + 1))

    (slot,) = slots_of(zone, session, date(2027, 2, 1), date(2027, 5, 31))

    assert our_clock(slot) == expected


def test_a_session_over_the_changes_in_autumn() -> None:
    """We go back on 31 October 2027, Houston a week later."""
    session = LiveSession(weekday=TUESDAY, starts_at=time(10), ends_at=time(11, 30))

    (slot,) = slots_of("America/Chicago", session, date(2027, 10, 1), date(2027, 11, 30))

    assert our_clock(slot) == [
        ("Tue 17:00-18:30", "05 Oct", 4),
        ("Tue 16:00-17:30", "02 Nov", 1),
        ("Tue 17:00-18:30", "09 Nov", 4),
    ]


def test_a_session_in_our_own_zone_stays_where_it_is() -> None:
    session = LiveSession(weekday=TUESDAY, starts_at=time(13, 15), ends_at=time(15))

    (slot,) = slots_of("Europe/Zurich", session, date(2027, 2, 1), date(2027, 5, 31))

    assert slot.same_clock
    assert our_clock(slot) == [("Tue 13:15-15:00", "02 Feb", 17)]


def test_a_time_that_the_clock_skips_becomes_the_one_after() -> None:
    """In Houston, 02:30 does not exist on Sunday 14 March 2027."""
    session = LiveSession(weekday=SUNDAY, starts_at=time(2, 30), ends_at=time(4))

    (slot,) = slots_of("America/Chicago", session, date(2027, 3, 14), date(2027, 3, 20))

    assert f"{slot.meetings[0].host_start:%H:%M}" == "03:30"
    assert our_clock(slot) == [("Sun 09:30-10:00", "14 Mar", 1)]


def test_a_session_that_never_meets_is_left_out() -> None:
    session = LiveSession(weekday=SUNDAY, starts_at=time(9), ends_at=time(10))

    assert slots_of("Europe/Amsterdam", session, date(2027, 2, 1), date(2027, 2, 6)) == []


def test_the_first_and_the_last_day_count() -> None:
    session = LiveSession(weekday=MONDAY, starts_at=time(9), ends_at=time(10))

    (slot,) = slots_of("Europe/Amsterdam", session, date(2027, 2, 1), date(2027, 2, 8))

    assert [m.start.date() for m in slot.meetings] == [date(2027, 2, 1), date(2027, 2, 8)]


@pytest.mark.parametrize(
    ("starts", "ends", "at_night"),
    [(7, 8, True), (8, 9, True), (12, 13, True), (16, 17, False), (20, 22, False)],
)
def test_a_session_while_we_sleep_is_said(starts: int, ends: int, at_night: bool) -> None:
    """In February Brisbane is nine hours ahead: its 08:00 is our 23:00, its 16:00 our 07:00."""
    session = LiveSession(weekday=TUESDAY, starts_at=time(starts), ends_at=time(ends))
    (slot,) = slots_of("Australia/Brisbane", session, date(2027, 2, 1), date(2027, 2, 14))

    assert slot.spans[0].at_night is at_night


@pytest.mark.parametrize(
    ("zone", "day", "hours", "change"),
    [
        ("Australia/Brisbane", (2027, 1, 15), Fraction(9), (date(2027, 3, 28), Fraction(8))),
        (
            "Australia/Adelaide",
            (2027, 1, 15),
            Fraction(19, 2),
            (date(2027, 3, 28), Fraction(17, 2)),
        ),
        ("Australia/Adelaide", (2027, 3, 30), Fraction(17, 2), (date(2027, 4, 4), Fraction(15, 2))),
        ("America/Vancouver", (2027, 1, 15), Fraction(-9), (date(2027, 3, 14), Fraction(-8))),
        ("America/Chicago", (2027, 10, 15), Fraction(-7), (date(2027, 10, 31), Fraction(-6))),
        ("Europe/Zurich", (2027, 1, 15), Fraction(0), None),
    ],
)
def test_the_difference_and_its_next_change(
    zone: str, day: tuple[int, int, int], hours: Fraction, change: tuple[date, Fraction] | None
) -> None:
    at = datetime(*day, 12, tzinfo=UTC)

    assert hours_ahead(ZoneInfo(zone), at) == hours
    assert next_change(ZoneInfo(zone), at) == change


def test_on_the_day_itself_the_change_is_today() -> None:
    """At 00:30 on 28 March 2027 our clock has yet to go forward."""
    before = datetime(2027, 3, 27, 23, 30, tzinfo=UTC)

    assert next_change(ZoneInfo("Australia/Brisbane"), before) == (date(2027, 3, 28), Fraction(8))


@pytest.mark.parametrize(
    ("zone", "words"),
    [
        (
            "Australia/Brisbane",
            "9 hours later than in Leiden; 8 hours later from 28 March 2027",
        ),
        (
            "Australia/Adelaide",
            "9.5 hours later than in Leiden; 8.5 hours later from 28 March 2027",
        ),
        (
            "America/Chicago",
            "7 hours earlier than in Leiden; 6 hours earlier from 14 March 2027",
        ),
        ("Europe/London", "1 hour earlier than in Leiden"),
        ("Europe/Zurich", "the same time as in Leiden"),
    ],
)
def test_the_difference_in_words(zone: str, words: str) -> None:
    with translation.override("en"):
        assert difference_in_words(ZoneInfo(zone), datetime(2027, 1, 15, 12, tzinfo=UTC)) == words
