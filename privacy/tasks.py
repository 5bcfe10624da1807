"""What the portal does by itself with people's own data. Each task may run twice, or late."""

from __future__ import annotations

from celery import shared_task
from django.utils import timezone

from privacy.services import copies, retention

TURN = 10.0  # seconds after which deleting goes to the back of the queue: a task may last 50


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
    delete_named(retention.to_carry_out(timezone.localdate()))


@shared_task(ignore_result=True)
def delete_named(previews: list[int], after: int = 0) -> None:
    """Go on with the first of these previews, then the others; at the end name what is due now.

    What a turn leaves goes to the back of the queue. When that hint is lost, the next night goes on
    with the rows that are left.
    """
    today = timezone.localdate()
    if not previews:
        retention.name_due(today)
        return
    left = retention.carry_out(previews[0], today, after=after, seconds=TURN)
    rest = previews[1:] if left is None else previews
    delete_named.apply_async([rest, left or 0], countdown=1, retry=False)
