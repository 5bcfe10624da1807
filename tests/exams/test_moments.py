"""Moments around clock changes, against a table of offsets that knows no time zone database."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from exams.moments import (
    SkippedError,
    TwiceError,
    moments_of,
    on_clock,
    resolve,
    two_clocks,
)

# When clocks change in 2027, as the countries' laws say: the moment in UTC, and how many minutes
# the clock is ahead of UTC before and after it.
CHANGES = [
    ("Europe/Amsterdam", "2027-03-28 01:00", 60, 120),
    ("Europe/Amsterdam", "2027-10-31 01:00", 120, 60),
    ("Europe/London", "2027-03-28 01:00", 0, 60),
    ("Europe/London", "2027-10-31 01:00", 60, 0),
    ("Australia/Adelaide", "2027-04-03 16:30", 630, 570),
    ("Australia/Adelaide", "2027-10-02 16:30", 570, 630),
    ("Australia/Sydney", "2027-04-03 16:00", 660, 600),
    ("Australia/Sydney", "2027-10-02 16:00", 600, 660),
    ("Australia/Lord_Howe", "2027-04-03 15:00", 660, 630),  # half an hour
    ("Australia/Lord_Howe", "2027-10-02 15:30", 630, 660),
    ("Pacific/Auckland", "2027-04-03 14:00", 780, 720),
    ("Pacific/Auckland", "2027-09-25 14:00", 720, 780),
    ("Pacific/Chatham", "2027-04-03 14:00", 825, 765),
    ("Pacific/Chatham", "2027-09-25 14:00", 765, 825),
    ("America/New_York", "2027-03-14 07:00", -300, -240),
    ("America/New_York", "2027-11-07 06:00", -240, -300),
    ("America/Chicago", "2027-03-14 08:00", -360, -300),
    ("America/Chicago", "2027-11-07 07:00", -300, -360),
    ("America/Los_Angeles", "2027-03-14 10:00", -480, -420),
    ("America/Los_Angeles", "2027-11-07 09:00", -420, -480),
    # No change of their own, on a day when ours does.
    ("Asia/Hong_Kong", "2027-03-28 01:00", 480, 480),
    ("Australia/Brisbane", "2027-10-31 01:00", 600, 600),
    ("Asia/Kathmandu", "2027-03-28 01:00", 345, 345),
]
STEPS = range(-150, 180, 15)  # minutes on the clock around the change
Row = tuple[str, datetime, list[datetime]]


def table() -> Iterator[Row]:
    """Zone, what the clock shows, and the moments at which it does: by adding and subtracting."""
    for zone, when, before, after in CHANGES:
        change = datetime.fromisoformat(when).replace(tzinfo=UTC)
        middle = change + timedelta(minutes=min(before, after))
        for step in STEPS:
            wall = (middle + timedelta(minutes=step)).replace(tzinfo=None)
            early = (wall - timedelta(minutes=before)).replace(tzinfo=UTC)
            late = (wall - timedelta(minutes=after)).replace(tzinfo=UTC)
            found = [early] if early < change else []
            found += [late] if late >= change else []
            yield zone, wall, found


ROWS = list(table())


def test_500_times_around_clock_changes_are_the_right_moments() -> None:
    wrong = [
        (zone, wall)
        for zone, wall, moments in ROWS
        if moments_of(wall.date(), wall.time(), ZoneInfo(zone)) != moments
    ]

    assert wrong == []
    assert len(ROWS) >= 500
    assert {len(moments) for _zone, _wall, moments in ROWS} == {0, 1, 2}


def test_the_table_would_show_a_wrong_moment() -> None:
    """The control: what Python gives without asking whether a time exists is wrong at times."""
    wrong = [
        wall
        for zone, wall, moments in ROWS
        if [wall.replace(tzinfo=ZoneInfo(zone)).astimezone(UTC)] != moments
    ]

    assert len(wrong) > 50


def test_every_moment_comes_back_from_the_clock() -> None:
    for zone, _wall, moments in ROWS:
        for moment in moments:
            day, clock, which = on_clock(moment, ZoneInfo(zone))

            assert resolve(day, clock, ZoneInfo(zone), which) == moment


@pytest.mark.parametrize(
    ("zone", "wall", "later"),
    [
        ("Europe/Amsterdam", "2027-03-28 02:00", "03:00"),
        ("Europe/Amsterdam", "2027-03-28 02:59", "03:00"),
        ("Australia/Lord_Howe", "2027-10-03 02:10", "02:30"),
        ("Pacific/Chatham", "2027-09-26 02:45", "03:45"),
    ],
)
def test_an_hour_that_does_not_exist_is_refused_with_the_next_that_does(
    zone: str, wall: str, later: str
) -> None:
    moment = datetime.fromisoformat(wall)

    with pytest.raises(SkippedError, match=later):
        resolve(moment.date(), moment.time(), ZoneInfo(zone))


def test_of_an_hour_that_comes_twice_it_is_asked_which() -> None:
    day, clock, zone = date(2027, 10, 31), time(2, 30), ZoneInfo("Europe/Amsterdam")

    with pytest.raises(TwiceError):
        resolve(day, clock, zone)

    assert resolve(day, clock, zone, "first") == datetime(2027, 10, 31, 0, 30, tzinfo=UTC)
    assert resolve(day, clock, zone, "second") == datetime(2027, 10, 31, 1, 30, tzinfo=UTC)
    assert resolve(day, time(4), zone, "second") == datetime(2027, 10, 31, 3, tzinfo=UTC)


def test_two_clocks_show_both_days() -> None:
    moment = datetime(2027, 4, 14, 20, tzinfo=UTC)

    clocks = two_clocks(moment, ZoneInfo("Australia/Brisbane"))

    assert clocks.leiden.isoformat() == "2027-04-14T22:00:00"
    assert clocks.host.isoformat() == "2027-04-15T06:00:00"
    assert clocks.is_other_day
    assert not clocks.is_same
