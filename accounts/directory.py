"""Who helps a student: the coordinators of each faculty, for the page that everybody may read."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from django.db.models import Q

from accounts.models import Membership, Role
from courses.models import Faculty, Programme

SHOWN = (Role.COORDINATOR, Role.HONOURS)


class Entry(NamedTuple):
    """A person as students see them: no more than they need to write to them."""

    name: str
    email: str
    is_exchange: bool
    is_honours: bool
    programmes: list[Programme]  # none: the whole faculty


class Desk(NamedTuple):
    """A faculty with its people."""

    faculty: Faculty
    people: list[Entry]

    @property
    def has_coordinator(self) -> bool:
        return any(one.is_exchange for one in self.people)


class Directory(NamedTuple):
    desks: list[Desk]
    academy: list[Entry]  # honours coordinators for all faculties


def read_directory(faculty: Faculty | None, programme: Programme | None) -> Directory:
    """The people that hold a role today and are listed; of one faculty or programme where asked.

    For a programme, those who look after it by name come first, then those of the whole faculty.
    Three queries; two for one faculty.
    """
    held = (
        Membership.objects.current()
        .filter(role__in=SHOWN, is_listed=True)
        .select_related("user")
        .prefetch_related("programmes")
        .order_by("role", "user__name", "pk")
    )
    if faculty:
        held = held.filter(Q(faculty=faculty) | Q(faculty=None))
    faculties: Iterable[Faculty] = [faculty] if faculty else Faculty.objects.all()
    rows = [row for row in held if _serves(row, programme)]
    if programme:
        rows.sort(key=lambda row: not row.programmes.all())
    desks = [
        Desk(one, _entries([row for row in rows if row.faculty_id == one.pk]))
        for one in sorted(faculties, key=lambda one: one.name)
    ]
    return Directory(desks, _entries([row for row in rows if row.faculty_id is None]))


def _serves(row: Membership, programme: Programme | None) -> bool:
    """Whether a student of `programme` (any) may write to them."""
    limits = row.programmes.all()
    return programme is None or not limits or programme in limits


def _entries(rows: list[Membership]) -> list[Entry]:
    """One entry a person, also for who has both roles."""
    people: dict[int, list[Membership]] = {}
    for row in rows:
        people.setdefault(row.user_id, []).append(row)
    entries = []
    for held in people.values():
        roles = {row.role for row in held}
        limits = [list(row.programmes.all()) for row in held if row.role == Role.COORDINATOR]
        entries.append(
            Entry(
                name=str(held[0].user),
                email=held[0].user.email,
                is_exchange=Role.COORDINATOR in roles,
                is_honours=Role.HONOURS in roles,
                programmes=[one for limit in limits for one in limit] if all(limits) else [],
            )
        )
    return entries
