"""A report as a file for spreadsheets: its table, and what it means on a second sheet."""

from __future__ import annotations

from collections.abc import Iterator

from django.http import HttpResponse
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from courses.spreadsheets import Cell, Sheet, csv_download, xlsx_download
from vx_portal.reports.tables import Cell as Found
from vx_portal.reports.tables import Few, Kind, Row, Table

FORMATS = {Kind.PERCENT: "0.0", Kind.EC: "0.0", Kind.DAYS: "0.0"}


def as_csv(table: Table) -> HttpResponse:
    """The table alone, as the reader's own spreadsheet expects it."""
    dutch = (get_language() or "").startswith("nl")
    return csv_download(_name(table), sheet_of(table), dutch=dutch)


def as_xlsx(table: Table) -> HttpResponse:
    return xlsx_download(_name(table), sheet_of(table), _about(table))


def _name(table: Table) -> str:
    return f"{table.name}-{timezone.localdate():%Y-%m-%d}"


def sheet_of(table: Table) -> Sheet:
    """Every row and the total; the code of a university in a column of its own."""
    codes = table.has_codes
    heading = [*([_("Code")] if codes else []), table.first, *(c.heading for c in table.columns)]
    first = len(heading) - len(table.columns)
    formats = {
        number: FORMATS[column.kind]
        for number, column in enumerate(table.columns, first)
        if column.kind in FORMATS
    }
    return Sheet(heading, _lines(table, codes=codes), table.name, first, formats)


def _lines(table: Table, *, codes: bool) -> Iterator[list[Cell]]:
    for row in [*table.rows, *([table.total] if table.total else [])]:
        yield [*([row.label.code] if codes else []), row.label.text, *_cells(table, row)]


def _cells(table: Table, row: Row) -> Iterator[Cell]:
    for column in table.columns:
        cell: Found = row.numbers.get(column.name)
        yield str(cell) if isinstance(cell, Few) else cell


def _about(table: Table) -> Sheet:
    """What the figures mean, so that a file that is passed on still says it."""
    said: list[list[Cell]] = [
        [_("Report"), table.title],
        [_("What it says"), table.means],
        [_("Period"), table.period or _("as it is now")],
        [_("Of whom"), table.scope],
        [_("Counted on"), timezone.localdate()],
    ]
    if table.few:
        said.append([_("Hidden"), _("Numbers of fewer than %(n)s cases.") % {"n": table.few}])
    return Sheet([_("About this report"), ""], said, _("About this report"))
