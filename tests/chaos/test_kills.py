"""kill -9 at each point of a delivery: nothing lost, nothing shown twice, no mail that may not."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.chaos.faults import WORKER_POINTS
from tests.chaos.portal import Portal
from tests.running import wait_until

pytestmark = pytest.mark.chaos

# At these a mail that goes again may be its second.
MAYBE_SENT = {"after_dot", "after_250", "before_commit"}
MARKED = MAYBE_SENT | {"before_dot"}  # at these a mail that may not go twice is uncertain
KINDS = ("resend", "hold")


def test_workers_killed(portal: Portal, prefix: str, rounds: int, row: Callable[..., None]) -> None:
    """Now the process that works, now the whole worker with its clock."""
    armed = [
        (point, kind, "child" if (place + number) % 4 or kind == "hold" else "whole", number)
        for number in range(rounds)
        for place, point in enumerate(WORKER_POINTS)
        for kind in KINDS
    ]
    for token in armed:
        portal.arm(*token)
    keys = set()
    for number in range(len(armed)):
        for kind in KINDS:
            keys.add(key := f"{prefix}{kind}:{number}")
            assert portal.change(key, kind)

    wait_until(lambda: not list(portal.tokens.glob("*.*")), 60 + 10 * len(armed), "all are killed")
    outcome = portal.settle(prefix, keys, 90)

    assert len(outcome.states) == len(outcome.settled_at) == len(keys)
    assert "dead" not in outcome.states.values()
    assert (outcome.lost, outcome.shown_twice) == (0, 0)
    killed = portal.taken()
    assert len(killed) == len(armed)
    where: dict[str, list[str]] = {}  # a row that was killed once can come to another point later
    for name, (pk, _at) in killed.items():
        where.setdefault(pk, []).append(name.split(".")[0])
    for point in WORKER_POINTS:
        for kind in KINDS:
            own = [killed[name] for name in killed if name.startswith(f"{point}.{kind}.")]
            twice = sum(outcome.mailed_twice[pk] for pk, _at in own) if point in MAYBE_SENT else 0
            uncertain = sum(outcome.states[pk] == "uncertain" for pk, _at in own)
            back = max(outcome.settled_at[pk] - at for pk, at in own)
            said = f"{twice}" + (f" ({uncertain} uncertain)" if uncertain and twice == 0 else "")
            row(f"worker {point}, {kind}", len(own), 0, 0, said, f"{back:.1f}")
    kinds = {killed[name][0]: name.split(".")[1] for name in killed}
    for pk, more in outcome.mailed_twice.items():
        assert kinds[pk] == "resend"
        assert more <= sum(point in MAYBE_SENT for point in where[pk])
    uncertain_ones = {pk for pk, state in outcome.states.items() if state == "uncertain"}
    assert uncertain_ones == {
        pk for pk, points in where.items() if kinds[pk] == "hold" and MARKED.intersection(points)
    }
    assert sum(outcome.mailed_twice.values()) <= rounds * len(MAYBE_SENT)


def test_web_processes_killed(
    portal: Portal, prefix: str, rounds: int, row: Callable[..., None]
) -> None:
    """After the commit and before the hint the change stands and is told; before it, neither."""
    for point, stands in (("before_hint", True), ("in_transaction", False)):
        keys = {f"{prefix}{point}:{number}" for number in range(2 * rounds)}
        for number, key in enumerate(sorted(keys)):
            portal.arm(point, "web", "child" if number % 2 else "whole")
            assert not portal.change(key)
            wait_until(lambda: portal.get("/livez"), 90, "the web server is back")

        outcome = portal.settle(prefix + point, keys if stands else set())

        back = max((outcome.settled_at[pk] for pk in outcome.states), default=0.0)
        back -= max(at for _what, at in portal.taken().values()) if back else 0
        assert len(portal.state(prefix + point)["changes"]) == (len(keys) if stands else 0)
        assert len(outcome.states) == (len(keys) if stands else 0)
        assert (outcome.lost, outcome.shown_twice, outcome.mailed_twice) == (0, 0, {})
        for key in keys:  # nobody was told that it was done: they try again
            assert portal.change(key)
        again = portal.settle(prefix + point, keys)
        assert len(again.states) == len(keys)
        assert (again.lost, again.shown_twice, again.mailed_twice) == (0, 0, {})
        row(f"web {point}", len(keys), 0, again.shown_twice, 0, f"{back:.1f}")


def test_without_a_key_what_is_tried_again_is_shown_twice(
    portal: Portal, prefix: str, row: Callable[..., None]
) -> None:
    """The control: the change stands, nobody was told so, and whoever tries again is told twice."""
    keys = {f"{prefix}{number}" for number in range(2)}
    for key in keys:
        portal.arm("before_hint", "web", "child")
        assert not portal.change(key, way="no key")
        wait_until(lambda: portal.get("/livez"), 90, "the web server is back")
        assert portal.change(key, way="no key")
    portal.taken()

    outcome = portal.settle(prefix, set(), 30)

    row("control: web before_hint, no key", 2, 0, outcome.shown_twice, 0, "-")
    assert outcome.shown_twice == 2


def test_without_the_row_changes_are_not_told(
    portal: Portal, prefix: str, row: Callable[..., None]
) -> None:
    """The control: with on_commit and a message alone, the same kill loses what it should tell."""
    keys = {f"{prefix}{number}" for number in range(3)}
    for key in keys:
        portal.arm("before_hint", "web", "child")
        portal.change(key, way="message")
        wait_until(lambda: portal.get("/livez"), 90, "the web server is back")
    assert portal.change(f"{prefix}spared", way="message")
    wait_until(lambda: portal.counts()[f"{prefix}spared"], 30, "a message that nobody killed")
    portal.taken()

    lost = set(portal.state(prefix)["changes"]) - set(portal.counts())

    row("control: web before_hint, no row", 3, len(lost), 0, 0, "-")
    assert lost == keys


@pytest.mark.parametrize("compares", [True, False])
def test_one_row_in_many_hands(
    portal: Portal, prefix: str, row: Callable[..., None], compares: bool
) -> None:
    """Each hint is given four times, to two workers with a clock each.

    The control: a claim that looks first and then writes has mails go twice.
    """
    portal.steady()
    if not compares:
        (portal.tokens / "no comparing").touch()
    keys = {f"{prefix}{number}" for number in range(20 if compares else 6)}
    for key in keys:
        assert portal.change(key, hints=3)

    outcome = portal.settle(prefix, keys)

    twice = sum(outcome.mailed_twice.values())
    name = "four hints each, two clocks" if compares else "control: the same, no compare-and-swap"
    row(name, 0, outcome.lost, outcome.shown_twice, twice, "-")
    assert (outcome.lost, outcome.shown_twice) == (0, 0)
    assert twice == 0 if compares else twice > 0
