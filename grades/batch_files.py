"""The registrations of a batch as a spreadsheet, and as a file for loading; nothing is calculated.

Both have the fields of `form.FIELDS`, in their order. In the file for loading each heading names
the type of its column (`ec:decimal`), days are 2027-01-31, numbers have a point.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from typing import Any

from django.utils import translation

from courses.imports.reading import defuse
from grades import form
from grades.models import Registration

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
TYPES = {"ec": "decimal"} | dict.fromkeys(
    ("exam_on", "dated_on", "board_decided_on", "received_on"), "date"
)


def as_csv(rows: Iterable[Registration], language: str) -> bytes:
    """For loading: comma, UTF-8 with its mark, one line a registration."""
    out = io.StringIO(newline="")
    lines = csv.writer(out)
    lines.writerow([f"{field.name}:{TYPES.get(field.name, 'text')}" for field in form.FIELDS])
    with translation.override(language):
        for row in rows:
            lines.writerow([defuse(_plain(value)) for value in form.values_of(row).values()])
    return b"\xef\xbb\xbf" + out.getvalue().encode()


def _plain(value: form.Value) -> str:
    if isinstance(value, Decimal):
        return form.plain(value)
    return value.isoformat() if isinstance(value, date) else value or ""


def as_xlsx(rows: Iterable[Registration], language: str) -> bytes:
    """For people: a heading in words, days and numbers as such, text as text whatever it begins
    with."""
    from openpyxl import Workbook
    from openpyxl.cell import WriteOnlyCell
    from openpyxl.styles import Font

    book = Workbook(write_only=True)
    with translation.override(language):
        sheet = book.create_sheet("uSis")
        sheet.freeze_panes = "D2"
        heads = [WriteOnlyCell(sheet, str(field.label)) for field in form.FIELDS]
        for head in heads:
            head.font = Font(bold=True)
        sheet.append(heads)
        for row in rows:
            sheet.append([_cell(sheet, value) for value in form.values_of(row).values()])
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def _cell(sheet: Any, value: form.Value) -> Any:
    from openpyxl.cell import WriteOnlyCell

    if value in (None, ""):
        return None
    typed: Any = value
    cell = WriteOnlyCell(sheet, typed)
    if isinstance(value, str):
        cell.data_type = "s"
        cell.quotePrefix = value != defuse(value)
    elif isinstance(value, date):
        cell.number_format = "yyyy-mm-dd"
    return cell
