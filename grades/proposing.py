"""Which type of request a case has in uSis, and why: the table of DOMAIN.md §6, in words."""

from __future__ import annotations

from typing import TYPE_CHECKING

from courses.wording import gettext as _
from courses.wording import pgettext
from enrolments.models.enrolment import Purpose
from enrolments.rulebook import request_type
from enrolments.services import rules
from grades.models import RequestType

if TYPE_CHECKING:
    from enrolments.models import Enrolment


def proposed_for(case: Enrolment) -> str:
    """The type that the table gives; empty on the honours route, which has none."""
    found = request_type(
        case.purpose,
        course_is_home=case.edition.course.university.is_home,
        no_extracurricular=rules.rulebook().no_extracurricular(case.faculty_id),
    )
    return found.value if found.value in RequestType.values else ""


def why(case: Enrolment) -> str:
    """Why it is that one, in a sentence."""
    proposed = proposed_for(case)
    host = case.edition.course.university
    is_extra = case.purpose == Purpose.EXTRACURRICULAR
    match proposed:
        case "":
            return _("The course was followed as part of the honours programme.")
        case RequestType.EXTRACURRICULAR:
            return _("The course was followed on top of the programme, as extracurricular.")
        case RequestType.REPLACEMENT if is_extra:
            return _(
                "The faculty has no extracurricular registration, and it is an online course of"
                " {university} itself."
            )
        case RequestType.REPLACEMENT:
            return _("It is an online course of {university} itself.")
        case _ if is_extra:
            return _(
                "The faculty has no extracurricular registration, and the course was followed at"
                " %(host)s."
            ) % {"host": host.local_name}
    return _("The course was followed at another university, %(host)s.") % {"host": host.local_name}


def allowed_for(case: Enrolment) -> list[str]:
    """The types that may be asked for: extracurricular not where the faculty has none."""
    without = rules.rulebook().no_extracurricular(case.faculty_id)
    return [
        kind.value for kind in RequestType if not (kind == RequestType.EXTRACURRICULAR and without)
    ]


def in_usis(kind: str) -> str:
    """What the type is called in uSis, in Dutch, whatever the language of the reader."""
    return {
        RequestType.REPLACEMENT: "Vervanging",
        RequestType.EXTERNAL: "Extern onderwijs",
        RequestType.EXTRACURRICULAR: "Extracurriculair",
    }[RequestType(kind)]


def where_listed(kind: str) -> str:
    """What the registration will look like in uSis."""
    if not kind:
        return _("It is listed in the honours programme, and not in {system}.")
    return {
        RequestType.REPLACEMENT: pgettext(
            "uSis", "In {system} it takes the place of a course of your programme."
        ),
        RequestType.EXTERNAL: pgettext(
            "uSis",
            "In {system} it is listed under external education, beside other exchange courses.",
        ),
        RequestType.EXTRACURRICULAR: pgettext(
            "uSis", "In {system} it is listed under extracurricular, outside your programme."
        ),
    }[RequestType(kind)]
