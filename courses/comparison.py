"""Up to four courses side by side: the same facts of each, in one table."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from django.utils.formats import date_format, number_format
from django.utils.text import capfirst

from courses import prospectus
from courses.applying import applying, leading
from courses.counting import Purpose, purposes
from courses.models import Course, Edition, Faculty
from courses.models.course import Assessment
from courses.wording import gettext as _
from courses.wording import ngettext

MOST = 4


class Named(NamedTuple):
    """A course as an address names it."""

    university: str
    slug: str

    def __str__(self) -> str:
        return f"{self.university}/{self.slug}"


def read_names(texts: Iterable[str]) -> list[Named]:
    """The courses that an address names, each once; what cannot be a name is left out."""
    found = []
    for text in texts:
        university, slash, slug = text.strip().lower().partition("/")
        if slash and university and slug and len(text) < 200 and "\0" not in text:
            found.append(Named(university, slug))
    return list(dict.fromkeys(found))


class Row(NamedTuple):
    """One fact of each course, in their order; empty where it is not known."""

    name: str
    cells: list[str]


class Column(NamedTuple):
    """A course, its edition that concerns a reader most, and how it may count."""

    course: Course
    edition: Edition | None
    ways: list[Purpose]
    facts: dict[str, str]


class Comparison(NamedTuple):
    columns: list[Column]
    rows: list[Row]


def compare(
    courses: Sequence[Course], without: Sequence[Faculty], today: date, *, reader: object = None
) -> Comparison:
    """`courses` (with their university and editions) beside each other, for `reader`."""
    columns = [
        _column(course, purposes(course, without, reader=reader), today) for course in courses
    ]
    names = list(dict.fromkeys(name for column in columns for name in column.facts))
    rows = [Row(name, [column.facts.get(name, "") for column in columns]) for name in names]
    return Comparison(columns, [row for row in rows if any(row.cells)])


def _column(course: Course, ways: list[Purpose], today: date) -> Column:
    current = [one for one in course.editions.all() if one.ends_on >= today]
    edition = leading(current, today)
    return Column(course, edition, ways, _facts(course, edition, today))


def _facts(course: Course, edition: Edition | None, today: date) -> dict[str, str]:
    assessed = prospectus.assessment(course, edition)
    level = str(course.get_level_display()) if course.level else ""
    return {
        _("Period"): _period(edition),
        _("Dates"): _("%(first)s to %(last)s")
        % {"first": _day(edition.starts_on), "last": _day(edition.ends_on)}
        if edition
        else "",
        _("Applying"): applying(course, edition, today).statement,
        _("Places"): _places(edition),
        _("Credits"): _ec(course.ec),
        _("Level"): capfirst(" ".join(filter(None, [level, str(course.level_number or "")]))),
        _("Language of instruction"): capfirst(course.language_name) if course.language else "",
        _("Field of study"): str(course.get_field_display()) if course.field else "",
        _("Assessment"): capfirst(str(assessed.label)) if assessed else "",
        _("Exam in {city}"): _exam(edition, assessed),
        _("Resit"): _day(edition.resit_on) if edition and edition.resit_on else "",
    }


def _ec(number: Decimal | None) -> str:
    return "" if number is None else f"{number_format(number.normalize(), None)}\xa0EC"


def _day(day: date) -> str:
    return date_format(day, "DATE_FORMAT")


def _period(edition: Edition | None) -> str:
    return f"{capfirst(edition.get_period_display())} {edition.academic_year}" if edition else ""


def _places(edition: Edition | None) -> str:
    if edition is None or edition.left is None:
        return ""
    if edition.left == 0:
        return _("Full: waiting list")
    return ngettext("one left", "%(n)s left", edition.left) % {"n": edition.left}


def _exam(edition: Edition | None, assessed: Assessment | None) -> str:
    if assessed == Assessment.ASSIGNMENT:
        return _("None")
    if edition is None or assessed is None:
        return ""
    when = _day(edition.exam_on) if edition.exam_on else _("Date to follow")
    return f"{when}, {edition.get_exam_kind_display()}" if edition.exam_kind else when
