"""What the portal does by itself with applications. Each task may run twice, or late."""

from __future__ import annotations

from datetime import datetime

from celery import shared_task

from enrolments.services import agreements, asking, hosting, upkeep
from paperwork.turns import GOES_ON


@shared_task(ignore_result=True)
def every_minute() -> None:
    """Offers that end, and places that come free because the host gave more."""
    upkeep.end_offers()
    upkeep.fill_free_places()


@shared_task(ignore_result=True, **GOES_ON)
def every_hour(work_at: datetime | None = None) -> None:
    """What a date decides, and reminders: each at most once, also when a night was missed.

    `work_at`: as at that working moment, where something is told at working hours alone.
    """
    upkeep.end_lines()
    upkeep.expire_unanswered()
    upkeep.expire_drafts()
    upkeep.finish_ended()
    upkeep.remind_of_drafts()
    upkeep.remind_of_questions()
    upkeep.remind_of_board()
    upkeep.chase(work_at)
    asking.remind()
    hosting.write_to_hosts()


@shared_task(ignore_result=True, **GOES_ON)
def every_night() -> None:
    """Agreements that no longer say what holds."""
    agreements.renew_changed()
