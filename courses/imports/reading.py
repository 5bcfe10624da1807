"""From the bytes of a file to tables of raw cells. Nothing here trusts the file."""

from __future__ import annotations

import csv
import io
import json
import zipfile
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext as _

from courses.imports import sources
from courses.imports.columns import SHEETS, names
from courses.spreadsheets import undefuse

LARGEST_FILE = 10 * 1024 * 1024  # bytes
MOST_ROWS = 5_000
MOST_COLUMNS = 100
# A workbook that unpacks to more than this, or that much more than its own size, is no workbook.
LARGEST_UNPACKED = 48 * 1024 * 1024
STEEPEST_RATIO = 150
MOST_PARTS = 500
FORMATS = ("json", "csv", "xlsx")


class UnreadableError(Exception):
    """The file as a whole cannot be read; the message says why and what to do."""


@dataclass
class Table:
    """One sheet: which columns it has, and its rows with their number in the file."""

    kind: str
    header: list[str]
    rows: list[tuple[int, dict[str, Any]]]
    letters: bool = False  # rows and columns of a spreadsheet: cells are called C5
    formulas: list[tuple[int, str]] = field(default_factory=list)


def read(name: str, content: bytes) -> list[Table]:
    """The tables in `content`, or UnreadableError. Bounded in time and memory whatever it holds."""
    if not content.strip():
        raise UnreadableError(_("The file is empty."))
    if len(content) > LARGEST_FILE:
        raise UnreadableError(_("The file is larger than 10 MB. Split it into smaller files."))
    suffix = name.rpartition(".")[2].lower()
    readers: dict[str, Callable[[bytes], list[Table]]] = {
        "json": _read_json,
        "csv": _read_csv,
        "xlsx": _read_xlsx,
    }
    if suffix not in readers:
        raise UnreadableError(_("Choose a file whose name ends in .json, .csv or .xlsx."))
    tables = readers[suffix](content)
    if not any(table.rows for table in tables):
        raise UnreadableError(_("The file has columns, but no rows."))
    return tables


# --- JSON -----------------------------------------------------------------------------------------
def _read_json(content: bytes) -> list[Table]:
    try:
        data = json.loads(_decode(content))
    except (ValueError, RecursionError) as error:
        where = _(" (line %(line)s)") % {"line": getattr(error, "lineno", "?")}
        raise UnreadableError(_("This is not valid JSON%(where)s.") % {"where": where}) from None
    if isinstance(data, list):
        data = {"courses": data}
    if not isinstance(data, dict) or not any(isinstance(data.get(kind), list) for kind in SHEETS):
        raise UnreadableError(_("The JSON must have a list named “courses” or “universities”."))
    tables = []
    for kind in SHEETS:
        records = data.get(kind, [])
        if not isinstance(records, list) or not all(isinstance(r, dict) for r in records):
            raise UnreadableError(
                _("“%(name)s” must be a list of objects, one a row.") % {"name": kind}
            )
        _refuse_too_many(len(records))
        ours = [_flat(kind, record) for record in records]
        header = list(dict.fromkeys(name for record in ours for name in record))
        tables.append(Table(kind, header, list(enumerate(ours, start=1))))
    return tables


def _flat(kind: str, record: dict[str, Any]) -> dict[str, Any]:
    if sources.is_from_sources(kind, record):
        record = sources.in_our_columns(kind, record)
    return {str(name)[:100]: value for name, value in record.items()}


# --- CSV ------------------------------------------------------------------------------------------
def _decode(content: bytes) -> str:
    """The text in UTF-8 or, with its mark in front, UTF-16; another encoding is named."""
    marked = content.startswith((b"\xff\xfe", b"\xfe\xff"))
    encoding = "utf-16" if marked else "utf-8-sig"
    try:
        text = content.decode(encoding)
    except UnicodeDecodeError as error:
        line = content[: error.start].count(b"\n") + 1
        raise UnreadableError(
            _(
                "Line %(line)s is not written in UTF-8; it looks like Windows-1252"
                " (“%(sample)s”). Save the file again as “CSV UTF-8”."
            )
            % {"line": line, "sample": _around(content, error.start)}
        ) from None
    if "\x00" in text:
        raise UnreadableError(
            _("The file holds bytes that are no text. Save it again as “CSV UTF-8”.")
        )
    return text


def _around(content: bytes, at: int) -> str:
    sample = content[max(0, at - 12) : at + 12].decode("cp1252", "replace")
    return " ".join(sample.split())


def _read_csv(content: bytes) -> list[Table]:
    text = _decode(content)
    first = text.lstrip().partition("\n")[0]
    delimiter = max(";,\t", key=first.count)
    lines = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    try:
        return [_table(((lines.line_num, row) for row in lines), undefuse)]
    except csv.Error:
        raise UnreadableError(
            _("Line %(line)s is not valid CSV: look at its quotation marks.")
            % {"line": lines.line_num}
        ) from None


# --- XLSX -----------------------------------------------------------------------------------------
def _read_xlsx(content: bytes) -> list[Table]:
    from openpyxl import load_workbook

    _refuse_bombs(content)
    try:
        book = load_workbook(io.BytesIO(content), read_only=True, data_only=False, keep_links=False)
        sheets = [book[kind] for kind in SHEETS if kind in book.sheetnames] or book.worksheets[:1]
        tables = [_sheet(sheet) for sheet in sheets]
    except UnreadableError:
        raise
    except Exception:  # noqa: BLE001  # openpyxl raises whatever a broken part leads it to
        raise UnreadableError(_not_xlsx()) from None
    return [table for table in tables if table.header]


def _not_xlsx() -> str:
    return _("This is not a readable Excel workbook. Save it again as .xlsx.")


def _refuse_bombs(content: bytes) -> None:
    """Look at the sizes in the archive's directory before anything is unpacked."""
    try:
        parts = zipfile.ZipFile(io.BytesIO(content)).infolist()
    except (zipfile.BadZipFile, ValueError, NotImplementedError, OSError):
        raise UnreadableError(_not_xlsx()) from None
    unpacked = sum(part.file_size for part in parts)
    steep = any(
        part.file_size > 1024 * 1024
        and part.file_size > STEEPEST_RATIO * max(1, part.compress_size)
        for part in parts
    )
    if unpacked > LARGEST_UNPACKED or steep or len(parts) > MOST_PARTS:
        raise UnreadableError(
            _("This workbook unpacks to far more than it should. Save your rows in a new one.")
        )
    if any(part.flag_bits & 1 for part in parts):
        raise UnreadableError(_("The workbook is locked with a password. Save it without one."))


def _sheet(sheet: Any) -> Table:
    formulas: list[tuple[int, int]] = []

    def rows() -> Iterator[tuple[int, list[Any]]]:
        for number, row in enumerate(sheet.iter_rows(max_col=MOST_COLUMNS), start=1):
            _refuse_too_many(number // 4)  # empty rows cost time too
            formulas.extend((number, n) for n, cell in enumerate(row) if cell.data_type == "f")
            yield number, [None if cell.data_type == "f" else cell.value for cell in row]

    table = _table(rows(), lambda text: text)
    table.letters = True
    table.formulas = [(number, table.header[n]) for number, n in formulas if n < len(table.header)]
    return table


# --- Both -----------------------------------------------------------------------------------------
def _table(lines: Iterable[tuple[int, list[Any]]], text: Callable[[str], str]) -> Table:
    """The first line that says something is the header; empty lines are passed over."""
    header: list[str] = []
    rows: list[tuple[int, dict[str, Any]]] = []
    for number, cells in lines:
        if all(cell is None or (isinstance(cell, str) and not cell.strip()) for cell in cells):
            continue
        if not header:
            header = [str("" if cell is None else cell).strip()[:100] for cell in cells]
            while header and not header[-1]:
                header.pop()
            continue
        values = [text(cell) if isinstance(cell, str) else cell for cell in cells]
        beyond = [v for v in values[len(header) :] if v not in (None, "")]
        row = dict(zip(header, values, strict=False))
        if beyond:
            row[""] = beyond[0]
        rows.append((number, row))
        _refuse_too_many(len(rows))
    if len(header) > MOST_COLUMNS:
        raise UnreadableError(_("The file has more than 100 columns."))
    return Table(_kind_of(header), header, rows)


def _kind_of(header: list[str]) -> str:
    """Which sheet it is: the one of whose columns it has most."""
    low = {name.lower() for name in header}
    return max(SHEETS, key=lambda kind: (len(low & set(names(SHEETS[kind]))), kind == "courses"))


def _refuse_too_many(count: int) -> None:
    if count > MOST_ROWS:
        raise UnreadableError(_("The file has more than 5,000 rows. Split it into smaller files."))
