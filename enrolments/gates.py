"""The gate of a student's own cases, by queries that are prepared: each of their pages asks one."""

from __future__ import annotations

from typing import Any

from django.db.models import BigIntegerField, CharField, QuerySet

from accounts.models import User
from courses.prepared import Given, Prepared
from enrolments.models import Enrolment

SHOWN = ("home_university", "faculty", "programme", "rules")


def _own_case(*more: str) -> Prepared[Enrolment]:
    def build() -> QuerySet[Any, Enrolment]:
        mine = Enrolment.objects.filter(
            student=Given("student", BigIntegerField()), reference=Given("reference", CharField())
        )
        return mine.select_related("edition__course__university", *more)

    return Prepared(build)


_WITH_ALL, _WITH_EDITION = _own_case(*SHOWN), _own_case()


def own_case(user: User, reference: str, *, shown: bool) -> Enrolment | None:
    """The case of that student with its edition, course and host; None when it is not theirs.

    One's own is visible to everybody, so this is part of what `visible_to` lets through. `shown`:
    with the rest of what the student's pages say.
    """
    prepared = _WITH_ALL if shown else _WITH_EDITION
    for case in prepared.ask(student=user.pk, reference=reference):
        case.student = user
        return case
    return None
