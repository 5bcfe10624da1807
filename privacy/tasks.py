"""What the portal does by itself with people's own data. Each task may run twice, or late."""

from __future__ import annotations

from celery import shared_task

from privacy.services import copies, retention


@shared_task(ignore_result=True)
def make_copy(copy_id: str) -> None:
    """Make one copy of somebody's own data."""
    copies.make(copy_id)


@shared_task(ignore_result=True)
def sweep_copies() -> None:
    """What a lost hint or a crash left."""
    for pk in copies.due():
        copies.make(pk)


@shared_task(ignore_result=True)
def every_night() -> None:
    """Copies whose days are over go; so does what a preview named, and the next one is made."""
    copies.delete_old()
    retention.run()
