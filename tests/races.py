"""Doing several things at the same moment, each on its own connection to the real database."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from contextlib import nullcontext, suppress

from django.db import OperationalError, connection


def at_once(actions: Sequence[Callable[[], object]]) -> list[object]:
    """Start all together; what each returned or raised, in their order."""
    barrier = threading.Barrier(len(actions))
    results: list[object] = [None] * len(actions)
    # SQLite in memory, which only tests have, refuses a locked table instead of waiting for it.
    in_memory = connection.vendor == "sqlite"

    def run(number: int) -> None:
        barrier.wait()
        try:
            while True:
                with suppress(OperationalError) if in_memory else nullcontext():
                    results[number] = actions[number]()
                    return
        except Exception as error:  # noqa: BLE001  # what was raised is the result
            results[number] = error
        finally:
            raw = connection.connection
            connection.close()
            if in_memory and raw is not None:  # Django leaves a database in memory open
                raw.close()

    threads = [threading.Thread(target=run, args=[number]) for number in range(len(actions))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return results
