"""A mail server that is away, falls silent or puts off: everything goes in the end, by its kind."""

from __future__ import annotations

import time
from collections.abc import Callable

import pytest

from tests.chaos.portal import Portal
from tests.mail_server import SILENCE
from tests.running import wait_until

pytestmark = pytest.mark.chaos


def ask(portal: Portal, prefix: str, count: int, kind: str = "resend") -> set[str]:
    keys = {f"{prefix}{kind}:{number}" for number in range(count)}
    for key in keys:
        assert portal.change(key, kind)
    return keys


def test_it_refuses_connections(portal: Portal, prefix: str, row: Callable[..., None]) -> None:
    portal.mail.close()
    keys = ask(portal, prefix, 4) | ask(portal, prefix, 4, "hold")
    time.sleep(3)
    portal.mail.open()
    back = time.time()

    outcome = portal.settle(prefix, keys)

    assert set(outcome.states.values()) == {"done"}
    assert (outcome.lost, outcome.shown_twice, outcome.mailed_twice) == (0, 0, {})
    row("mail refused", 0, 0, 0, 0, f"{max(outcome.settled_at.values()) - back:.1f}")


def test_it_falls_silent(portal: Portal, prefix: str, row: Callable[..., None]) -> None:
    """First when it is greeted, where nobody can be in doubt; then after the last dot."""
    portal.mail.answers["CONNECT"] = SILENCE
    portal.mail.close()
    portal.mail.open()
    keys = ask(portal, prefix, 2)
    wait_until(lambda: portal.mail.clients, 30, "the portal asks")
    asked = ask(portal, prefix, 1, "hold")
    portal.mail.answers.clear()
    outcome = portal.settle(prefix, keys | asked)
    assert set(outcome.states.values()) == {"done"}

    portal.mail.answers["."] = SILENCE
    before = len(portal.mail.taken)
    held = ask(portal, f"{prefix}held:", 1, "hold")
    wait_until(lambda: len(portal.mail.taken) > before, 30, "a mail is left without an answer")
    portal.mail.answers.clear()
    outcome = portal.settle(f"{prefix}held:", held)

    assert set(outcome.states.values()) == {"uncertain"}
    assert (outcome.lost, outcome.shown_twice, outcome.mailed_twice) == (0, 0, {})
    row("mail silent", 0, 0, 0, "0 (1 uncertain)", "-")


def test_it_puts_off_every_third(portal: Portal, prefix: str, row: Callable[..., None]) -> None:
    portal.mail.every_third = "451 not now"
    keys = ask(portal, prefix, 8)
    asked = time.time()

    outcome = portal.settle(prefix, keys, 120)

    assert set(outcome.states.values()) == {"done"}
    assert (outcome.lost, outcome.shown_twice, outcome.mailed_twice) == (0, 0, {})
    row("mail 451 to every third", 0, 0, 0, 0, f"{max(outcome.settled_at.values()) - asked:.1f}")


def test_without_the_mark_a_silent_server_gets_it_twice(
    portal: Portal, prefix: str, row: Callable[..., None]
) -> None:
    """The control: a kind that is not marked before it goes is sent again after a silence."""
    portal.mail.answers["."] = SILENCE
    before = len(portal.mail.taken)
    keys = ask(portal, prefix, 1)
    wait_until(lambda: len(portal.mail.taken) > before, 30, "a mail is left without an answer")
    portal.mail.answers.clear()

    outcome = portal.settle(prefix, keys)

    twice = sum(outcome.mailed_twice.values())
    row("control: mail silent, no mark", 0, outcome.lost, 0, twice, "-")
    assert set(outcome.states.values()) == {"done"}
    assert twice >= 1


def test_without_the_pauses_mails_are_given_up(
    portal: Portal, prefix: str, row: Callable[..., None]
) -> None:
    """The control: who counts a server that is away as an attempt, and asks at once, gives up."""
    (portal.tokens / "no pauses").touch()
    portal.mail.close()
    keys = ask(portal, prefix, 2)

    outcome = portal.settle(prefix, keys, 90)
    portal.mail.open()

    row("control: mail refused, no pauses", 0, outcome.lost, 0, 0, "-")
    assert set(outcome.states.values()) == {"dead"}
    assert outcome.lost == 2
