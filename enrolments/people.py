"""Who acts in a case: the home side that approves, the host side that confirms, the office."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db.models import Q
from django.utils import timezone

from accounts.models import Membership, Role, User
from enrolments.models import StandIn
from enrolments.models.enrolment import Kind
from enrolments.scopes import scopes_of

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from enrolments.models import Enrolment
    from paperwork.services.events import Actor


def student_role(actor: Actor, case: Enrolment) -> str:
    """`student` when `actor` is the case's own; else empty."""
    return "student" if isinstance(actor, User) and actor.pk == case.student_id else ""


def home_role(actor: Actor, case: Enrolment) -> str:
    """In which role `actor` approves on the home side; empty when they do not."""
    if not isinstance(actor, User) or actor.pk == case.student_id:
        return ""
    scopes = scopes_of(actor)
    if case.kind == Kind.INCOMING:
        return Role.PARTNER if case.home_university_id in scopes.partner_of else ""
    if case.is_honours:
        mine = scopes.all_honours or case.faculty_id in scopes.honours_faculties
        return Role.HONOURS if mine else ""
    mine = case.faculty_id in scopes.coordinates_faculties
    mine |= case.programme_id in scopes.coordinates_programmes
    return Role.COORDINATOR if mine else ""


def host_role(actor: Actor, case: Enrolment) -> str:
    """In which role `actor` answers for the host; empty when they do not.

    The host's own contact, by account or by a signed link of that university (an `Outsider` with
    the role `host`, made by the link's service after it has checked the university); the office
    for partners without an account, and for our own courses.
    """
    if not isinstance(actor, User):
        return "host" if actor is not None and actor.role == "host" else ""
    scopes = scopes_of(actor)
    if case.edition.course.university_id in scopes.partner_of:
        return Role.PARTNER
    return office_role(actor, case)


def office_role(actor: Actor, case: Enrolment) -> str:
    """`office` for somebody of the programme office, but not in a case of their own."""
    if not isinstance(actor, User) or actor.pk == case.student_id:
        return ""
    return Role.OFFICE if scopes_of(actor).is_office else ""


def portal_role(actor: Actor, case: Enrolment) -> str:
    """`portal` for the portal itself, which acts when a date has passed."""
    return "portal" if actor is None else ""


def home_side(case: Enrolment) -> QuerySet[User]:
    """The people who approve this case at home, with their stand-ins of today."""
    held = Membership.objects.current()
    if case.kind == Kind.INCOMING:
        held = held.filter(role=Role.PARTNER, university=case.home_university_id)
    elif case.is_honours:
        held = held.filter(role=Role.HONOURS).filter(Q(faculty=None) | Q(faculty=case.faculty_id))
    else:
        some = Q(programmes=case.programme_id) if case.programme_id else Q(pk__in=[])
        whole = Q(programmes=None)
        held = held.filter(role=Role.COORDINATOR, faculty=case.faculty_id).filter(some | whole)
    today = timezone.localdate()
    people = held.order_by().values("user")
    standing_in = StandIn.objects.current(today).filter(absent__in=people).order_by()
    either = Q(pk__in=people) | Q(pk__in=standing_in.values("stand_in"))
    return User.objects.filter(either, is_active=True)


def host_side(case: Enrolment) -> QuerySet[User]:
    """The host's contacts who have an account; the office for our own courses."""
    university = case.edition.course.university
    if university.is_home:
        return office()
    held = Membership.objects.current().filter(role=Role.PARTNER, university=university)
    return User.objects.filter(pk__in=held.order_by().values("user"), is_active=True)


def office() -> QuerySet[User]:
    """The people of the programme office."""
    held = Membership.objects.current().filter(role=Role.OFFICE)
    return User.objects.filter(pk__in=held.order_by().values("user"), is_active=True)
