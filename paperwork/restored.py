"""What every process must know of a restore, in a file among those of MEDIA_ROOT.

While it says no end the portal does not start: sessions and messages of the backup are as they were
then. Afterwards it says until when what the portal owes by itself is held: what its clocks would
tell people now they may have told before, after the backup was made.
"""

from __future__ import annotations

import json
import os
from datetime import datetime, time, timedelta
from pathlib import Path

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.utils import timezone

from paperwork.working_days import is_working_day

MARK = ".restored"
ERROR = "The portal came back from a backup: nobody knows whether this went."
CAUGHT_UP = time(9)  # in Leiden; the clocks have come round, those of the night and the digest too


def begin() -> None:
    """A restore has begun; until `finish` nothing of the portal starts."""
    _write(None)


def finish(at: datetime) -> datetime:
    """It has come to its end; until when the portal holds what it owes by itself."""
    day = timezone.localdate(at) + timedelta(days=1)
    while not is_working_day(day):
        day += timedelta(days=1)
    until = timezone.make_aware(datetime.combine(day, CAUGHT_UP))
    _write(until)
    return until


def holds(at: datetime) -> bool:
    """Whether what nobody asked for is held, for the office to decide."""
    try:
        said = _mark().read_text()
    except FileNotFoundError:
        return False
    until = json.loads(said)["holds_until"]
    return until is None or at < datetime.fromisoformat(until)


def refuse_half() -> None:
    """Raise ImproperlyConfigured when a restore has begun and not come to its end."""
    try:
        said = _mark().read_text()
    except OSError:
        return
    if json.loads(said)["holds_until"] is None:
        raise ImproperlyConfigured(
            f"A restore is under way, or stopped half way ({_mark()}). If none runs, empty the"
            " database and MEDIA_ROOT, and restore again."
        )


def _mark() -> Path:
    return Path(settings.MEDIA_ROOT) / MARK


def _write(until: datetime | None) -> None:
    path = _mark()
    path.parent.mkdir(parents=True, exist_ok=True)
    beside = path.with_name(f"{MARK}.part")
    with beside.open("w") as file:
        json.dump({"holds_until": until.isoformat() if until else None}, file)
        file.flush()
        os.fsync(file.fileno())
    os.replace(beside, path)
