"""What `make bench` calls too slow, by figures that are not measured here."""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from typing import Any

import pytest

from bench import deliveries, idle, paper

GOOD: dict[str, Any] = {"sent": 60.0, "ratio": 0.1, "without": [2.0, 3.0], "owing": [3.0, 5.0]}


@pytest.mark.parametrize(
    ("changed", "engine", "said"),
    [
        ({}, "postgresql", ""),
        ({"sent": 39.0}, "postgresql", "39 < 40 a second"),
        ({"sent": 39.0}, "sqlite", ""),
        ({"ratio": 0.01}, "sqlite", "0.01 < 0.02 of bare"),
        ({"owing": [4.1, 5.0]}, "sqlite", "2.10 > 2.0 ms more"),
        ({"without": [0.2, 0.3], "owing": [1.0, 2.0]}, "sqlite", "5.0 > 4.0 times"),
    ],
)
def test_each_limit_of_deliveries_can_fail(changed: dict[str, Any], engine: str, said: str) -> None:
    failures = deliveries.too_slow(engine, GOOD | changed)

    assert len(failures) == bool(said)
    assert said in "".join(failures)


def test_two_workers_make_twice_as_many_letters_as_one() -> None:
    assert paper.too_slow(0.9, 1.8) == []
    assert paper.too_slow(0.95, 1.4) == ["two workers' letters 1.40 < 1.8"]
    assert len(paper.too_slow(0.5, 1.0)) == 2


def test_what_is_idle_is_told_from_what_is_busy() -> None:
    command = [sys.executable, "-c", "while True: pass"]
    busy = subprocess.Popen(command, start_new_session=True)
    try:
        time.sleep(0.2)
        assert idle.share_of_a_core(busy.pid, 0.5) > 5 * idle.MOST
        busy.send_signal(signal.SIGSTOP)
        time.sleep(0.1)
        assert idle.share_of_a_core(busy.pid, 0.3) < idle.MOST
    finally:
        idle.stop(busy)
