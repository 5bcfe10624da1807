"""What the portal does by itself with applications. Each task may run twice, or late."""

from __future__ import annotations

from celery import shared_task

from enrolments.services import agreements, asking, hosting, upkeep


@shared_task(ignore_result=True)
def every_minute() -> None:
    """Offers that end, and places that come free because the host gave more."""
    upkeep.end_offers()
    upkeep.fill_free_places()


@shared_task(ignore_result=True)
def every_hour() -> None:
    """What a date decides, and reminders: each at most once, also when a night was missed."""
    upkeep.end_lines()
    upkeep.expire_unanswered()
    upkeep.expire_drafts()
    upkeep.finish_ended()
    upkeep.remind_of_drafts()
    upkeep.remind_of_questions()
    upkeep.remind_of_board()
    upkeep.chase()
    asking.remind()
    hosting.write_to_hosts()


@shared_task(ignore_result=True)
def every_night() -> None:
    """Agreements that no longer say what holds."""
    agreements.renew_changed()
