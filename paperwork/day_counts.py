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
LONGEST = timedelta(days=3 * 366)  # what lasts longer is not counted


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
    """How many working days lie between two days, by looking both up once they are counted."""

    def __init__(self, last: date) -> None:
        """For spans that end on `last` or before it, and last three years at most."""
        self.first, self.last = last - 2 * LONGEST, last
        self._counted: dict[date, int] = {}
        self._known: dict[str, int | None] = {}
        day, number = self.first, 0
        while day <= last:
            number += is_working_day(day)
            self._counted[day] = number
            day += timedelta(days=1)

    def _number(self, text: str) -> int | None:
        if text not in self._known:
            self._known[text] = self._counted.get(day_of(text))
        return self._known[text]

    def between(self, begun: str | None, ended: str | None) -> int | None:
        """From and to texts of `hour_of`; None when one lacks; 0 when it ended before it began."""
        if not begun or not ended:
            return None
        first, last = self._number(begun), self._number(ended)
        return None if first is None or last is None else max(0, last - first)
