"""Who reads exams: those who arrange them, the host whose exam it is, and those of a case."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db.models import Q

from enrolments.models import Enrolment
from enrolments.models.enrolment import WITH_HOST
from enrolments.scopes import scopes_of
from vx_portal.http import roles_of

if TYPE_CHECKING:
    from enrolments.models.enrolment import EnrolmentQuerySet
    from vx_portal.http import Person

ARRANGERS = ("exams", "office")  # who change things
READERS = ("exams", "office", "auditor")


def reads_all(user: Person) -> bool:
    """Whether `user` sees every exam, room and sitting."""
    return not roles_of(user).isdisjoint(READERS)


def of_host(user: Person, exam: str = "") -> Q:
    """Rows whose exam is one of a university that `user` is a contact of.

    `exam` leads to it: "" from an exam itself, "sitting__exam__" from a seat.
    """
    reach = scopes_of(user).partner_of if user.is_authenticated else frozenset()
    return Q(**{f"{exam}edition__course__university__in": reach})


def placed_cases(user: Person) -> EnrolmentQuerySet:
    """Cases that `user` sees and that the host has, or will have: theirs are the exams."""
    return Enrolment.objects.visible_to(user).filter(state__in=WITH_HOST)
