"""The database server is killed while people work: what was acknowledged is told, once."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

import pytest

from tests.chaos.portal import Portal
from tests.running import wait_until

pytestmark = [pytest.mark.chaos, pytest.mark.xdist_group("postgresql")]


def kind_of(key: str) -> str:
    return "hold" if int(key.rpartition(":")[2]) % 2 else "resend"


@pytest.mark.parametrize("profile", ["postgresql"], indirect=True)
def test_the_database_server_killed(
    portal: Portal, prefix: str, rounds: int, row: Callable[..., None]
) -> None:
    assert portal.postgres is not None
    for number in range(rounds):
        own = f"{prefix}{number}:"
        done: dict[str, bool] = {}
        stopped = threading.Event()

        def work(name: str, own: str = own, done: dict[str, bool] = done) -> None:
            count = 0
            while not stopped.is_set():  # noqa: B023  # the same for all of this round
                key = f"{own}{name}:{count}"
                done[key] = portal.change(key, kind_of(key))
                count += 1
                time.sleep(0.05)

        people = [threading.Thread(target=work, args=[str(n)]) for n in range(2)]
        for person in people:
            person.start()
        time.sleep(1.5)
        portal.postgres.kill()
        time.sleep(0.5)
        portal.postgres.start()
        back = time.time()
        time.sleep(1.5)
        stopped.set()
        for person in people:
            person.join()

        acknowledged = {key for key, said in done.items() if said}
        assert len(acknowledged) < len(done)  # some met a database that was gone
        for key in done.keys() - acknowledged:  # they try again, and may have changed it before
            assert portal.change(key, kind_of(key))
        outcome = portal.settle(own, set(done), 90)

        assert "dead" not in outcome.states.values()
        assert (outcome.lost, outcome.shown_twice) == (0, 0)
        twice, uncertain = outcome.mailed_twice, list(outcome.states.values()).count("uncertain")
        assert sum(twice.values()) <= 2  # as many as there are workers
        said = f"{sum(twice.values())} ({uncertain} uncertain)"
        recovered = max(0.0, max(outcome.settled_at.values()) - back)
        row(f"database server, {len(acknowledged)} changes", 1, 0, 0, said, f"{recovered:.1f}")


@pytest.mark.parametrize("profile", ["postgresql"], indirect=True)
def test_without_the_row_a_mail_ends_with_the_database(
    portal: Portal, prefix: str, row: Callable[..., None]
) -> None:
    """The control: a message whose sender asks the database is lost while that is gone."""
    assert portal.postgres is not None
    portal.steady()
    keys = {f"{prefix}{number}" for number in range(3)}
    for key in keys:
        assert portal.change(key, way="read")
    portal.postgres.kill()
    time.sleep(5)
    portal.postgres.start()
    spared = f"{prefix}spared"
    wait_until(lambda: portal.change(spared, way="read"), 30, "the portal is back")
    wait_until(lambda: portal.counts()[spared], 30, "a message that met its database")

    lost = {key for key in keys if not portal.counts()[key]}

    row("control: database server, no row", 1, len(lost), 0, 0, "-")
    assert lost == keys
