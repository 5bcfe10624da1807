"""From when until when a report counts: an academic year, a semester, twelve months, or days."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import NamedTuple

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from courses.models.edition import first_year_of

YEARS = 5  # academic years that can be chosen
EARLIEST, LATEST = date(2000, 1, 1), date(2100, 12, 31)  # days that can be chosen
FIRST_MONTH = 8  # of an academic year: August
SECOND_SEMESTER = 2  # its first month: February
TWELVE_MONTHS, OWN_DAYS = "12-months", "days"


class Period(NamedTuple):
    """Whole days in Leiden, the last one too."""

    starts_on: date
    ends_on: date

    @property
    def begins(self) -> datetime:
        return _midnight(self.starts_on)

    @property
    def ends(self) -> datetime:
        """The moment after it."""
        return _midnight(self.ends_on + timedelta(days=1))

    def moments(self, field: str) -> dict[str, datetime]:
        """The condition that the moment `field` lies within."""
        return {f"{field}__gte": self.begins, f"{field}__lt": self.ends}

    def days(self, field: str) -> dict[str, date]:
        """The condition that the day `field` lies within."""
        return {f"{field}__gte": self.starts_on, f"{field}__lte": self.ends_on}

    def in_words(self) -> str:
        return _("%(first)s to %(last)s") % {
            "first": date_format(self.starts_on, "j F Y"),
            "last": date_format(self.ends_on, "j F Y"),
        }


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), timezone.get_current_timezone())


def twelve_months(today: date) -> Period:
    """Up to and with `today`."""
    return Period(_a_year_before(today) + timedelta(days=1), today)


def _a_year_before(day: date) -> date:
    try:
        return day.replace(year=day.year - 1)
    except ValueError:  # 29 February
        return day.replace(year=day.year - 1, day=28)


def academic_year(first: int) -> Period:
    return Period(date(first, FIRST_MONTH, 1), date(first + 1, FIRST_MONTH, 1) - timedelta(days=1))


def semester(first: int, number: int) -> Period:
    """The first ends with January, the second begins with February."""
    whole, middle = academic_year(first), date(first + 1, SECOND_SEMESTER, 1)
    if number == 1:
        return Period(whole.starts_on, middle - timedelta(days=1))
    return Period(middle, whole.ends_on)


def year_name(first: int) -> str:
    return f"{first}-{first + 1}"


def choices(today: date, *, own_days: bool = True) -> list[tuple[str, str]]:
    """What can be chosen, the latest first; this year's second semester too, as soon as it is this
    year."""
    found = [(TWELVE_MONTHS, _("The last twelve months"))] if own_days else []
    latest = first_year_of(today)
    for first in range(latest, latest - YEARS, -1):
        name = year_name(first)
        found.append((name, _("Academic year %(year)s") % {"year": name}))
        for number in (2, 1):
            said = {"year": name, "number": number}
            found.append((f"{name}.{number}", _("%(year)s, semester %(number)s") % said))
    return [*found, (OWN_DAYS, _("From one day to another"))] if own_days else found


def period_of(name: str, today: date, starts_on: date | None, ends_on: date | None) -> Period:
    """The period with that name (one of `choices`); a day that lacks is a year from the other."""
    if name == OWN_DAYS or (not name and (starts_on or ends_on)):
        first, last = (day and min(max(day, EARLIEST), LATEST) for day in (starts_on, ends_on))
        last = last or max(today, first or today)
        first = first or twelve_months(last).starts_on
        return Period(min(first, last), max(first, last))
    if not name or name == TWELVE_MONTHS:
        return twelve_months(today)
    years, _dot, number = name.partition(".")
    year = int(years.partition("-")[0])
    return semester(year, int(number)) if number else academic_year(year)
