"""The table that a report is: typed columns, rows, a total, and what it means in words."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from enum import Enum, auto

from django.utils.formats import number_format
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from vx_portal.templatetags.portal import short_day

type Words = str | Promise


class Kind(Enum):
    """What the cells of a column are."""

    COUNT = auto()
    EC = auto()
    DAYS = auto()
    PERCENT = auto()
    DAY = auto()
    TEXT = auto()


@dataclass(frozen=True)
class Few:
    """Stands for numbers that are not shown, because they are of fewer cases than this, or would
    give away others that are."""

    fewest: int

    def __str__(self) -> str:
        return f"<{self.fewest}"


type Number = int | float | Decimal
type Cell = Number | date | str | Few | None
type Numbers = Mapping[str, Cell]


@dataclass(frozen=True)
class Column:
    """A column after the first. With `of` it is worked out from the others, also in the total."""

    name: str
    label: Words
    kind: Kind = Kind.COUNT
    unit: Words = ""
    of: Callable[[Numbers], Cell] | None = None
    added: bool = True  # whether a total can be had by adding

    @property
    def heading(self) -> str:
        """With its unit, as in a file."""
        unit = "%" if self.kind is Kind.PERCENT else self.unit
        return f"{self.label} ({unit})" if unit else str(self.label)

    @property
    def is_number(self) -> bool:
        return self.kind not in {Kind.DAY, Kind.TEXT}


@dataclass(frozen=True)
class Label:
    """What a row is about."""

    text: str
    code: str = ""  # of a university, which then has a colour
    colour: str = ""
    lang: str = ""
    address: str = ""
    order: tuple[object, ...] = ()
    day: date | None = None  # where the row stands in time


@dataclass(frozen=True)
class Row:
    label: Label
    numbers: Numbers


@dataclass(frozen=True)
class Bars:
    """A picture with one bar a row."""

    column: str


@dataclass(frozen=True)
class Stacked:
    """A picture with one bar a row, in parts."""

    parts: Sequence[str]


@dataclass(frozen=True)
class Ranges:
    """A picture with a dot and a ring a row: from the one column to the other."""

    start: str
    end: str


@dataclass(frozen=True)
class Pairs:
    """A picture with two bars a row, to compare."""

    first: str
    second: str


@dataclass(frozen=True)
class Timeline:
    """A picture of rows in time, each a pillar in parts; `step` days wide."""

    parts: Sequence[str]
    step: int = 1


type Shape = Bars | Stacked | Ranges | Pairs | Timeline


@dataclass(frozen=True)
class Table:
    """A report as it is for one reader and one choice of filters."""

    name: str
    title: str
    means: str  # what it says, and how it is counted
    first: str  # the heading of the rows' labels
    columns: Sequence[Column]
    rows: Sequence[Row]
    total: Row | None = None
    period: str = ""  # in words; empty: as things are now
    scope: str = ""  # whose cases, in words
    shape: Shape | None = None
    few: int = 0  # where numbers are hidden: of fewer cases than this
    links: Sequence[tuple[str, str]] = field(default_factory=tuple)  # words and address

    def column(self, name: str) -> Column:
        return next(column for column in self.columns if column.name == name)

    @property
    def has_codes(self) -> bool:
        return any(row.label.code for row in self.rows)


def complete(columns: Sequence[Column], numbers: Numbers) -> Numbers:
    """The numbers with what is worked out from them."""
    found = dict(numbers)
    for column in columns:
        if column.of is not None:
            found[column.name] = column.of(found)
    return found


def rows_of(
    columns: Sequence[Column], found: Iterable[tuple[Label, Numbers]], largest: str = ""
) -> list[Row]:
    """The rows, complete: in the order of their labels, or those with the most `largest` first."""
    rows = [Row(label, complete(columns, numbers)) for label, numbers in found]

    def place(row: Row) -> tuple[object, ...]:
        number = row.numbers.get(largest) or 0
        most = number if isinstance(number, int | float | Decimal) else 0
        return (row.label.order, -most, row.label.code, row.label.text)

    return sorted(rows, key=place)


def total_of(columns: Sequence[Column], rows: Sequence[Row]) -> Row | None:
    """What the rows come to together; none of fewer than two."""
    if len(rows) < 2:
        return None
    sums = {
        column.name: sum_of(row.numbers.get(column.name) for row in rows)
        for column in columns
        if column.added and column.of is None and column.is_number
    }
    return Row(Label(_("Total")), complete(columns, sums))


def sum_of(cells: Iterable[Cell]) -> Number:
    """The numbers among `cells` together."""
    numbers = [cell for cell in cells if isinstance(cell, int | float | Decimal)]
    return sum(numbers) if numbers else 0


def share(part: str, whole: str) -> Callable[[Numbers], Cell]:
    """Works out a percentage; none of nothing."""

    def of(numbers: Numbers) -> Cell:
        one, all_of_them = numbers.get(part), numbers.get(whole)
        if not isinstance(one, int) or not isinstance(all_of_them, int) or not all_of_them:
            return None
        return round(Decimal(100 * one) / all_of_them, 1)

    return of


def less(whole: str, part: str) -> Callable[[Numbers], Cell]:
    """Works out a difference."""

    def of(numbers: Numbers) -> Cell:
        one, other = numbers.get(whole), numbers.get(part)
        return one - other if isinstance(one, int) and isinstance(other, int) else None

    return of


def in_words(cell: Cell, kind: Kind) -> str:
    """A cell as the reader's language writes it; empty for none."""
    match cell:
        case None:
            return ""
        case Few() | str():
            return str(cell)
        case date():
            return f"{short_day(cell)} {cell.year}"
        case int():
            text = number_format(cell, force_grouping=True)
        case _:
            exact = Decimal(str(cell)).normalize()
            text = number_format(exact, max(0, -int(exact.as_tuple().exponent)))
    return f"{text}%" if kind is Kind.PERCENT else str(text)
