"""The copy of somebody's data as one ZIP: JSON, a table for each kind, a PDF to read, and files."""

from __future__ import annotations

import json
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import IO, Any

from django.core.serializers.json import DjangoJSONEncoder
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import override

from accounts.models import User
from courses import house
from courses.spreadsheets import Cell, Sheet, csv_lines
from paperwork.filing import path_of
from paperwork.models import Attachment, Document
from paperwork.press import Sheet as Printed
from paperwork.press import press
from privacy.collecting import Everything, Part, collect, name_of
from privacy.register import EXCLUDED

IN_THE_PDF = 60  # rows of a kind; the rest stands in its table
LONGEST = 1200  # characters of a value in the PDF


def pack(user: User, language: str, into: IO[bytes]) -> None:
    """Write the ZIP. Raises NotMadeError when the PDF cannot be made."""
    with override(language):
        found = collect(user)
        pdf = press().make(Printed(_page(user, found, language), {})).content
        with zipfile.ZipFile(into, "w", zipfile.ZIP_DEFLATED) as out:
            out.writestr(_("READ ME.txt"), render_to_string("privacy/own/read_me.txt"))
            out.writestr(_("overview.pdf"), pdf)
            out.writestr("data.json", json.dumps(_as_json(found, language), **JSON))
            for part in found.parts:
                lines = csv_lines(_sheet(part), dutch=language == "nl")
                out.writestr(f"csv/{part.name}.csv", b"".join(lines))
            for file in found.files:
                _add(out, file)


JSON: dict[str, Any] = {"cls": DjangoJSONEncoder, "ensure_ascii": False, "indent": 2}


def _as_json(found: Everything, language: str) -> dict[str, Any]:
    """The same with what each field is called, and what is not in the copy and why."""
    return {
        "made_at": timezone.now(),
        "language": language,
        "kinds": [
            {
                "name": part.name,
                "title": part.title,
                "fields": part.fields,
                "left_out": part.left_out,
                "rows": part.rows,
            }
            for part in found.parts
        ],
        "files": [f"files/{name_of(file)}" for file in found.files],
        "not_in_this_copy": EXCLUDED,
    }


def _sheet(part: Part) -> Sheet:
    return Sheet(list(part.fields), _cells(part), part.name)


def _cells(part: Part) -> Iterator[list[Cell]]:
    for row in part.rows:
        yield [_cell(row[name]) for name in part.fields]


def _cell(value: Any) -> Cell:
    match value:
        case None | str() | Decimal():
            return value
        case bool():
            return _("yes") if value else _("no")
        case datetime():
            return value.isoformat(timespec="seconds")
        case date() | int() | float():
            return value
        case list() if all(isinstance(one, str) for one in value):
            return ", ".join(value)
        case dict() | list():
            return json.dumps(value, cls=DjangoJSONEncoder, ensure_ascii=False)
        case _:
            return str(value)


def _page(user: User, found: Everything, language: str) -> str:
    """The PDF's HTML: each kind with its rows in words."""
    parts = [
        {
            "title": part.title,
            "name": part.name,
            "rows": [_in_words(part.fields, row) for row in part.rows[:IN_THE_PDF]],
            "more": max(0, len(part.rows) - IN_THE_PDF),
        }
        for part in found.parts
    ]
    context = {"person": user, "parts": parts, "language": language, "now": timezone.now()}
    context["house"] = house.names()
    return render_to_string("privacy/documents/own_data.html", context)


def _in_words(fields: Mapping[str, str], row: Mapping[str, Any]) -> Sequence[tuple[str, str]]:
    """What is known, with what it is called; numbers of rows say nothing to a reader."""
    said = []
    for name, label in fields.items():
        value = row[name]
        if name == "id" or value in (None, "", [], {}):
            continue
        if isinstance(value, datetime):
            text = date_format(timezone.localtime(value), "DATETIME_FORMAT")
        elif isinstance(value, date):
            text = date_format(value, "DATE_FORMAT")
        else:
            text = str(_cell(value))
        said.append((label, text if len(text) <= LONGEST else f"{text[:LONGEST]}…"))
    return said


def _add(out: zipfile.ZipFile, file: Attachment | Document) -> None:
    """The bytes as they were given; a file that is not there any more is left out."""
    path = path_of(file.file)
    if path.is_file():
        out.write(path, f"files/{name_of(file)}", zipfile.ZIP_STORED)
