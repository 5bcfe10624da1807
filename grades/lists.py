"""A list of results of one of our own editions: each row checked, and said in words what is wrong.

Nothing is written here. A list with one row that is wrong is not entered at all.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from courses.imports.reading import Table, UnreadableError, read
from enrolments.models import Enrolment
from grades.dutch import GradeError, understood
from grades.gates import ENDED_WELL
from grades.models import Result
from grades.services.own_results import Entry, refusal_of

if TYPE_CHECKING:
    from courses.models import Edition

FORMATS = ("csv", "xlsx")
MOST_ROWS = 1_000
# What the first line may call each column, in small letters.
COLUMNS = {
    "number": ("student_number", "student number", "studentnummer", "number", "nummer"),
    "name": ("name", "naam", "student"),
    "result": ("result", "resultaat", "grade", "cijfer"),
    "ec": ("ec", "credits", "studiepunten"),
    "dated_on": ("date", "datum"),
    "exam_on": ("exam_date", "exam date", "tentamendatum"),
    "attempt": ("attempt", "kans"),
    "reason": ("reason", "reden"),
}
TEMPLATE = ("student_number", "name", "result", "ec", "date", "exam_date", "attempt", "reason")
RESIT = ("resit", "herkansing", "2")
DAY = re.compile(r"(\d{1,2})[-/.](\d{1,2})[-/.](\d{4})", re.ASCII)
NEW, CORRECTION, SAME, LEFT_OUT, FAULT = "new", "correction", "same", "left out", "fault"


@dataclass
class Row:
    """One row of a list, and what would come of it."""

    line: int
    number: str
    name: str
    cells: dict[str, str]
    outcome: str = FAULT
    case: Enrolment | None = None
    entry: Entry | None = None
    before: str = ""  # the result that holds now
    fault: str = ""

    @property
    def words(self) -> str:
        """What would happen, in words."""
        return {
            NEW: pgettext("row of a list", "will be entered"),
            CORRECTION: pgettext("row of a list", "corrects what was confirmed before"),
            SAME: pgettext("row of a list", "stands there already"),
            LEFT_OUT: pgettext("row of a list", "has no result: left out"),
            FAULT: self.fault,
        }[self.outcome]


def rows_of(name: str, content: bytes) -> list[dict[str, str]]:
    """The rows of a file, as texts by column. Raises UnreadableError: why, and what to do."""
    if name.rpartition(".")[2].lower() not in FORMATS:
        raise UnreadableError(_("Choose a file whose name ends in .csv or .xlsx."))
    table = read(name, content)[0]
    known = _known(table)
    if len(table.rows) > MOST_ROWS:
        raise UnreadableError(_("The list has more than 1,000 rows. Split it into smaller lists."))
    calculated = {number for number, _column in table.formulas}
    rows = []
    for number, cells in table.rows:
        row = {ours: _text(cells.get(theirs)) for ours, theirs in known.items()}
        row["line"] = str(number)
        if number in calculated:
            row["calculated"] = "1"
        if cells.get("") not in (None, ""):
            row["beyond"] = _text(cells[""])
        rows.append(row)
    return rows


def _known(table: Table) -> dict[str, str]:
    """By our name, the heading of each column that we know. Raises UnreadableError."""
    found = {
        ours: heading
        for heading in reversed(table.header)
        for ours, names in COLUMNS.items()
        if heading.lower() in names
    }
    missing = [COLUMNS[name][0] for name in ("number", "result") if name not in found]
    if not missing:
        return found
    if len(table.header) == 1:
        raise UnreadableError(
            _(
                "The first line is one single cell: “%(cell)s”. Separate the columns by a"
                " semicolon, a comma or a tab."
            )
            % {"cell": table.header[0][:60]}
        )
    raise UnreadableError(
        _("The first line must have the columns %(columns)s. It has: %(header)s.")
        % {"columns": ", ".join(missing), "header": ", ".join(table.header)[:200]}
    )


def _text(value: Any) -> str:
    """A cell as text; a spreadsheet's 1234567.0 and its dates as people write them."""
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


def check(edition: Edition, rows: Iterable[dict[str, str]], dated_on: date) -> list[Row]:
    """What would come of each row for `edition` (with its course), in as many queries as for one.

    `dated_on`: the day of results whose row has none of its own.
    """
    cases = _cases(edition)
    standing = _standing(edition)
    seen: dict[int, int] = {}
    return [_checked(edition, cells, dated_on, cases, standing, seen) for cells in rows]


def _cases(edition: Edition) -> dict[str, list[Enrolment]]:
    rows = Enrolment.objects.filter(edition=edition).exclude(state="draft")
    found: dict[str, list[Enrolment]] = {}
    for case in rows.select_related("student", "home_university"):
        case.edition = edition
        found.setdefault(_bare(case.student_number), []).append(case)
    return found


def _standing(edition: Edition) -> dict[int, list[Result]]:
    rows = Result.objects.filter(enrolment__edition=edition).standing()
    found: dict[int, list[Result]] = {}
    for result in rows:
        found.setdefault(result.enrolment_id, []).append(result)
    return found


def _bare(number: str) -> str:
    """A student number without what people write before it: s0123456 and 123456 are the same."""
    text = "".join(number.casefold().split())
    digits = text.removeprefix("s")
    return digits.lstrip("0") if digits.isascii() and digits.isdigit() else text


def _plain(name: str) -> frozenset[str]:
    """The words of a name without accents and order."""
    apart = unicodedata.normalize("NFKD", name.casefold())
    bare = "".join(letter for letter in apart if not unicodedata.combining(letter))
    return frozenset(re.findall(r"\w+", bare))


def _checked(
    edition: Edition,
    cells: dict[str, str],
    dated_on: date,
    cases: dict[str, list[Enrolment]],
    standing: dict[int, list[Result]],
    seen: dict[int, int],
) -> Row:
    line = int(cells["line"])
    row = Row(line, cells.get("number", ""), cells.get("name", ""), cells)
    try:
        row.case = _case(row, cases)
        _refuse_what_is_no_row(cells, seen.setdefault(row.case.pk, line))
        if not cells.get("result"):
            row.outcome = LEFT_OUT
            return row
        row.entry = _entry(edition, cells, dated_on)
        _compare(row, standing.get(row.case.pk, []))
    except GradeError as problem:
        row.outcome, row.fault = FAULT, str(problem)
    return row


def _refuse_what_is_no_row(cells: dict[str, str], first: int) -> None:
    """`first`: the line where its student stands for the first time. Raises GradeError."""
    if first != int(cells["line"]):
        raise GradeError(_("This student stands in line %(line)s already.") % {"line": first})
    if "beyond" in cells:
        raise GradeError(
            _(
                "This line has more cells than there are columns. With columns separated by"
                " commas, write 7.5 and not 7,5."
            )
        )
    if "calculated" in cells:
        raise GradeError(_("A cell holds a formula. Put the value itself in it."))


def _case(row: Row, cases: dict[str, list[Enrolment]]) -> Enrolment:
    if not row.number:
        raise GradeError(_("This line has no student number."))
    found = cases.get(_bare(row.number), [])
    placed = [case for case in found if case.state in ENDED_WELL]
    if not found:
        raise GradeError(_("No student of this edition has this number."))
    if not placed:
        raise GradeError(
            _("This student is not enrolled: %(state)s.") % {"state": found[-1].get_state_display()}
        )
    if len(placed) > 1:
        raise GradeError(_("Two students have this number. Enter their results one by one."))
    theirs = _plain(placed[0].student.name)
    if row.name and not (_plain(row.name) & theirs):
        raise GradeError(
            _("This number belongs to %(student)s.") % {"student": placed[0].student.name}
        )
    return placed[0]


def _entry(edition: Edition, cells: dict[str, str], dated_on: date) -> Entry:
    """Raises GradeError for a cell that says nothing that can be recorded."""
    resit = cells.get("attempt", "").casefold() in RESIT
    planned = edition.resit_on if resit else edition.exam_on
    return Entry(
        recorded=understood(cells["result"]),
        ec=_credits(cells["ec"]) if cells.get("ec") else edition.course.ec or Decimal(0),
        dated_on=_day(cells["dated_on"]) if cells.get("dated_on") else dated_on,
        exam_on=_day(cells["exam_on"]) if cells.get("exam_on") else planned,
        attempt=Result.Attempt.RESIT if resit else Result.Attempt.FIRST,
        reason=cells.get("reason", ""),
    )


def _credits(text: str) -> Decimal:
    """With one decimal at most: more cannot be kept. Raises GradeError."""
    try:
        number = Decimal(text.lower().removesuffix("ec").strip().replace(",", "."))
        if number == number.quantize(Decimal("0.1")):
            return number
    except InvalidOperation:  # no number, or none that ends
        pass
    raise GradeError(_("Give the credits as a number, such as 5 or 2.5."))


def _day(text: str) -> date:
    try:
        if found := DAY.fullmatch(text):
            day, month, year = map(int, found.groups())
            return date(year, month, day)
        return date.fromisoformat(text)
    except ValueError:
        raise GradeError(_("“%(text)s” is no date. Write 2027-01-31.") % {"text": text}) from None


def _compare(row: Row, standing: Sequence[Result]) -> None:
    """Lay the entry beside what stands there. Raises GradeError."""
    if row.case is None or row.entry is None:
        return
    if why := refusal_of(row.case, row.entry):
        raise GradeError(why)
    if any(not result.is_confirmed for result in standing):
        raise GradeError(_("A result of this student waits to be confirmed already."))
    holds = next((result for result in standing if result.current), None)
    if holds is None:
        row.outcome = NEW
        return
    row.before = holds.recorded
    if not row.cells.get("exam_on") and row.entry.attempt == holds.attempt:
        row.entry = replace(row.entry, exam_on=holds.exam_on)  # of it the list says nothing
    if row.entry.says_the_same_as(holds):
        row.outcome = SAME
    elif row.entry.reason:
        row.outcome = CORRECTION
    else:
        raise GradeError(
            _("%(result)s has been confirmed already. Give the reason of the correction.")
            % {"result": row.before}
        )
