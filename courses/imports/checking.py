"""From tables of raw cells to values, with a report of everything that is wrong."""

from __future__ import annotations

from dataclasses import dataclass, field
from difflib import get_close_matches
from typing import TYPE_CHECKING, Any, NamedTuple

from django.db import models
from django.utils.translation import gettext as _

from courses.imports.cells import BadCellError, read_cell
from courses.imports.columns import (
    CONTROLS,
    EDITION_COLUMNS,
    SHEETS,
    Column,
    names,
)
from courses.imports.reading import Table
from courses.imports.rules import broken_rules
from courses.models import Course, Edition, University

if TYPE_CHECKING:
    from courses.imports.columns import Value

    type Values = dict[str, Value]

MOST_FAULTS = 500  # more help nobody
EDITION_NAMES = frozenset(names(EDITION_COLUMNS))


class Fault(NamedTuple):
    """Something wrong, and where: a row and column of the file, or neither."""

    where: str
    column: str
    message: str
    value: str = ""


@dataclass
class CourseInFile:
    """A course that the file names: where first, and what it says of it and of its editions."""

    where: str
    values: Values
    editions: list[Values] = field(default_factory=list)


@dataclass
class Checked:
    """What a file says, and what is wrong with it."""

    universities: list[Values] = field(default_factory=list)
    courses: list[CourseInFile] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)
    stopped: bool = False  # there may be more faults
    rows: int = 0

    def as_json(self) -> dict[str, Any]:
        """What comparing needs of it, as an import keeps it."""
        return {
            "universities": self.universities,
            "courses": [{"values": c.values, "editions": c.editions} for c in self.courses],
        }


class TooManyFaultsError(Exception):
    """Enough has been found to stop looking."""


class Checker:
    """Checks the tables of one file; what belongs together is remembered from row to row."""

    def __init__(self, known: set[str]) -> None:
        self.known = known  # codes of universities
        self.found = Checked()
        self.rows_of: dict[tuple[str, ...], str] = {}  # where something was first named

    def fault(self, where: str, column: str, message: str, value: object = "") -> None:
        # What stands in the file may hold half a character, which no answer can be written with.
        said = (where, column, message, str(value)[:80])
        self.found.faults.append(Fault(*(CONTROLS.sub("\ufffd", text) for text in said)))
        if len(self.found.faults) >= MOST_FAULTS:
            raise TooManyFaultsError

    def header(self, table: Table) -> list[Column]:
        """The columns that the table has and we know; the others are reported."""
        by_name = {column.name: column for column in SHEETS[table.kind]}
        known: list[Column] = []
        for name in table.header:
            low = name.lower()
            if low not in by_name:
                near = get_close_matches(low, by_name, 1, 0.6)
                self.fault("", name, self._unknown(name, near))
            elif by_name[low] in known:
                self.fault("", name, _("This column is there twice. Keep one."))
            else:
                known.append(by_name[low])
        missing = [c for c in by_name.values() if c.required and c not in known]
        for column in missing:
            if column.name not in EDITION_NAMES or {c.name for c in known} & EDITION_NAMES:
                self.fault("", column.name, _("This column is missing."))
        return known

    @staticmethod
    def _unknown(name: str, near: list[str]) -> str:
        if not name:
            return _("A column has no name. Give it one or take it out.")
        if near:
            return _("There is no such column. Did you mean “%(near)s”?") % {"near": near[0]}
        return _("There is no such column. Take it out.")

    def row(
        self, table: Table, number: int, raw: dict[str, object], columns: list[Column]
    ) -> Values:
        """The row's values without its empty cells; what cannot be read is reported."""
        values: Values = {}
        low = {name.lower(): value for name, value in raw.items()}
        if "" in low and "" not in table.header:
            self.fault(
                self.place(table, number),
                "",
                _("There is a cell beyond the last column. Is a separator or quote misplaced?"),
                low[""],
            )
        for column in columns:
            try:
                value = read_cell(column, low.get(column.name))
            except BadCellError as error:
                where = self.place(table, number, column.name)
                self.fault(where, column.name, str(error), low.get(column.name))
                continue
            if value != "":
                values[column.name] = value
        return values

    @staticmethod
    def place(table: Table, number: int, column: str = "") -> str:
        """Such as C5 in a spreadsheet, or row 5."""
        low = [name.lower() for name in table.header]
        if table.letters and column in low:
            place = low.index(column)
            letter = chr(65 + place % 26)
            return f"{chr(64 + place // 26) if place >= 26 else ''}{letter}{number}"
        return str(number)

    def table(self, table: Table) -> None:
        if not table.rows:
            return
        columns = self.header(table)
        for number, name in table.formulas:
            where = self.place(table, number, name.lower())
            self.fault(
                where, name, _("A formula stands here. Paste its result as a value instead.")
            )
        for number, raw in table.rows:
            self.found.rows += 1
            values = self.row(table, number, raw, columns)
            if table.kind == "universities":
                self.university(self.place(table, number), values)
            else:
                self.course(self.place(table, number), values, raw)

    def university(self, where: str, values: Values) -> None:
        missing = self.need(where, values, SHEETS["universities"])
        code = str(values.get("code", ""))
        if code and not self.first(where, "code", "university", code):
            return
        if not missing:
            self.rules(where, University, values, SHEETS["universities"])
        self.found.universities.append(values)

    def need(self, where: str, values: Values, columns: tuple[Column, ...]) -> bool:
        """Whether required cells are empty; each is reported."""
        missing = [c.name for c in columns if c.required and c.name not in values]
        already = {f.column for f in self.found.faults if f.where in {"", where} or not f.where}
        for name in missing:
            if name not in already:
                self.fault(where, name, _("This cell must not be empty."))
        return bool(missing)

    def first(self, where: str, column: str, *what: str) -> bool:
        """Whether `what` is named for the first time; a second time is reported."""
        before = self.rows_of.setdefault(what, where)
        if before != where:
            self.fault(
                where,
                column,
                _("“%(value)s” stands in row %(row)s already.")
                % {"value": what[-1], "row": before},
                what[-1],
            )
        return before == where

    def course(self, where: str, values: Values, raw: dict[str, object]) -> None:
        """A row is a course, perhaps with an edition; further rows of it add editions."""
        of_edition = {name: v for name, v in values.items() if name in EDITION_NAMES}
        of_course = {name: v for name, v in values.items() if name not in EDITION_NAMES}
        course = self.known_course(where, of_course)
        if course is None:
            return
        if of_edition:
            if not self.need(where, of_edition, EDITION_COLUMNS):
                identity = ("edition", course.where, str(of_edition["starts_on"]))
                if self.first(where, "starts_on", *identity):
                    self.rules(where, Edition, of_edition, EDITION_COLUMNS)
            course.editions.append(of_edition)

    def known_course(self, where: str, values: Values) -> CourseInFile | None:
        """The course of this row: one that the file named before, or a new one."""
        university = str(values.get("university", "")).upper()
        values["university"] = university
        title = str(values.get("title", ""))
        key = str(values.get("address") or values.get("code") or title).casefold()
        kind = "address" if "address" in values else "code" if "code" in values else "title"
        if university and university not in self.known:
            near = get_close_matches(university, self.known, 1, 0.5)
            message = (
                _("No university has this code. Did you mean “%(near)s”?") % {"near": near[0]}
                if near
                else _("No university has this code. Add it first, or in this file.")
            )
            self.fault(where, "university", message, university)
        if not key:
            self.need(where, values, SHEETS["courses"][:4])
            return None
        place = self.rows_of.get(("course", university, kind, key))
        if place is not None:
            return self.same_course(where, place, values)
        if not university or not title:
            values = {k: v for k, v in values.items() if v != ""}
            self.need(where, values, SHEETS["courses"][:4])
            return None
        return self.new_course(where, values)

    def new_course(self, where: str, values: Values) -> CourseInFile:
        university = str(values["university"])
        index = str(len(self.found.courses))
        for kind in ("address", "code", "title"):
            value = str(values.get(kind, ""))
            if value:
                identity = ("course", university, kind, value.casefold())
                if identity in self.rows_of and kind != "title":
                    other = self.found.courses[int(self.rows_of[identity])]
                    self.fault(
                        where,
                        kind,
                        _("“%(value)s” stands in row %(row)s already.")
                        % {"value": value, "row": other.where},
                        value,
                    )
                self.rows_of.setdefault(identity, index)
        course = CourseInFile(where, values)
        self.found.courses.append(course)
        self.rules(where, Course, values, SHEETS["courses"])
        return course

    def same_course(self, where: str, place: str, values: Values) -> CourseInFile:
        """A further row of a course may repeat its values or leave them out, not contradict."""
        course = self.found.courses[int(place)]
        for name, value in values.items():
            if course.values.get(name) != value:
                self.fault(
                    where,
                    name,
                    _("Row %(row)s says something else of the same course.")
                    % {"row": course.where},
                    value,
                )
        return course

    def rules(
        self, where: str, model: type[models.Model], values: Values, columns: tuple[Column, ...]
    ) -> None:
        """Report what the rules between fields refuse in a row of the file by itself."""
        for rule in broken_rules(build(model, values, columns)):
            self.fault(where, "", str(rule.get_violation_error_message()))


def build(model: type[models.Model], values: Values, columns: tuple[Column, ...]) -> models.Model:
    """An unsaved row with the file's values."""
    row = model()
    put(row, values, columns)
    return row


def put(row: models.Model, values: Values, columns: tuple[Column, ...]) -> None:
    """Set the file's values on `row`, in the types that its fields have."""
    for column in columns:
        if column.name in values and column.field is not None and column.model is type(row):
            setattr(row, column.attribute, column.field.to_python(values[column.name]))


def check(tables: list[Table]) -> Checked:
    """What the tables say, and everything that is wrong with them; asks the database once."""
    codes = set(University.objects.values_list("code", flat=True))
    for table in tables:
        if table.kind == "universities":
            codes |= {str(raw.get("code") or "").strip().upper() for _number, raw in table.rows}
    checker = Checker(codes)
    try:
        for table in sorted(tables, key=lambda table: table.kind, reverse=True):
            checker.table(table)
    except TooManyFaultsError:
        checker.found.stopped = True
    return checker.found
