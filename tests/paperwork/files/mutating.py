"""Damaging PDFs at random, and asking two other programs what they think of the result."""

from __future__ import annotations

import random
import subprocess
from collections.abc import Iterator, Sequence
from pathlib import Path


def mutated(sources: Sequence[bytes], number: int, seed: int) -> Iterator[bytes]:
    """`number` files, each of `sources` in turn with a few of its bytes changed."""
    chance = random.Random(seed)
    for turn in range(number):
        data = bytearray(sources[turn % len(sources)])
        for _time in range(chance.choice((1, 1, 1, 2, 5, 30))):
            place = chance.randrange(len(data))
            length = chance.choice((1, 1, 2, 8, 100))
            match chance.randrange(5):
                case 0:
                    data[place] ^= 1 << chance.randrange(8)
                case 1:
                    data[place] = chance.randrange(256)
                case 2:
                    del data[place : place + length]
                case 3:
                    data[place:place] = bytes(chance.randbytes(length))
                case _:
                    other = chance.randrange(len(data))
                    data[place : place + length] = data[other : other + length]
        yield bytes(data)


def faults(data: bytes, folder: Path) -> list[str]:
    """What qpdf's own check and poppler's renderer have against the file; [] when it is sound."""
    path = folder / "asked.pdf"
    path.write_bytes(data)
    checked = _asked("qpdf", "--check", "--show-npages", path)
    drawn = _asked("pdftoppm", "-r", "10", "-png", path, folder / "drawn")
    pictures = list(folder.glob("drawn*.png"))
    for picture in pictures:
        picture.unlink()
    found = []
    if checked.returncode != 0:
        found.append(f"qpdf says {checked.returncode}: {checked.stderr[-300:]}")
    if drawn.returncode != 0 or str(len(pictures)) not in checked.stdout.splitlines():
        found.append(f"pdftoppm says {drawn.returncode}, drew {len(pictures)}: {drawn.stderr[:99]}")
    return found


def _asked(*command: str | Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        command, capture_output=True, text=True, errors="replace", check=False, timeout=60
    )
