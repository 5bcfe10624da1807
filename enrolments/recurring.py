"""When an event of somebody's own calendar comes back: dateutil works it out, within bounds.

A rule may never come true ("30 February"); dateutil then looks on until the year 9999. The calendar
repeats itself every 400 years, weekdays included, so rules are worked out at the end of that time:
where nothing comes any more, it ends after less than 400 years.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator
from datetime import MAXYEAR, UTC, date, datetime, timedelta, tzinfo
from typing import Any

from dateutil.rrule import rruleset, rrulestr
from django.utils import timezone

FREQUENCIES = {"DAILY", "WEEKLY", "MONTHLY", "YEARLY"}
PARTS = {
    *("FREQ", "INTERVAL", "COUNT", "UNTIL", "WKST", "BYSETPOS"),
    *("BYDAY", "BYMONTHDAY", "BYYEARDAY", "BYWEEKNO", "BYMONTH"),
}
CYCLE = 400  # years


class TooMuchError(Exception):
    """The file asks for more than its share."""


class Budget:
    """Steps and seconds of the processor for a whole file, and occurrences that it may have."""

    def __init__(self, steps: int, times: int, seconds: float) -> None:
        self.steps, self.times = steps, times
        self.end = time.thread_time() + seconds

    def find(self) -> None:
        """One occurrence more. Raises TooMuchError."""
        self.times -= 1
        self._check()

    def spend(self) -> None:
        """One step more. Raises TooMuchError."""
        self.steps -= 1
        self._check()

    def _check(self) -> None:
        if self.steps < 0 or self.times < 0 or time.thread_time() > self.end:
            raise TooMuchError


def starts(
    event: Any, start: datetime, replaced: Iterable[datetime], last: date, budget: Budget
) -> Iterator[datetime]:
    """When `event` begins, from `start` (an aware time) to `last`, on the clock of its zone.

    `replaced`: occurrences that other events of the file stand in for. Raises ValueError and the
    like for a repetition that cannot be worked out, TooMuchError.
    """
    zone = start.tzinfo or UTC
    cycles = timedelta(days=146_097 * ((MAXYEAR - 1 - last.year) // CYCLE))

    def there(moment: datetime) -> datetime:
        return moment.astimezone(zone).replace(tzinfo=None) + cycles

    whole_days = {one for one in _listed(event, "EXDATE") if not isinstance(one, datetime)}
    repeated = rruleset()
    repeated.rdate(there(start))
    for rule in _rules(event):
        repeated.rrule(rrulestr(_text(rule, zone, there), dtstart=there(start)))
    for one in _listed(event, "RDATE"):
        repeated.rdate(there(aware(one)))
    for moment in (*_listed(event, "EXDATE"), *replaced):
        if isinstance(moment, datetime):
            repeated.exdate(there(aware(moment)))
    budget.spend()
    for found in repeated:
        budget.spend()
        here = found - cycles
        if here.date() > last:
            break
        if here.date() not in whole_days:
            yield here.replace(tzinfo=zone)
    budget.spend()


def repeats(event: Any) -> bool:
    """Whether `event` comes more than once."""
    return bool(event.get("RRULE") or event.get("RDATE"))


def aware(value: date | datetime) -> datetime:
    """A moment; days and times without a zone are Leiden's."""
    if not isinstance(value, datetime):
        value = datetime(value.year, value.month, value.day)  # noqa: DTZ001  # made aware below
    return timezone.make_aware(value) if timezone.is_naive(value) else value


def _rules(event: Any) -> list[Any]:
    rules = event.get("RRULE", [])
    found = rules if isinstance(rules, list) else [rules]
    for rule in found:
        frequency = str(rule["FREQ"][0]).upper()
        if frequency not in FREQUENCIES or set(rule) - PARTS:
            raise ValueError("an unusual repetition")
        if int(rule.get("INTERVAL", [1])[0]) < 1:
            raise ValueError("an interval that goes nowhere")
    return found


def _text(rule: Any, zone: tzinfo, there: Callable[[datetime], datetime]) -> str:
    """The rule as dateutil reads it, its end laid where it is worked out."""
    parts = [part for part in rule.to_ical().decode().split(";") if not part.startswith("UNTIL=")]
    if "UNTIL" in rule:
        until = rule["UNTIL"][0]
        end = aware(until) if isinstance(until, datetime) else _end_of(until, zone)
        parts.append(f"UNTIL={there(end):%Y%m%dT%H%M%S}")
    return ";".join(parts)


def _end_of(day: date, zone: tzinfo) -> datetime:
    return datetime(day.year, day.month, day.day, 23, 59, 59, tzinfo=zone)


def _listed(event: Any, name: str) -> list[date | datetime]:
    """The days and times that `name` (EXDATE, RDATE) lists; of a period its start."""
    listed = event.get(name, [])
    lists = listed if isinstance(listed, list) else [listed]
    values = [one.dt for some in lists for one in some.dts]
    return [value[0] if isinstance(value, tuple) else value for value in values]
