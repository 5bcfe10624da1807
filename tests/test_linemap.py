"""The line map and the day strip: nothing lies on anything else, and clocks are right."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from itertools import combinations
from zoneinfo import ZoneInfo

import pytest
from django.utils import translation

from courses.models import University
from vx_portal.daystrip import day_strip
from vx_portal.linemap import SIDE_LIMIT, STACK_LIMIT, LineMap, line_map

JANUARY = datetime(2027, 1, 15, 11, 40, tzinfo=UTC)
JULY = datetime(2027, 7, 15, 10, 40, tzinfo=UTC)
MOMENTS = pytest.mark.parametrize("now", [JANUARY, JULY], ids=["january", "july"])
# Those of the demo: code, city, time zone.
PLACES = [
    ("LEI", "Leiden", "Europe/Amsterdam"),
    ("TUD", "Delft", "Europe/Amsterdam"),
    ("WUR", "Wageningen", "Europe/Amsterdam"),
    ("EPFL", "Lausanne", "Europe/Zurich"),
    ("RICE", "Houston", "America/Chicago"),
    ("UQ", "Brisbane", "Australia/Brisbane"),
    ("ANU", "Canberra", "Australia/Sydney"),
    ("UOA", "Adelaide", "Australia/Adelaide"),
    ("HKUST", "Hong Kong", "Asia/Hong_Kong"),
    ("UOE", "Edinburgh", "Europe/London"),
    ("UBC", "Vancouver", "America/Vancouver"),
    ("SU", "Paris", "Europe/Paris"),
    ("UCL", "Louvain-la-Neuve", "Europe/Brussels"),
    ("UC3M", "Madrid", "Europe/Madrid"),
]


# --- The line map ---------------------------------------------------------------------------------
def universities(places: list[tuple[str, str, str]] = PLACES) -> list[University]:
    return [
        University(pk=n, code=code, name=code, city=city, time_zone=zone, is_home=code == "LEI")
        for n, (code, city, zone) in enumerate(places, start=1)
    ]


def drawn(found: LineMap | None) -> LineMap:
    assert found
    return found


@MOMENTS
def test_no_label_lies_on_another(now: datetime) -> None:
    found = drawn(line_map(universities(), now))
    boxes = [found.home_box, *(station.box for station in found.stations)]

    assert len(boxes) == len(PLACES)
    assert [(a, b) for a, b in combinations(boxes, 2) if a.overlaps(b)] == []


@MOMENTS
@pytest.mark.parametrize(
    "places",
    [
        PLACES[:1],
        PLACES[:2],
        [PLACES[0], ("IST", "Istanbul", "Europe/Istanbul"), ("DXB", "Dubai", "Asia/Dubai")],
        [PLACES[0], ("AKL", "Auckland", "Pacific/Auckland"), ("HNL", "Honolulu", "US/Hawaii")],
        PLACES + [(f"X{n}", f"City {n}", zone) for n, (_c, _p, zone) in enumerate(PLACES * 2)],
    ],
    ids=["alone", "one", "three hours", "far", "forty-two"],
)
def test_map_of_other_offers(now: datetime, places: list[tuple[str, str, str]]) -> None:
    found = drawn(line_map(universities(places), now))
    boxes = [found.home_box, *(station.box for station in found.stations)]

    assert [(a, b) for a, b in combinations(boxes, 2) if a.overlaps(b)] == []
    assert all(box.left >= 0 and box.right <= found.width for box in boxes)
    assert all(box.top >= 0 and box.bottom <= found.axis for box in boxes)
    assert len(found.stations) <= 2 * SIDE_LIMIT + 2 * STACK_LIMIT
    assert len(found.clocks) == len(places) - 1


@MOMENTS
def test_no_line_runs_through_a_label(now: datetime) -> None:
    found = drawn(line_map(universities(), now))
    points = [point for station in found.stations for point in along(station.line)]

    for station in found.stations:
        box = station.box
        own = [p for p in points if box.left < p[0] < box.right and box.top < p[1] < box.bottom - 2]
        assert own == [], station.city


def along(path: str) -> list[tuple[float, float]]:
    """Points every few units along a path of M, H, V and L."""
    steps = re.findall(r"([MHVL])([\d. -]+)", path)
    x = y = 0.0
    points = []
    for command, numbers in steps:
        values = [float(number) for number in numbers.split()]
        to_x, to_y = x, y
        match command:
            case "H":
                to_x = values[0]
            case "V":
                to_y = values[0]
            case _:
                to_x, to_y = values
        if command != "M":
            count = int(max(abs(to_x - x), abs(to_y - y)) // 3) + 1
            points += [
                (x + (to_x - x) * n / count, y + (to_y - y) * n / count) for n in range(count + 1)
            ]
        x, y = to_x, to_y
    return points


def test_map_is_the_same_each_time_and_right_over_summer_time() -> None:
    winter = drawn(line_map(universities(), JANUARY))
    hours = {station.university.code: station.hours for station in winter.stations}

    assert winter == line_map(list(reversed(universities())), JANUARY)
    assert (hours["UQ"], hours["ANU"], hours["UOA"], hours["RICE"]) == (9, 10, 9.5, -7)
    summer = drawn(line_map(universities(), JULY))
    hours = {station.university.code: station.hours for station in summer.stations}
    assert (hours["UQ"], hours["ANU"], hours["UOA"], hours["RICE"]) == (8, 8, 7.5, -7)
    assert ("UQ", "20:40") in [(university.code, clock) for university, clock in summer.clocks]


def test_one_line_is_lit() -> None:
    everybody = universities(PLACES + [(f"P{n}", f"City {n}", PLACES[1][2]) for n in range(20)])
    lit = everybody[-1]

    found = drawn(line_map(everybody, JANUARY, highlight=lit))

    assert [s.university for s in found.stations if not s.dim] == [lit]
    assert found.stations[-1].university == lit  # drawn last, so on top
    assert not any(s.dim for s in drawn(line_map(everybody, JANUARY, everybody[0])).stations)


def test_no_map_without_our_own_university() -> None:
    assert line_map(universities()[1:], JANUARY) is None


# --- The day strip --------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("zone", "now", "theirs", "shared"),
    [
        ("Australia/Brisbane", JANUARY, ["0:00–8:00"], []),
        ("Australia/Brisbane", JULY, ["1:00–9:00"], []),
        ("Australia/Sydney", JANUARY, ["0:00–7:00", "23:00–0:00"], []),
        ("America/Chicago", JANUARY, ["16:00–0:00"], ["16:00–17:00"]),
        ("Asia/Hong_Kong", JULY, ["3:00–11:00"], ["9:00–11:00"]),
        ("Europe/Madrid", JULY, ["9:00–17:00"], ["9:00–17:00"]),
        ("Asia/Kathmandu", JANUARY, ["4:15–12:15"], ["9:00–12:15"]),
    ],
)
def test_day_strip(zone: str, now: datetime, theirs: list[str], shared: list[str]) -> None:
    home = universities()[0]
    other = University(pk=99, code="XX", name="X", city="Elsewhere", time_zone=zone)

    strip = day_strip(home, other, now)

    assert [span.words for span in strip.theirs] == theirs
    assert [span.words for span in strip.shared] == shared
    assert strip.now == now.astimezone(ZoneInfo("Europe/Amsterdam")).hour * 60 + 40
    with translation.override("en"):
        assert ("do not overlap" in strip.words) is (not shared)
