"""What the portal does by itself with transcripts. Each task may run twice, or late."""

from __future__ import annotations

from celery import shared_task

from grades.services import chasing, reading


@shared_task(ignore_result=True)
def every_minute() -> None:
    """Read what was left unread."""
    reading.read_what_was_left()


@shared_task(ignore_result=True)
def every_hour() -> None:
    """Ask for transcripts, remind, and raise the alarm."""
    chasing.chase()
