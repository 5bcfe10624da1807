"""What the agreement of a placement says: facts that can be compared, and the words for them."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

from django.utils import timezone, translation
from django.utils.formats import date_format, number_format

from courses.wording import gettext as _
from courses.wording import pgettext
from enrolments.models.enrolment import Kind
from enrolments.rulebook import RequestType
from enrolments.services import requests

if TYPE_CHECKING:
    from enrolments.models import Enrolment
    from paperwork.models import Event


def facts_of(case: Enrolment, confirmed: Event | None) -> dict[str, Any]:
    """What the agreement rests on, as JSON. When it differs, a new version is due.

    `confirmed` is the event by which the host confirmed. Facts, not words: a better wording in the
    portal makes no new versions, nor does the language of whoever asks.
    """
    with translation.override("en"):
        return _facts(case, confirmed)


def _facts(case: Enrolment, confirmed: Event | None) -> dict[str, Any]:
    edition, course = case.edition, case.edition.course
    approved_by = case.home_approved_by
    return {
        "student": case.student.name,
        "number": case.student_number,
        "programme": case.programme_title,
        "year": case.year,
        "home": case.home_university.code,
        "course": course.title,
        "code": course.code,
        "host": course.university.code,
        "ec": None if course.ec is None else str(course.ec.normalize()),
        "level": course.level_number,
        "starts_on": edition.starts_on.isoformat(),
        "ends_on": edition.ends_on.isoformat(),
        "assessment": edition.assessment or course.assessment,
        "exam_on": edition.exam_on.isoformat() if edition.exam_on else "",
        "purpose": case.purpose,
        "request": "" if case.kind == Kind.INCOMING else requests.answer_for(case).request.value,
        "approved_by": str(approved_by) if approved_by else "",
        "approved_on": _local(case.home_approved_at),
        "board": case.board,
        "board_on": case.board_decided_on.isoformat() if case.board_decided_on else "",
        "board_reference": case.board_reference,
        "board_name": case.board_name,
        "confirmed_by": confirmed.actor_name if confirmed else "",
        "confirmed_on": _local(confirmed.at) if confirmed else "",
        "shared": list(case.shared_items),
    }


def data_of(case: Enrolment, confirmed: Event | None, language: str) -> dict[str, Any]:
    """All that the document shows, in `language`, with the facts that it rests on."""
    facts = facts_of(case, confirmed)
    university = case.edition.course.university
    with translation.override(language):
        return {
            "facts": facts,
            "bullets": [{"code": university.code, "colour": university.line_colour}],
            "lead": _(
                "%(student)s has a place in the online course %(course)s of %(host)s. This is what"
                " was agreed."
            )
            % {
                "student": facts["student"],
                "course": facts["course"],
                "host": university.local_name,
            },
            "groups": _groups(case, facts),
            "note": [_shared(case)],
        }


def title_of(case: Enrolment, language: str) -> str:
    """The document's title."""
    with translation.override(language):
        return _("Agreement %(reference)s") % {"reference": case.reference}


def _groups(case: Enrolment, facts: dict[str, Any]) -> list[dict[str, Any]]:
    edition, course = case.edition, case.edition.course
    year = pgettext("year of study", "year %(year)s") % {"year": case.year}
    programme = f"{case.programme_title}, {year}"
    credit = f"{number_format(course.ec.normalize())} EC" if course.ec is not None else "–"
    level = f", {course.get_level_display()} {course.level_number or ''}".rstrip(" ,")
    period = _("%(first)s to %(last)s") % {
        "first": _day(edition.starts_on),
        "last": _day(edition.ends_on),
    }
    code = f" ({course.code})" if course.code else ""
    return [
        {
            "title": _("Student"),
            "rows": [
                [[_("Name"), facts["student"]], [_("Student number"), facts["number"]]],
                [
                    [_("Programme"), programme],
                    [_("Home university"), case.home_university.local_name],
                ],
            ],
        },
        {
            "title": _("Course"),
            "rows": [
                [[_("Title"), f"{course.title}{code}"]],
                [[_("Host university"), course.university.local_name], [_("Period"), period]],
                [[_("Credits and level"), credit + level], [_("Concluded by"), _end(case)]],
            ],
        },
        {"title": _("How it counts"), "rows": _counts(case, facts)},
        {"title": _("Who decided"), "rows": _decisions(case, facts)},
    ]


def _end(case: Enrolment) -> str:
    edition, course = case.edition, case.edition.course
    kind = edition.get_assessment_display() or course.get_assessment_display() or "–"
    if edition.exam_on:
        kind = _("%(kind)s, in {city} on %(day)s") % {"kind": kind, "day": _day(edition.exam_on)}
    return kind[:1].upper() + kind[1:]


def _counts(case: Enrolment, facts: dict[str, Any]) -> list[list[list[str]]]:
    if case.kind == Kind.INCOMING:
        return [[[_("At home"), _("Your home university decides how the course counts.")]]]
    purpose = case.get_purpose_display()
    return [
        [
            [_("As"), purpose[:1].upper() + purpose[1:]],
            [_("What you ask for in {system} afterwards"), _request(facts["request"])],
        ]
    ]


def _request(kind: str) -> str:
    return {
        RequestType.REPLACEMENT: pgettext("request in uSis", "Replacement"),
        RequestType.EXTERNAL: pgettext("request in uSis", "External education"),
        RequestType.EXTRACURRICULAR: pgettext("request in uSis", "Extracurricular"),
        RequestType.HONOURS: pgettext(
            "request in uSis", "Nothing: it goes through the honours programme"
        ),
    }[RequestType(kind)]


def _decisions(case: Enrolment, facts: dict[str, Any]) -> list[list[list[str]]]:
    rows = [
        [
            [_("Approved at home by"), _who_when(facts["approved_by"], facts["approved_on"])],
            [_("Confirmed by the host"), _who_when(facts["confirmed_by"], facts["confirmed_on"])],
        ]
    ]
    if case.kind != Kind.INCOMING and not case.is_honours:
        said = case.get_board_display()
        when = _who_when(facts["board_name"], facts["board_on"])
        number = f" ({facts['board_reference']})" if facts["board_reference"] else ""
        rows.append(
            [
                [
                    _("Permission of the Board of Examiners"),
                    f"{said[:1].upper()}{said[1:]}{'' if when == '–' else f': {when}'}{number}",
                ]
            ]
        )
    return rows


def _shared(case: Enrolment) -> str:
    names = {
        "name": _("name"),
        "email": _("e-mail address"),
        "student_number": _("student number"),
        "home_university": _("home university"),
        "programme": _("programme"),
        "year": _("year of study"),
    }
    if case.kind == Kind.OWN:
        return _("No data of the student went to another university.")
    items = ", ".join(names.get(item, item) for item in case.shared_items)
    return _("%(host)s received of the student: %(items)s. Nothing else.") % {
        "host": case.edition.course.university.local_name,
        "items": items,
    }


def _who_when(who: str, day: str) -> str:
    return ", ".join(filter(None, [who, _day(date.fromisoformat(day)) if day else ""])) or "–"


def _day(day: date) -> str:
    return date_format(day, "j F Y")


def _local(moment: Any) -> str:
    return timezone.localdate(moment).isoformat() if moment else ""
