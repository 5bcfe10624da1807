"""Students hear that their edition is withdrawn, offered again, or has other dates.

A place that was offered on what is withdrawn is no longer to be had: that offer ends with it.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db.models import Q
from django.utils import timezone

from courses.changes import Change
from courses.models import Edition
from enrolments.models import Enrolment, State
from enrolments.services import telling, upkeep
from enrolments.services.actions import LIVE
from paperwork.services.notices import owe_notice, owed_together

COUNTING_ON_IT = LIVE | {State.DRAFT}
WITHDRAWN = "edition_withdrawn"


def concerned(editions: Q) -> int:
    """How many students have an application for these editions that goes on."""
    which = Edition.objects.filter(editions).values("pk")
    cases = Enrolment.objects.filter(edition__in=which, state__in=COUNTING_ON_IT)
    return cases.values("student").distinct().count()


def hear(changes: Sequence[Change]) -> None:
    """Owe each student the message about their edition; end the offers of places on it."""
    kinds = {change.edition: (kind, change) for change in changes if (kind := _kind_of(change))}
    upkeep.end_offers_of(pk for pk, (kind, _change) in kinds.items() if kind == WITHDRAWN)
    cases = Enrolment.objects.filter(edition__in=kinds, state__in=COUNTING_ON_IT)
    now = timezone.now().isoformat()
    with owed_together():
        for case in cases.select_related("student", "edition__course__university"):
            kind, change = kinds[case.edition_id]
            owe_notice(
                f"enrolments.{kind}",
                f"edition-{case.edition_id}-{kind}-{now}-{case.student_id}",
                case.student,
                telling.context(case) | _dates(change),
                about=case,
                link=telling.to_student(case),
            )


def _kind_of(change: Change) -> str:
    before, after = change.before, change.after
    if before.offered != after.offered:
        return "edition_back" if after.offered else WITHDRAWN
    return "edition_dates" if after.offered else ""  # of what is not offered nobody asks the dates


def _dates(change: Change) -> dict[str, Any]:
    """The days that differ, each with what it was."""
    before, after = change.before, change.after
    days = ("starts_on", "ends_on", "withdraw_until")
    changed = [day for day in days if getattr(before, day) != getattr(after, day)]
    return {"was": before, "now": after, "changed": changed}
