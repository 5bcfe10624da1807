"""What the audit trail costs: `make bench ONLY=audit`, on SQLite and on a PostgreSQL of its own.

Eight threads write events, each in a transaction of its own; beside them the same rows without the
digest being made. Then all of it is sealed, and looked at.
"""

from __future__ import annotations

import json
import os
import statistics
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from bench.deliveries import measure_on
from bench.figures import Run

LEAST = 0.5  # of the rows a second without a digest
AIM = 300  # events a second
THREADS, EACH, ROUNDS = 8, 40, 5


def measure(_folder: Path, run: Run) -> list[str]:
    """Print how fast events are written, sealed and checked; what is too slow."""
    failures = []
    print(
        f"{'':<12}{'events/s':>10}{'bare':>8}{'ratio':>7}{'limit':>7}{'sealed/s':>11}{'checked/s':>11}"
    )
    for engine in ("sqlite", "postgresql"):
        facts = measure_on(engine, "bench.audit")
        rates = f"{facts['signed']:>10.0f}{facts['bare']:>8.0f}{facts['ratio']:>7.2f}{LEAST:>7.2f}"
        rest = f"{facts['sealed']:>11.0f}{facts['checked']:>11.0f}"
        print(f"{engine:<12}{rates}{rest}   aim: {AIM}; load {os.getloadavg()[0]:.1f}")
        rate = round(facts["signed"])
        run.note(f"events written on {engine}", rate, "a second", f"aim: {AIM}", shown=True)
        if facts["ratio"] < LEAST:
            failures.append(f"events on {engine}: {facts['ratio']:.2f} < {LEAST}")
    return failures


def at_once(write: Callable[[], object]) -> float:
    """How many a second, written by all threads together."""
    from django.db import connection  # noqa: PLC0415

    def run() -> None:
        for _number in range(EACH):
            write()
        connection.close()

    threads = [threading.Thread(target=run) for _number in range(THREADS)]
    started = time.perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return THREADS * EACH / (time.perf_counter() - started)


def here() -> dict[str, Any]:
    """Measure in this process, on the database of the settings."""
    import django  # noqa: PLC0415  # the settings read what measure_on() put into the environment

    django.setup()
    from django.core.management import call_command  # noqa: PLC0415

    from accounts.models import User  # noqa: PLC0415
    from paperwork import chain, verifying  # noqa: PLC0415
    from paperwork.models import Event  # noqa: PLC0415
    from paperwork.services.chain import seal  # noqa: PLC0415
    from paperwork.services.events import record  # noqa: PLC0415

    call_command("migrate", verbosity=0)
    writer = User.objects.create_user("writer@university.example")
    signed, bare = [], []
    for _round in range(ROUNDS):
        signed.append(at_once(lambda: record(writer, "change_profile", by=writer, reason="Why.")))
        sign, chain.sign = chain.sign, _unsigned
        try:
            bare.append(at_once(lambda: record(writer, "change_profile", by=writer, reason="Why.")))
        finally:
            chain.sign = sign
    events = Event.objects.count()
    started = time.perf_counter()
    seal()
    sealed = time.perf_counter() - started
    started = time.perf_counter()
    found = verifying.verify()
    checked = time.perf_counter() - started
    assert found.events == events
    assert len(found.faults) == events // 2  # those without a digest, every one
    middle = statistics.median
    return {
        "signed": middle(signed),
        "bare": middle(bare),
        "ratio": middle(own / beside for own, beside in zip(signed, bare, strict=True)),
        "sealed": events / sealed,
        "checked": events / checked,
    }


def _unsigned(event: Any) -> Any:
    event.digest = "none"
    return event


if __name__ == "__main__":
    print(json.dumps(here()))
