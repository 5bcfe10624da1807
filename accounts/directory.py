"""Who helps a student: the coordinators of each faculty, for the page that everybody may read."""

from __future__ import annotations

from typing import NamedTuple

from django.db.models import F

from accounts.models import Membership, Role
from courses.models import Faculty, Programme

SHOWN = (Role.COORDINATOR, Role.HONOURS)


class Entry(NamedTuple):
    """A person as students see them: no more than they need to write to them."""

    name: str
    email: str
    programmes: list[Programme]  # none: the whole faculty


class Desk(NamedTuple):
    """A faculty with its people."""

    faculty: Faculty
    coordinators: list[Entry]
    honours: list[Entry]


class Directory(NamedTuple):
    desks: list[Desk]
    academy: list[Entry]  # honours coordinators for all faculties


def read_directory(faculty: Faculty | None, programme: Programme | None) -> Directory:
    """The people that hold a role today and are listed; of one faculty or programme where asked.

    For a programme, those who look after it by name come first, then those of the whole faculty.
    Three queries.
    """
    held = (
        Membership.objects.current()
        .filter(role__in=SHOWN, is_listed=True)
        .select_related("user")
        .prefetch_related("programmes")
        .order_by(F("faculty_id"), "user__name", "pk")
    )
    faculties = Faculty.objects.filter(pk=faculty.pk) if faculty else Faculty.objects.all()
    rows = [row for row in held if _serves(row, programme)]
    if programme:
        rows.sort(key=lambda row: not row.programmes.all())

    def entries(role: Role, faculty_id: int | None) -> list[Entry]:
        return [
            Entry(str(row.user), row.user.email, list(row.programmes.all()))
            for row in rows
            if row.role == role and row.faculty_id == faculty_id
        ]

    shown = sorted(faculties, key=lambda one: one.name)
    return Directory(
        desks=[
            Desk(one, entries(Role.COORDINATOR, one.pk), entries(Role.HONOURS, one.pk))
            for one in shown
        ],
        academy=entries(Role.HONOURS, None),
    )


def _serves(row: Membership, programme: Programme | None) -> bool:
    """Whether a student of `programme` (any) may write to them."""
    limits = row.programmes.all()
    return programme is None or not limits or programme in limits
