"""Which roles somebody holds: asked in every request of somebody who is signed in."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.db.models import BigIntegerField, CharField, DateField, QuerySet, Value

from courses.prepared import Given, Prepared

STUDENT = "student"


def _query() -> QuerySet[Any, str]:
    from accounts.models import Membership, StudentProfile  # noqa: PLC0415  # which ask here

    user = Given("user", BigIntegerField())
    held = Membership.objects.current(on=Given("day", DateField())).filter(user=user)  # type: ignore[arg-type]
    student = StudentProfile.objects.filter(user=user)
    as_student = student.values_list(Value(STUDENT, output_field=CharField()), flat=True)
    roles = held.order_by().values_list("role", flat=True).union(as_student.order_by())
    return roles.order_by()


_ROLES = Prepared(_query)


def held_by(user: int, on: date) -> frozenset[str]:
    """Names of the roles that `user` holds on that day, `student` among them. One query."""
    return frozenset(_ROLES.ask(user=user, day=on))
