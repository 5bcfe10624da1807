"""The public page about how long it takes: per faculty and per partner, without small numbers.

Figures are of the twelve whole months before this one. So they change once a month, by many cases
at a time, and nobody can watch one case come in; and the page can be kept for the day.
"""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from typing import NamedTuple

from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from courses import house
from courses.spreadsheets import Cell, Sheet, csv_download, xlsx_download
from grades import durations
from grades.durations import STEPS
from vx_portal.http import PortalRequest, kept
from vx_portal.reports.grouping import DIMENSIONS, OTHERS
from vx_portal.reports.hiding import without_few
from vx_portal.reports.periods import Period, twelve_months
from vx_portal.reports.pictures import Picture, picture_of
from vx_portal.reports.tables import (
    Few,
    Label,
    Numbers,
    Ranges,
    Row,
    Table,
    Words,
    rows_of,
)
from vx_portal.reports.terms import FEWEST
from vx_portal.reports.turnaround import COLUMNS, figures, labels_of

# What is up to faculties, and what to hosts.
PARTS: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("faculty", ("check", "verify", "register", "whole")),
    ("host", ("answer", "transcript")),
)
SHOWN = (replace(COLUMNS[0], label=gettext_lazy("Cases, at least")), *COLUMNS[1:])
KEPT = 3600  # seconds, in memory


class Part(NamedTuple):
    """One step, with its picture."""

    table: Table
    picture: Picture | None


@dataclass
class _Kept:
    """The days of each step and part of it, as they were read."""

    period: Period | None = None
    until: float = 0.0
    days: dict[tuple[str, str], list[int]] = field(default_factory=dict)


_kept = _Kept()


def forget() -> None:
    """Read everything anew the next time."""
    _kept.period = None


def months(today: date) -> Period:
    """The twelve whole months before the one of `today`."""
    return twelve_months(today.replace(day=1) - timedelta(days=1))


def _days(period: Period) -> dict[tuple[str, str], list[int]]:
    """Of each step, by the code of the faculty or host. Seven queries, at most once an hour."""
    now = time.monotonic()
    if _kept.period != period or _kept.until < now:
        found: defaultdict[tuple[str, str], list[int]] = defaultdict(list)
        for per, steps in PARTS:
            for span in durations.read(None, period.begins, period.ends, steps=steps):
                found[span.step, span.faculty if per == "faculty" else span.host].append(span.days)
        _kept.period, _kept.until, _kept.days = period, now + KEPT, dict(found)
    return _kept.days


def tables(today: date) -> list[tuple[str, list[Table]]]:
    """What anybody may read: of each part its steps, without what is of few cases."""
    period, fewest = months(today), house.number(FEWEST)
    days = _days(period)
    found = []
    for per, steps in PARTS:
        labels = labels_of(per, {code for step, code in days if step in steps})
        made = [_table(step, per, days, labels, fewest, period) for step in steps]
        found.append((per, [table for table in made if table.rows]))
    return found


def _table(
    step: str,
    per: str,
    days: dict[tuple[str, str], list[int]],
    labels: dict[str, Label],
    fewest: int,
    period: Period,
) -> Table:
    mine = {code: found for (name, code), found in days.items() if name == step}
    rows = rows_of(SHOWN, ((labels[code], figures(found)) for code, found in mine.items()))
    everybody = [day for found in mine.values() for day in found]
    total = Row(Label(_("Together")), figures(everybody)) if len(rows) > 1 else None
    whole = Table(
        f"turnaround-{step}",
        str(STEPS[step]),
        "",
        str(_heading(per)),
        SHOWN,
        rows,
        total,
        period.in_words(),
        shape=Ranges("median", "late"),
    )
    return _rounded(without_few(whole, "cases", fewest), fewest)


def _heading(per: str) -> Words:
    return DIMENSIONS["faculty"].label if per == "faculty" else OTHERS["host"][0]


def _rounded(table: Table, fewest: int) -> Table:
    """With the numbers of cases rounded down: their differences tell of nobody either."""

    def of(row: Row) -> Row:
        cases = row.numbers["cases"]
        if isinstance(cases, int):
            numbers: Numbers = {**row.numbers, "cases": cases // fewest * fewest}
            return Row(row.label, numbers)
        return row

    return replace(table, rows=list(map(of, table.rows)), total=table.total and of(table.total))


def is_shown(table: Table) -> bool:
    """Whether a figure of it may be read."""
    rows = [*table.rows, *([table.total] if table.total else [])]
    return any(not isinstance(row.numbers["cases"], Few) for row in rows)


@login_not_required
@require_safe
@kept
def turnaround(request: PortalRequest) -> HttpResponse:
    """How long each step takes. Its figures are of months that are over: those of the whole day."""
    today = timezone.localdate()
    found = tables(today)
    context = {
        "parts": [
            (per, [Part(table, picture_of(table)) for table in made if is_shown(table)])
            for per, made in found
        ],
        "is_empty": not any(is_shown(table) for _per, made in found for table in made),
        "fewest": house.number(FEWEST),
        "period": months(today).in_words(),
    }
    return render(request, "reports/turnaround.html", context)


@login_not_required
@require_safe
def download(request: PortalRequest, suffix: str) -> HttpResponse:
    """The same figures as a file for spreadsheets."""
    sheet = sheet_of([table for _per, made in tables(timezone.localdate()) for table in made])
    name = f"turnaround-{timezone.localdate():%Y-%m}"
    if suffix == "csv":
        return csv_download(name, sheet, dutch=(get_language() or "").startswith("nl"))
    if suffix == "xlsx":
        return xlsx_download(name, sheet)
    raise Http404


def sheet_of(made: Sequence[Table]) -> Sheet:
    heading = [_("Step"), _("Code"), _("Faculty or host university")]
    return Sheet([*heading, *(c.heading for c in SHOWN)], _lines(made), _("How long it takes"), 3)


def _lines(made: Sequence[Table]) -> Iterator[list[Cell]]:
    for table in made:
        for row in [*table.rows, *([table.total] if table.total else [])]:
            cells = (row.numbers[column.name] for column in table.columns)
            yield [
                *(table.title, row.label.code, row.label.text),
                *(str(cell) if isinstance(cell, Few) else cell for cell in cells),
            ]
