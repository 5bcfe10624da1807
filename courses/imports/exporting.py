"""Giving out the range of courses in the columns that an import reads."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from django.db import models
from django.utils.translation import get_language

from courses.imports.columns import (
    COURSE_COLUMNS,
    EDITION_COLUMNS,
    SHEETS,
    UNIVERSITY_COLUMNS,
    Column,
    names,
    stored,
)
from courses.imports.reading import defuse
from courses.models import Course, Edition, PublicState, University

if TYPE_CHECKING:
    from courses.imports.checking import Values
    from courses.imports.columns import Value

    type Sheets = dict[str, list[Values]]

# What names the course in the further rows of one with several editions.
IDENTITY = ("university", "code", "address", "title")
TYPES = {
    "json": "application/json",
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


def offer() -> Sheets:
    """Everything but what was withdrawn, as the rows of the sheets. Four queries."""
    shown = Edition.objects.exclude(state=PublicState.WITHDRAWN).prefetch_related("live_sessions")
    courses = (
        Course.objects.exclude(state=PublicState.WITHDRAWN)
        .select_related("university")
        .prefetch_related(models.Prefetch("editions", shown.order_by("starts_on")))
        .order_by("university__code", "title", "pk")
    )
    universities = University.objects.order_by("code")
    return {
        "universities": [_values(UNIVERSITY_COLUMNS, row) for row in universities],
        "courses": [row for course in courses for row in _rows(course)],
    }


def _values(columns: Iterable[Column], row: models.Model) -> Values:
    values = {column.name: stored(column, row) for column in columns}
    return {name: value for name, value in values.items() if value != ""}


def _rows(course: Course) -> list[Values]:
    """One row with all of the course and its first edition, and one for each further edition."""
    own = _values(COURSE_COLUMNS, course)
    short = {name: own[name] for name in IDENTITY if name in own}
    editions = [_values(EDITION_COLUMNS, edition) for edition in course.editions.all()]
    return [(short if n else own) | edition for n, edition in enumerate(editions or [{}])]


def write(sheets: Sheets, suffix: str) -> bytes:
    """The sheets as a file; a CSV holds only the first of them."""
    if suffix == "json":
        return json.dumps(sheets, ensure_ascii=False, indent=1).encode()
    if suffix == "xlsx":
        return _xlsx(sheets)
    return next(_csv(kind, rows) for kind, rows in sheets.items())


def _csv(kind: str, rows: list[Values]) -> bytes:
    """With the mark, separator and decimals that the reader's own spreadsheet expects."""
    dutch = (get_language() or "").startswith("nl")
    out = io.StringIO(newline="")
    lines = csv.writer(out, delimiter=";" if dutch else ",", quoting=csv.QUOTE_MINIMAL)
    lines.writerow(names(SHEETS[kind]))
    for row in rows:
        lines.writerow(_csv_cell(c, row.get(c.name, ""), dutch=dutch) for c in SHEETS[kind])
    return b"\xef\xbb\xbf" + out.getvalue().encode()


def _csv_cell(column: Column, value: Value, *, dutch: bool) -> str:
    if isinstance(value, bool):
        return _word(value)
    if isinstance(column.field, models.DecimalField):
        return str(value).replace(".", ",") if dutch else str(value)
    return defuse(str(value))


def _word(value: bool) -> str:
    return "yes" if value else "no"


def _xlsx(sheets: Sheets) -> bytes:
    from openpyxl import Workbook
    from openpyxl.cell import WriteOnlyCell
    from openpyxl.styles import Font

    book = Workbook(write_only=True)
    for kind, rows in sheets.items():
        sheet = book.create_sheet(kind)
        sheet.freeze_panes = "A2"
        header = [WriteOnlyCell(sheet, name) for name in names(SHEETS[kind])]
        for cell in header:
            cell.font = Font(bold=True)
        sheet.append(header)
        for row in rows:
            sheet.append([_xlsx_cell(sheet, c, row.get(c.name, "")) for c in SHEETS[kind]])
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def _xlsx_cell(sheet: Any, column: Column, value: Value) -> Any:
    """A cell of the value's own kind; text stays text, also where it begins as a formula does."""
    from openpyxl.cell import WriteOnlyCell

    if value == "" and not isinstance(value, bool):
        return None
    typed: Any = value
    if isinstance(value, bool):
        typed = _word(value)
    elif isinstance(column.field, models.DateField):
        typed = date.fromisoformat(str(value))
    elif isinstance(column.field, models.DecimalField):
        typed = Decimal(str(value))
    cell = WriteOnlyCell(sheet, typed)
    if isinstance(typed, str):
        cell.data_type = "s"
        cell.quotePrefix = typed != defuse(typed)
    elif isinstance(typed, date):
        cell.number_format = "yyyy-mm-dd"
    return cell


def example(kind: str) -> list[Values]:
    """A row that shows how to fill in the template; a course that nobody offers."""
    rows: dict[str, list[Values]] = {
        "universities": [
            {
                "code": "EXAMPLE",
                "name": "Example University",
                "city": "Brisbane",
                "country": "AU",
                "time_zone": "Australia/Brisbane",
                "website": "https://university.example",
                "credit_system": "units",
                "ec_per_credit": "3.75",
            }
        ],
        "courses": [
            {
                "university": "EXAMPLE",
                "code": "EX101",
                "title": "An Example to Replace",
                "language": "en",
                "level": "bachelor",
                "level_number": 200,
                "ec": "7.5",
                "field": "053",
                "assessment": "exam",
                "honours": False,
                "starts_on": "2027-02-01",
                "ends_on": "2027-05-28",
                "period": "spring",
                "places": 25,
                "live_sessions": "tue 08:00-09:00 required",
            },
            {
                "university": "EXAMPLE",
                "code": "EX101",
                "starts_on": "2027-09-06",
                "ends_on": "2027-12-17",
                "period": "autumn",
                "places": 25,
            },
        ],
    }
    return rows[kind]
