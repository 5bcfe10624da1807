"""What a registration says on paper: facts that can be compared, and the words for them.

Every field that a faculty needs to enter a result (DOMAIN.md §6). The same facts fill the PDF, the
spreadsheet, the file for loading, and are laid beside what uSis holds.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any, NamedTuple

from django.utils import timezone, translation
from django.utils.formats import date_format, number_format
from django.utils.functional import Promise

from courses.wording import gettext as _
from courses.wording import gettext_lazy, pgettext
from grades.models import Registration, Result
from grades.proposing import in_usis

if TYPE_CHECKING:
    from paperwork.models import Attachment

type Value = str | date | Decimal | None

SHOWN = (
    "enrolment__student",
    "enrolment__edition__course__university",
    "enrolment__faculty__rules",
    "enrolment__programme",
    "enrolment__home_university",
    "result__transcript__file",
    "result__recorded_by",
    "result__confirmed_by",
    "taken_by",
)


class Field(NamedTuple):
    """One thing that the administration needs: its name in files, its words, how it is found."""

    name: str
    label: str | Promise
    of: Callable[[Registration], Value]
    needed: bool = True  # without it nothing can be entered


def _programme(row: Registration) -> str:
    return row.enrolment.programme_title


def _faculty(row: Registration) -> str:
    return row.enrolment.faculty.name if row.enrolment.faculty else ""


def _type(row: Registration) -> str:
    return in_usis(row.request_type) if row.request_type else pgettext("request type", "honours")


def _code(row: Registration) -> str:
    return row.result.code_printed or row.enrolment.edition.course.code


def _level(row: Registration) -> str:
    course = row.enrolment.edition.course
    return f"{course.get_level_display()} {course.level_number or ''}".strip()


def _period(row: Registration) -> str:
    edition = row.enrolment.edition
    name = edition.get_period_display() if edition.period else ""
    return f"{edition.academic_year}, {name}" if name else edition.academic_year


def _exam(row: Registration) -> date | None:
    return row.result.exam_on or row.enrolment.edition.exam_on


def _credits(row: Registration) -> str:
    system = row.result.credit_system or row.enrolment.edition.course.university.credit_system
    return " ".join(filter(None, [row.result.credits_printed, system]))


def _scale(row: Registration) -> str:
    return row.result.scale or row.enrolment.edition.course.university.grade_scale


def _recorded(row: Registration) -> Value:
    return row.result.mark or row.result.grade


def _giver(row: Registration) -> str:
    if row.result.transcript is None:
        return str(row.result.recorded_by)
    paper = row.result.transcript
    return f"{paper.given_by_name} ({paper.get_source_display()})"


def _received(row: Registration) -> date:
    paper = row.result.transcript
    return timezone.localdate(paper.received_at if paper else row.result.recorded_at)


def _board_on(row: Registration) -> Value:
    return row.board_decided_on


FIELDS = (
    Field("reference", gettext_lazy("Reference"), lambda row: row.enrolment.reference),
    Field(
        "student_number", gettext_lazy("Student number"), lambda row: row.enrolment.student_number
    ),
    Field("student", gettext_lazy("Name"), lambda row: row.enrolment.student.name),
    Field("programme", gettext_lazy("Programme"), _programme),
    Field("faculty", gettext_lazy("Faculty"), _faculty),
    Field("request_type", gettext_lazy("Type of request"), _type),
    Field("title", gettext_lazy("Course title, as printed"), lambda row: row.result.title_printed),
    Field("course_code", gettext_lazy("Course code of the host"), _code, needed=False),
    Field(
        "host",
        gettext_lazy("Host university"),
        lambda row: row.enrolment.edition.course.university.name,
    ),
    Field(
        "country",
        gettext_lazy("Country"),
        lambda row: row.enrolment.edition.course.university.country_name,
    ),
    Field("host_credits", gettext_lazy("Credits of the host"), _credits),
    Field("ec", gettext_lazy("Credits (EC)"), lambda row: row.result.ec),
    Field("level", gettext_lazy("Level"), _level),
    Field(
        "language",
        gettext_lazy("Language of instruction"),
        lambda row: row.enrolment.edition.course.language_name,
    ),
    Field("period", gettext_lazy("Period"), _period),
    Field("exam_on", gettext_lazy("Exam date"), _exam, needed=False),
    Field("attempt", gettext_lazy("Attempt"), lambda row: row.result.get_attempt_display()),
    Field("grade_printed", gettext_lazy("Grade, as printed"), lambda row: row.result.grade_printed),
    Field("scale", gettext_lazy("Grade scale"), _scale, needed=False),
    Field("result", gettext_lazy("Result to record"), _recorded),
    Field("dated_on", gettext_lazy("Date of the result"), lambda row: row.result.dated_on),
    Field("board_decided_on", gettext_lazy("Decision of the Board"), _board_on),
    Field(
        "board_reference",
        gettext_lazy("Reference of the decision"),
        lambda row: row.board_reference,
        needed=False,
    ),
    Field("given_by", gettext_lazy("Transcript sent by"), _giver),
    Field("received_on", gettext_lazy("Transcript received on"), _received),
)
OF_THE_BOARD = frozenset({"board_decided_on", "board_reference"})


def values_of(row: Registration) -> dict[str, Value]:
    """Every field, each of its own type. `row` comes with SHOWN."""
    return {field.name: field.of(row) for field in FIELDS}


def lacking(row: Registration, *, needed: bool) -> list[str]:
    """The words of the fields that are empty: those that are needed, or the others."""
    values = values_of(row)
    is_honours = row.route == Registration.Route.HONOURS
    return [
        str(field.label)
        for field in FIELDS
        if field.needed == needed
        and values[field.name] in (None, "")
        and not (is_honours and field.name in OF_THE_BOARD)
    ]


def missing(row: Registration) -> list[str]:
    """What must be known before the paperwork can go, in words; nothing when it can."""
    found = lacking(row, needed=True)
    if row.result.source == Result.Source.TRANSCRIPT and transcript_of(row) is None:
        found.append(_("the transcript itself"))
    if not row.result.passed:
        found.append(_("a passing result"))
    return found


def transcript_of(row: Registration) -> Attachment | None:
    """The file that proves the result; None where our own result list does."""
    return row.result.transcript.file if row.result.transcript else None


def language_of(row: Registration) -> str:
    """The language of the student's faculty, in which its administration reads."""
    rules = getattr(row.enrolment.faculty, "rules", None)
    return rules.paper_language if rules else "nl"


def as_text(value: Value) -> str:
    """A value as people read it, in the language of now."""
    if isinstance(value, Decimal):
        return str(number_format(value.normalize()))
    if isinstance(value, date):
        return date_format(value, "j F Y")
    return value or "–"


def facts_of(row: Registration) -> dict[str, str]:
    """What the paper rests on, as JSON: when it differs, a new version is due."""
    with translation.override("en"):
        values = values_of(row)
    return {
        name: value.isoformat()
        if isinstance(value, date)
        else plain(value)
        if isinstance(value, Decimal)
        else value or ""
        for name, value in values.items()
    } | {"honours_ec": "" if row.honours_ec is None else plain(row.honours_ec)}


def plain(number: Decimal) -> str:
    """A number as machines read it: 7.5 or 10."""
    return format(number.normalize(), "f")


GROUPS: tuple[tuple[str | Promise, tuple[tuple[str, ...], ...]], ...] = (
    (
        gettext_lazy("Student"),
        (("student", "student_number"), ("programme", "faculty")),
    ),
    (
        gettext_lazy("Request"),
        (("request_type", "reference"), ("board_decided_on", "board_reference")),
    ),
    (
        gettext_lazy("Course"),
        (
            ("title",),
            ("course_code", "host"),
            ("country", "period"),
            ("host_credits", "ec"),
            ("level", "language"),
        ),
    ),
    (
        gettext_lazy("Result"),
        (
            ("grade_printed", "scale"),
            ("result", "dated_on"),
            ("exam_on", "attempt"),
            ("given_by", "received_on"),
        ),
    ),
)


def data_of(row: Registration, language: str, *, kind: str) -> dict[str, Any]:
    """All that the document of `kind` (petition, registration, honours) shows, in `language`."""
    with translation.override(language):
        values = values_of(row)
        labels = {field.name: str(field.label) for field in FIELDS}
        left_out = OF_THE_BOARD if kind != "registration" else frozenset()
        groups = []
        for title, lines in GROUPS:
            shown = [[name for name in line if name not in left_out] for line in lines]
            rows = [
                [[labels[name], as_text(values[name])] for name in line] for line in shown if line
            ]
            groups.append({"title": str(title), "rows": rows})
        if kind == "honours":
            groups.insert(1, _honours_programme(row))
        university = row.enrolment.edition.course.university
        return {
            "facts": facts_of(row),
            "bullets": [{"code": university.code, "colour": university.line_colour}],
            "lead": _lead(row, kind),
            "groups": groups,
            "signatures": _signatures(row, kind),
            "annexes": _annexes(row),
        }


def _honours_programme(row: Registration) -> dict[str, Any]:
    before = row.honours_ec or Decimal(0)
    cells = [
        [_("Credits (EC) so far"), as_text(before)],
        [_("With this course"), as_text(before + row.result.ec)],
    ]
    return {"title": _("Honours programme"), "rows": [cells]}


def _lead(row: Registration, kind: str) -> str:
    names = {"student": row.enrolment.student.name, "course": row.result.title_printed}
    if kind == "petition":
        text = _("%(student)s asks for the result of %(course)s to be registered.")
    elif kind == "honours":
        text = _("%(student)s passed %(course)s as part of the honours programme.")
    else:
        text = _("The result of %(student)s for %(course)s is to be entered in {system}.")
    return text % names


def _signatures(row: Registration, kind: str) -> list[dict[str, Any]]:
    at = row.result.confirmed_at or row.result.recorded_at
    verified = {
        "name": str(row.result.confirmed_by or row.result.recorded_by),
        "role": (
            _("confirmed the result on %(day)s")
            if row.result.confirmed_at
            else _("verified the result on %(day)s")
        )
        % {"day": date_format(timezone.localdate(at), "j F Y")},
    }
    if kind != "registration":
        return [verified]
    return [
        verified,
        {"name": _("For the education administration"), "role": _("name"), "by_hand": True},
    ]


def _annexes(row: Registration) -> list[dict[str, str]]:
    paper = transcript_of(row)
    if paper is None:
        return []
    return [
        {
            "file": str(paper.pk),
            "sha256": paper.sha256,
            "title": _("Annex 1. The transcript, as it was received")
            if paper.purpose == "transcript"
            else _("Annex 1. The transcript, as one PDF of the photographs that were received"),
            "name": paper.name,
        }
    ]


def title_of(row: Registration, language: str, *, kind: str) -> str:
    """The document's title."""
    with translation.override(language):
        text = {
            "petition": _("Request for registration %(reference)s"),
            "registration": _("Registration %(reference)s"),
            "honours": _("Honours overview %(reference)s"),
        }[kind]
        return text % {"reference": row.enrolment.reference}
