"""Pictures of tables, as parts of an SVG that fills its width.

Sideways everything is in per cent of that width, so words keep their size on a phone as on paper.
Parts are told apart by patterns and depth, not by colour alone: they hold in grey. The table
beside a picture says the same in words.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from typing import NamedTuple

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from vx_portal.reports.tables import (
    Bars,
    Cell,
    Column,
    Kind,
    Pairs,
    Ranges,
    Row,
    Stacked,
    Table,
    Timeline,
    in_words,
)
from vx_portal.templatetags.portal import short_day

MOST_ROWS = 20  # of a picture; the table has all
LONGEST_LABEL = 32  # characters, on a phone
LINE, BAR, GAP = 16, 12, 14  # pixels: of words, of a bar, between rows
PILLARS = 160  # pixels, of the highest
FILLS = ("solid", "hatch", "half", "dots", "light", "empty")


class Part(NamedTuple):
    """One thing in the picture; what does not apply to its kind is empty. Numbers are text: a
    template would write them as the reader's language does."""

    kind: str  # bar, words, line, dot
    x: str
    y: str
    width: str = ""
    height: str = ""
    fill: str = ""
    words: str = ""
    anchor: str = "start"
    code: str = ""
    colour: str = ""


@dataclass(frozen=True)
class Picture:
    """What the template draws, and what it says to those who do not see it."""

    height: str
    parts: Sequence[Part]
    title: str
    words: str
    legend: Sequence[tuple[str, str]]  # fill and words
    left_out: int = 0

    @property
    def has_patterns(self) -> bool:
        return any(part.fill in {"hatch", "dots"} for part in self.parts)


def picture_of(table: Table) -> Picture | None:
    """The picture of `table`; None where nothing can be drawn."""
    match table.shape:
        case Timeline(parts, step):
            return _timeline(table, parts, step)
        case Bars(column):
            return _bars(table, [[column]])
        case Stacked(parts):
            return _bars(table, [list(parts)])
        case Pairs(first, second):
            return _bars(table, [[first], [second]])
        case Ranges(start, end):
            return _ranges(table, start, end)
        case _:
            return None


# --- Numbers --------------------------------------------------------------------------------------
def _number(cell: Cell) -> float:
    return float(cell) if isinstance(cell, int | float | Decimal) else 0.0


def _sum(row: Row, names: Sequence[str]) -> float:
    return sum(_number(row.numbers.get(name)) for name in names)


def _percent(value: float, most: float) -> str:
    return f"{100 * value / most:.2f}%"


def _steps(most: float) -> list[float]:
    """Where an axis from 0 has its lines: at most five, at round numbers."""
    size = 1.0
    while most / size > 5:
        size *= 2 if str(size)[0] in "15" else 2.5
    return [size * number for number in range(1 + int(most / size + 1e-9))]


def _shorten(text: str) -> str:
    return text if len(text) <= LONGEST_LABEL else f"{text[: LONGEST_LABEL - 1].rstrip()}…"


# --- Bars: one under the other, each with its words above -----------------------------------------
def _largest(table: Table, names: Sequence[str]) -> list[Row]:
    """The rows with something to draw; the largest, in the order of the table."""
    rows = [row for row in table.rows if _sum(row, names)]
    least = sorted((_sum(row, names) for row in rows), reverse=True)[:MOST_ROWS]
    kept = [row for row in rows if _sum(row, names) >= least[-1]] if least else []
    return kept[:MOST_ROWS]


def _bars(table: Table, groups: Sequence[Sequence[str]]) -> Picture | None:
    names = [name for group in groups for name in group]
    rows = _largest(table, names)
    if not rows:
        return None
    most = max(_sum(row, group) for row in rows for group in groups)
    columns = [table.column(name) for name in names]
    fills = dict(zip(names, FILLS, strict=False))
    parts: list[Part] = []
    y = 0
    for row in rows:
        value = " · ".join(_value(table, row, group) for group in groups)
        parts += _heading(row, value, y)
        y += LINE + 6
        for group in groups:
            parts += _bar(row, group, fills, most, y)
            y += BAR + 3
        y += GAP - 3
    legend = [(fills[c.name], str(c.label)) for c in columns] if len(names) > 1 else []
    return Picture(
        str(y),
        parts,
        table.title,
        _summary(table, rows, names),
        legend,
        sum(bool(_sum(row, names)) for row in table.rows) - len(rows),
    )


def _heading(row: Row, value: str, y: int) -> Iterator[Part]:
    line = str(y + LINE - 3)
    label = row.label
    text = f"{label.code} {label.text}" if label.code else label.text
    yield Part("words", "0", line, words=_shorten(text), fill="label")
    yield Part("words", "100%", line, words=value, anchor="end", fill="value")


def _bar(
    row: Row, names: Sequence[str], fills: dict[str, str], most: float, y: int
) -> Iterator[Part]:
    left = 0.0
    for name in names:
        value = _number(row.numbers.get(name))
        if value:
            width = _percent(value, most)
            yield Part("bar", _percent(left, most), str(y), width, str(BAR), fills[name])
            left += value


def _value(table: Table, row: Row, names: Sequence[str]) -> str:
    """What a bar comes to; of several parts, together."""
    column = table.column(names[0])
    if len(names) == 1:
        return in_words(row.numbers.get(names[0]), column.kind)
    return in_words(round(_sum(row, names)), column.kind)


# --- Ranges: a dot at the median, a ring where nine of ten are done -------------------------------
def _ranges(table: Table, start: str, end: str) -> Picture | None:
    rows = [row for row in table.rows if _number(row.numbers.get(end))][:MOST_ROWS]
    if not rows:
        return None
    first, last = table.column(start), table.column(end)
    steps = _steps(max(_number(row.numbers[end]) for row in rows))
    most = max(steps[-1], *(_number(row.numbers[end]) for row in rows)) or 1
    height = len(rows) * (LINE + BAR + GAP + 4)
    parts = [
        Part("line", _percent(step, most), "0", height=str(height), fill="grid") for step in steps
    ]
    for number, row in enumerate(rows):
        y = number * (LINE + BAR + GAP + 4)
        low, high = (_number(row.numbers.get(name)) for name in (start, end))
        value = " – ".join(in_words(row.numbers.get(name), first.kind) for name in (start, end))
        parts += _heading(row, value, y)
        middle = y + LINE + 6 + BAR // 2
        width = _percent(high - low, most)
        parts.append(Part("bar", _percent(low, most), str(middle - 2), width, "4", "track"))
        parts.append(Part("dot", _percent(high, most), str(middle), height="6", fill="ring"))
        parts.append(Part("dot", _percent(low, most), str(middle), height="6", fill="spot"))
    parts += [
        Part("words", _percent(step, most), str(height + LINE), words=_tick(step), anchor=anchor)
        for step, anchor in zip(steps, _anchors(steps, most), strict=True)
    ]
    legend = [("spot", first.heading), ("ring", last.heading)]
    words = _summary(table, rows, [start])
    return Picture(
        str(height + LINE + 4), parts, table.title, words, legend, len(table.rows) - len(rows)
    )


def _anchors(steps: Sequence[float], most: float) -> Iterator[str]:
    for step in steps:
        yield "start" if step == 0 else ("end" if step > 0.97 * most else "middle")


def _tick(step: float) -> str:
    return in_words(int(step) if step == int(step) else step, Kind.COUNT)


# --- Pillars in time ------------------------------------------------------------------------------
def _timeline(table: Table, names: Sequence[str], step: int) -> Picture | None:
    rows = [row for row in table.rows if row.label.day is not None]
    if not any(_sum(row, names) for row in rows):
        return None
    days = [row.label.day for row in rows if row.label.day]
    begin, end = days[0], days[-1] + timedelta(days=step)
    span = max((end - begin).days, 1)
    steps = _steps(max(_sum(row, names) for row in rows))
    most = max(steps[-1], *(_sum(row, names) for row in rows))
    fills = dict(zip(names, FILLS, strict=False))
    top = LINE
    floor = top + PILLARS
    parts = []
    for value in steps:
        y = floor - PILLARS * value / most
        parts.append(Part("line", "0", f"{y:.1f}", width="100%", fill="grid"))
        parts.append(Part("words", "0", f"{y - 3:.1f}", words=_tick(value), fill="tick"))
    for row, day in zip(rows, days, strict=True):
        x = _percent((day - begin).days + 0.1 * step, span)
        width = _percent(0.8 * step, span)
        y = float(floor)
        for name in names:
            size = PILLARS * _number(row.numbers.get(name)) / most
            if size:
                y -= size
                parts.append(Part("bar", x, f"{y:.1f}", width, f"{size:.1f}", fills[name]))
    ticks = range(0, len(rows), max(1, -(-len(rows) // 5)))
    for tick in ticks:
        x = _percent((days[tick] - begin).days, span)
        words = f"{short_day(days[tick])} {days[tick]:%y}"
        parts.append(Part("words", x, str(floor + LINE), words=words, fill="tick"))
    columns = [table.column(name) for name in names]
    legend = [(fills[c.name], str(c.label)) for c in columns] if len(names) > 1 else []
    return Picture(str(floor + LINE + 6), parts, table.title, _summary(table, rows, names), legend)


# --- Words ----------------------------------------------------------------------------------------
def _summary(table: Table, rows: Sequence[Row], names: Sequence[str]) -> str:
    """How many rows are drawn, the highest and the lowest; all of it stands in the table."""
    drawn = ngettext("%(n)s row", "%(n)s rows", len(rows)) % {"n": len(rows)}
    column: Column = table.column(names[0])
    ordered = sorted(rows, key=lambda row: _sum(row, names))
    said = {
        "rows": drawn,
        "high": ordered[-1].label.text,
        "most": in_words(_exact(_sum(ordered[-1], names)), column.kind),
        "low": ordered[0].label.text,
        "least": in_words(_exact(_sum(ordered[0], names)), column.kind),
    }
    return (
        _(
            "%(rows)s. Highest: %(high)s, %(most)s. Lowest: %(low)s, %(least)s."
            " All figures stand in the table."
        )
        % said
    )


def _exact(value: float) -> int | float:
    return int(value) if value == int(value) else value
