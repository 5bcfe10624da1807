"""Who failed is offered the resit, where the host gives one."""

from __future__ import annotations

from datetime import timedelta

from django.utils import timezone

from exams.models import Resit
from exams.services.resits import FIRST_RESIT, offer_resit, why_no_resit
from grades.models import Result
from paperwork.services.notices import UNDO

LOOK_BACK = timedelta(days=60)  # for results of which nobody was told yet


def offer_after_failing() -> int:
    """Offer a resit to everybody whose first chance was a fail; how many offers are new.

    Not before the result can no longer be undone. May run twice: who was offered one, for whatever
    reason, is not offered another.
    """
    now = timezone.now()
    failed = Result.objects.filter(
        current=True,
        passed=False,
        attempt=Result.Attempt.FIRST,
        recorded_at__gt=now - LOOK_BACK,
        recorded_at__lte=now - UNDO,
        enrolment__edition__resit_offered=True,
    ).exclude(enrolment__in=Resit.objects.values("enrolment"))
    offered = 0
    for result in failed.select_related(
        "enrolment__student", "enrolment__edition__course__university"
    ):
        case = result.enrolment
        if case.edition.has_exam and not why_no_resit(case, FIRST_RESIT):
            offer_resit(case, because=Resit.Because.FAILED, attempt=FIRST_RESIT)
            offered += 1
    return offered
