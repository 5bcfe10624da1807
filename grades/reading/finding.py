"""Finding on a transcript what somebody looks for: the row of the course, and what stands in it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise
from typing import Any, NamedTuple

from grades.reading import values
from grades.reading.layout import Box, Cell, Row, rows_of, windows

FIELDS = ("name", "number", "title", "code", "grade", "credits", "date")

# How hosts call it, folded: on top of a column, or before the value.
LABELS = {
    "name": "name|student name|name of student|student|naam|nom|nom et prenom|full name",
    "number": (
        "student number|student no|student id|student|id|matriculation number|matricule|sciper"
        "|studentnummer|number|no sciper|n sciper|student id number|numero etudiant"
    ),
    "title": "course|course title|title|subject|unit|matiere|branche|vak|cours|description|module",
    "code": "code|course code|unit code|subject code|vakcode|class",
    "grade": (
        "grade|final grade|mark|final mark|result|note|note finale|cijfer|resultaat|score|final"
    ),
    "credits": (
        "credits|ects|ec|ects credits|credit|units|unit value|credits ects|studiepunten|cr"
        "|credits earned|units earned"
    ),
    "date": "date|date of issue|issued on|issued|exam date|datum|delivre le|session|date of result",
}
OF_LABEL = {label: name for name, labels in LABELS.items() for label in labels.split("|")}
NEAR_A_COLUMN = 0.12  # of the page's width
SHORTEST_NUMBER = 5  # digits: a shorter one may be anything
LIKE_A_TITLE, LIKE_A_NAME = 0.7, 0.75


class Sought(NamedTuple):
    """What the case says: whom and what to look for."""

    name: str
    number: str
    title: str
    code: str = ""


class Found(NamedTuple):
    """A value as it is printed, and where."""

    text: str
    page: int
    box: Box


class Read(NamedTuple):
    """What was read in a transcript."""

    has_text: bool
    found: dict[str, Found]

    def as_json(self) -> dict[str, Any]:
        """As `Transcript.findings` keeps it."""
        return {
            "has_text": self.has_text,
            "found": {
                name: {"text": one.text, "page": one.page, "box": list(one.box)}
                for name, one in self.found.items()
            },
        }

    @classmethod
    def from_json(cls, kept: dict[str, Any]) -> Read:
        """What was kept; of nothing, a scan."""
        return cls(
            bool(kept.get("has_text")),
            {
                name: Found(one["text"], one["page"], Box(*one["box"]))
                for name, one in kept.get("found", {}).items()
            },
        )


def read(pages: Sequence[Iterable[Sequence[Any]]], sought: Sought) -> Read:
    """Find the values in words as `paperwork.inside.words` gives them."""
    rows = rows_of(pages)
    found: dict[str, Found | None] = {
        "name": _name(rows, sought.name),
        "number": _number(rows, sought.number),
    }
    at = _course_row(rows, sought)
    if at is not None:
        found |= _of_course(rows, at, sought)
    for name in ("grade", "credits", "date"):
        found[name] = found.get(name) or _labelled(rows, name)
    if found["date"] is None:
        found["date"] = next((one for row in reversed(rows) if (one := _dated(row))), None)
    return Read(bool(rows), {name: found[name] for name in FIELDS if found.get(name)})  # type: ignore[misc]


def _labels(text: str) -> str:
    """Which value a label stands for; empty for none. Of “Note / Grade” either may say."""
    parts = (text, *text.split("/"))
    return next((name for part in parts if (name := OF_LABEL.get(values.fold(part)))), "")


def _shown(cell: Cell, text: str = "") -> Found:
    return Found((text or cell.text)[:200], cell.page, cell.box)


def _pairs(rows: Iterable[Row]) -> Iterator[tuple[str, Cell]]:
    """What stands after a label: in the same cell behind a colon, or in the next one."""
    for row in rows:
        for number, cell in enumerate(row.cells):
            label, colon, rest = cell.text.partition(":")
            if colon and rest.strip():
                yield label, cell._replace(text=rest.strip())
            elif number + 1 < len(row.cells):
                yield label, row.cells[number + 1]


def _labelled(rows: list[Row], name: str) -> Found | None:
    for label, cell in _pairs(rows):
        if _labels(label) == name and _fits(name, cell.text):
            return _shown(cell)
    return None


def _name(rows: list[Row], wanted: str) -> Found | None:
    labelled = [
        cell
        for label, cell in _pairs(rows)
        if _labels(label) == "name" and any(letter.isalpha() for letter in cell.text)
    ]
    number = len(wanted.split())
    anywhere = [one for row in rows for cell in row.cells for one in windows(cell, number)]
    best = max(anywhere, key=lambda cell: _like_name(cell.text, wanted), default=None)
    if best is not None and _like_name(best.text, wanted) >= LIKE_A_NAME:
        return _shown(best)
    return _shown(labelled[0]) if labelled else None


def _like_name(text: str, wanted: str) -> float:
    """How much alike, in whatever order: DE VRIES Sanne is Sanne de Vries."""
    ordered = " ".join(sorted(values.fold(text).split()))
    return values.alike(ordered, " ".join(sorted(values.fold(wanted).split())))


def _number(rows: list[Row], wanted: str) -> Found | None:
    plain = wanted.lstrip("sS")
    for row in rows:
        for cell in row.cells:
            for word in cell.text.split():
                if len(plain) >= SHORTEST_NUMBER and word.strip(".,:;()").lstrip("sS") == plain:
                    return _shown(cell, word.strip(".,:;()"))
    for label, cell in _pairs(rows):
        if _labels(label) == "number" and any(letter.isdigit() for letter in cell.text):
            return _shown(cell)
    return None


def _course_row(rows: list[Row], sought: Sought) -> int | None:
    """The row that has the course's code, or the title most like it."""
    code = values.compact(sought.code)
    best, score = None, LIKE_A_TITLE
    for number, row in enumerate(rows):
        for cell in row.cells:
            like = values.alike(_whole_title(rows, number, cell, sought.title), sought.title)
            if code and code in {values.compact(one) for one in _codes(cell.text)}:
                like += 1
            if like > score:
                best, score = number, like
    return best


def _codes(text: str) -> list[str]:
    parts = text.split()
    return [*parts, *(f"{one}{other}" for one, other in pairwise(parts))]


def _whole_title(rows: list[Row], number: int, cell: Cell, wanted: str) -> str:
    """The cell's text, with those rows above and below that go on with it: as is most alike."""
    above, below = _goes_on(rows, number, cell, -1), _goes_on(rows, number, cell, 1)
    choices = [
        " ".join([*reversed(above[:up]), cell.text, *below[:down]])
        for up in range(len(above) + 1)
        for down in range(len(below) + 1)
    ]
    return max(choices, key=lambda text: values.alike(text, wanted))


def _goes_on(rows: list[Row], number: int, cell: Cell, step: int) -> list[str]:
    """The texts of the at most two rows next to it that begin at the same place, with no others."""
    texts: list[str] = []
    for _time in range(2):
        number += step
        if not 0 <= number < len(rows):
            break
        row = rows[number]
        alone = len(row.cells) == 1 and row.page == cell.page
        tall = cell.box.bottom - cell.box.top
        near = abs(row.cells[0].box.top - cell.box.top) < 2 * tall * (len(texts) + 1)
        if not (alone and near and abs(row.cells[0].box.left - cell.box.left) < 0.02):
            break
        texts.append(row.cells[0].text)
    return texts


def _of_course(rows: list[Row], at: int, sought: Sought) -> dict[str, Found | None]:
    row = rows[at]
    title = max(row.cells, key=lambda cell: values.alike(cell.text, sought.title))
    whole = _whole_title(rows, at, title, sought.title)
    found: dict[str, Found | None] = {}
    code = _code_in(row, sought.code)
    if code is not None:
        found["code"] = code
        if code.box == title.box:  # both in one cell: CS-433 Machine learning
            whole = whole.replace(code.text, "", 1).strip(" -\u2013:,") or whole
    if any(letter.isalpha() for letter in whole) and values.alike(whole, sought.title) > 0.3:
        found["title"] = _shown(title, whole)
    rest = [cell for cell in row.cells if cell != title and (code is None or cell.box != code.box)]
    header = _header(rows, at)
    for name in ("grade", "credits", "date", "code"):
        cell = _in_column(rest, header.get(name))
        if cell is not None and not found.get(name) and _fits(name, cell.text):
            found[name] = _shown(cell)
            rest.remove(cell)
    for cell in rest:
        if "credits" not in found and values.credits_in(cell.text) is not None:
            found["credits"] = _shown(cell)
        elif "date" not in found and values.date_in(cell.text) is not None:
            found["date"] = _shown(cell)
        elif "grade" not in found and "grade" not in header and values.is_grade(cell.text):
            found["grade"] = _shown(cell)
    return found


def _fits(name: str, text: str) -> bool:
    match name:
        case "grade":
            return values.is_grade(text)
        case "credits":
            return values.number_in(text) is not None and len(text) < 20
        case "date":
            return values.date_in(text) is not None
        case _:
            return any(letter.isdigit() for letter in text)


def _code_in(row: Row, wanted: str) -> Found | None:
    code = values.compact(wanted)
    for cell in row.cells:
        parts = cell.text.split()
        for size in (1, 2):
            for start in range(len(parts) - size + 1):
                said = " ".join(parts[start : start + size]).strip(".,:;")
                if said.startswith("(") or said.count("(") != said.count(")"):
                    said = said.strip("()")
                if code and values.compact(said) == code:
                    return _shown(cell, said)
    return None


def _header(rows: list[Row], at: int) -> dict[str, Cell]:
    """The labels on top of the columns: the nearest row above with two of them or more."""
    for row in reversed(rows[:at]):
        if row.page != rows[at].page:
            break
        named: dict[str, Cell] = {}
        for cell in row.cells:
            if name := _labels(cell.text):
                named.setdefault(name, cell)
        if len(named) >= 2:
            return named
    return {}


def _in_column(cells: list[Cell], label: Cell | None) -> Cell | None:
    if label is None or not cells:
        return None

    def away(cell: Cell) -> float:
        edges = (cell.box.left - label.box.left, cell.box.right - label.box.right)
        return min(abs(cell.box.middle - label.box.middle), *(abs(edge) for edge in edges))

    nearest = min(cells, key=away)
    return nearest if away(nearest) < NEAR_A_COLUMN else None


def _dated(row: Row) -> Found | None:
    return next((_shown(cell) for cell in row.cells if values.date_in(cell.text)), None)
