"""The semester while it runs: its clock, its dice, what the workers still owe, and its figures."""

from __future__ import annotations

import random
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from datetime import time as clock_time
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from celery import current_app
from django.conf import settings
from django.core.cache import cache
from django.utils import timezone

from bench.semester import clock
from bench.semester.processes import LEASE, Processes
from exams.models import Plan
from grades.models import Batch
from paperwork.services.notices import UNDO
from vx_portal.metrics import OWED

LEIDEN = ZoneInfo("Europe/Amsterdam")
IDLE = 6.0  # real seconds without any progress after which what is held was held by a dead worker
LONGEST = 1800.0  # real seconds that the workers may take for what is owed at one time
# Real seconds after which a task that was sent is sent once more: no task may take so long, so its
# worker has died.
AGAIN = settings.CELERY_TASK_TIME_LIMIT + 5.0


class Sizes(NamedTuple):
    students: int
    partners: int
    editions: int

    @property
    def most_kills(self) -> int:
        """A short semester is mostly waiting for the leases of killed workers."""
        return max(3, self.students // 100)


class Step(NamedTuple):
    """What was done in one go, and how long it took."""

    name: str
    seconds: float
    number: int
    day: date


@dataclass
class Semester:
    sizes: Sizes
    seed: int
    processes: Processes
    counts: Counter[str] = field(default_factory=Counter)
    steps: list[Step] = field(default_factory=list)
    ledger: dict[str, dict[str, Any]] = field(default_factory=dict)  # what uSis holds, by case
    rush: list[float] = field(default_factory=list)  # p50 and p99 in milliseconds

    def dice(self, name: str) -> random.Random:
        """Chance of its own for each part, so that one part changes nothing for another."""
        return random.Random(f"{self.seed} {name}")

    # --- Time -------------------------------------------------------------------------------------
    def go_to(self, day: date, hour: int = 9, minute: int = 0) -> None:
        """Go on to that moment in Leiden, once all that is due has been done."""
        self.settle()
        clock.set_to(datetime.combine(day, clock_time(hour, minute), LEIDEN))

    def night(self, day: date) -> None:
        """Let the portal do what it does by itself: the night before `day`, and a morning hour."""
        self.go_to(day, 4, 30)
        self.run("enrolments.tasks.every_night", "exams.tasks.every_night")
        self.go_to(day, 8, 30)
        self.run("enrolments.tasks.every_minute", "enrolments.tasks.every_hour")
        self.run("exams.tasks.every_hour", "grades.tasks.every_minute", "grades.tasks.every_hour")
        self.run("paperwork.tasks.gather_digests")

    @contextmanager
    def step(self, name: str, kill: bool = False) -> Iterator[Counter[str]]:
        """Something that people do; what follows from it is waited for. Adds to its counter.

        `kill`: a worker dies while it does its part.
        """
        done: Counter[str] = Counter()
        began = time.monotonic()
        yield done
        people = time.monotonic() - began
        owed = sum(each.count() for each in self._unfinished())
        killed = self.settle(kill)
        took = time.monotonic() - began
        self.counts.update(done)
        number = sum(done.values())
        self.steps.append(Step(name, took, number, timezone.localdate()))
        rate = f"{number / people:7.0f}/s" if number and people > 0.05 else " " * 9
        print(
            f"{timezone.localdate()}  {name:<44}{number:>7}{rate}{took:>8.1f} s"
            f"  {owed:>6} owed  {_in_words(done)}{'  a worker was killed' if killed else ''}",
            flush=True,
        )

    # --- What the workers do ----------------------------------------------------------------------
    def settle(self, kill: bool = False) -> bool:
        """Wait until the workers have done all that is due; whether one was killed on the way.

        What a dead one held comes back when its lease is over. When nothing else happens any more,
        that is the next moment at which something would, and the clock goes there.
        """
        if any(each.exists() for each in self._unfinished()):
            clock.forward(UNDO + timedelta(seconds=1))  # what can be taken back goes now
        kill = kill and self.processes.killed.total() < self.sizes.most_kills
        killed, since, began = False, time.monotonic(), time.monotonic()
        known: tuple[Any, ...] = ()
        while left := self.due():
            if kill and not killed and self._is_held():
                self.processes.kill_a_worker()
                killed = True
            now, progress = time.monotonic(), (left, *self._beats())
            if progress != known:
                known, since = progress, now
            elif now - since > IDLE:
                clock.forward(timedelta(seconds=LEASE + 1))
                since = now
            if now - began > LONGEST:
                raise SystemExit(
                    f"{left} rows are owed for {LONGEST:.0f} s: the workers do nothing"
                )
            self._hint()
            time.sleep(0.2)
        return killed

    def due(self) -> int:
        """How much is due and not done."""
        now = timezone.now()
        rows = [each.filter(due_at__lte=now) for each in self._unfinished()]
        rows += [Batch.objects.exclude(state=Batch.State.SENT)]
        rows += [Plan.objects.filter(state__in=[Plan.State.WAITING, Plan.State.RUNNING])]
        return sum(each.count() for each in rows)

    @staticmethod
    def _beats() -> list[datetime | None]:
        """Signs of life of plans that are made: forward, another worker would begin them anew."""
        running = Plan.objects.filter(state=Plan.State.RUNNING)
        return list(running.values_list("beat_at", flat=True))

    @staticmethod
    def _unfinished() -> list[Any]:
        return [model._default_manager.unfinished() for model in OWED]

    def _is_held(self) -> bool:
        """Whether a worker has something in its hands."""
        return any(model._default_manager.filter(state="leased").exists() for model in OWED)

    def _hint(self) -> None:
        """What the clock's process sends every five seconds, a little more often."""
        current_app.send_task("paperwork.tasks.sweep", expires=5, retry=False)

    def run(self, *tasks: str) -> None:
        """Have a worker do each of these in turn; what a killed one had begun is begun again."""
        for task in tasks:
            done = False
            while not done:
                sent = current_app.send_task(task, retry=False)
                until = time.monotonic() + AGAIN
                while not (done := bool(cache.get(f"done-{sent.id}"))):
                    if time.monotonic() > until:
                        break
                    time.sleep(0.02)


def _in_words(done: Counter[str]) -> str:
    if len(done) < 2:
        return ""
    return ", ".join(f"{number} {what}" for what, number in done.items() if number)
