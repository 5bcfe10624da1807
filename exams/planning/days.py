"""Days of a place as absolute spans: 23, 24 or 25 hours around a change of the clocks."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from exams.planning.instance import Span


def day_span(day: date, zone: ZoneInfo, opens: time = time.min, closes: time = time.max) -> Span:
    """From `opens` to `closes` on the clock of `zone`; without them the whole day, in UTC."""
    start = datetime.combine(day, opens, zone)
    end = (
        datetime.combine(day + timedelta(days=1), time.min, zone)
        if closes == time.max
        else datetime.combine(day, closes, zone)
    )
    return Span(start.astimezone(UTC), end.astimezone(UTC))


def starts_within(spans: Iterable[Span], every: int = 30) -> tuple[datetime, ...]:
    """Each `every` minutes of real time from the beginning of each span, in UTC, in order."""
    found = set()
    for span in spans:
        moment = span.start.astimezone(UTC)
        while moment < span.end:
            found.add(moment)
            moment += timedelta(minutes=every)
    return tuple(sorted(found))
