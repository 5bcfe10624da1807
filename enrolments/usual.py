"""How long a step usually takes: what earlier cases took, or what the rules allow."""

from __future__ import annotations

import time
from datetime import timedelta
from statistics import median_high
from typing import Any

from django.db.models import OuterRef, QuerySet, Subquery
from django.utils import timezone

from courses.services.offer import version_in_use
from enrolments.holding import Who, who_has
from enrolments.models import Enrolment, State
from enrolments.services import rules
from paperwork.models import Event
from paperwork.working_days import working_days_between

ENOUGH = 5  # cases, before their median says more than the rule
LATEST = 100  # cases that are looked at
SINCE = timedelta(days=365)
KEPT = 300  # seconds

# Until when what was found is good, by whose cases were looked at; of one process.
_kept: dict[tuple[tuple[str, Any], ...], tuple[float, int | None]] = {}

HOME_ANSWERS, HOST_ANSWERS = ("approve", "return", "reject"), ("confirm", "decline")


def usual_days(case: Enrolment) -> int | None:
    """Working days in which whoever has `case` usually acts; None when nobody has to.

    The median of the last year's cases of the same faculty (or host), when there are five; else
    the days of the rules. One query besides the rules, at most once in five minutes.
    """
    book = rules.rulebook(version_in_use())
    match who_has(case):
        case Who.COORDINATOR | Who.HONOURS | Who.HOME:
            alike = {"faculty": case.faculty_id, "kind": case.kind}
            rule = book.setting("decision_days", case.faculty_id, case.programme_id) or 5
            return _usual(alike, State.SUBMITTED, HOME_ANSWERS) or rule
        case Who.HOST | Who.OFFICE:
            alike = {"edition__course__university": case.edition.course.university_id}
            return _usual(alike, State.APPROVED, HOST_ANSWERS) or int(book.portal["host_days"])
        case Who.BOARD:
            days = book.setting("board_days", case.faculty_id, case.programme_id)
            return int(days or 15)
        case _:
            return None


def forget() -> None:
    """Look at the cases anew the next time."""
    _kept.clear()


def _usual(alike: dict[str, Any], state: State, answers: tuple[str, ...]) -> int | None:
    """The median, as it was at most some minutes ago: it looks at all cases of a year."""
    key, now = tuple(alike.items()), time.monotonic()
    until, days = _kept.get(key, (0.0, None))
    if until < now:
        days = _median(Enrolment.objects.filter(**alike), state, answers)
        _kept[key] = now + KEPT, days
    return days


def _median(alike: QuerySet[Enrolment], state: State, answers: tuple[str, ...]) -> int | None:
    kind = Enrolment._meta.label_lower
    entered = Event.objects.filter(
        subject_kind=kind, subject_id=OuterRef("subject_id"), to_state=state, at__lt=OuterRef("at")
    ).order_by("-at")
    left = (
        Event.objects.filter(
            subject_kind=kind,
            subject_id__in=alike.values("pk"),
            from_state=state,
            action__in=answers,
            at__gt=timezone.now() - SINCE,
        )
        .annotate(entered_at=Subquery(entered.values("at")[:1]))
        .exclude(entered_at=None)
        .order_by("-at")[:LATEST]
    )
    days = [
        working_days_between(timezone.localdate(begun), timezone.localdate(at))
        for begun, at in left.values_list("entered_at", "at")
    ]
    return max(1, median_high(days)) if len(days) >= ENOUGH else None
