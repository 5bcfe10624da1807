"""Noting when our students have exams of their own; plans avoid it, or say whom it concerns."""

from __future__ import annotations

from datetime import date

from django.db import transaction

from accounts.models import User
from courses.models import Faculty, Programme
from exams import people
from exams.models import ExamWeek
from paperwork.services.events import record


@transaction.atomic
def add(of: Faculty | Programme, first: date, last: date, *, by: User) -> bool:
    """Note these days; False when they were noted already."""
    whose = {"programme": of} if isinstance(of, Programme) else {"faculty": of}
    week, is_new = ExamWeek.objects.get_or_create(**whose, first=first, last=last)
    if is_new:
        _record(week, "add_exam_week", by)
    return is_new


@transaction.atomic
def remove(week: ExamWeek, *, by: User) -> None:
    """They have no exams then after all."""
    _record(week, "remove_exam_week", by)
    week.delete()


def _record(week: ExamWeek, name: str, by: User) -> None:
    days = {"first": week.first.isoformat(), "last": week.last.isoformat()}
    record(week.of, name, by=by, role=people.arranger_role(by), details=days)
