"""Keeps processes running: starts them, starts those that die again, and stops all together."""

from __future__ import annotations

import contextlib
import ctypes
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType

FIRST_PAUSE = 0.5  # seconds before a child that died is started again; doubled each time,
LONGEST_PAUSE = 15.0  # to this,
GOOD_RUN = 30.0  # and begun anew after a run of so many seconds
GRACE = 8.0  # seconds that the children may take to stop before they are killed


@dataclass
class Child:
    """One process to keep running, and when to start it next."""

    name: str
    command: Sequence[str]
    environment: Mapping[str, str] = field(default_factory=dict)
    log: Path | None = None  # what it says is added there; without it, it says it here
    process: subprocess.Popen[bytes] | None = None
    started: float = 0.0
    due: float = 0.0
    pause: float = FIRST_PAUSE

    def start(self) -> None:
        """Start the process in a session of its own: a Ctrl-C reaches the supervisor alone."""
        self.started = time.monotonic()
        with self.log.open("ab") if self.log else contextlib.nullcontext() as said:
            self.process = subprocess.Popen(
                self.command,
                env={**os.environ, **self.environment},
                stdin=subprocess.DEVNULL,
                stdout=said,
                stderr=subprocess.STDOUT if said else None,
                start_new_session=True,
                preexec_fn=_die_with_parent,
            )

    def next_pause(self) -> float:
        """How long to wait, in seconds, before the process that has just died is started again."""
        if time.monotonic() - self.started >= GOOD_RUN:
            self.pause = FIRST_PAUSE
        pause, self.pause = self.pause, min(self.pause * 2, LONGEST_PAUSE)
        return pause


class Supervisor:
    """Runs `children` until SIGINT, SIGTERM or SIGHUP; then stops all within ten seconds."""

    def __init__(
        self,
        children: Sequence[Child],
        say: Callable[[str], object] = print,
        grace: float = GRACE,
    ) -> None:
        self.children = children
        self.say = say
        self.grace = grace
        self.stopping = threading.Event()

    def run(self, each_turn: Callable[[], object] = lambda: None) -> None:
        """Keep all children running; `each_turn` is called a few times a second."""
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, self._on_signal)
        try:
            while not self.stopping.is_set():
                for child in self.children:
                    self._keep(child)
                each_turn()
                self.stopping.wait(0.2)
        finally:
            self._stop_all()

    def _on_signal(self, _number: int, _frame: FrameType | None) -> None:
        self.stopping.set()

    def _keep(self, child: Child) -> None:
        now = time.monotonic()
        if child.process is not None:
            if (status := child.process.poll()) is None:
                return
            _kill_group(child.process.pid)  # what it left behind would hold its port
            child.process = None
            pause = child.next_pause()
            child.due = now + pause
            why = f" What it said: {child.log}" if child.log else ""
            self.say(
                f"The {child.name} {_how_it_ended(status)}; it starts again in {pause:g} s.{why}"
            )
        if now >= child.due:
            child.start()

    def _stop_all(self) -> None:
        running = [(child.name, child.process) for child in self.children if child.process]
        for _name, process in running:
            process.terminate()
        deadline = time.monotonic() + self.grace
        for name, process in running:
            try:
                process.wait(max(0.0, deadline - time.monotonic()))
            except subprocess.TimeoutExpired:
                self.say(f"The {name} did not stop in {self.grace:g} s and is killed.")
            _kill_group(process.pid)
            process.wait()


def _kill_group(leader: int) -> None:
    """Kill what is left of the process group that `leader` began."""
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(leader, signal.SIGKILL)


def _how_it_ended(status: int) -> str:
    return f"ended with status {status}" if status >= 0 else f"was ended by signal {-status}"


_LIBC = ctypes.CDLL(None) if sys.platform == "linux" else None
_PR_SET_PDEATHSIG = 1


def _die_with_parent() -> None:
    """In the child: be told to stop when the supervisor itself is killed (Linux only)."""
    if _LIBC is not None:
        _LIBC.prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)
