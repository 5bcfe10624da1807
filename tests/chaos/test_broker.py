"""Redis stopped, frozen, emptied: people notice nothing, and every notice goes."""

from __future__ import annotations

import signal
import statistics
import threading
import time
from collections.abc import Callable

import pytest

from tests.chaos.portal import Portal
from tests.chaos.servers import Redis

pytestmark = [pytest.mark.chaos, pytest.mark.xdist_group("postgresql")]

REQUESTS, PEOPLE = 60, 3
SLOWEST = 2.0  # seconds; a request that waited for Redis would take longer
AWAY = 4.0  # seconds


def stopped(redis: Redis) -> None:
    """And started again with nothing in it."""
    redis.stop()
    time.sleep(AWAY)
    redis.start()


def frozen(redis: Redis) -> None:
    redis.process.send_signal(signal.SIGSTOP)
    time.sleep(AWAY)
    redis.process.send_signal(signal.SIGCONT)


def emptied(redis: Redis) -> None:
    for _ in range(8):
        redis.tell("flushall")
        time.sleep(AWAY / 8)


@pytest.mark.parametrize("profile", ["postgresql"], indirect=True)
@pytest.mark.parametrize("outage", [stopped, frozen, emptied])
def test_the_broker_away(
    portal: Portal, prefix: str, row: Callable[..., None], outage: Callable[[Redis], None]
) -> None:
    assert portal.redis is not None
    times: list[float] = []
    done: dict[str, bool] = {}

    def work(person: int) -> None:
        for number in range(REQUESTS // PEOPLE):
            key, started = f"{prefix}{person}:{number}", time.monotonic()
            done[key] = portal.change(key)
            times.append(time.monotonic() - started)
            time.sleep(0.25)

    people = [threading.Thread(target=work, args=[person]) for person in range(PEOPLE)]
    for person in people:
        person.start()
    time.sleep(0.5)
    outage(portal.redis)
    back = time.time()
    for person in people:
        person.join()

    assert all(done.values())
    assert len(done) == REQUESTS
    outcome = portal.settle(prefix, set(done), 60)

    assert set(outcome.states.values()) == {"done"}
    assert (outcome.lost, outcome.shown_twice, outcome.mailed_twice) == (0, 0, {})
    assert max(times) < SLOWEST
    p99 = statistics.quantiles(times, n=100)[98]
    recovered = max(outcome.settled_at.values()) - back
    what = f"Redis {outage.__name__}, {REQUESTS} requests, p99 {p99 * 1000:.0f} ms"
    row(what, 0, 0, 0, 0, f"{recovered:.1f}")
