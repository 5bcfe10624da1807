"""Redis stopped, frozen, emptied: people notice nothing, and every notice goes."""

from __future__ import annotations

import signal
import statistics
import threading
import time
import uuid
from collections.abc import Callable

import pytest

from tests.chaos.portal import READER, READERS_PASSWORD, Portal
from tests.chaos.servers import Redis

pytestmark = [pytest.mark.chaos, pytest.mark.xdist_group("postgresql")]

REQUESTS, PEOPLE = 60, 3
SLOWEST = 2.0  # seconds; a request that waited for Redis would take longer
SLOWEST_FORM = 5.0  # seconds; a password is checked, which takes long by itself
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


class Visitor(threading.Thread):
    """Somebody who signs in, asks for a new password and checks a document, until told to stop."""

    def __init__(self, portal: Portal) -> None:
        super().__init__()
        self.portal, self.done = portal, threading.Event()
        self.answers: set[tuple[str, int]] = set()
        self.slowest, self.rounds = 0.0, 0

    def run(self) -> None:
        while not self.done.wait(0.1):
            self.rounds += 1
            # A new password for another each time: one account is limited to three a minute.
            who = f"{uuid.uuid4()}@university.example"
            forms = [
                ("login", {"login": READER, "password": READERS_PASSWORD}),
                ("password/reset", {"email": who}),
            ]
            for form, data in forms:
                status, seconds = self.portal.send_form(f"/en/account/{form}/", data)
                self.note(form, status, seconds)
            started = time.monotonic()
            status = self.portal.status("/en/verify/0000-0000-0000-0000/")
            self.note("verify", status, time.monotonic() - started)

    def note(self, what: str, status: int, seconds: float) -> None:
        self.answers.add((what, status))
        self.slowest = max(self.slowest, seconds)


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
    visitor = Visitor(portal)
    for person in [*people, visitor]:
        person.start()
    time.sleep(0.5)
    outage(portal.redis)
    back = time.time()
    for person in people:
        person.join()
    visitor.done.set()
    visitor.join()

    assert visitor.answers == {("login", 302), ("password/reset", 302), ("verify", 404)}
    assert visitor.rounds >= 2
    assert visitor.slowest < SLOWEST_FORM
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


@pytest.mark.parametrize("profile", ["postgresql"], indirect=True)
def test_who_publishes_within_the_request_fails_with_redis(
    portal: Portal, prefix: str, row: Callable[..., None]
) -> None:
    """The control: a hint given by the request itself has it fail, or wait, when Redis is gone."""
    assert portal.redis is not None
    keys = {f"{prefix}{number}" for number in range(2)}
    portal.redis.stop()
    try:
        for key in keys:
            started = time.monotonic()
            said = portal.change(key, hints=1)
            assert not said or time.monotonic() - started > SLOWEST
    finally:
        portal.redis.start()

    outcome = portal.settle(prefix, keys, 60)

    row("control: Redis stopped, published within the request", 0, 0, 0, 0, "-")
    assert set(outcome.states.values()) == {"done"}  # what was not acknowledged stands all the same
