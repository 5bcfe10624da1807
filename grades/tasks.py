"""What the portal does by itself with transcripts. Each task may run twice, or late."""

from __future__ import annotations

from datetime import datetime

from celery import shared_task
from django.utils import timezone

from grades.services import batches, chasing, reading, registration_chasing, resits, sending
from paperwork.turns import GOES_ON


@shared_task(ignore_result=True)
def every_minute() -> None:
    """Read what was left unread, and go on with batches that a crash left."""
    reading.read_what_was_left()
    for pk in batches.unfinished():
        make_batch(str(pk))


@shared_task(ignore_result=True, **GOES_ON)
def every_hour(work_at: datetime | None = None) -> None:
    """Ask for transcripts, offer resits, and raise the alarm; chase registrations that wait.

    `work_at`: as at that working moment, where something is told at working hours alone.
    """
    chasing.chase(work_at)
    if chasing.is_work_time(timezone.localtime(work_at)):
        sending.remind()
    resits.offer_after_failing()
    registration_chasing.remind(work_at)
    registration_chasing.chase(work_at)


@shared_task(ignore_result=True)
def make_batch(batch_id: str) -> None:
    """Go on with one batch; what a turn leaves goes to the back of the queue."""
    if not batches.work(int(batch_id)):
        make_batch.apply_async([batch_id], countdown=1, expires=60, retry=False)
