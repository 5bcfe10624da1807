"""Giving out the range of courses in the columns that an import reads."""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING

from django.db import models
from django.http import HttpResponse
from django.utils.translation import get_language

from courses import spreadsheets
from courses.imports.columns import (
    COURSE_COLUMNS,
    EDITION_COLUMNS,
    SHEETS,
    UNIVERSITY_COLUMNS,
    Column,
    names,
    stored,
)
from courses.models import Course, Edition, PublicState, University
from courses.spreadsheets import Cell, Sheet

if TYPE_CHECKING:
    from courses.imports.checking import Values
    from courses.imports.columns import Value

    type Sheets = dict[str, list[Values]]

# What names the course in the further rows of one with several editions.
IDENTITY = ("university", "code", "address", "title")
TYPES = {"json": "application/json"} | spreadsheets.TYPES


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


def download(sheets: Sheets, name: str, suffix: str) -> HttpResponse:
    """The sheets as a file; a CSV holds only the first of them, as the reader's own spreadsheet
    expects it."""
    found = [_sheet(kind, rows) for kind, rows in sheets.items()]
    if suffix == "xlsx":
        return spreadsheets.xlsx_download(name, *found)
    if suffix == "csv":
        dutch = (get_language() or "").startswith("nl")
        return spreadsheets.csv_download(name, found[0], dutch=dutch)
    content = json.dumps(sheets, ensure_ascii=False, indent=1).encode()
    headers = {"Content-Disposition": f'attachment; filename="{name}.json"'}
    return HttpResponse(content, content_type="application/json", headers=headers)


def _sheet(kind: str, rows: list[Values]) -> Sheet:
    columns = SHEETS[kind]
    cells = ([_cell(column, row.get(column.name, "")) for column in columns] for row in rows)
    return Sheet(names(columns), cells, kind)


def _cell(column: Column, value: Value) -> Cell:
    """The value as its own kind; yes and no as an import reads them."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if value == "":
        return None
    if isinstance(column.field, models.DateField):
        return date.fromisoformat(str(value))
    if isinstance(column.field, models.DecimalField):
        return Decimal(str(value))
    return value


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
