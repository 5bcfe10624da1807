"""What courses can be filtered by. A facet's values are read from the entries themselves."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import date
from typing import TYPE_CHECKING, NamedTuple

from babel import Locale
from django.utils.dates import MONTHS
from django.utils.functional import Promise
from django.utils.translation import get_language

from courses import isced
from courses.models import Course, Edition
from courses.models.course import Assessment
from courses.wording import gettext, pgettext_lazy
from courses.wording import gettext_lazy as _

if TYPE_CHECKING:
    from courses.catalogue import Entry

EC_LIMITS = {"0-3": _("up to 3 EC"), "3-5": _("more than 3, up to 5 EC"), "5+": _("more than 5 EC")}
ASSESSMENTS = {
    Assessment.EXAM.value: pgettext_lazy("facet", "exam in {city}"),
    Assessment.ASSIGNMENT.value: pgettext_lazy("facet", "final assignment, no exam"),
    Assessment.BOTH.value: pgettext_lazy("facet", "exam in {city} and assignment"),
}
APPLICATIONS = {"now": _("open now"), "later": _("open later")}
PLACES = {"free": _("not full")}
HONOURS = {"yes": _("may count for honours")}
WAYS = {
    "elective": pgettext_lazy("facet", "as an elective"),
    "minor": pgettext_lazy("facet", "inside my minor"),
    "extracurricular": pgettext_lazy("facet", "on top of my programme"),
    "honours": pgettext_lazy("facet", "for my honours programme"),
    "guest": pgettext_lazy("facet", "open to students of partner universities"),
}


class Facet(NamedTuple):
    """One filter: the name in the address, how an entry is filed, and in what words."""

    name: str
    label: str | Promise
    values: Callable[[Entry, date], Iterable[str]]
    known: Mapping[str, str | Promise] | None = (
        None  # always shown, in this order; None: those found
    )
    words: Callable[[str], str] | None = None  # instead of `known`, for one value

    def label_of(self, value: str) -> str:
        """`value` in the reader's language."""
        if self.words:
            return self.words(value)
        return str((self.known or {}).get(value, value))


def ec_bucket(ec: float) -> str:
    return "0-3" if ec <= 3 else "3-5" if ec <= 5 else "5+"


def read_value(facet: str, text: str) -> str:
    """What somebody typed into an address as a value of `facet`: `ec=4` is the value 3-5."""
    if facet == "ec":
        try:
            number = float(text.replace(",", "."))
        except ValueError:
            return text
        return ec_bucket(number) if 0 < number < 100 else text
    return text


def _university(entry: Entry, _day: date) -> list[str]:
    return [entry.course.university.code]


def _field(entry: Entry, _day: date) -> list[str]:
    return [entry.course.broad_field] if entry.course.field else []


def _level(entry: Entry, _day: date) -> list[str]:
    return [entry.course.level] if entry.course.level else []


def _number(entry: Entry, _day: date) -> list[str]:
    return [str(entry.course.level_number)] if entry.course.level_number else []


def _period(entry: Entry, _day: date) -> list[str]:
    return [entry.edition.period] if entry.edition else []


def _ec(entry: Entry, _day: date) -> list[str]:
    return [] if entry.course.ec is None else [ec_bucket(float(entry.course.ec))]


def _language(entry: Entry, _day: date) -> list[str]:
    return [entry.course.language] if entry.course.language else []


def _assessment(entry: Entry, _day: date) -> list[str]:
    return [entry.assessment] if entry.assessment else []


def _exam_kind(entry: Entry, _day: date) -> list[str]:
    return [entry.edition.exam_kind] if entry.edition and entry.edition.exam_kind else []


def _exam_month(entry: Entry, _day: date) -> list[str]:
    return [f"{entry.edition.exam_on:%Y-%m}"] if entry.edition and entry.edition.exam_on else []


def _applications(entry: Entry, day: date) -> list[str]:
    if not entry.edition or not entry.edition.applications_open_on:
        return []
    if entry.edition.applications_open(day):
        return ["now"]
    return ["later"] if entry.edition.applications_open_on > day else []


def _honours(entry: Entry, _day: date) -> list[str]:
    return ["yes"] if entry.course.honours else []


def _nothing(_entry: Entry, _day: date) -> list[str]:
    return []  # free places change without the offer: Catalogue files them itself


def _language_name(code: str) -> str:
    return str(Locale((get_language() or "nl")[:2]).languages.get(code, code))


def _month_name(value: str) -> str:
    year, _, month = value.partition("-")
    return f"{MONTHS[int(month)]} {year}"


def _number_name(value: str) -> str:
    return gettext("level %(number)s") % {"number": value}


def _known(
    choices: type[Edition.Period | Edition.ExamKind | Course.Level],
) -> Mapping[str, str | Promise]:
    return {choice.value: choice.label for choice in choices}


FACETS = {
    facet.name: facet
    for facet in (
        Facet("open", _("Applications"), _applications, APPLICATIONS),
        Facet("places", _("Places"), _nothing, PLACES),
        Facet("field", _("Field of study"), _field, dict(isced.BROAD)),
        Facet("level", _("Level"), _level, _known(Course.Level)),
        Facet("number", _("Level number"), _number, words=_number_name),
        Facet("period", _("Period"), _period, _known(Edition.Period)),
        Facet("ec", _("Credits (EC)"), _ec, dict(EC_LIMITS)),
        Facet("university", _("University"), _university),
        Facet("assessment", _("Assessment"), _assessment, dict(ASSESSMENTS)),
        Facet("exam", _("Kind of exam"), _exam_kind, _known(Edition.ExamKind)),
        Facet("month", _("Exam in the month of"), _exam_month, words=_month_name),
        Facet("language", _("Language of instruction"), _language, words=_language_name),
        Facet("honours", _("Honours"), _honours, HONOURS),
    )
}

# For a student who is signed in alone (courses/personal.py).
FITS = Facet("fits", _("Fits what I study"), _nothing, WAYS)
EVERY = {**FACETS, FITS.name: FITS}
