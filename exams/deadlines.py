"""How early students hear of their exam: so many working days before (EXAM_NOTICE_DAYS)."""

from __future__ import annotations

from datetime import date, timedelta

from django.conf import settings
from django.utils import timezone

from paperwork.working_days import add_working_days, is_working_day


def first_day_in_time(today: date | None = None) -> date:
    """The first day whose students hear early enough when they hear today."""
    return add_working_days(today or timezone.localdate(), settings.EXAM_NOTICE_DAYS)


def tell_by(day: date) -> date:
    """The last day on which students of an exam on `day` hear of it early enough."""
    left = settings.EXAM_NOTICE_DAYS
    while left or not is_working_day(day):
        day -= timedelta(days=1)
        left -= is_working_day(day)
        left = max(left, 0)
    return day
