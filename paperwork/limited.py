"""Having a file read by a process of its own, which may die without harm.

The process has little memory and time, no environment and no open files but the one it reads. It is
forked from one that has imported what reads files and waits (`paperwork/inside/`): that takes some
milliseconds, starting it anew would take some hundred.
"""

from __future__ import annotations

import atexit
import json
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import threading
from contextlib import suppress
from itertools import count
from pathlib import Path
from typing import IO, Any, Literal, NamedTuple

from django.conf import settings

from paperwork.inside import HEAD

SECONDS = 20.0  # by the clock; then it is killed. A sound file needs one, on a busy machine ten.
PATIENCE = 2.0  # seconds for what waits to end by itself, with its readers
LONGEST_ANSWER = 16 * 1024 * 1024  # bytes

type Command = Literal["check", "pages", "page", "words", "bind", "logo"]


class Said(NamedTuple):
    """What the process found, and the bytes that go with it."""

    found: dict[str, Any]
    content: bytes = b""

    @property
    def refusal(self) -> str:
        """The code of the reason why the file is refused; empty when it is not."""
        return str(self.found.get("no", ""))


class Readers:
    """What readers are forked from. Started when it is first needed, and again when it has died.

    It ends when this object's socket closes, as it does when this process ends in whatever way.
    """

    def __init__(self) -> None:
        self.process: subprocess.Popen[bytes] | None = None
        self._control: socket.socket | None = None
        self._lock = threading.Lock()
        self._numbers = count(1)

    def begin(self, file: IO[bytes], asked: bytes) -> tuple[int, IO[bytes]]:
        """Have `file` read: the number to end it by, and where its answer comes."""
        answers, pipe = os.pipe()
        with self._lock:
            number = next(self._numbers)
            message, files = HEAD.pack(number, len(asked)) + asked, [file.fileno(), pipe]
            try:
                socket.send_fds(self._ready(), [message], files)
            except OSError:  # it has died just now
                self.close()
                socket.send_fds(self._ready(), [message], files)
            finally:
                os.close(pipe)
        return number, os.fdopen(answers, "rb")

    def end(self, number: int) -> None:
        """Have that reader killed, if it has not ended by itself."""
        with self._lock, suppress(OSError):
            if self._control is not None:
                self._control.send(HEAD.pack(number, 0))

    def has_died(self) -> bool:
        """Whether it has gone, with all that it was asked and had not begun."""
        if self._control is None:
            return True
        try:
            return self._control.recv(1, socket.MSG_DONTWAIT) == b""  # it never says anything
        except BlockingIOError:
            return False
        except OSError:
            return True

    def close(self) -> None:
        """End it, and every reader that is still at work."""
        if self._control is not None:
            self._control.close()
            self._control = None
        if self.process is not None:
            try:
                self.process.wait(PATIENCE)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
            self.process = None

    def _ready(self) -> socket.socket:
        if self._control is None or self.has_died():
            self.close()
            self._control, theirs = socket.socketpair()
            with theirs:
                self.process = subprocess.Popen(
                    [sys.executable, "-E", "-s", "-B", "-m", "paperwork.inside"],
                    stdin=theirs.fileno(),
                    stdout=subprocess.DEVNULL,
                    stderr=subprocess.DEVNULL,
                    cwd=settings.BASE_DIR,
                    env={"LC_ALL": "C.UTF-8"},
                    start_new_session=True,
                )
        return self._control


_readers: tuple[int, Readers] | None = None


def readers() -> Readers:
    """Those of this process; one that was forked has its own."""
    global _readers
    if _readers is None or _readers[0] != os.getpid():
        _readers = (os.getpid(), Readers())
        atexit.register(_readers[1].close)
    return _readers[1]


def read(command: Command, file: IO[bytes], *numbers: int) -> Said:
    """Have `file`, which lies on a disk, read from its start. Never raises because of what it is.

    A process that dies by its limits says `too_complex`; for one that had no chance within the
    clock's time it is `too_slow`, which says nothing about the file.
    """
    asked = json.dumps([command, *numbers]).encode()
    said, is_late = _answer(file, asked)
    if said is None and not is_late and readers().has_died():  # of something else than this file
        said, is_late = _answer(file, asked)
    return said or Said({"no": "too_slow" if is_late else "too_complex"})


def _answer(file: IO[bytes], asked: bytes) -> tuple[Said | None, bool]:
    """What one reader says, or nothing; and whether it took too long."""
    late = threading.Event()
    file.seek(0)
    number, answers = readers().begin(file, asked)

    def stop() -> None:
        late.set()
        readers().end(number)

    clock = threading.Timer(SECONDS, stop)
    clock.daemon = True
    clock.start()
    with answers:
        answer = answers.read(LONGEST_ANSWER)
    clock.cancel()
    readers().end(number)  # it has ended, or says too much
    return _understood(answer), late.is_set()


def read_upload(command: Command, upload: IO[bytes]) -> Said:
    """The same for what may lie in memory; leaves `upload` at its start."""
    with tempfile.TemporaryFile(dir=settings.FILE_UPLOAD_TEMP_DIR) as file:
        upload.seek(0)
        shutil.copyfileobj(upload, file)
        upload.seek(0)
        file.flush()
        return read(command, file)


def read_file(command: Command, path: Path, *numbers: int) -> Said:
    """The same for a file that we keep. Raises FileNotFoundError."""
    with path.open("rb") as file:
        return read(command, file, *numbers)


def bind(paths: list[Path]) -> Said:
    """One PDF of the photographs at `paths`. Raises FileNotFoundError."""
    with tempfile.TemporaryFile(dir=settings.FILE_UPLOAD_TEMP_DIR) as file:
        sizes = [file.write(path.read_bytes()) for path in paths]
        file.flush()
        return read("bind", file, *sizes)


def _understood(answer: bytes) -> Said | None:
    """What the process said; None when it ended before it had."""
    line, end, content = answer.partition(b"\n")
    try:
        found = json.loads(line) if end else None
    except ValueError:
        found = None
    return Said(found, content) if isinstance(found, dict) else None
