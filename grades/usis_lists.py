"""A list out of uSis: its rows as texts by our names of the columns."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from django.utils.translation import gettext as _

from courses.imports.reading import UnreadableError, read

FORMATS = ("csv", "xlsx")
MOST_ROWS = 2_000
# What the first line may call each column, in small letters; `:type` after it does no harm.
COLUMNS = {
    "student_number": ("student_number", "studentnummer", "student number", "student", "id"),
    "request_type": ("request_type", "type", "soort", "soort verzoek", "verzoek"),
    "title": ("title", "titel", "course", "vak", "vaktitel", "course title"),
    "course_code": ("course_code", "code", "vakcode", "course code"),
    "ec": ("ec", "credits", "studiepunten", "credits (ec)", "studiepunten (ec)"),
    "result": ("result", "resultaat", "grade", "cijfer", "result to record"),
    "usis_reference": ("usis_reference", "reference", "kenmerk", "nummer", "usis"),
    "registered_on": ("registered_on", "entered_on", "datum", "date", "ingevoerd op"),
}
NEEDED = ("student_number", "ec", "result")
OF_THE_COURSE = ("course_code", "title")  # at least one of them: else no line says which course


def rows_of(name: str, content: bytes) -> list[dict[str, str]]:
    """The rows, each with its line. Raises UnreadableError: why, and what to do."""
    if name.rpartition(".")[2].lower() not in FORMATS:
        raise UnreadableError(_("Choose a file whose name ends in .csv or .xlsx."))
    table = read(name, content)[0]
    if len(table.rows) > MOST_ROWS:
        raise UnreadableError(_("The list has more than 2,000 rows. Split it into smaller lists."))
    known = _known(table.header)
    return [
        {"line": str(number)} | {ours: _text(cells.get(theirs)) for ours, theirs in known.items()}
        for number, cells in table.rows
    ]


def _known(header: list[str]) -> dict[str, str]:
    found = {
        ours: heading
        for heading in reversed(header)
        for ours, names in COLUMNS.items()
        if heading.partition(":")[0].strip().lower() in names
    }
    lacking = [COLUMNS[name][0] for name in NEEDED if name not in found]
    if not any(name in found for name in OF_THE_COURSE):
        lacking.append(_("title or course_code"))
    if lacking and len(header) == 1:
        raise UnreadableError(
            _(
                "The first line is one single cell: “%(cell)s”. Separate the columns by a"
                " semicolon, a comma or a tab."
            )
            % {"cell": header[0][:60]}
        )
    if lacking:
        raise UnreadableError(
            _("The first line must have the columns %(columns)s. It has: %(header)s.")
            % {"columns": ", ".join(lacking), "header": ", ".join(header)[:200]}
        )
    return found


def _text(value: Any) -> str:
    match value:
        case None:
            return ""
        case datetime():
            return value.date().isoformat()
        case date():
            return value.isoformat()
        case float() if value.is_integer():
            return str(int(value))
        case _:
            return " ".join(str(value).split())[:300]


def bare(number: str) -> str:
    """A student number without what people write before it: s0123456 and 123456 are the same."""
    text = "".join(number.casefold().split())
    digits = text.removeprefix("s")
    return digits.lstrip("0") if digits.isascii() and digits.isdigit() else text


def number_in(text: str) -> Decimal | None:
    """5, 5.0 and 5,0 are the same number; None when it is none."""
    try:
        number = Decimal(text.lower().removesuffix("ec").strip().replace(",", "."))
    except InvalidOperation:
        return None
    return number if number.is_finite() else None


def same(ours: str, theirs: str) -> bool:
    """Whether two cells say the same: as numbers where both are, else as words."""
    left, right = number_in(ours), number_in(theirs)
    if left is not None and right is not None:
        return left == right
    return _words(ours) == _words(theirs)


def _words(text: str) -> str:
    return " ".join(text.casefold().replace("_", " ").split())


def day_in(text: str) -> date | None:
    """A day as 2027-01-31 or 31-01-2027; None when it is none."""
    for form in ("%Y-%m-%d", "%d-%m-%Y", "%d/%m/%Y", "%d.%m.%Y"):
        try:
            return datetime.strptime(text, form).date()  # noqa: DTZ007  # a day has no zone
        except ValueError:
            continue
    return None
