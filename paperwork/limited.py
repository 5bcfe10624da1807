"""Having a file read by a process of its own, which may die without harm.

The process (`paperwork/inside/`) has little memory and time, no environment and no open files but
the one it reads. Starting it takes about a tenth of a second.
"""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import tempfile
import threading
from pathlib import Path
from typing import IO, Any, Literal, NamedTuple

from django.conf import settings

SECONDS = 20.0  # by the clock; then it is killed. A sound file needs one, on a busy machine ten.
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


def read(command: Command, file: IO[bytes], *numbers: int) -> Said:
    """Have `file`, which lies on a disk, read from its start. Never raises because of what it is.

    A process that dies by its limits says `too_complex`; for one that had no chance within the
    clock's time it is `too_slow`, which says nothing about the file.
    """
    late = threading.Event()

    def stop() -> None:
        late.set()
        process.kill()

    file.seek(0)
    process = subprocess.Popen(
        [sys.executable, "-E", "-s", "-B", "-m", "paperwork.inside", command, *map(str, numbers)],
        stdin=file,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        cwd=settings.BASE_DIR,
        env={"LC_ALL": "C.UTF-8"},
        start_new_session=True,
    )
    clock = threading.Timer(SECONDS, stop)
    clock.daemon = True
    clock.start()
    with process:
        assert process.stdout is not None  # noqa: S101  # it was asked for
        answer = process.stdout.read(LONGEST_ANSWER)
        process.kill()  # it has ended, or says too much
    clock.cancel()
    said = _understood(answer)
    if said is not None:
        return said
    return Said({"no": "too_slow" if late.is_set() else "too_complex"})


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
