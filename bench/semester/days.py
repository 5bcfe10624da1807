"""The semester's calendar: the spring of 2026, which lies behind us.

In the past, so that files, whose times are the machine's, never look old to the portal's clock.
"""

from __future__ import annotations

from datetime import date, timedelta

from paperwork.working_days import is_working_day

BEGINS = date(2025, 10, 27)
OPENS = date(2025, 11, 3)
DECIDED = date(2025, 11, 24)  # most of what came in the first weeks
CLOSES = date(2025, 12, 5)
STARTS = date(2026, 1, 26)
WITHDRAW_UNTIL = date(2026, 2, 13)
EXAMS = date(2026, 4, 13)  # the Monday of the first week of exams
WEEKS = 5
ENDS = date(2026, 5, 22)
TRANSCRIPTS = date(2026, 6, 1)
RESITS = date(2026, 7, 6)
RESIT_WEEKS = 2
AFTER_RESITS = date(2026, 8, 3)
LATE = date(2026, 8, 24)
CLOSED = date(2026, 9, 28)


def working_days(first: date, weeks: int) -> list[date]:
    """The days of these weeks on which people work; the first day is a Monday."""
    days = (first + timedelta(days=number) for number in range(weeks * 7))
    return [day for day in days if is_working_day(day)]
