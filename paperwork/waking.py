"""Waking the workers: a hint that something is owed, given away from the request's path.

The row is the truth. A hint that is lost costs the few seconds until the next sweep, so nobody
waits for the broker: a thread of the process publishes, and gives up on a broker that is gone.
"""

from __future__ import annotations

import contextlib
import os
import queue
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import timedelta
from functools import partial
from uuid import UUID

import structlog
from celery import current_app
from django.db import transaction

log = structlog.get_logger("paperwork.waking")

LINGER = 0.1  # seconds in which hints gather
LONGER = 0.5  # seconds after a hint for a sweep, before the next is given: a rush gives few
SWEEP = "paperwork.tasks.sweep"
MANY = 2  # hints that wait: one for a sweep leads to their rows as well
SWEPT = {"paperwork.tasks.send_notice", "paperwork.tasks.make_document"}
LONGEST_QUEUE = 10_000  # hints; beyond it they are dropped, the sweep finds the rows
REST = 5.0  # seconds in which a broker that did not answer is not asked again


_quietly: ContextVar[bool] = ContextVar("quietly", default=False)


@contextmanager
def nobody_woken() -> Iterator[None]:
    """For loading much at once: the first sweep finds it, a hint for each row would only queue."""
    before = _quietly.set(True)
    try:
        yield
    finally:
        _quietly.reset(before)


def wake_after_commit(task: str, pk: UUID | int, wait: timedelta = timedelta(0)) -> None:
    """Once the transaction is committed, hint that `task` has work; what waits is for the sweep."""
    if not wait and not _quietly.get():
        transaction.on_commit(partial(_waker.hint, task, str(pk)), robust=True)


class Waker:
    """A thread that publishes hints, begun with the first; a forked process has one of its own."""

    def __init__(self) -> None:
        self.begin_anew()

    def begin_anew(self) -> None:
        """After a fork: neither the thread nor who held the lock came along."""
        self.lock = threading.Lock()
        self.hints: queue.Queue[tuple[str, str]] = queue.Queue(LONGEST_QUEUE)
        self.thread: threading.Thread | None = None

    def hint(self, task: str, pk: str) -> None:
        """Never waits and never raises because of the broker."""
        with self.lock:
            if self.thread is None:
                self.thread = threading.Thread(target=self._publish, name="waker", daemon=True)
                self.thread.start()
        try:
            self.hints.put_nowait((task, pk))
        except queue.Full:
            log.warning("hint dropped", task=task)

    def _publish(self) -> None:
        gone_until = rested_at = 0.0
        while True:
            hints = [self.hints.get()]
            time.sleep(max(LINGER, rested_at - time.monotonic()))
            with contextlib.suppress(queue.Empty):
                while len(hints) < LONGEST_QUEUE:
                    hints.append(self.hints.get_nowait())
            for task, args in fewer(hints):
                if time.monotonic() < gone_until:
                    break
                if task == SWEEP:
                    rested_at = time.monotonic() + LONGER
                try:
                    current_app.send_task(task, args=args, retry=False)
                except Exception as error:  # noqa: BLE001  # whatever it is, the sweep finds the row
                    gone_until = time.monotonic() + REST
                    log.warning("broker does not answer", task=task, reason=type(error).__name__)


def fewer(hints: list[tuple[str, str]]) -> list[tuple[str, list[str]]]:
    """The hints to give for these: where many wait, a sweep takes the place of those it covers."""
    if len(hints) < MANY:
        return [(task, [pk]) for task, pk in hints]
    others = [(task, [pk]) for task, pk in hints if task not in SWEPT]
    return [(SWEEP, []), *others]


_waker = Waker()
os.register_at_fork(after_in_child=_waker.begin_anew)
