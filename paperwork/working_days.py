"""Working days of the house: Monday to Friday, without the public holidays of its country and
without the days on which its office says that the university is closed."""

from __future__ import annotations

from contextlib import suppress
from datetime import date, datetime, time, timedelta
from functools import cache, lru_cache

import holidays
from django.utils import timezone

from courses import house

SATURDAY = 5
WORK_BEGINS = 8  # o'clock in Leiden: from then on people are reminded of what waits
CLOSED = "portal.closed"


@cache
def _public_holidays(country: str) -> holidays.HolidayBase:
    """Works out a year when it is first asked for; a country that it does not know has none."""
    try:
        return holidays.country_holidays(country)
    except NotImplementedError:
        return holidays.HolidayBase()


@lru_cache(maxsize=16)
def _each(closed: tuple[house.Days, ...]) -> frozenset[date]:
    return frozenset(
        one.first + timedelta(days=number)
        for one in closed
        for number in range((one.last - one.first).days + 1)
    )


def is_working_day(day: date) -> bool:
    """Whether people work on `day`."""
    if day.weekday() >= SATURDAY:
        return False
    known = house.known()
    return day not in _public_holidays(known.home["country"]) and day not in _each(
        house.value(CLOSED, known)
    )


def last_work_time(at: datetime) -> datetime:
    """`at`, or where nobody works then the end of the last working day before it."""
    here = timezone.localtime(at)
    if is_working_day(here.date()) and here.hour >= WORK_BEGINS:
        return at
    day = here.date() - timedelta(days=1)
    while not is_working_day(day):
        day -= timedelta(days=1)
    return timezone.make_aware(datetime.combine(day, time(20)))


def coming_holidays(today: date | None = None) -> dict[date, str]:
    """The public holidays of this year and the next, on which nobody works anyhow, by name."""
    year = (today or timezone.localdate()).year
    names = "nl" if house.language() == "nl" else "en_US"
    with suppress(NotImplementedError):
        country = house.known().home["country"]
        found = holidays.country_holidays(country, years=[year, year + 1], language=names)
        return dict(sorted(found.items()))
    return {}


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
