"""How a course will count for a student of ours: permission in advance, and the request afterwards.

The table is the programme's own (which request in uSis, for whom); these are its words per course.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

if TYPE_CHECKING:
    from courses.models import Course, Faculty


@dataclass(frozen=True, slots=True)
class Purpose:
    """One way in which the course may count."""

    name: str
    permission: str
    request: str
    note: str = ""
    possible: bool = True


def _in_the_degree(course: Course) -> Purpose:
    return Purpose(
        name=_("Elective, or part of a minor"),
        permission=_(
            "Required: the Board of Examiners of your programme gives it before you apply."
            " Boards decide in 10 to 15 working days."
        ),
        request=_("replacement (in uSis: vervanging)")
        if course.university.is_home
        else _("external education (in uSis: extern onderwijs)"),
        note=_("You follow it online, but it is a Leiden course.")
        if course.university.is_home
        else _("uSis lists it under the other exchange courses."),
    )


def _extracurricular(without: Iterable[Faculty]) -> Purpose:
    names = [faculty.name for faculty in without]
    return Purpose(
        name=_("Extracurricular, on top of your programme"),
        permission=_("Not required. Asking the Board of Examiners first is wise all the same."),
        request=_("extracurricular (in uSis: extracurriculair)"),
        note=_("Not available for students of: %(faculties)s.") % {"faculties": ", ".join(names)}
        if names
        else "",
    )


def _honours(course: Course) -> Purpose:
    name = _("Part of the honours programme")
    if not course.honours:
        return Purpose(
            name=name,
            permission=_("Not possible with this course."),
            request="",
            possible=False,
        )
    return Purpose(
        name=name,
        permission=_("Required: your honours coordinator gives it, in place of the Board."),
        request=_("no petition in uSis"),
        note=_("Your honours coordinator sees to the registration."),
    )


def purposes(course: Course, no_extracurricular: Iterable[Faculty]) -> list[Purpose]:
    """The ways in which `course` may count, in the order in which most students need them."""
    return [_in_the_degree(course), _extracurricular(no_extracurricular), _honours(course)]
