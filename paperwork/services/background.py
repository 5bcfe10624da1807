"""What the office does about work that came to a stop."""

from __future__ import annotations

from django.db import IntegrityError, transaction
from django.utils import timezone

from accounts.models import User
from paperwork import waking
from paperwork.background import task_of
from paperwork.models import Notice, Owed
from paperwork.models.notice import WIPED
from paperwork.services import events


@transaction.atomic
def try_again(row: Owed, *, by: User) -> bool:
    """Owe what was given up, or is uncertain, anew: all attempts are before it.

    An uncertain mail may reach its reader twice by this; that is what the office decides. False,
    and nothing changes, when the row is in another state by now, or another has taken its place.
    """
    stopped = [Owed.State.DEAD, Owed.State.UNCERTAIN]
    try:
        with transaction.atomic():
            moved = _move(row, stopped, Owed.State.NEW, attempts=0, due_at=timezone.now(), error="")
    except IntegrityError:
        return False
    if moved:
        events.record(row, "try_again", by=by, from_state=moved, to_state=row.state)
        waking.wake_after_commit(task_of(row), row.pk)
    return bool(moved)


@transaction.atomic
def say_sent(notice: Notice, *, by: User) -> bool:
    """The office knows that an uncertain mail has arrived. False when it is not uncertain now."""
    now = timezone.now()
    moved = _move(notice, [Owed.State.UNCERTAIN], Owed.State.DONE, done_at=now, error="", **WIPED)
    if moved:
        events.record(notice, "say_sent", by=by, from_state=moved, to_state=notice.state)
    return bool(moved)


def _move(row: Owed, sources: list[Owed.State], target: Owed.State, **fields: object) -> str:
    """The state from which `row` went to `target`; empty when it was in none of `sources`."""
    for state in sources:
        mine = type(row)._default_manager.filter(pk=row.pk, state=state)
        if mine.update(state=target, lease_until=None, **fields):
            row.state = target
            return state
    return ""
