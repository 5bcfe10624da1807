"""`python -m paperwork.inside`: a process that is ready to read files, and forks for each of them.

It has imported what reads files and nothing else; a fork takes a hundredth of the time of starting
anew. Its standard input is a socket, over which `paperwork/limited.py` hands it each file with a
pipe for the answer, and says when that is over.

An answer is one line of JSON; for `page` the bytes of the picture follow it, for `bind` those
of a PDF, for `logo` those of a PNG.
What goes wrong is said as `{"no": …}`; whoever asked takes an end by the limits, without an answer,
for `too_complex`.
"""

from __future__ import annotations

import contextlib
import json
import os
import resource
import signal
import socket
from typing import Any

from PIL import Image

from paperwork.inside import HEAD, RefusedError, binding, logo, pages, pdf, photo, words

MEMORY = 600 * 1024 * 1024  # bytes of address space
SECONDS = 5  # of the processor; whoever asks counts the clock's
LARGEST_FILE = 10 * 1024 * 1024  # bytes
LARGEST_TO_BIND = 12 * 1024 * 1024  # of all photographs of one request together
PHOTOS = (b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n")  # how JPEG and PNG begin


def limit() -> None:
    """From here on: little memory and time, no file can grow, nothing is left when it dies."""
    for what, most in (
        (resource.RLIMIT_AS, MEMORY),
        (resource.RLIMIT_CPU, SECONDS),
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_CORE, 0),
    ):
        # macOS, where only the demo runs, refuses a limit of the address space.
        with contextlib.suppress(ValueError, OSError):
            resource.setrlimit(what, (most, most))


def answer(command: str, numbers: list[int], data: bytes) -> tuple[dict[str, Any], bytes]:
    """What there is to say about the file, and the bytes that go with it. Raises RefusedError."""
    if len(data) > (LARGEST_TO_BIND if command == "bind" else LARGEST_FILE):
        raise RefusedError("too_large")
    is_photo = data.startswith(PHOTOS)
    match command:
        case "logo":
            return logo.logo(data)
        case "bind":
            return binding.bind(data, numbers)
        case "check":
            return (photo if is_photo else pdf).check(data), b""
        case "words":
            return {"pages": []} if is_photo else words.words(data), b""
        case "pages":
            return (photo if is_photo else pages).outline(data), b""
        case _:
            said, picture = (photo if is_photo else pages).picture(data, numbers[0])
            return said, picture


def read(command: str, numbers: list[int], file: int, pipe: int) -> None:
    """Read the whole of `file` within the limits, and answer into `pipe`."""
    limit()
    picture = b""
    try:
        with open(file, "rb", closefd=False) as given:
            said, picture = answer(command, numbers, given.read(LARGEST_TO_BIND + 1))
    except RefusedError as refusal:
        said = {"no": str(refusal)}
    except MemoryError:
        said = {"no": "too_complex"}
    except Exception:  # noqa: BLE001  # the border: whatever a parser throws, the file is at fault
        said = {"no": "damaged"}
    with open(pipe, "wb", closefd=False) as answers:
        answers.write(json.dumps(said).encode() + b"\n" + picture)


def end(reader: int) -> None:
    """End a reader, if it has not ended by itself."""
    os.kill(reader, signal.SIGKILL)  # it is ours until it is waited for: no other has its number
    os.waitpid(reader, 0)


def serve(control: socket.socket) -> None:
    """Fork for each file that comes, until whoever hands them over has gone."""
    readers: dict[int, int] = {}
    while True:
        head, files, _flags, _from = socket.recv_fds(control, HEAD.size, 2, socket.MSG_WAITALL)
        if len(head) < HEAD.size:
            break
        number, length = HEAD.unpack(head)
        if not length:
            if number in readers:
                end(readers.pop(number))
            continue
        command, *numbers = json.loads(control.recv(length, socket.MSG_WAITALL))
        reader = os.fork()
        if not reader:
            control.close()  # it can reach nobody
            try:
                read(command, numbers, *files)
            finally:
                os._exit(0)
        readers[number] = reader
        for file in files:
            os.close(file)
    for reader in readers.values():
        end(reader)


def get_ready() -> None:
    """Import what Pillow would look for when it is first asked: two thirds of a picture's time."""
    Image.init()


if __name__ == "__main__":
    get_ready()
    serve(socket.socket(fileno=0))
