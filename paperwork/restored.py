"""What every process must know of a restore, in a file among those of MEDIA_ROOT.

While it says no end the portal does not start, and all that is owed is held: so what the clocks
owe for moments before the restore, which they may have told after the backup was made, waits for
the office (vx_portal/coming_round.py). Afterwards it says when that was: what was begun before and
is finished now is held too. Only where a clock failed, all that clocks owe is held for a while.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import datetime, time, timedelta
from pathlib import Path

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.utils import timezone

from paperwork.working_days import is_working_day

MARK = ".restored"
ERROR = "The portal came back from a backup: nobody knows whether this went."
CAUGHT_UP = time(9)  # in Leiden; the clocks have come round, those of the night and the digest too

_holding: ContextVar[bool] = ContextVar("holding", default=False)


def begin() -> None:
    """A restore has begun; until `finish` nothing of the portal starts."""
    _write(None, None)


def finish(at: datetime, *, come_round: bool) -> datetime:
    """It has come to its end; until when the portal holds what it owes by itself.

    `come_round`: all clocks have owed what they owe for moments before `at`, and it is held.
    """
    if come_round:
        _write(at, at)
        return at
    day = timezone.localdate(at) + timedelta(days=1)
    while not is_working_day(day):
        day += timedelta(days=1)
    until = timezone.make_aware(datetime.combine(day, CAUGHT_UP))
    _write(at, until)
    return until


def holds(at: datetime) -> bool:
    """Whether what nobody asked for is held, for the office to decide."""
    if _holding.get():
        return True
    said = _read()
    if said is None:
        return False
    until = said["holds_until"]
    return until is None or at < datetime.fromisoformat(until)


@contextmanager
def going_on(since: datetime) -> Iterator[None]:
    """For work that may take long, begun at `since`: if that was before a restore, it is held.

    It may have been finished after the backup was made, and its people told.
    """
    said = _read()
    at = said.get("restored_at") if said else None
    before = _holding.set(at is not None and since < datetime.fromisoformat(at))
    try:
        yield
    finally:
        _holding.reset(before)


def refuse_half() -> None:
    """Raise ImproperlyConfigured when a restore has begun and not come to its end."""
    said = _read()
    if said is not None and said["holds_until"] is None:
        raise ImproperlyConfigured(
            f"A restore is under way, or stopped half way ({_mark()}). If none runs, empty the"
            " database and MEDIA_ROOT, and restore again."
        )


def _mark() -> Path:
    return Path(settings.MEDIA_ROOT) / MARK


def _read() -> dict[str, str | None] | None:
    try:
        said: dict[str, str | None] = json.loads(_mark().read_text())
    except FileNotFoundError:
        return None
    return said


def _write(at: datetime | None, until: datetime | None) -> None:
    path = _mark()
    path.parent.mkdir(parents=True, exist_ok=True)
    beside = path.with_name(f"{MARK}.part")
    with beside.open("w") as file:
        moments = {"restored_at": at, "holds_until": until}
        json.dump({name: one and one.isoformat() for name, one in moments.items()}, file)
        file.flush()
        os.fsync(file.fileno())
    os.replace(beside, path)
