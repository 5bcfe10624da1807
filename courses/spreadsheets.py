"""Tables as files for spreadsheets: the one place where CSV and XLSX are written.

Nothing in them is calculated: a text that a spreadsheet would take for a formula stays a text.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from decimal import Decimal
from itertools import batched
from typing import Any, NamedTuple, cast

from django.http import HttpResponse, StreamingHttpResponse

type Cell = str | int | float | Decimal | date | None

TYPES = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
MARK = b"\xef\xbb\xbf"  # by which spreadsheets know UTF-8
LINES = 500  # that are sent at a time

# What makes a spreadsheet calculate, also behind spaces or a byte order mark.
CALCULATES = re.compile(r"[\ufeff\s]*[=+\-@|%＝＋－＠]|[\ufeff ]*[\t\r\n]")


class Sheet(NamedTuple):
    """One table. In a cell stands what it is: a number is no text, a day no number."""

    heading: Sequence[str]
    rows: Iterable[Sequence[Cell]]
    title: str = "Sheet"
    fixed: int = 0  # columns that stay in sight
    formats: Mapping[int, str] = {}  # how a workbook shows the numbers of a column


def is_number(text: str) -> bool:
    whole, _point, rest = text.removeprefix("-").replace(",", ".").partition(".")
    return whole.isascii() and whole.isdigit() and (not _point or (rest + "0").isdigit())


def _would_calculate(text: str) -> bool:
    """Whether a spreadsheet could take `text`, perhaps behind quotes, for a formula."""
    bare = text.lstrip("'")
    return bool(CALCULATES.match(bare)) and not (bare == text and is_number(text))


def defuse(text: str) -> str:
    """`text` so that no spreadsheet calculates it; `undefuse` gives it back unchanged."""
    return f"'{text}" if _would_calculate(text) else text


def undefuse(text: str) -> str:
    return text[1:] if text.startswith("'") and _would_calculate(text[1:]) else text


# --- CSV ------------------------------------------------------------------------------------------
def csv_lines(sheet: Sheet, *, dutch: bool = False) -> Iterator[bytes]:
    """The file in parts, as its rows come. `dutch`: with the separator and the decimals that a
    Dutch spreadsheet expects."""
    out = io.StringIO(newline="")
    lines = csv.writer(out, delimiter=";" if dutch else ",")
    lines.writerow(map(defuse, sheet.heading))
    yield MARK
    for rows in batched(sheet.rows, LINES):
        lines.writerows([_plain(cell, dutch=dutch) for cell in row] for row in rows)
        yield out.getvalue().encode()
        out.seek(0)
        out.truncate()
    yield out.getvalue().encode()


def _plain(cell: Cell, *, dutch: bool) -> str:
    match cell:
        case None:
            return ""
        case str():
            return defuse(cell)
        case date():
            return cell.isoformat()
        case Decimal():
            text = f"{cell.normalize():f}"
        case _:
            text = str(cell)
    return text.replace(".", ",") if dutch else text


# --- XLSX -----------------------------------------------------------------------------------------
def as_xlsx(*sheets: Sheet) -> bytes:
    """A workbook with these sheets, written row by row."""
    from openpyxl import Workbook
    from openpyxl.cell import WriteOnlyCell
    from openpyxl.styles import Font
    from openpyxl.utils import get_column_letter

    book = Workbook(write_only=True)
    for sheet in sheets:
        page = book.create_sheet(sheet.title)
        page.freeze_panes = f"{get_column_letter(sheet.fixed + 1)}2"
        heading = [WriteOnlyCell(page, str(text)) for text in sheet.heading]
        for cell in heading:
            cell.data_type, cell.font = "s", Font(bold=True)
        page.append(heading)
        for row in sheet.rows:
            page.append([_cell(page, cell, sheet.formats.get(n)) for n, cell in enumerate(row)])
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def _cell(page: Any, value: Cell, number_format: str | None) -> Any:
    """A cell of the value's own kind; text stays text, also where it begins as a formula does."""
    from openpyxl.cell import WriteOnlyCell

    if value in (None, ""):
        return None
    typed: Any = value
    cell = WriteOnlyCell(page, typed)
    if isinstance(value, str):
        cell.data_type = "s"
        cell.quotePrefix = value != defuse(value)
    elif isinstance(value, date):
        cell.number_format = "yyyy-mm-dd"
    elif number_format:
        cell.number_format = number_format
    return cell


# --- Answers --------------------------------------------------------------------------------------
def csv_download(name: str, sheet: Sheet, *, dutch: bool = False) -> HttpResponse:
    """The sheet as a download, sent while it is read."""
    lines = StreamingHttpResponse(csv_lines(sheet, dutch=dutch), content_type=TYPES["csv"])
    return _as_download(cast("HttpResponse", lines), f"{name}.csv")


def xlsx_download(name: str, *sheets: Sheet) -> HttpResponse:
    """The sheets as a workbook to download. It is packed before it can be sent, so it is small."""
    book = HttpResponse(as_xlsx(*sheets), content_type=TYPES["xlsx"])
    return _as_download(book, f"{name}.xlsx")


def _as_download(response: HttpResponse, name: str) -> HttpResponse:
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Cache-Control"] = "private, no-store"
    return response
