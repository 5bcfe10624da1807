"""Exams that are planned and published, for tests."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.utils import timezone

from accounts.models import User
from enrolments.models import Enrolment
from exams import conflicts
from exams.instances import situation
from exams.models import Exam, Facility, Sitting
from exams.services import publishing, sittings
from paperwork.models import Notice
from tests.exams.sittings import RoomFactory


def granted(case: Enrolment, **facts: Any) -> Facility:
    now = timezone.now()
    return Facility.objects.create(
        enrolment=case,
        state="checked",
        checked_at=now,
        delete_after=now.date() + timedelta(days=365),
        **facts,
    )


def plan_all(exam: Exam, by: User, places: int = 40) -> Sitting:
    """Everybody of `exam` in one room, at its moment."""
    now = situation()
    task = now.tasks[exam.pk]
    room = RoomFactory.create(places=places)
    return sittings.plan(now, task, now.unseated(task), room, exam.earliest_at, by=by)


def publish_all(by: User) -> int:
    return sum(
        publishing.publish(one, seen={row.pk: row.version for row in one.rows}, by=by)
        for one in publishing.announcements(situation())
    )


def told(kind: str) -> list[int | None]:
    """Who has such a notice."""
    rows = Notice.objects.filter(kind=f"exams.{kind}").order_by("recipient__name")
    return list(rows.values_list("recipient", flat=True))


def problems_of(row: Sitting) -> list[str]:
    return [one.kind for one in conflicts.by_sitting(situation()).get(row.pk, [])]
