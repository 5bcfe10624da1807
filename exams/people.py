"""Who acts in exams, and whom an exam concerns."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db.models import QuerySet

from accounts.models import Membership, Role, User
from enrolments.scopes import scopes_of

if TYPE_CHECKING:
    from courses.models import Edition, University
    from paperwork.services.events import Actor


def exam_staff() -> QuerySet[User]:
    """The people who plan and hold exams."""
    held = Membership.objects.current().filter(role=Role.EXAMS)
    return User.objects.filter(pk__in=held.order_by().values("user"), is_active=True)


def arrangers() -> QuerySet[User]:
    """Exam staff, and the office: those who arrange exams."""
    held = Membership.objects.current().filter(role__in=[Role.EXAMS, Role.OFFICE])
    return User.objects.filter(pk__in=held.order_by().values("user"), is_active=True)


def contacts_of(host: University) -> list[User]:
    """The people of a host who have an account."""
    held = Membership.objects.current().filter(role=Role.PARTNER, university=host)
    return list(User.objects.filter(pk__in=held.order_by().values("user"), is_active=True))


def arranger_role(actor: Actor) -> str:
    """In which role `actor` arranges exams; empty when they do not."""
    if not isinstance(actor, User):
        return ""
    scopes = scopes_of(actor)
    if scopes.is_exams:
        return Role.EXAMS
    return Role.OFFICE if scopes.is_office else ""


def fixing_role(actor: Actor, edition: Edition) -> str:
    """In which role `actor` fixes the exams of `edition`; empty when they do not.

    Who came by a signed link is an `Outsider` with the role `host`, made by the link's service.
    """
    if not isinstance(actor, User):
        return "host" if actor is not None and actor.role == "host" else ""
    if edition.course.university_id in scopes_of(actor).partner_of:
        return Role.PARTNER
    return arranger_role(actor)
