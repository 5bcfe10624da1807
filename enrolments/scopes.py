"""What somebody's roles reach: faculties, programmes and universities, today. One query.

`scopes_of` is what they may, `scopes_in_view` what their lists show.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from django.db.models import BigIntegerField, DateField, F, Q, QuerySet
from django.utils import timezone

from accounts.models import Membership, Role
from courses.prepared import Given, Prepared

if TYPE_CHECKING:
    from accounts.models import User


@dataclass(frozen=True)
class Scopes:
    """The reach of one person's memberships, and of those for whom they stand in."""

    coordinates_faculties: frozenset[int] = frozenset()
    coordinates_programmes: frozenset[int] = frozenset()
    honours_faculties: frozenset[int] = frozenset()
    all_honours: bool = False
    administers: frozenset[int] = frozenset()
    partner_of: frozenset[int] = frozenset()
    is_exams: bool = False
    is_office: bool = False
    is_auditor: bool = False
    stands_in_for: frozenset[int] = field(default=frozenset())

    @property
    def reads_all(self) -> bool:
        return self.is_office or self.is_auditor


def scopes_of(user: User) -> Scopes:
    """The scopes of `user` today; asked once for each object that stands for the person."""
    known = user.__dict__.get("_scopes")
    if known is None:
        known = user.__dict__["_scopes"] = _scopes(user)
    return known


def scopes_in_view(user: User) -> Scopes:
    """What the role reaches in which `user` works now: lists show this. No query more.

    The same as `scopes_of` for who holds one role, or works in one that the desk is not for. Those
    for whom somebody stands in belong to the same role, or to any of theirs when they lack it.
    """
    role = user.works_as
    if role not in (Role.COORDINATOR, Role.HONOURS, Role.ADMINISTRATION):
        return scopes_of(user)
    shown = [
        one
        for one in memberships_of(user)
        if one.role == role
        or (one.role not in user.roles and role in (Role.COORDINATOR, Role.HONOURS))
    ]
    return _reach(user, shown)


def memberships_of(user: User) -> list[Membership]:
    """What `user` holds today, with what they stand in for. One query, asked once."""
    known: list[Membership] | None = user.__dict__.get("_memberships")
    if known is not None:
        return known
    rows: list[Any] = _MEMBERSHIPS.ask(user=user.pk, day=timezone.localdate())
    found = {one.pk: one for one in reversed(rows)}  # a row for each programme, or one
    for one in found.values():
        one.__dict__["_programmes"] = []
    for row in rows:
        if row.of_programme is not None:
            found[row.pk].__dict__["_programmes"].append(row.of_programme)
    known = user.__dict__["_memberships"] = [found[pk] for pk in dict.fromkeys(r.pk for r in rows)]
    return known


def _held_or_stood_in_for() -> QuerySet[Any, Membership]:
    user, day = Given("user", BigIntegerField()), Given("day", DateField())
    standing_in = Q(
        user__stand_ins__stand_in=user,
        user__stand_ins__starts_on__lte=day,
        user__stand_ins__ends_on__gte=day,
        user__stand_ins__ended_at=None,
        role__in=[Role.COORDINATOR, Role.HONOURS],
    )
    held = Membership.objects.current(day).filter(Q(user=user) | standing_in)  # type: ignore[arg-type]
    rows = held.annotate(of_programme=F("programmes")).distinct()
    return rows.select_related("faculty", "university")


_MEMBERSHIPS = Prepared(_held_or_stood_in_for)


def _scopes(user: User) -> Scopes:
    if not user.is_staff_member:
        return Scopes()  # nor can somebody without a role stand in for a colleague
    return _reach(user, memberships_of(user))


def _reach(user: User, memberships: list[Membership]) -> Scopes:
    reach: dict[str, set[int]] = {
        name: set() for name in ("faculties", "programmes", "honours", "administers", "partner")
    }
    roles, all_honours, for_others = set(), False, set()
    for membership in memberships:
        if membership.user_id != user.pk:
            for_others.add(membership.user_id)
        else:
            roles.add(membership.role)
        match membership.role:
            case Role.COORDINATOR:
                some: list[int] = membership.__dict__["_programmes"]
                reach["programmes"].update(some)
                if not some and membership.faculty_id:
                    reach["faculties"].add(membership.faculty_id)
            case Role.HONOURS if membership.faculty_id:
                reach["honours"].add(membership.faculty_id)
            case Role.HONOURS:
                all_honours = True
            case Role.ADMINISTRATION if membership.faculty_id:
                reach["administers"].add(membership.faculty_id)
            case Role.PARTNER if membership.university_id:
                reach["partner"].add(membership.university_id)
    return Scopes(
        coordinates_faculties=frozenset(reach["faculties"]),
        coordinates_programmes=frozenset(reach["programmes"]),
        honours_faculties=frozenset(reach["honours"]),
        all_honours=all_honours,
        administers=frozenset(reach["administers"]),
        partner_of=frozenset(reach["partner"]),
        is_exams=Role.EXAMS in roles,
        is_office=Role.OFFICE in roles,
        is_auditor=Role.AUDITOR in roles,
        stands_in_for=frozenset(for_others),
    )
