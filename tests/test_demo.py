"""The supervisor and the demo, as real processes."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import pytest
from django.conf import settings

from accounts.demo import ONE_CLICK
from tests.running import Demo, wait_until
from vx_portal.supervisor import FIRST_PAUSE, GOOD_RUN, LONGEST_PAUSE, Child

# Two children that write their process number into a file, and then sleep.
SUPERVISED = """
import sys
from vx_portal.supervisor import Child, Supervisor
folder, first = sys.argv[1:]
script = first + "import os, sys, time;"
script += "open(sys.argv[1], 'w').write(str(os.getpid())); time.sleep(600)"
command = lambda name: [sys.executable, "-c", script, folder + name]
Supervisor([Child(name, command(name)) for name in ("one", "two")], grace=1).run()
"""
STUDENTS = {"student", "fsw", "honours-student", "leiden-course", "incoming"}


def is_running(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    # A child of a killed supervisor may wait, dead, for somebody to ask how it ended.
    status = Path(f"/proc/{pid}/stat")
    return not (status.exists() and status.read_text().rpartition(")")[2].split()[0] == "Z")


class Supervised:
    """A supervisor in a process of its own, with two children."""

    def __init__(self, folder: Path, first: str = "") -> None:
        self.folder = folder
        self.process = subprocess.Popen(
            [sys.executable, "-c", SUPERVISED, f"{folder}/", first],
            cwd=settings.BASE_DIR,
            stdout=subprocess.PIPE,
            text=True,
        )

    def pid(self, name: str, other_than: int = 0) -> int:
        def read() -> int:
            path = self.folder / name
            found = int(path.read_text() or 0) if path.exists() else 0
            return 0 if found == other_than else found

        return wait_until(read, 20, f"child {name} starts")

    def said(self) -> list[str]:
        assert self.process.stdout
        return self.process.stdout.read().splitlines()

    def stop(self, number: signal.Signals = signal.SIGTERM) -> float:
        """Send a signal and wait for the end; the seconds it took."""
        started = time.monotonic()
        self.process.send_signal(number)
        self.process.wait(20)
        return time.monotonic() - started


@pytest.fixture
def supervise(tmp_path: Path) -> Iterator[Callable[..., Supervised]]:
    started: list[Supervised] = []

    def start(**options: str) -> Supervised:
        started.append(Supervised(tmp_path, **options))
        return started[-1]

    yield start
    for supervised in started:
        if supervised.process.poll() is None:
            supervised.stop()
        assert supervised.process.stdout
        supervised.process.stdout.close()


def test_a_child_that_is_killed_comes_back(supervise: Callable[..., Supervised]) -> None:
    supervised = supervise()
    one, two = supervised.pid("one"), supervised.pid("two")

    os.kill(one, signal.SIGKILL)

    assert is_running(supervised.pid("one", other_than=one))
    assert supervised.pid("two") == two  # the other one is left alone
    supervised.stop()
    assert supervised.said() == ["The one was ended by signal 9; it starts again in 0.5 s."]


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP])
def test_a_signal_stops_all(supervise: Callable[..., Supervised], number: signal.Signals) -> None:
    supervised = supervise()
    children = [supervised.pid("one"), supervised.pid("two")]

    assert supervised.stop(number) < 5
    assert supervised.process.returncode == 0
    assert [pid for pid in children if is_running(pid)] == []


def test_a_child_that_does_not_stop_is_killed(supervise: Callable[..., Supervised]) -> None:
    supervised = supervise(first="import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN);")
    children = [supervised.pid("one"), supervised.pid("two")]

    assert supervised.stop() < 5
    assert supervised.said() == [
        f"The {name} did not stop in 1 s and is killed." for name in ("one", "two")
    ]
    assert [pid for pid in children if is_running(pid)] == []


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells a child of its parent's end")
def test_a_killed_supervisor_leaves_nothing_behind(supervise: Callable[..., Supervised]) -> None:
    supervised = supervise()
    children = [supervised.pid("one"), supervised.pid("two")]

    supervised.stop(signal.SIGKILL)

    wait_until(lambda: not any(map(is_running, children)), 10, "the children end")


def test_pauses_grow_and_a_good_run_forgives() -> None:
    child = Child("worker", ["true"], started=time.monotonic())

    pauses = [child.next_pause() for _ in range(7)]

    assert pauses == [FIRST_PAUSE, 1, 2, 4, 8, LONGEST_PAUSE, LONGEST_PAUSE]
    child.started -= GOOD_RUN
    assert child.next_pause() == FIRST_PAUSE


# --- The whole demo -------------------------------------------------------------------------------
@pytest.fixture
def demo(tmp_path: Path) -> Iterator[Demo]:
    demo = Demo(tmp_path / "demo")
    yield demo
    demo.stop()


def test_a_demo_from_start_to_end(demo: Demo, tmp_path: Path) -> None:
    """One demo for all that is asked of it, in this order: each start takes seconds."""
    demo.wait()
    says_where_it_runs_and_who_lives_there(demo)
    everybody_finds_work(demo)
    twice_is_harmless(demo)
    names_another_port_when_its_own_is_taken(demo, tmp_path)
    survives_the_death_of_its_parts(demo)
    ends_with_all_its_parts(demo)


def says_where_it_runs_and_who_lives_there(demo: Demo) -> None:
    said = demo.said()

    assert f"http://localhost:{demo.port}" in said
    assert "student@demo.example" in said
    assert demo.ask("/readyz")[0] == 200
    # With the files as they are served in production: by content, compressed, for ever.
    page = demo.ask("/en/")[1].decode()
    assert re.search(r"/static/app\.[0-9a-f]{12}\.css", page)


def everybody_finds_work(demo: Demo) -> None:
    """At home each of them has something to do; the auditor something to look at.

    Some of it is there when the worker has come round once.
    """

    def has_some(who: str) -> bool:
        home = demo.home_of(who)
        main = home[home.index("<main") : home.index("</main")]
        time.sleep(0.5)
        return ('class="next ' if who in STUDENTS else '<li class="dep') in main

    for who in ONE_CLICK:
        wait_until(partial(has_some, who), 90, f"something to do for {who}")


def twice_is_harmless(demo: Demo) -> None:
    second = demo.start()

    assert second.wait(60) == 0
    assert "The portal is running already: http://localhost:" in demo.said()
    assert demo.ask("/livez")[0] == 200


def names_another_port_when_its_own_is_taken(demo: Demo, tmp_path: Path) -> None:
    other = demo.start(VAR_DIR=str(tmp_path / "other"))

    assert other.wait(60) != 0
    assert f"make demo PORT={int(demo.port) + 1}" in demo.said()


def survives_the_death_of_its_parts(demo: Demo) -> None:
    first = {words: demo.child(words) for words in ("gunicorn", "celery")}
    assert all(first.values())

    for pid in first.values():
        os.kill(pid, signal.SIGKILL)

    for words, pid in first.items():
        wait_until(partial(demo.child, words, other_than=pid), 20, f"{words} runs again")
    wait_until(lambda: demo.ask("/readyz")[0] == 200, 30, "the portal is ready again")


def ends_with_all_its_parts(demo: Demo) -> None:
    children = list(demo.processes())
    started = time.monotonic()

    demo.process.terminate()

    assert demo.process.wait(20) == 0
    assert time.monotonic() - started < 10
    assert len(children) == 2
    assert [pid for pid in children if is_running(pid)] == []
    assert demo.ask("/livez")[0] == 0
