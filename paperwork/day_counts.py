"""Days of moments, and working days between them, for many rows at once.

Turning every moment of 50,000 rows into Leiden's time would take seconds. So the database cuts the
hour off as text, and each hour is looked up once.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from functools import lru_cache

from django.db.models import CharField, TextField
from django.db.models.functions import Cast, Substr
from django.utils import timezone

from paperwork.working_days import is_working_day

HOUR = len("2027-01-31 23")
LONGEST = timedelta(days=6 * 366)  # what lasts longer is a mistake, and not counted


def hour_of(field: str) -> Substr:
    """The hour of the moment in `field`, in UTC, as text; a day stays what it is.

    Alike on both databases. Days begin at a whole hour of UTC in Leiden: an hour lies in one day.
    """
    return Substr(Cast(field, TextField()), 1, HOUR, output_field=CharField())


@lru_cache(maxsize=100_000)
def day_of(text: str) -> date:
    """The day in Leiden of an hour, or a day, as `hour_of` gives it."""
    if len(text) < HOUR:
        return date.fromisoformat(text)
    return timezone.localdate(datetime.fromisoformat(f"{text}:00").replace(tzinfo=UTC))


class WorkingDays:
    """How many working days lie between two days, by looking both up once they are counted.

    Days are counted as far back and ahead as is asked for: a report may be of any years.
    """

    def __init__(self) -> None:
        self._first = self._last = date.min
        self._counted: dict[date, int] = {}

    def _number(self, day: date) -> int:
        """So many working days after the first day that was asked for; before it less than 0."""
        if not self._counted:
            self._first = self._last = day
            self._counted[day] = 0
        while self._last < day:
            number = self._counted[self._last]
            self._last += timedelta(days=1)
            self._counted[self._last] = number + is_working_day(self._last)
        while day < self._first:
            number = self._counted[self._first] - is_working_day(self._first)
            self._first -= timedelta(days=1)
            self._counted[self._first] = number
        return self._counted[day]

    def between(self, begun: str | None, ended: str | None) -> int | None:
        """From and to texts of `hour_of`; 0 when it ended before it began.

        None when one lacks, or when it lasted longer than LONGEST.
        """
        if not begun or not ended:
            return None
        first, last = day_of(begun), day_of(ended)
        if last <= first:
            return 0
        return None if last - first > LONGEST else self._number(last) - self._number(first)
