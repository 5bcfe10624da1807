"""Having a file looked through for viruses by clamd, ClamAV's server, before it is kept.

Only where the installation has one (`CLAMD`). What clamd does not call clean is not taken: that it
is away, slow, or says something else is no reason to trust a file. The portal speaks to it itself:
a command, the file in pieces with their length before them, and one answer.
"""

from __future__ import annotations

import re
import socket
import struct
import time
from contextlib import suppress
from typing import IO
from urllib.parse import urlsplit

import structlog
from django.conf import settings
from django.db import connection

SECONDS = 10.0  # by the clock, for one file: a large one takes a second or two
SECONDS_TO_GREET = 2.0  # to be connected, and to say which version it is
PIECE = 64 * 1024  # bytes
LONGEST_ANSWER = 4096  # bytes
LENGTH = struct.Struct("!I")
NOT_WHOLLY = "Heuristics.Limits.Exceeded"  # how clamd's finds begin when it did not see everything

log = structlog.get_logger("paperwork.scanner")


def refusal(file: IO[bytes]) -> str:
    """The code of the reason (`paperwork/refusals.py`) why `file` is refused; empty when it is not.

    Always empty without a scanner. What was found stands in the log alone. Leaves `file` at its
    start. Raises RuntimeError inside a transaction: nobody shall wait for a lock because of it.
    """
    if not settings.CLAMD:
        return ""
    if connection.in_atomic_block:
        raise RuntimeError("a file is to be looked through before a transaction begins")
    try:
        return _understood(_ask("INSTREAM", SECONDS, file))
    except OSError as error:
        log.warning("no answer from the virus scanner", problem=type(error).__name__)
        return "not_scanned"
    finally:
        file.seek(0)


def version() -> str:
    """What clamd says of itself and its signatures. Raises OSError when it does not in time."""
    said = _ask("VERSION", SECONDS_TO_GREET)
    if not said.startswith("ClamAV "):
        raise ConnectionError("it is no clamd")
    return said


def _understood(said: str) -> str:
    """The reason to refuse the file of which clamd said that."""
    if said == "stream: OK":
        return ""
    if found := re.fullmatch(r"stream: (.+) FOUND", said):
        name = found[1][:100]
        log.warning("file refused by the virus scanner", virus=name)
        return "too_complex" if name.startswith(NOT_WHOLLY) else "virus"
    log.warning("the virus scanner could not look through a file", said=said[:200])
    return "too_large_to_scan" if "size limit exceeded" in said else "not_scanned"


def _ask(command: str, seconds: float, file: IO[bytes] | None = None) -> str:
    """What clamd answers to `command`. Raises OSError when it does not within `seconds`."""
    end = time.monotonic() + seconds
    with _connected() as line:
        line.settimeout(_left(end))
        line.sendall(b"z%s\0" % command.encode())
        if file is not None:
            with suppress(ConnectionError):  # it has heard enough, and says why
                _send(line, file, end)
        return _answer(line, end)


def _connected() -> socket.socket:
    where = urlsplit(settings.CLAMD)
    if where.scheme == "clamd":
        return socket.create_connection((where.hostname, where.port), SECONDS_TO_GREET)
    line = socket.socket(socket.AF_UNIX)
    try:
        line.settimeout(SECONDS_TO_GREET)
        line.connect(where.path)
    except OSError:
        line.close()
        raise
    return line


def _send(line: socket.socket, file: IO[bytes], end: float) -> None:
    file.seek(0)
    while piece := file.read(PIECE):
        line.settimeout(_left(end))
        line.sendall(LENGTH.pack(len(piece)) + piece)
    line.sendall(LENGTH.pack(0))


def _answer(line: socket.socket, end: float) -> str:
    said = b""
    while not said.endswith(b"\0"):
        line.settimeout(_left(end))
        part = line.recv(LONGEST_ANSWER)
        if not part or len(said) > LONGEST_ANSWER:
            raise ConnectionError("it hung up, or says too much")
        said += part
    return said[:-1].decode(errors="replace")


def _left(end: float) -> float:
    """The seconds until `end`. Raises TimeoutError when there are none."""
    if (left := end - time.monotonic()) <= 0:
        raise TimeoutError("too late")
    return left
