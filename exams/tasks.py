"""What the portal does by itself with exams. Each task may run twice, or late."""

from __future__ import annotations

from celery import shared_task

from exams.services import facilities, resits


@shared_task(ignore_result=True)
def every_night() -> None:
    """Facilities whose day has come go; who was absent is offered a resit."""
    facilities.delete_old()
    resits.offer_to_all_absent()
