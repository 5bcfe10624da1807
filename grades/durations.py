"""How long each step takes: from application to uSis, per faculty and per university.

Worked out from the last year, in working days, and kept in memory for some minutes. It holds
numbers and no persons; of fewer than five cases it says only that they are few.
"""

from __future__ import annotations

import math
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from statistics import median_high
from typing import TYPE_CHECKING, Any, NamedTuple

from django.db.models import F, OuterRef, Subquery
from django.db.models.functions import Coalesce
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from enrolments.models import Enrolment
from grades.models import Registration, Result, Transcript
from paperwork.models import Event
from paperwork.working_days import add_working_days, is_working_day

if TYPE_CHECKING:
    from django.db.models import QuerySet

ENOUGH = 5  # cases, before a figure is shown
SINCE = timedelta(days=365)
LATEST = 20_000  # of each step
KEPT = 300  # seconds

# In the order in which they happen.
STEPS: dict[str, str | Promise] = {
    "check": _("Application checked at home"),
    "answer": _("Placed by the host"),
    "transcript": _("Transcript received, after the course or exam"),
    "own": _("Result of a Leiden course confirmed, after the course or exam"),
    "verify": _("Transcript verified"),
    "file": _("Registration asked for, after the result"),
    "send": _("Sent to the administration, after it was asked for"),
    "register": _("Registered, after it was sent"),
    "whole": _("Everything, from course or exam to registered"),
}


class Span(NamedTuple):
    """One step of one case."""

    step: str
    faculty: str  # its code; empty for students of a partner
    host: str
    days: int


class Figure(NamedTuple):
    """What many spans come to. Without median: they were too few."""

    step: str
    label: str | Promise
    cases: int
    median: int | None
    late: int | None  # nine of ten took no longer


@dataclass
class Kept:
    """What was read, and until when it is good."""

    until: float = 0.0
    spans: list[Span] = field(default_factory=list)
    medians: dict[tuple[str, str], int] = field(default_factory=dict)


_kept = Kept()


def forget() -> None:
    """Read everything anew the next time."""
    _kept.until = 0.0


def spans() -> list[Span]:
    """All steps of the last year. Five queries, at most once in five minutes."""
    now = time.monotonic()
    if _kept.until < now:
        _kept.spans, _kept.until = list(_read()), now + KEPT
        _kept.medians = _medians(_kept.spans)
    return _kept.spans


def _medians(rows: Iterable[Span]) -> dict[tuple[str, str], int]:
    """Of each step by faculty, by university, and of all together; where they are enough."""
    days: dict[tuple[str, str], list[int]] = {}
    for span in rows:
        for where in {"", f"faculty {span.faculty}", f"host {span.host}"}:
            days.setdefault((span.step, where), []).append(span.days)
    return {key: max(1, median_high(found)) for key, found in days.items() if len(found) >= ENOUGH}


def usual(step: str, *, faculty: str = "", host: str = "") -> int | None:
    """The median of `step` there; else of all; None when too few took it."""
    spans()
    where = f"faculty {faculty}" if faculty else f"host {host}"
    return _kept.medians.get((step, where)) or _kept.medians.get((step, ""))


class Forecast(NamedTuple):
    """Working days, and the day that they lead to."""

    days: int
    on: date


def forecast(step: str, since: date, *, faculty: str = "", host: str = "") -> Forecast | None:
    """When a step that began on `since` is usually done; None when nobody knows."""
    days = usual(step, faculty=faculty, host=host)
    if days is None:
        return None
    return Forecast(days, add_working_days(since, days))


def by_faculty() -> dict[str, list[Figure]]:
    """The figures of each faculty, by its code."""
    return _grouped((span.faculty, span) for span in spans())


def by_host() -> dict[str, list[Figure]]:
    """The figures of each university's courses, by its code."""
    return _grouped((span.host, span) for span in spans())


def of_all() -> list[Figure]:
    """The figures of everybody together."""
    return _figures(spans())


def _grouped(named: Iterable[tuple[str, Span]]) -> dict[str, list[Figure]]:
    groups: dict[str, list[Span]] = {}
    for name, span in named:
        if name:
            groups.setdefault(name, []).append(span)
    return {name: _figures(rows) for name, rows in sorted(groups.items())}


def _figures(rows: Iterable[Span]) -> list[Figure]:
    found: dict[str, list[int]] = {}
    for span in rows:
        found.setdefault(span.step, []).append(span.days)
    return [_figure(step, sorted(found[step])) for step in STEPS if step in found]


def _figure(step: str, days: list[int]) -> Figure:
    enough = len(days) >= ENOUGH
    late = days[math.ceil(0.9 * len(days)) - 1]
    return Figure(
        step,
        STEPS[step],
        len(days),
        median_high(days) if enough else None,
        late if enough else None,
    )


class _WorkingDays:
    """How many working days lie between two days, by looking both up once they are counted."""

    def __init__(self) -> None:
        self.counted: dict[date, int] = {}
        day, number = timezone.localdate() - 3 * SINCE, 0
        while day <= timezone.localdate():
            number += is_working_day(day)
            self.counted[day] = number
            day += timedelta(days=1)

    def between(self, begun: datetime | date, ended: datetime | date) -> int | None:
        """None when either lies beyond; 0 when it ended before it began."""
        first, last = self.counted.get(_day(begun)), self.counted.get(_day(ended))
        return None if first is None or last is None else max(0, last - first)


def _day(moment: datetime | date) -> date:
    return timezone.localdate(moment) if isinstance(moment, datetime) else moment


def _read() -> Iterator[Span]:
    counted = _WorkingDays()
    for rows, steps in _sources():
        names = sorted({name for pair in steps.values() for name in pair})
        for found in rows.values("faculty_code", "host", *names)[:LATEST]:
            for step, (begun, ended) in steps.items():
                first, last = found[begun], found[ended]
                days = counted.between(first, last) if first and last else None
                if days is not None:
                    yield Span(step, found["faculty_code"] or "", found["host"], days)


type Steps = dict[str, tuple[str, str]]  # of each step, the fields when it begins and ends


def _sources() -> Iterator[tuple[QuerySet[Any], Steps]]:
    """The rows that tell of steps that ended in the last year, the latest first."""
    since = timezone.now() - SINCE
    kind = Enrolment._meta.label_lower
    placed = Event.objects.filter(
        subject_kind=kind, subject_id=OuterRef("pk"), action="confirm"
    ).order_by("-at")
    cases = Enrolment.objects.filter(home_approved_at__gt=since).annotate(
        placed_at=Subquery(placed.values("at")[:1])
    )
    yield (
        _named(cases, "").order_by("-home_approved_at"),
        {
            "check": ("submitted_at", "home_approved_at"),
            "answer": ("home_approved_at", "placed_at"),
        },
    )
    first = Transcript.objects.filter(version=1, received_at__gt=since)
    yield (
        _named(first).order_by("-received_at"),
        {"transcript": ("over_on", "received_at")},
    )
    verified = Transcript.objects.filter(verified_at__gt=since)
    yield _named(verified).order_by("-verified_at"), {"verify": ("received_at", "verified_at")}
    ours = Result.objects.filter(source="result_list", replaces=None, confirmed_at__gt=since)
    yield _named(ours).order_by("-confirmed_at"), {"own": ("over_on", "confirmed_at")}
    registrations = Registration.objects.filter(created_at__gt=since, current=True)
    yield (
        _named(registrations).order_by("-created_at"),
        {
            "file": ("created_at", "filed_on"),
            "send": ("filed_on", "sent_at"),
            "register": ("sent_at", "registered_on"),
            "whole": ("over_on", "registered_on"),
        },
    )


def _named(rows: QuerySet[Any], path: str = "enrolment__") -> QuerySet[Any]:
    """With whose they are, and the day on which the course or its exam was over."""
    edition = f"{path}edition__"
    named: QuerySet[Any] = rows.annotate(
        faculty_code=F(f"{path}faculty__code"),
        host=F(f"{edition}course__university__code"),
        over_on=Coalesce(f"{edition}exam_on", f"{edition}ends_on"),
    )
    return named
