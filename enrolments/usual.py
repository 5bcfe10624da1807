"""How long a step usually takes: what earlier cases took, or what the rules allow."""

from __future__ import annotations

from datetime import timedelta
from statistics import median_high

from django.db.models import OuterRef, QuerySet, Subquery
from django.utils import timezone

from enrolments.holding import Who, who_has
from enrolments.models import Enrolment, State
from enrolments.services import rules
from paperwork.models import Event
from paperwork.working_days import working_days_between

ENOUGH = 5  # cases, before their median says more than the rule
LATEST = 100  # cases that are looked at
SINCE = timedelta(days=365)

HOME_ANSWERS, HOST_ANSWERS = ("approve", "return", "reject"), ("confirm", "decline")


def usual_days(case: Enrolment) -> int | None:
    """Working days in which whoever has `case` usually acts; None when nobody has to.

    The median of the last year's cases of the same faculty (or host), when there are five; else
    the days of the rules. One query besides the rules.
    """
    book = rules.rulebook()
    match who_has(case):
        case Who.COORDINATOR | Who.HONOURS | Who.HOME:
            alike = Enrolment.objects.filter(faculty=case.faculty_id, kind=case.kind)
            rule = book.setting("decision_days", case.faculty_id, case.programme_id) or 5
            return _median(alike, State.SUBMITTED, HOME_ANSWERS) or rule
        case Who.HOST | Who.OFFICE:
            host = case.edition.course.university_id
            alike = Enrolment.objects.filter(edition__course__university=host)
            return _median(alike, State.APPROVED, HOST_ANSWERS) or int(book.portal["host_days"])
        case Who.BOARD:
            days = book.setting("board_days", case.faculty_id, case.programme_id)
            return int(days or 15)
        case _:
            return None


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
