"""Working days in the Netherlands: Monday to Friday, without the public holidays."""

from __future__ import annotations

from datetime import date, timedelta
from functools import cache

import holidays

SATURDAY = 5


@cache
def _public_holidays() -> holidays.HolidayBase:
    return holidays.country_holidays("NL")  # works out a year when it is first asked for


def is_working_day(day: date) -> bool:
    """Whether people work on `day`."""
    return day.weekday() < SATURDAY and day not in _public_holidays()


def add_working_days(day: date, number: int) -> date:
    """The day `number` working days after `day`; 0 gives `day` itself, or the next working day."""
    while not is_working_day(day):
        day += timedelta(days=1)
    for _step in range(number):
        day += timedelta(days=1)
        while not is_working_day(day):
            day += timedelta(days=1)
    return day


def working_days_between(start: date, end: date) -> int:
    """How many working days lie after `start` up to and with `end`; negative when `end` is before.

    Add that many to `start` and you reach `end`, when both are working days.
    """
    if end < start:
        return -working_days_between(end, start)
    days = (start + timedelta(days=number) for number in range(1, (end - start).days + 1))
    return sum(map(is_working_day, days))
