"""What happens by itself while exams are planned; run twice, nothing happens twice."""

from __future__ import annotations

from datetime import date, datetime
from typing import NamedTuple

from django.db import transaction
from django.utils import timezone

from accounts.models import Membership, Role, User
from courses import house
from exams import deadlines
from exams.instances import situation
from exams.models import SittingState
from exams.sitters import Task
from paperwork.services.notices import Link, owe_notice
from paperwork.working_days import WORK_BEGINS, is_working_day, working_days_between


class Pressing(NamedTuple):
    """An exam that its students do not know of yet, and by when they should."""

    task: Task
    tell_by: date
    is_late: bool


def untold(today: date) -> list[tuple[Task, date]]:
    """Exams of which students do not know all yet, each with its day."""
    now = situation()
    found = []
    for task in now.tasks.values():
        moments = [row.starts_at for row in now.rows.values() if row.exam_id == task.exam.pk]
        at = task.start or min(moments, default=task.exam.earliest_at)
        unknown = bool(now.unseated(task)) or any(
            row.state == SittingState.PLANNED and row.exam_id == task.exam.pk
            for row in now.rows.values()
        )
        day = timezone.localdate(at)
        if unknown and task.sitters and day >= today:
            found.append((task, day))
    return found


def pressing(today: date) -> list[Pressing]:
    """Exams to be published within the next days, or already too late; the first ones first."""
    soon = house.number("exams.warn_days")
    found = []
    for task, day in untold(today):
        last = deadlines.tell_by(day)
        if working_days_between(today, last) <= soon:
            found.append(Pressing(task, last, last < today))
    return sorted(found, key=lambda one: (one.tell_by, one.task.id))


def warn_to_publish(at: datetime | None = None) -> int:
    """On working days from eight: a message to exam staff and office. How many were written to."""
    now = timezone.localtime(at)
    if now.hour < WORK_BEGINS or not is_working_day(now.date()):
        return 0
    found = pressing(now.date())
    if not found:
        return 0
    held = Membership.objects.current().filter(role__in=[Role.EXAMS, Role.OFFICE])
    readers = User.objects.filter(pk__in=held.order_by().values("user"), is_active=True)
    with transaction.atomic():
        for reader in readers:
            owe_notice(
                "exams.publish_soon",
                f"publish-soon-{now.date()}-{reader.pk}",
                reader,
                {"exams": found, "number": len(found), "late": any(one.is_late for one in found)},
                link=Link("planner:plan"),
            )
    return len(readers)
