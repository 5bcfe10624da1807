"""`python -m paperwork.inside check|pages|page|words|bind|logo NUMBERS`, with the file as input.

Says one line of JSON; for `page` the bytes of the picture follow it, for `bind` those
of a PDF, for `logo` those of a PNG.
What goes wrong is said as `{"no": …}`; whoever started it takes an end by the limits,
without an answer, for `too_complex`.
"""

from __future__ import annotations

import contextlib
import json
import resource
import sys
from importlib import import_module
from typing import Any

from paperwork.inside import RefusedError

MEMORY = 600 * 1024 * 1024  # bytes of address space
SECONDS = 5  # of the processor; whoever starts it counts the clock's
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
    """What there is to say about the file, and the bytes that go with it."""
    if len(data) > (LARGEST_TO_BIND if command == "bind" else LARGEST_FILE):
        raise RefusedError("too_large")
    if command == "logo":
        said, picture = import_module("paperwork.inside.logo").logo(data)
        return said, picture
    if command == "bind":
        said, bound = import_module("paperwork.inside.binding").bind(data, numbers)
        return said, bound
    # Each is imported when it is needed: starting is most of what a check costs.
    reader = "photo" if data.startswith(PHOTOS) else "pdf" if command == "check" else "pages"
    kind = import_module(f"paperwork.inside.{reader}")
    if command == "check":
        return kind.check(data), b""
    if command == "pages":
        return kind.outline(data), b""
    if command == "words":
        if reader == "photo":
            return {"pages": []}, b""
        return import_module("paperwork.inside.words").words(data), b""
    said, picture = kind.picture(data, numbers[0])
    return said, picture


def main() -> None:
    limit()
    picture = b""
    try:
        numbers = [int(number) for number in sys.argv[2:]]
        said, picture = answer(sys.argv[1], numbers, sys.stdin.buffer.read(LARGEST_TO_BIND + 1))
    except RefusedError as refusal:
        said = {"no": str(refusal)}
    except MemoryError:
        said = {"no": "too_complex"}
    except Exception:  # noqa: BLE001  # the border: whatever a parser throws, the file is at fault
        said = {"no": "damaged"}
    sys.stdout.buffer.write(json.dumps(said).encode() + b"\n" + picture)


if __name__ == "__main__":
    main()
