"""The parts of a run under load, one after the other, and the limits that each must hold."""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import random
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from bench.figures import Run
from bench.open_model import Door, percentile
from bench.under_load.asking import People, Times, rush
from bench.under_load.measuring import memory
from tests.production import HOST, Production
from tests.running import wait_until

P99 = 500  # milliseconds
RUSH, WITHIN, PLACES = 600, 10.0, 25
GROWTH, LONG_ENOUGH = 5.0, 300.0  # per cent; seconds from which on it says something
CUT = 2  # answers that had begun when their server was killed: nobody can begin them anew
IN_HAND = 8  # forms that a web server can have in its hands: they are not sent to another one
STEP, STRETCH = 1.15, 30.0  # of the search for the highest rate, and its seconds
PROCESSES = ("web-1", "web-2", "worker-1", "worker-2")
LEFT = """
from paperwork.models import Document, Notice
print(sum(m.objects.unfinished().count() for m in (Document, Notice)))
"""
LOST = """
import json, sys
from enrolments.models import Enrolment
from paperwork.models import Event, Notice
sent = json.loads(open({path!r}).read())
rows = Enrolment.objects.filter(reference__in=sent, state__in=["submitted", "waiting"])
told = set(Notice.objects.filter(kind__in=["enrolments.sent", "enrolments.waiting"], state="done")
           .values_list("subject_id", flat=True))
print(json.dumps([len(sent) - rows.count(), sum(row.pk not in told for row in rows),
                  Notice.objects.filter(state__in=["dead", "uncertain"]).count()]))
"""
BOOKS = """
import json
from courses.models import Edition
from enrolments.models import Enrolment
from enrolments.services import places
row = Edition.objects.get(pk={pk})
cases = Enrolment.objects.filter(edition=row, sequence__lt=1_000_000).order_by("sequence")
holding = [case.holds_place for case in cases]
print(json.dumps([row.taken, sum(holding), holding == sorted(holding, reverse=True)]))
"""


def papers() -> Iterator[bytes]:
    """PDFs of one page, no two alike."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "vx_portal.settings")
    import django  # noqa: PLC0415  # for the words on them alone

    django.setup()
    from grades.demo_papers import typed  # noqa: PLC0415

    while True:
        yield typed([["University of Brisbane"], ["Name:", "A student"], [uuid.uuid4().hex]])


class Load:
    """One run: `all` does its parts; what does not hold is in `failures`."""

    def __init__(
        self,
        portal: Production,
        folder: Path,
        facts: dict[str, Any],
        asked: argparse.Namespace,
        run: Run,
    ) -> None:
        self.portal, self.folder, self.facts, self.run = portal, folder, facts, run
        self.seconds, self.rate, self.step = asked.minutes * 60, asked.rate, asked.search
        self.people = People(
            facts, Door(portal.ports["8443"], HOST), random.Random(asked.seed), papers()
        )
        self.failures: list[str] = []
        self.accepted: list[str] = []

    async def all(self) -> list[str]:
        head = "".join(f"{word:>9}" for word in ("requests", "p50 ms", "p95 ms", "p99 ms", "most"))
        print(f"\n{'':<26}{head}{'wrong':>7}", flush=True)
        await self.stretch("warm-up", self.rate, max(10.0, self.seconds / 10))
        before = self.memory()
        await self.steady(self.seconds)
        self.say_memory(before, self.memory())
        await self.killed(max(30.0, self.seconds * 0.2))
        await self.opening()
        if self.step:
            await self.search()
        await asyncio.to_thread(self.nothing_lost)
        self.people.door.close()
        return self.failures

    async def stretch(self, name: str, rate: float, seconds: float) -> Times:
        """People come at that rate for so long."""
        times = await self.people.come(rate, seconds)
        self.say(f"{name}, {rate:.0f}/s", times)
        return times

    async def steady(self, seconds: float) -> None:
        """What must hold for as long as anybody likes."""
        times = await self.stretch("all that people do", self.rate, seconds)
        what = f"{self.rate:.0f} requests a second for {seconds / 60:.1f} minutes"
        self.limit(f"{what}: p99", times.slow(), P99, "ms")
        self.limit(f"{what}: errors", times.wrong.total())
        for kind, own in sorted(times.of.items()):
            self.run.note(f"{what}: p99 of {kind}", round(percentile(own, 99)), "ms")

    async def killed(self, seconds: float) -> None:
        """A third into it a web server dies, and a worker; both are started again."""

        async def kill() -> None:
            await asyncio.sleep(seconds / 3)
            self.portal.kill("web-1")
            self.portal.kill("worker-1")
            await asyncio.sleep(2)
            self.portal.start("web-1")
            self.portal.start("worker", "worker-1")

        killing = asyncio.create_task(kill())
        times = await self.stretch("web and worker killed", self.rate, seconds)
        await killing
        forms = sum(
            many for what, many in times.wrong.items() if what.startswith(("requests", "uploads"))
        )
        what = "a web server and a worker killed"
        self.limit(f"{what}: pages not answered", times.wrong.total() - forms, CUT)
        self.limit(f"{what}: forms not taken", forms, IN_HAND)
        ready = (lambda: self.portal.is_ready("web-1"), 60, "web-1 is ready again")
        await asyncio.to_thread(wait_until, *ready)

    async def opening(self) -> None:
        """Many send their request for one edition within seconds."""
        drafts = self.facts["rush"][:RUSH]
        times = await rush(self.people.door, drafts, WITHIN, self.people.dice)
        self.say(f"{RUSH} sent in {WITHIN:.0f} s", times)
        what = f"{RUSH} requests sent within {WITHIN:.0f} seconds"
        self.run.note(f"{what}: p99", round(times.slow()), "ms")
        self.limit(f"{what}: errors", times.wrong.total())
        code = BOOKS.format(pk=self.facts["popular"])
        taken, holding, in_order = json.loads(await asyncio.to_thread(self.portal.python, code))
        if (taken, holding, in_order) != (PLACES, PLACES, True):
            self.failures.append(f"{holding} hold one of {PLACES} places, {taken} are counted")
        self.run.note(f"{what}: places given", holding, "", str(PLACES), shown=True)

    async def search(self) -> None:
        """Ever more until it does not hold; or ever less until it does, where it never held."""
        await asyncio.to_thread(self.all_is_done)  # what the rush left for the workers
        held, rate = 0.0, self.rate
        while True:
            times = await self.stretch("search", rate, self.step)
            if holds := times.slow() <= P99 and not times.wrong:
                held = rate
            if (held and not holds) or (holds and rate < self.rate) or rate < 1:
                break
            rate = rate * STEP if holds else rate / STEP
            await asyncio.sleep(2)
        what = f"highest rate with p99 under {P99} ms"
        self.run.note(what, round(held), "requests a second", shown=True)
        print(f"the highest rate held: {held:.0f} requests a second")

    def all_is_done(self) -> None:
        wait_until(lambda: self.portal.python(LEFT) == "0", 600, "all that is owed is done")

    def nothing_lost(self) -> None:
        """What was accepted is there, and was told."""
        self.all_is_done()
        path = self.folder / "sent.json"
        path.write_text(json.dumps(self.accepted))
        lost, untold, given_up = json.loads(self.portal.python(LOST.format(path=str(path))))
        self.limit(f"requests lost, of {len(self.accepted)}", lost)
        self.limit("requests whose student was not told", untold)
        print(f"{len(self.accepted)} requests were accepted: {lost} lost, {untold} not told;")
        self.limit("messages given up, or uncertain", given_up)

    # --- Memory -----------------------------------------------------------------------------------
    def memory(self) -> dict[str, float]:
        return {name: memory(self.portal.running[name].pid) for name in PROCESSES}

    def say_memory(self, before: dict[str, float], after: dict[str, float]) -> None:
        print(f"\n{'memory, MiB':<26}{'warm':>9}{'at end':>9}{'more':>9}")
        for name in PROCESSES:
            print(f"{name:<26}{before[name]:>9.0f}{after[name]:>9.0f}", end="")
            print(f"{_growth(before, after, name):>8.1f}%")
        for kind in ("web", "worker"):
            more = _growth(before, after, kind)
            what, limit = f"memory of {kind} processes, growth", f"under {GROWTH:.0f} %"
            self.run.note(what, round(more, 1), "%", limit, shown=True)
            if more >= GROWTH and self.seconds >= LONG_ENOUGH:
                self.failures.append(f"{what}: {more:.1f} %")
        print(flush=True)

    # --- Saying it --------------------------------------------------------------------------------
    def say(self, name: str, times: Times) -> None:
        self.accepted += times.sent
        print(f"{name:<26}{_line(times.all)}{times.wrong.total():>7}", flush=True)
        for kind, own in sorted(times.of.items()):
            if len(times.of) > 1:
                print(f"  {kind:<24}{_line(own)}")
        for what, many in times.wrong.most_common(8):
            print(f"    {many} × {what}", flush=True)

    def limit(self, what: str, value: float, most: float = 0, unit: str = "") -> None:
        """Note it; what is over its limit fails."""
        words = f"under {most:g} {unit}" if unit else f"at most {most:g}" if most else "0"
        self.run.note(what, round(value), unit, words, shown=True)
        if value > most:
            self.failures.append(f"{what}: {value:.0f} > {most:g}")


def _growth(before: dict[str, float], after: dict[str, float], kind: str) -> float:
    """By how many per cent the processes whose name begins so have grown together."""
    own = [name for name in PROCESSES if name.startswith(kind)]
    return 100 * (sum(after[name] for name in own) / sum(before[name] for name in own) - 1)


def _line(times: list[float]) -> str:
    cells = [*(percentile(times, percent) for percent in (50, 95, 99)), max(times, default=0.0)]
    return f"{len(times):>9,}" + "".join(f"{cell:>9.0f}" for cell in cells)
