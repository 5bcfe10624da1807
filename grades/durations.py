"""How long each step takes: from application to uSis, per faculty and per university.

In working days. Forecasts rest on the last year, whose medians are kept in memory for an hour:
numbers and no persons. Of fewer than five cases there is no figure.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from statistics import median_high
from typing import TYPE_CHECKING, Any, NamedTuple

from django.db.models import F
from django.db.models.functions import Coalesce
from django.utils import timezone
from django.utils.functional import Promise

from courses.wording import gettext_lazy as _
from enrolments.models import Enrolment
from grades.models import Registration, Result, Transcript
from paperwork.day_counts import WorkingDays, hour_of
from paperwork.models import Event
from paperwork.working_days import add_working_days

if TYPE_CHECKING:
    from django.db.models import QuerySet

ENOUGH = 5  # cases, before a figure is shown
SINCE = timedelta(days=365)
LATEST = 20_000  # of each step, for a forecast
KEPT = 3600  # seconds: a year changes little in one

# In the order in which they happen.
STEPS: dict[str, str | Promise] = {
    "check": _("Application checked at home"),
    "answer": _("Placed by the host"),
    "transcript": _("Transcript received, after the course or exam"),
    "own": _("Result of a course of {university} confirmed, after the course or exam"),
    "verify": _("Transcript verified"),
    "file": _("Registration asked for, after the result"),
    "send": _("Sent to be entered in {system}, after it was asked for"),
    "register": _("Registered, after it was sent"),
    "whole": _("Everything, from course or exam to registered"),
}


class Span(NamedTuple):
    """One step of one case."""

    step: str
    faculty: str  # its code; empty for students of a partner
    host: str
    days: int


@dataclass
class Kept:
    """What was worked out, and until when it is good."""

    until: float = 0.0
    medians: dict[tuple[str, str], int] = field(default_factory=dict)


_kept = Kept()


def forget() -> None:
    """Work everything out anew the next time."""
    _kept.until = 0.0


def _read() -> Iterator[Span]:
    now = timezone.now()
    return read(None, now - SINCE, now, latest=LATEST)


def _medians(rows: Iterable[Span]) -> dict[tuple[str, str], int]:
    """Of each step by faculty, by university, and of all together; where they are enough."""
    days: dict[tuple[str, str], list[int]] = {}
    for span in rows:
        for where in {"", f"faculty {span.faculty}", f"host {span.host}"}:
            days.setdefault((span.step, where), []).append(span.days)
    return {key: max(1, median_high(found)) for key, found in days.items() if len(found) >= ENOUGH}


def usual(step: str, *, faculty: str = "", host: str = "") -> int | None:
    """The median of `step` there; else of all; None when too few took it.

    Ten queries for all steps together, at most once an hour.
    """
    now = time.monotonic()
    if _kept.until < now:
        _kept.medians, _kept.until = _medians(_read()), now + KEPT
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


# --- Reading --------------------------------------------------------------------------------------
class Source(NamedTuple):
    """Rows of one step, with the fields in which it begins and ends."""

    step: str
    rows: QuerySet[Any]
    path: str  # from a row to its case
    begun: str
    ended: str


def read(
    cases: QuerySet[Enrolment] | None,
    begin: datetime,
    end: datetime,
    *,
    steps: Iterable[str] = tuple(STEPS),
    latest: int | None = None,
) -> Iterator[Span]:
    """The spans of `steps` that ended from `begin` up to `end`; the `latest` of each step.

    Of these cases, for which the gate was asked; None: of all. One query for a step, two for the
    host's answer.
    """
    counted = WorkingDays()
    wanted = set(steps)
    for source in _sources(cases):
        if source.step in wanted:
            yield from _spans(source.step, _ends(source, begin, end, latest), counted)
    if "answer" in wanted:
        yield from _spans("answer", _answers(cases, begin, end, latest), counted)


def _spans(step: str, ends: Iterable[Ends], counted: WorkingDays) -> Iterator[Span]:
    for faculty, host, begun, ended in ends:
        if (days := counted.between(begun, ended)) is not None:
            yield Span(step, faculty or "", host, days)


type Ends = tuple[str | None, str, str | None, str | None]


def _ends(source: Source, begin: datetime, end: datetime, latest: int | None) -> Iterable[Ends]:
    """Faculty, host, begin and end of each row of one step."""
    within = source.rows.filter(**{f"{source.ended}__gte": begin, f"{source.ended}__lt": end})
    if source.rows.model._meta.get_field(source.ended).get_internal_type() == "DateField":
        days = timezone.localdate(begin), timezone.localdate(end - timedelta(microseconds=1))
        within = source.rows.filter(**{f"{source.ended}__range": days})
    rows = _named(within, source.path).order_by(f"-{source.ended}")
    names = "faculty_code", "host", hour_of(source.begun), hour_of(source.ended)
    return rows.values_list(*names)[:latest]


def _answers(
    cases: QuerySet[Enrolment] | None, begin: datetime, end: datetime, latest: int | None
) -> Iterator[Ends]:
    """The same of the host's answer, which is an event of its own."""
    confirmed = Event.objects.filter(
        subject_kind=Enrolment._meta.label_lower, action="confirm", at__gte=begin, at__lt=end
    ).order_by("-at")[:latest]
    answered: dict[int, str] = {}
    for pk, hour in confirmed.values_list("subject_id", hour_of("at")):
        answered.setdefault(pk, hour)  # the last one, if there were two
    every = Enrolment.objects.all() if cases is None else cases
    placed = every.exclude(home_approved_at=None).filter(pk__in=confirmed.values("subject_id"))
    rows = _named(placed, "").order_by()
    for pk, faculty, host, begun in rows.values_list(
        "pk", "faculty_code", "host", hour_of("home_approved_at")
    ):
        yield faculty, host, begun, answered.get(pk)


def _sources(cases: QuerySet[Enrolment] | None) -> Iterator[Source]:
    """Where each step's begin and end are kept, but the host's answer."""
    path = "enrolment__"
    theirs = {} if cases is None else {"enrolment__in": cases.order_by().values("pk")}
    every = Enrolment.objects.all() if cases is None else cases
    yield Source("check", every, "", "submitted_at", "home_approved_at")
    first = Transcript.objects.filter(version=1, **theirs)
    yield Source("transcript", first, path, "over_on", "received_at")
    ours = Result.objects.filter(source="result_list", replaces=None, **theirs)
    yield Source("own", ours, path, "over_on", "confirmed_at")
    verified = Transcript.objects.filter(**theirs)
    yield Source("verify", verified, path, "received_at", "verified_at")
    rows = Registration.objects.filter(current=True, **theirs)
    yield Source("file", rows, path, "created_at", "filed_on")
    yield Source("send", rows, path, "filed_on", "sent_at")
    yield Source("register", rows, path, "sent_at", "registered_on")
    yield Source("whole", rows, path, "over_on", "registered_on")


def _named(rows: QuerySet[Any], path: str) -> QuerySet[Any]:
    """With whose they are, and the day on which the course or its exam was over."""
    edition = f"{path}edition__"
    named: QuerySet[Any] = rows.annotate(
        faculty_code=F(f"{path}faculty__code"),
        host=F(f"{edition}course__university__code"),
        over_on=Coalesce(f"{edition}exam_on", f"{edition}ends_on"),
    )
    return named
