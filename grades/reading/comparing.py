"""What was read, laid beside what the case says: the same, near, different, or not there."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import NamedTuple

from django.utils.formats import date_format, number_format
from django.utils.translation import gettext as _

from grades.reading import values
from grades.reading.finding import FIELDS, Found, Read

ALMOST = 0.85  # of a title


class Verdict(StrEnum):
    """How what was found relates to what was expected."""

    SAME = "same"
    NEAR = "near"  # what an eye takes for the same: accents, a comma for a point
    DIFFERS = "differs"
    MISSING = "missing"  # not found on the transcript
    FOUND = "found"  # there is nothing to lay it beside


class Expected(NamedTuple):
    """What the case, its course and its student say."""

    name: str
    number: str
    title: str
    code: str
    credits: tuple[Decimal, ...]  # the EC, and the host's own credits
    begins: date
    today: date
    grade_typed: str = ""


class Check(NamedTuple):
    """One value: what was found, what was expected, and what there is to say."""

    field: str
    found: Found | None
    expected: str
    verdict: Verdict
    words: str

    @property
    def is_trouble(self) -> bool:
        return self.verdict == Verdict.DIFFERS


def compare(read: Read, expected: Expected) -> list[Check]:
    """A check of each field, in the order of a transcript."""
    checks = []
    for name in FIELDS:
        found = read.found.get(name)
        wanted = _expected(name, expected)
        if found is None:
            checks.append(Check(name, None, wanted, Verdict.MISSING, _not_found(read)))
        else:
            verdict, words = COMPARERS[name](found.text, expected)
            checks.append(Check(name, found, wanted, verdict, words))
    return checks


def _not_found(read: Read) -> str:
    return "" if read.has_text else _("This is a scan without text: read it yourself.")


def _expected(name: str, expected: Expected) -> str:
    match name:
        case "credits":
            return " / ".join(
                str(number_format(one.normalize(), force_grouping=False))
                if one != one.to_integral_value()
                else f"{one:.0f}"
                for one in dict.fromkeys(expected.credits)
            )
        case "grade":
            return expected.grade_typed
        case "date":
            return ""
        case _:
            return str(getattr(expected, name))


type Said = tuple[Verdict, str]


def compare_name(found: str, expected: Expected) -> Said:
    """Of names accents, order, capitals and further first names are near."""
    one, other = values.fold(found).split(), values.fold(expected.name).split()
    if found.strip() == expected.name.strip():
        return Verdict.SAME, ""
    if one == other:
        if found.casefold() == expected.name.casefold():
            return Verdict.SAME, ""
        return Verdict.NEAR, _("The same name with other accents or signs.")
    if sorted(one) == sorted(other):
        return Verdict.NEAR, _("The same names in another order.")
    if one and other and (set(one) < set(other) or set(other) < set(one)) and one[-1] == other[-1]:
        return Verdict.NEAR, _("The same last name, with more or fewer first names.")
    return Verdict.DIFFERS, _("Another name. Is this the transcript of another student?")


def compare_number(found: str, expected: Expected) -> Said:
    """A host may print a number of its own: that alone is no trouble."""
    if found.lstrip("sS") == expected.number.lstrip("sS"):
        return Verdict.SAME, ""
    return Verdict.FOUND, _("Another number than ours; many hosts print their own.")


def compare_title(found: str, expected: Expected) -> Said:
    if found.strip() == expected.title.strip():
        return Verdict.SAME, ""
    if values.fold(found) == values.fold(expected.title):
        return Verdict.NEAR, _("The same title, written a little differently.")
    if values.alike(found, expected.title) >= ALMOST:
        return Verdict.NEAR, _("Almost the same title.")
    return Verdict.DIFFERS, _("Another title. Is this another course?")


def compare_code(found: str, expected: Expected) -> Said:
    if not expected.code:
        return Verdict.FOUND, ""
    if found.strip() == expected.code.strip():
        return Verdict.SAME, ""
    if values.compact(found) == values.compact(expected.code):
        return Verdict.NEAR, _("The same code, written a little differently.")
    return Verdict.DIFFERS, _("Another code. Is this another course?")


def compare_credits(found: str, expected: Expected) -> Said:
    number = values.number_in(found)
    if number is None:
        return Verdict.DIFFERS, _("No number of credits can be read in it.")
    if number == 0:
        return Verdict.DIFFERS, _("No credits: the host awards none, as after a failed exam.")
    if not expected.credits:
        return Verdict.FOUND, ""
    if number not in expected.credits:
        return Verdict.DIFFERS, _("Other credits than the course has here.")
    plain = {str(one.normalize()) for one in expected.credits} | {
        f"{one:f}" for one in expected.credits
    }
    if found.strip() in plain:
        return Verdict.SAME, ""
    return Verdict.SAME if values.credits_in(found) == number else Verdict.NEAR, ""


def compare_grade(found: str, expected: Expected) -> Said:
    """With what its giver typed."""
    typed = expected.grade_typed.strip()
    if not typed:
        return Verdict.FOUND, ""
    if found.strip() == typed:
        return Verdict.SAME, ""
    one, other = values.number_in(found), values.number_in(typed)
    if one is not None and one == other:
        return Verdict.NEAR, _("The same grade, written differently.")
    if values.fold(found) == values.fold(typed) and _sign(found) == _sign(typed):
        return Verdict.NEAR, _("The same grade, written differently.")
    return Verdict.DIFFERS, _("Another grade than was typed when it was sent.")


def _sign(grade: str) -> str:
    """A- is not A: the signs count, however a dash is written."""
    return "".join(
        "-" if letter in "-\u2212\u2013" else "+" for letter in grade if letter in "+-\u2212\u2013"
    )


def compare_date(found: str, expected: Expected) -> Said:
    day = values.date_in(found)
    if day is None:
        return Verdict.DIFFERS, _("No date can be read in it.")
    if day < expected.begins:
        return Verdict.DIFFERS, _("Before the course began, on %(day)s.") % {
            "day": date_format(expected.begins, "DATE_FORMAT")
        }
    if day > expected.today:
        return Verdict.DIFFERS, _("A day that has yet to come.")
    return Verdict.FOUND, ""


COMPARERS: dict[str, Callable[[str, Expected], Said]] = {
    "name": compare_name,
    "number": compare_number,
    "title": compare_title,
    "code": compare_code,
    "grade": compare_grade,
    "credits": compare_credits,
    "date": compare_date,
}
