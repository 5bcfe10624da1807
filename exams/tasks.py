"""What the portal does by itself with exams. Each task may run twice, or late."""

from __future__ import annotations

from datetime import datetime

from celery import shared_task

from exams.services import chasing, done, facilities, papers, proposing, resits, upkeep
from paperwork.turns import GOES_ON


@shared_task(ignore_result=True)
def propose(plan_id: str) -> None:
    """Make one proposed plan."""
    proposing.make(int(plan_id))


@shared_task(ignore_result=True)
def sweep_plans() -> None:
    """What a lost hint or a crash left: one plan at a time, since each takes half a minute."""
    for pk in proposing.due()[:1]:
        proposing.make(pk)


@shared_task(ignore_result=True, **GOES_ON)
def every_hour(work_at: datetime | None = None) -> None:
    """Exams to be published soon; hosts that owe something; what is done, and old proposals, go.

    `work_at`: as at that working moment, where something is told at working hours alone.
    """
    upkeep.warn_to_publish(work_at)
    chasing.chase(work_at)
    done.settle_done()
    proposing.forget_old()


@shared_task(ignore_result=True, **GOES_ON)
def every_night() -> None:
    """Facilities whose day has come go, and papers without a row; the absent get a resit."""
    facilities.delete_old()
    papers.sweep()
    resits.offer_to_all_absent()
