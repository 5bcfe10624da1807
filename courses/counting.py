"""How a course will count for a student of ours: permission in advance, and the request afterwards.

The table is the programme's own (which request in uSis, for whom); these are its words per course.
What holds for one student, by faculty and programme, is looked up where the rules are.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from courses.models import Faculty
from courses.wording import gettext as _

if TYPE_CHECKING:
    from courses.models import Course
    from vx_portal.http import Person


class RequestType(StrEnum):
    """What a student asks for in uSis afterwards (DOMAIN.md §6)."""

    REPLACEMENT = "vervanging"
    EXTERNAL = "extern_onderwijs"
    EXTRACURRICULAR = "extracurriculair"
    HONOURS = "honours"  # no petition: another procedure


def request_type(purpose: str, *, course_is_home: bool, no_extracurricular: bool) -> RequestType:
    """What the student asks for in uSis afterwards: the first row of DOMAIN.md §6 that applies.

    A case that was admitted as extracurricular though its faculty has no extracurriculair follows
    the place of the course.
    """
    if purpose == "honours":
        return RequestType.HONOURS
    if purpose == "extracurricular" and not no_extracurricular:
        return RequestType.EXTRACURRICULAR
    return RequestType.REPLACEMENT if course_is_home else RequestType.EXTERNAL


def request_in_words(request: RequestType) -> str:
    """What it is called, here and in uSis."""
    return {
        RequestType.REPLACEMENT: _("replacement (in {system}: vervanging)"),
        RequestType.EXTERNAL: _("external education (in {system}: extern onderwijs)"),
        RequestType.EXTRACURRICULAR: _("extracurricular (in {system}: extracurriculair)"),
        RequestType.HONOURS: _("no petition in {system}"),
    }[request]


def why_request(request: RequestType) -> str:
    """Why it is this one, or what goes with it."""
    return {
        RequestType.REPLACEMENT: _("You follow it online, but it is a course of {university}."),
        RequestType.EXTERNAL: _("{system} lists it under the other exchange courses."),
        RequestType.EXTRACURRICULAR: "",
        RequestType.HONOURS: _("Your honours coordinator sees to the registration."),
    }[request]


@dataclass(frozen=True, slots=True)
class Purpose:
    """One way in which the course may count."""

    value: str  # as an application has it
    name: str
    permission: str
    request: str
    note: str = ""
    possible: bool = True


def _purpose(course: Course, value: str, name: str, permission: str, note: str = "") -> Purpose:
    request = request_type(
        value, course_is_home=course.university.is_home, no_extracurricular=False
    )
    return Purpose(value, name, permission, request_in_words(request), note or why_request(request))


def _in_the_degree(course: Course) -> Purpose:
    return _purpose(
        course,
        "elective",
        _("Elective, or part of a minor"),
        _("As a rule from the Board of Examiners of your programme, before you apply."),
    )


def _extracurricular(course: Course, without: Iterable[Faculty]) -> Purpose:
    names = [faculty.name for faculty in without]
    return _purpose(
        course,
        "extracurricular",
        _("Extracurricular, on top of your programme"),
        _("As a rule not required. Asking the Board of Examiners first is wise all the same."),
        _("Not available for students of: %(faculties)s.") % {"faculties": ", ".join(names)}
        if names
        else "",
    )


def _honours(course: Course) -> Purpose:
    name = _("Part of the honours programme")
    if not course.honours:
        return Purpose(
            value="honours",
            name=name,
            permission=_("Not possible with this course."),
            request="",
            possible=False,
        )
    return _purpose(
        course,
        "honours",
        name,
        _("Required: your honours coordinator gives it, in place of the Board."),
    )


def without_extracurricular(reader: Person) -> list[Faculty]:
    """The faculties without extracurricular courses of which `reader` must know.

    A student needs to know of the own faculty alone, which is read with the person; everybody else
    of all (one query).
    """
    if (student := getattr(reader, "student", None)) is not None:
        own = student.faculty
        return [own] if own is not None and own.no_extracurricular else []
    return list(Faculty.objects.visible_to(reader).filter(no_extracurricular=True))


def has_no_extracurricular(reader: object, without: Iterable[Faculty]) -> bool:
    """Whether `reader` studies at one of the faculties `without` extracurricular courses."""
    student = getattr(reader, "student", None)
    return student is not None and student.faculty_id in {faculty.pk for faculty in without}


def purposes(course: Course, without: Iterable[Faculty], *, reader: object = None) -> list[Purpose]:
    """The ways in which `course` may count, in the order in which most students need them.

    Those of the faculties `without` extracurricular read that it is not for them on a public page;
    signed in they do not see it at all.
    """
    ways = [_in_the_degree(course), _honours(course)]
    if not has_no_extracurricular(reader, without):
        ways.insert(1, _extracurricular(course, without))
    return ways
