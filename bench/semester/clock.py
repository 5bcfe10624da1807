"""A clock that several processes share, and that the semester moves forward.

CLOCK_FILE holds by how many seconds it is ahead of the machine's monotonic clock, which all of its
processes share. Those that were begun with `bench.semester.settings` follow it; nothing of the
portal's own code knows of it.
"""

from __future__ import annotations

import contextlib
import os
import threading
import time
from datetime import datetime, timedelta
from pathlib import Path

import time_machine

LOOK = 0.03  # seconds between two looks at the file
FOLLOWED = 0.1  # seconds after which all processes have followed

BEFORE = time.time() - time.monotonic()  # of the machine, before this process leaves its time

_traveller: time_machine.Coordinates | None = None
_seen = ""


def _file() -> Path:
    return Path(os.environ["CLOCK_FILE"])


def _follow_once() -> None:
    """Put this process's clock where the file says."""
    global _traveller, _seen  # a process has one clock
    said = _file().read_text()
    if said == _seen:
        return
    moment = time.monotonic() + float(said)
    if _traveller is None:
        _traveller = time_machine.travel(moment, tick=True).start()
    else:
        _traveller.move_to(moment)
    _seen = said


def _watch() -> None:
    with contextlib.suppress(FileNotFoundError):  # the semester is over
        while True:
            _follow_once()
            time.sleep(LOOK)


def _begin() -> None:
    threading.Thread(target=_watch, name="clock", daemon=True).start()


def follow() -> None:
    """Follow the file from now on, in processes that are forked from this one too."""
    _follow_once()
    _begin()
    os.register_at_fork(after_in_child=_begin)  # threads do not come along


def write(moment: datetime, path: Path) -> None:
    """Put into the file that it is `moment` now."""
    fresh = path.with_suffix(".new")
    fresh.write_text(f"{moment.timestamp() - time.monotonic():.6f}")
    os.replace(fresh, path)


def set_to(moment: datetime) -> None:
    """Let all processes have it be `moment`, which lies not before what it is; wait until they do.

    Nothing may be under way: what is leased is held until a moment on this clock.
    """
    write(moment, _file())
    _follow_once()
    time.sleep(FOLLOWED)


def machine() -> float:
    """What the machine's own clock says, in seconds since the epoch."""
    return BEFORE + time.monotonic()


def forward(by: timedelta) -> None:
    set_to(datetime.now().astimezone() + by)
