"""The line map: our own university the interchange, every other a line to its time zone.

Across is time: a station lies where its clock is, hours from ours. Universities about as late as
we are stand above and below the interchange, the far ones on lanes to the left and right. Every
station has a lane to itself, so that no label can lie on another.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from django.utils.formats import number_format
from django.utils.translation import gettext

if TYPE_CHECKING:
    from courses.models import University

WIDTH = 640.0
MARGIN = 24.0
LANE = 44.0  # between lanes to the left and right
STEP = 33.0  # between stations above and below
PARALLEL = 11.0  # between lines side by side
BEND = {-1: 6.0, 1: 34.0}  # from the interchange to where lines part: left, and right
CLEAR = 48.0  # between the outermost lane and the nearest station above or below
NEAR = 2.5  # hours; less is above or below the interchange, more to a side
SIDE_LIMIT, STACK_LIMIT = 6, 4  # lanes per side; stations above, and below
CHARACTER = 8.1  # of a label, on average at its size; a little wide, to be safe
GAP, HOME_GAP = 18.0, 28.0  # from a station's middle to its label, and the interchange's


@dataclass(frozen=True, slots=True)
class Box:
    """What a label covers."""

    left: float
    top: float
    right: float
    bottom: float

    def overlaps(self, other: Box) -> bool:
        return (
            self.left < other.right
            and other.left < self.right
            and self.top < other.bottom
            and other.top < self.bottom
        )


@dataclass(frozen=True, slots=True)
class Station:
    """A university on the map, with its line from the interchange."""

    university: University
    time: datetime
    hours: float  # later than ours
    x: float
    y: float
    line: str  # an SVG path
    label_x: float
    label_y: float
    anchor: str  # start or end
    dim: bool

    @property
    def city(self) -> str:
        return self.university.local_city

    @property
    def clock(self) -> str:
        return f"{self.time:%H:%M}"  # not a date for the template: it would move it to our zone

    @property
    def box(self) -> Box:
        width = label_width(self.university)
        left = self.label_x - (width if self.anchor == "end" else 0)
        return Box(left, self.label_y - 14, left + width, self.label_y + 5)


@dataclass(frozen=True, slots=True)
class Tick:
    """A mark on the axis below the map."""

    x: float
    words: str


@dataclass(frozen=True, slots=True)
class Hours:
    """A part of the axis where it is day now (from 8 to 20), or where it is night."""

    left: float
    width: float
    is_day: bool

    @property
    def middle(self) -> float:
        return round(self.left + self.width / 2, 1)

    @property
    def is_named(self) -> bool:
        """Whether there is room for the word."""
        return self.width >= 60


@dataclass(frozen=True, slots=True)
class LineMap:
    """All that the template draws."""

    home: University
    time: datetime
    x: float
    y: float
    height: float
    stations: Sequence[Station]
    clocks: Sequence[tuple[University, str]]  # everybody, also who does not fit
    ticks: Sequence[Tick]
    hours: Sequence[Hours]
    width: float = WIDTH

    @property
    def hidden(self) -> int:
        """How many universities did not fit."""
        return len(self.clocks) - len(self.stations)

    @property
    def home_box(self) -> Box:
        """What our own city and clock cover, left of the interchange."""
        right = self.x - HOME_GAP
        return Box(right - label_width(self.home), self.y - 10, right, self.y + 10)

    @property
    def axis(self) -> float:
        return self.height - 40

    @property
    def hours_words(self) -> float:
        return self.axis - 9

    @property
    def axis_words(self) -> float:
        return self.axis + 24

    @property
    def home_words(self) -> float:
        return self.y + 5

    @property
    def words(self) -> str:
        """The map for those who do not see it."""
        said = "; ".join(f"{university.local_city} {clock}" for university, clock in self.clocks)
        return f"{self.home.local_city} {self.clock}; {said}"

    @property
    def clock(self) -> str:
        """What our own clock shows."""
        return f"{self.time:%H:%M}"


@dataclass(frozen=True, slots=True)
class _Stop:
    """A university before it has a place."""

    university: University
    time: datetime
    hours: float

    @property
    def order(self) -> tuple[float, float, str]:
        return (abs(self.hours), self.hours, self.university.code)


def line_map(
    universities: Iterable[University], now: datetime, highlight: University | None = None
) -> LineMap | None:
    """The map at `now`, with one line lit if asked; None while our own university is unknown."""
    everybody = sorted(universities, key=lambda university: university.code)
    home = next((university for university in everybody if university.is_home), None)
    if home is None:
        return None
    here = now.astimezone(home.zone)
    stops = sorted(
        (_stop(university, here) for university in everybody if university != home),
        key=lambda stop: stop.order,
    )
    lit = highlight if highlight != home else None
    chosen = _those_that_fit(stops, lit)
    west = [stop for stop in chosen if stop.hours <= -NEAR]
    east = [stop for stop in chosen if stop.hours >= NEAR]
    stack = [stop for stop in chosen if abs(stop.hours) < NEAR]
    above, below = _above_and_below(stack)

    early = max([5.0, *(-stop.hours for stop in west)])
    late = max([5.0, *(stop.hours for stop in east)])
    hour = (WIDTH - 2 * MARGIN) / (early + late)
    x = MARGIN + early * hour
    lanes = {-1: _lane_offsets(len(west), -1), 1: _lane_offsets(len(east), 1)}
    half = max(abs(offset) for offset in (*lanes[-1], *lanes[1], LANE / 2))
    top = half + CLEAR + STEP * (len(above) - 1) if above else half
    bottom = half + CLEAR + STEP * (len(below) - 1) if below else half
    y = top + 32

    stations = [
        *_lanes(west, lanes[-1], x, y, hour, -1, lit),
        *_lanes(east, lanes[1], x, y, hour, 1, lit),
        *_stack(above, x, y, hour, half, -1, lit),
        *_stack(below, x, y, hour, half, 1, lit),
    ]
    return LineMap(
        home=home,
        time=here,
        x=round(x, 1),
        y=round(y, 1),
        height=round(y + bottom + 76, 1),
        stations=sorted(stations, key=lambda station: not station.dim),  # the lit one on top
        clocks=[
            (s.university, f"{s.time:%H:%M}")
            for s in sorted(stops, key=lambda s: (s.hours, s.order))
        ],
        ticks=_ticks(stations, x, hour),
        hours=_day_and_night(here, x, hour, early, late),
    )


def label_width(university: University) -> float:
    """How wide the words beside a station are: the city and a clock."""
    return CHARACTER * (len(university.local_city) + 6)


def _stop(university: University, here: datetime) -> _Stop:
    there = here.astimezone(university.zone)
    ahead = (there.utcoffset() or here - here) - (here.utcoffset() or here - here)
    return _Stop(university, there, ahead.total_seconds() / 3600)


def _those_that_fit(stops: Sequence[_Stop], lit: University | None) -> list[_Stop]:
    """As many as there is room for: one of each time first, and the lit one always."""
    seen: set[float] = set()
    ranked = []
    for stop in stops:
        ranked.append((stop.university != lit, stop.hours in seen, stop.order, stop))
        seen.add(stop.hours)
    ranked.sort(key=lambda rank: rank[:3])
    room = {-1: SIDE_LIMIT, 0: 2 * STACK_LIMIT, 1: SIDE_LIMIT}
    chosen = []
    for *_rank, stop in ranked:
        side = 0 if abs(stop.hours) < NEAR else (1 if stop.hours > 0 else -1)
        if room[side]:
            room[side] -= 1
            chosen.append(stop)
    return sorted(chosen, key=lambda stop: stop.order)


def _above_and_below(stack: Sequence[_Stop]) -> tuple[list[_Stop], list[_Stop]]:
    """Two equal halves, in turn, so that the map stays level."""
    return list(stack[::2]), list(stack[1::2])


def _lane_offsets(count: int, way: int) -> list[float]:
    """How far from the interchange's level each lane of a side lies: the nearest lane first.

    On the left the level itself stays free: there stand our own city and clock.
    """
    if way < 0:
        return [
            (-1 if number % 2 == 0 else 1) * (number // 2 + 1) * LANE for number in range(count)
        ]
    lanes = [(number - (count - 1) / 2) * LANE for number in range(count)]
    return sorted(lanes, key=lambda offset: (abs(offset), offset))


def _lanes(
    side: Sequence[_Stop],
    offsets: Sequence[float],
    x: float,
    y: float,
    hour: float,
    way: int,
    lit: University | None,
) -> list[Station]:
    """The far ones of one side. The farther the station, the farther out its lane."""
    stations = []
    for stop, offset in zip(side, offsets, strict=True):
        station_x = x + stop.hours * hour
        bend = x + way * BEND[way]
        room = way * (station_x - bend)  # along the lane, were the slope upright
        label = label_width(stop.university) + GAP
        inside = room - 12 >= label
        # 45 degrees, or steeper where the label or the station would not have its place.
        slope = max(0.0, min(abs(offset), room - (label if inside else 12)))
        corner = bend + way * slope
        lane_y = y + offset
        stations.append(
            _station(
                stop,
                (station_x, lane_y),
                f"M{x:.1f} {y:.1f}H{bend:.1f}L{corner:.1f} {lane_y:.1f}H{station_x:.1f}",
                # On its own line, ending at the station; or past it where the line is too short.
                (station_x + way * 8, lane_y - 17)
                if inside
                else (station_x + way * GAP, lane_y + 5),
                "end" if (way > 0) == inside else "start",
                lit,
            )
        )
    return stations


def _stack(
    stops: Sequence[_Stop],
    x: float,
    y: float,
    hour: float,
    half: float,
    way: int,
    lit: University | None,
) -> list[Station]:
    """Those about as late as we are, straight above (`way` -1) or below (1) the interchange.

    Lines run side by side. Labels of earlier clocks are on the left, of the others on the right:
    the outermost line ends first, so that none passes through a label.
    """
    earlier = [stop for stop in stops if stop.hours < 0]
    others = [stop for stop in stops if stop.hours >= 0]
    across = [*earlier, *reversed(others)]  # from left to right
    stations = []
    for level, stop in enumerate([*earlier, *others]):
        slot = across.index(stop) - (len(across) - 1) / 2
        line_x = x + slot * PARALLEL
        station_x = line_x + stop.hours * hour
        station_y = y + way * (half + CLEAR + STEP * level)
        turn = station_y - way * abs(station_x - line_x)
        left = stop.hours < 0
        stations.append(
            _station(
                stop,
                (station_x, station_y),
                f"M{line_x:.1f} {y:.1f}V{turn:.1f}L{station_x:.1f} {station_y:.1f}",
                (station_x + (-GAP if left else GAP), station_y + 5),
                "end" if left else "start",
                lit,
            )
        )
    return stations


def _station(
    stop: _Stop,
    place: tuple[float, float],
    line: str,
    label: tuple[float, float],
    anchor: str,
    lit: University | None,
) -> Station:
    return Station(
        university=stop.university,
        time=stop.time,
        hours=stop.hours,
        x=round(place[0], 1),
        y=round(place[1], 1),
        line=line,
        label_x=round(label[0], 1),
        label_y=round(label[1], 1),
        anchor=anchor,
        dim=lit is not None and stop.university != lit,
    )


def _ticks(stations: Iterable[Station], x: float, hour: float) -> list[Tick]:
    """What the axis says: how many hours earlier or later, where there is room for it."""
    ticks = [Tick(round(x, 1), gettext("same time"))]
    far = sorted({s.hours for s in stations if abs(s.hours) >= NEAR}, key=lambda h: (-abs(h), h))
    for hours in far:
        size = number_format(abs(hours), 0 if hours % 1 == 0 else 1)
        tick = Tick(round(x + hours * hour, 1), f"{'+' if hours > 0 else '−'}{size}")
        if all(abs(tick.x - other.x) >= (64 if other is ticks[0] else 30) for other in ticks):
            ticks.append(tick)
    return sorted(ticks, key=lambda tick: tick.x)


def _day_and_night(here: datetime, x: float, hour: float, early: float, late: float) -> list[Hours]:
    """The axis in parts of day and of night."""
    now = here.hour + here.minute / 60
    left, right = -early, late
    # The hours from here at which a clock shows 8 or 20 now.
    borders = sorted(
        border
        for days in (-24, 0, 24)
        for border in (8 - now + days, 20 - now + days)
        if left < border < right
    )
    parts = []
    for start, end in zip([left, *borders], [*borders, right], strict=True):
        clock = (now + (start + end) / 2) % 24
        parts.append(
            Hours(round(x + start * hour, 1), round((end - start) * hour, 1), 8 <= clock < 20)
        )
    return parts
