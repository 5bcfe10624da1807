"""Who acts in a case: the home side that approves, the host side that confirms, the office."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from django.db.models import BigIntegerField, DateField, Q
from django.utils import timezone

from accounts.models import Membership, Role, User
from courses.prepared import Given, Prepared
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
    """In which role `actor` approves on the home side; empty when they do not.

    A contact of a home university by mail, which the office passes on, is an `Outsider` with the
    role `home`, made by the service that has that mail.
    """
    if not isinstance(actor, User):
        by_mail = actor is not None and actor.role == "home" and case.kind == Kind.INCOMING
        return "home" if by_mail else ""
    if actor.pk == case.student_id:
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
    for partners without an account, and for our own courses. Nobody in a case of their own.
    """
    if not isinstance(actor, User):
        return "host" if actor is not None and actor.role == "host" else ""
    if actor.pk == case.student_id:
        return ""
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
    return _home_side(_approving_role(case), timezone.localdate(), **_whose(case))


def told_at_home(case: Enrolment) -> list[User]:
    """Those of `home_side`, by a query that is prepared: every student who applies asks it."""
    prepared = _HOME_SIDES[_approving_role(case)]
    return prepared.ask(day=timezone.localdate(), **_whose(case))


def _approving_role(case: Enrolment) -> Role:
    if case.kind == Kind.INCOMING:
        return Role.PARTNER
    return Role.HONOURS if case.is_honours else Role.COORDINATOR


def _whose(case: Enrolment) -> dict[str, int | None]:
    return {
        "university": case.home_university_id,
        "faculty": case.faculty_id,
        "programme": case.programme_id,
    }


def _home_side(
    role: Role, day: Any, *, university: Any, faculty: Any, programme: Any
) -> QuerySet[User]:
    """Who holds `role` on that day for a case of these, and who stands in for them."""
    held = Membership.objects.current(day).filter(role=role)
    match role:
        case Role.PARTNER:
            held = held.filter(university=university)
        case Role.HONOURS:
            held = held.filter(Q(faculty=None) | Q(faculty=faculty))
        case _:
            some = Q(programmes=programme) if programme else Q(pk__in=[])
            held = held.filter(faculty=faculty).filter(some | Q(programmes=None))
    people = held.order_by().values("user")
    standing_in = StandIn.objects.current(day).filter(absent__in=people).order_by()
    either = Q(pk__in=people) | Q(pk__in=standing_in.values("stand_in"))
    return User.objects.filter(either, is_active=True)


_KEY = BigIntegerField()
_HOME_SIDES = {
    role: Prepared(
        partial(
            _home_side,
            role,
            Given("day", DateField()),
            university=Given("university", _KEY),
            faculty=Given("faculty", _KEY),
            programme=Given("programme", _KEY),
        )
    )
    for role in (Role.PARTNER, Role.HONOURS, Role.COORDINATOR)
}


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
