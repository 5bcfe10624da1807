"""Making PDFs out of HTML, in a process of its own that may use little and reach nothing."""

from __future__ import annotations

import atexit
import json
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Mapping, Sequence
from contextlib import suppress
from typing import NamedTuple

from paperwork.press import child
from paperwork.press.child import ANSWER, SHEET, Made

MEMORY = 1024**3  # bytes of address space, of which the program itself takes about 300 MB
SECONDS = 20  # of processor time for one sheet
LONGEST = 30.0  # seconds for one sheet, the start of the process included
MOST = 500  # sheets, after which the process is replaced
PASSED_ON = ("PATH", "HOME", "LANG", "TMPDIR", "XDG_CACHE_HOME", "FONTCONFIG_FILE")

__all__ = ["Made", "NotMadeError", "Press", "Sheet", "press"]


class NotMadeError(Exception):
    """The PDF could not be made; the text is the kind of problem, and never personal."""


class Sheet(NamedTuple):
    """What is to be printed: HTML, the pictures in it by their address, and files to attach.

    `assets` are SVG or CSS, `pictures` JPEG or PNG as base64; a file has `name`, `description` and,
    as base64, `content`.
    """

    html: str
    assets: Mapping[str, str]
    pictures: Mapping[str, str] = {}
    files: Sequence[Mapping[str, str]] = ()


class Press:
    """One child that makes sheets. Started when it is first needed, and again when it has died.

    It is started anew and not forked: it has no connection, secret or setting of this process.
    """

    def __init__(
        self, memory: int = MEMORY, seconds: int = SECONDS, longest: float = LONGEST
    ) -> None:
        self.limits = [str(memory), str(seconds)]
        self.longest = longest
        self.lock = threading.Lock()
        self.process: subprocess.Popen[bytes] | None = None
        self.made = 0

    def make(self, sheet: Sheet) -> Made:
        """The PDF of `sheet`. Raises NotMadeError; the press can be used again after it."""
        with self.lock:
            process = self.start()
            timer = threading.Timer(self.longest, process.kill)
            timer.start()
            try:
                made = self._ask(process, sheet)
            except BaseException:
                self.close()  # what it would still say belongs to no other sheet
                raise
            finally:
                timer.cancel()
            self.made += 1
            if self.made >= MOST:
                self.close()
            return made

    def close(self) -> None:
        """End the child."""
        process, self.process, self.made = self.process, None, 0
        if process is not None:
            process.kill()
            process.communicate()

    def start(self) -> subprocess.Popen[bytes]:
        """Have the child run, and say which it is."""
        if self.process is None or self.process.poll() is not None:
            self.close()
            self.process = subprocess.Popen(
                [sys.executable, "-P", child.__file__, *self.limits],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                env={name: os.environ[name] for name in PASSED_ON if name in os.environ},
                cwd="/",
            )
        return self.process

    def _ask(self, process: subprocess.Popen[bytes], sheet: Sheet) -> Made:
        assert process.stdin is not None  # noqa: S101  # for the type checker
        assert process.stdout is not None  # noqa: S101
        said = json.dumps(sheet._asdict()).encode()
        with suppress(BrokenPipeError):  # it died; why is told below
            process.stdin.write(SHEET.pack(len(said)) + said)
            process.stdin.flush()
        head = process.stdout.read(ANSWER.size)
        if len(head) < ANSWER.size:
            raise NotMadeError(how_it_ended(process.wait()))
        made, pages, length = ANSWER.unpack(head)
        content = process.stdout.read(length)
        if len(content) < length:
            raise NotMadeError(how_it_ended(process.wait()))
        if not made:
            raise NotMadeError(content.decode(errors="replace"))
        return Made(content, pages)


def how_it_ended(status: int) -> str:
    """In words, what ended a child that gave no answer."""
    if status == -signal.SIGXCPU:
        return "too much processor time"
    if status == -signal.SIGKILL:
        return "took too long"
    return f"the press ended with status {status}"


_press: tuple[int, Press] | None = None


def press() -> Press:
    """The press of this process; one that was forked has its own."""
    global _press
    if _press is None or _press[0] != os.getpid():
        _press = (os.getpid(), Press())
        atexit.register(_press[1].close)
    return _press[1]
