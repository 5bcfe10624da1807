"""Whose grades somebody may see: the one answer that all models of this app ask.

Grades are for fewer people than cases are. Exam staff see none; the office sees those of partner
students, which it enters itself; a host sees the transcripts that it sent.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db.models import Q, QuerySet

from accounts.models import Membership, Role
from enrolments.models import Purpose, State
from enrolments.models.enrolment import Kind
from enrolments.scopes import Scopes, scopes_in_view, scopes_of

if TYPE_CHECKING:
    from accounts.models import User

ENDED_WELL = (State.ENROLLED, State.FINISHED)


def own_or_handled(user: User, path: str = "enrolment__") -> Q:
    """Rows whose case (at `path`) is the student's own, or one whose grade `user` handles."""
    scopes = scopes_of(user)
    if scopes.is_auditor:
        return ~Q(pk=None)
    return Q(**{f"{path}student": user.pk}) | handled(scopes, path)


def handled(scopes: Scopes, path: str = "enrolment__") -> Q:
    """Rows of cases that coordinators verify, the office enters, or a partner gets back."""

    def of(**conditions: object) -> Q:
        return Q(**{f"{path}{name}": value for name, value in conditions.items()})

    home = of(kind__in=[Kind.OUTGOING, Kind.OWN])
    honours = of(purpose=Purpose.HONOURS)
    mine = Q(pk__in=[])
    if scopes.coordinates_faculties or scopes.coordinates_programmes:
        mine |= (
            home
            & ~honours
            & (
                of(faculty__in=scopes.coordinates_faculties)
                | of(programme__in=scopes.coordinates_programmes)
            )
        )
    if scopes.all_honours:
        mine |= home & honours
    elif scopes.honours_faculties:
        mine |= home & honours & of(faculty__in=scopes.honours_faculties)
    if scopes.is_office:
        mine |= of(kind=Kind.INCOMING)
    return mine


def in_view(user: User, path: str = "enrolment__") -> Q:
    """Rows of cases that belong to the role in which `user` works now; all when it is the only one.

    It narrows lists, and opens nothing.
    """
    scopes = scopes_in_view(user)
    if scopes == scopes_of(user):
        return Q()
    return handled(scopes, path) | administered(scopes, path)


def administrations() -> QuerySet[Membership]:
    """Who is the administration of a faculty in the portal today."""
    return Membership.objects.current().filter(role=Role.ADMINISTRATION, user__is_active=True)


def administered(scopes: Scopes, path: str = "enrolment__") -> Q:
    """Rows of cases in faculties whose administration `user` is; what it may see of them is up to
    the model."""
    if not scopes.administers:
        return Q(pk__in=[])
    return Q(
        **{
            f"{path}faculty__in": scopes.administers,
            f"{path}kind__in": [Kind.OUTGOING, Kind.OWN],
        }
    ) & ~Q(**{f"{path}purpose": Purpose.HONOURS})
