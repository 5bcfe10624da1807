"""How early students hear of their exam: so many working days before, as the office settles it."""

from __future__ import annotations

from datetime import date, timedelta

from django.utils import timezone

from courses import house
from paperwork.working_days import add_working_days, is_working_day

NOTICE = "exams.notice_days"  # the setting


def first_day_in_time(today: date | None = None) -> date:
    """The first day whose students hear early enough when they hear today."""
    return add_working_days(today or timezone.localdate(), house.number(NOTICE))


def tell_by(day: date, notice: int | None = None) -> date:
    """The last day on which students of an exam on `day` hear of it early enough.

    `notice`: as if so many working days were asked.
    """
    left = house.number(NOTICE) if notice is None else notice
    while left or not is_working_day(day):
        day -= timedelta(days=1)
        left -= is_working_day(day)
        left = max(left, 0)
    return day
