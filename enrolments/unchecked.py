"""Applications that nobody at home can check: no contact with an account, no coordinator."""

from __future__ import annotations

from collections import Counter
from typing import NamedTuple

from django.db.models import Count, Exists, OuterRef, Q, QuerySet

from accounts.models import Membership, Role
from enrolments.models import Enrolment, State
from enrolments.models.enrolment import EnrolmentQuerySet, Kind, Purpose


def unchecked() -> EnrolmentQuerySet:
    """Those sent and not decided for which `people.home_side` is empty, as SQL."""
    incoming, honours = Q(kind=Kind.INCOMING), Q(purpose=Purpose.HONOURS)
    contacts = _held(Role.PARTNER, Q(university=OuterRef("home_university")))
    of_faculty = Q(faculty=OuterRef("faculty"))
    coordinators = _held(
        Role.COORDINATOR,
        of_faculty & (Q(programmes=None) | Q(programmes=OuterRef("programme"))),
    )
    coordinated = _held(Role.HONOURS, Q(faculty=None) | of_faculty)
    nobody = (
        (incoming & ~Exists(contacts))
        | (~incoming & honours & ~Exists(coordinated))
        | (~incoming & ~honours & ~Exists(coordinators))
    )
    return Enrolment.objects.filter(nobody, state=State.SUBMITTED)


def _held(role: Role, scope: Q) -> QuerySet[Membership]:
    return Membership.objects.current().filter(scope, role=role)


class Unchecked(NamedTuple):
    """How many there are of one faculty ("": of other universities), and the desk's list."""

    number: int
    faculty: str
    query: str


def by_faculty() -> list[Unchecked]:
    """Where nobody can check what was sent. One query."""
    rows = unchecked().order_by("faculty__code").values_list("kind", "faculty", "faculty__code")
    numbers: Counter[tuple[int | None, str]] = Counter()
    for kind, faculty, code, number in rows.annotate(number=Count("pk")):
        numbers[(None, "") if kind == Kind.INCOMING else (faculty, code or "")] += number
    return [
        Unchecked(
            number,
            code,
            "view=all&state=submitted&"
            + (f"faculty={faculty}" if faculty else f"kind={Kind.INCOMING}"),
        )
        for (faculty, code), number in numbers.items()
    ]
