"""Who does what with a registration: who handles it, who records it, and who may not."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db.models import Q

from accounts.models import Membership, Role, User
from enrolments import people
from enrolments.models.enrolment import Kind
from enrolments.scopes import scopes_of
from grades.gates import administrations
from grades.models import Registration

if TYPE_CHECKING:
    from collections.abc import Iterable

    from django.db.models import QuerySet

    from paperwork.services.events import Actor

Route = Registration.Route


def student_role(actor: Actor, row: Registration) -> str:
    """`student` for the case's own student, where there is something to file."""
    if row.route == Route.HONOURS:
        return ""
    return people.student_role(actor, row.enrolment)


def handler_role(actor: Actor, row: Registration) -> str:
    """In which role `actor` sees it through: coordinator, or honours; empty when they do not."""
    if row.enrolment.kind == Kind.INCOMING:
        return ""
    return people.home_role(actor, row.enrolment)


def filer_role(actor: Actor, row: Registration) -> str:
    """Who may say that it was filed: the student, and who handles it."""
    if role := student_role(actor, row):
        return role
    return "" if row.route == Route.HONOURS else handler_role(actor, row)


def type_role(actor: Actor, row: Registration) -> str:
    """Who settles the type of request: the exchange coordinator; honours has none."""
    return "" if row.route == Route.HONOURS else handler_role(actor, row)


def honours_role(actor: Actor, row: Registration) -> str:
    """`honours` for who makes the overview."""
    return handler_role(actor, row) if row.route == Route.HONOURS else ""


def recorder_role(actor: Actor, row: Registration) -> str:
    """In which role `actor` records that it was entered; empty when they do not.

    The faculty's administration; where there is none in the portal, another coordinator than who
    verified. On the honours route another honours coordinator. Never the student.
    """
    case = row.enrolment
    if not isinstance(actor, User) or actor.pk == case.student_id or case.kind == Kind.INCOMING:
        return ""
    if row.route != Route.HONOURS and case.faculty_id in scopes_of(actor).administers:
        return Role.ADMINISTRATION
    if row.route != Route.HONOURS and has_administration(case.faculty_id):
        return ""
    return handler_role(actor, row)


def honours_recorder_role(actor: Actor, row: Registration) -> str:
    """In which role `actor` records the answer of the Honours Academy."""
    return recorder_role(actor, row) if row.route == Route.HONOURS else ""


def has_administration(faculty: int | None) -> bool:
    """Whether somebody in the portal is the administration of this faculty today."""
    if faculty is None:
        return False
    return administrations().filter(faculty=faculty).exists()


def recorders(row: Registration) -> QuerySet[User]:
    """The people who record it: the administration, or colleagues of who verified."""
    faculty = row.enrolment.faculty_id
    if row.route != Route.HONOURS and faculty is not None and has_administration(faculty):
        held = administrations().filter(faculty=faculty).order_by().values("user")
        return User.objects.filter(pk__in=held).exclude(pk=row.verified_by_id)
    return people.home_side(row.enrolment).exclude(pk=row.verified_by_id)


def can_all_be_recorded(rows: Iterable[Registration]) -> bool:
    """Whether of each of `rows` somebody other than who verified it can record the end."""
    return all(recorders_of(rows).values())


def recorders_of(rows: Iterable[Registration]) -> dict[int, set[User]]:
    """The people who record each of `rows`, of one route, by key.

    A query or two for each programme and verifier among them.
    """
    asked: dict[tuple[int | None, ...], set[User]] = {}
    found = {}
    for row in rows:
        whose = (row.enrolment.faculty_id, row.enrolment.programme_id, row.verified_by_id)
        if whose not in asked:
            asked[whose] = set(recorders(row))
        found[row.pk] = asked[whose]
    return found


def other_side(row_purpose: str, faculty: int | None, programme: int | None) -> QuerySet[User]:
    """Who would handle a case of this faculty if it counted as `row_purpose`."""
    held = Membership.objects.current()
    if row_purpose == "honours":
        held = held.filter(role=Role.HONOURS).filter(Q(faculty=None) | Q(faculty=faculty))
    else:
        some = Q(programmes=programme) if programme else Q(pk__in=[])
        held = held.filter(role=Role.COORDINATOR, faculty=faculty)
        held = held.filter(some | Q(programmes=None))
    return User.objects.filter(pk__in=held.order_by().values("user"), is_active=True)
