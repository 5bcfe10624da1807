"""The transcript of records of a partner's student: owed when a result is confirmed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.utils import translation
from django.utils.formats import date_format

from courses.wording import gettext as _
from grades.dutch import in_words
from paperwork.models import Document
from paperwork.services.documents import owe_document

if TYPE_CHECKING:
    from datetime import date

    from accounts.models import User
    from grades.models import Result

KIND = "records"
LANGUAGE = "en"  # which every partner reads
# What a result comes with, to be confirmed and written down.
SHOWN = (
    "enrolment__edition__course__university",
    "enrolment__student",
    "enrolment__home_university",
    "enrolment__programme",
    "enrolment__faculty",
    "recorded_by",
    "replaces",
)


def owe(result: Result, *, by: User | None) -> Document:
    """Owe the next version, which replaces the one before; its verification page says so."""
    case = result.enrolment
    with translation.override(LANGUAGE):
        title = _("Transcript of records %(reference)s") % {"reference": case.reference}
        data = data_of(result)
    return owe_document(
        KIND, case.reference, title=title, language=LANGUAGE, data=data, about=case, by=by
    )


def data_of(result: Result) -> dict[str, Any]:
    """All that the document shows, in the language that is set."""
    case = result.enrolment
    edition, course, home = case.edition, case.edition.course, case.home_university
    level = f"{course.get_level_display()} {course.level_number or ''}".strip()
    outcome = _("passed") if result.passed else _("not passed")
    grade = f"{in_words(result.grade) or result.mark} ({outcome})"
    exam = f"{result.get_attempt_display()}" + (
        f", {_day(result.exam_on)}" if result.exam_on else ""
    )
    groups = [
        {
            "title": _("Student"),
            "rows": [
                [[_("Name"), case.student.name], [_("Student number"), case.student_number]],
                [[_("Programme"), case.programme_title], [_("Home university"), home.local_name]],
            ],
        },
        {
            "title": _("Course"),
            "rows": [
                [[_("Title"), result.title_printed]],
                [[_("Course code"), result.code_printed or "–"], [_("Level"), level or "–"]],
                [
                    [
                        _("Period"),
                        _("%(first)s to %(last)s")
                        % {"first": _day(edition.starts_on), "last": _day(edition.ends_on)},
                    ],
                    [_("Language of instruction"), course.language_name or "–"],
                ],
            ],
        },
        {
            "title": _("Result"),
            "rows": [
                [[_("Grade"), grade], [_("Credits"), f"{in_words(result.ec)} EC (ECTS)"]],
                [[_("Exam"), exam], [_("Date of the result"), _day(result.dated_on)]],
            ],
        },
    ]
    note = [
        _(
            "Grades of {university} run from 1 to 10, with one decimal at most. 6 or more is a"
            " pass; no final grade lies between 5 and 6. V and P mean passed, O and F not passed."
        ),
        _("One EC stands for 28 hours of study."),
    ]
    if result.replaces_id:
        note.insert(
            0,
            _("This is a correction: it takes the place of every earlier version."),
        )
    return {
        "bullets": [{"code": course.university.code, "colour": course.university.line_colour}],
        "lead": _(
            "{university} states that %(student)s of %(home)s took the online course below,"
            " and with what result."
        )
        % {"student": case.student.name, "home": home.local_name},
        "groups": groups,
        "note": note,
    }


def _day(day: date) -> str:
    return date_format(day, "j F Y")
