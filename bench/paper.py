"""How fast documents are made, against bare WeasyPrint on the same HTML: `make bench ONLY=paper`.

Ours is all of it: the row is claimed, its HTML rendered, the PDF made by the press, written to the
disk for good, and its row finished. Bare is one process that has the typefaces and the style sheet
loaded and turns the same HTML into the same PDF. They take turns, so that what else the machine
does hits both. Two bare processes at once say what the machine's two cores give at best.
"""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path

from bench.figures import Run

ROUNDS, LETTERS = 7, 6  # turns of each, and one-page letters in one turn
LEAST = 0.9  # of the documents a second of bare WeasyPrint
WORKERS = 2


def measure(folder: Path, run: Run) -> list[str]:
    """Print the speeds; what is too slow."""
    prepare = subprocess.run(command("prepare"), capture_output=True, text=True, check=False)
    if prepare.returncode:
        raise SystemExit(prepare.stderr[-3000:])
    ids: list[str] = json.loads(prepare.stdout.splitlines()[-1])
    turns = (ids[start : start + LETTERS] for start in range(0, len(ids), LETTERS))
    same = ids[:LETTERS]  # which bare makes again and again
    bare_rates, ratios, both, best = [], [], [], []
    with ExitStack() as stack:
        bare, beside, ours, second = (
            stack.enter_context(side(name, folder)) for name in ("bare", "bare", "ours", "ours")
        )
        for one in (bare, beside):
            one(same)()  # typefaces are loaded
        for one in (ours, second):
            one(next(turns))()  # the first letter has been made
        for number in range(ROUNDS):
            print(f"Letters, round {number + 1} of {ROUNDS} …", flush=True)
            bare_rates.append(rate([bare], [same]))
            ratios.append(rate([ours], [next(turns)]) / bare_rates[-1])
            both.append(rate([ours, second], [next(turns), next(turns)]) / bare_rates[-1])
            best.append(rate([bare, beside], [same, same]) / bare_rates[-1])
    ratio, twice = statistics.median(ratios), statistics.median(both)
    bare_rate = statistics.median(bare_rates)
    print(f"\n{'One-page letters':<36}{'a second':>10}{'ratio':>8}{'limit':>8}")
    print(f"{'bare WeasyPrint':<36}{bare_rate:>10.1f}")
    print(f"{'a worker':<36}{bare_rate * ratio:>10.1f}{ratio:>8.2f}{LEAST:>8.2f}")
    print(
        f"{'two workers':<36}{bare_rate * twice:>10.1f}{twice:>8.2f}"
        f"{WORKERS * LEAST:>8.2f}   (load was {os.getloadavg()[0]:.1f})"
    )
    at_best = statistics.median(best)
    print(f"{'two bare processes':<36}{bare_rate * at_best:>10.1f}{at_best:>8.2f}")
    run.note("one-page PDFs by one worker", round(bare_rate * ratio, 1), "a second", shown=True)
    what = "one-page PDFs by one worker, of bare WeasyPrint"
    run.note(what, round(ratio, 2), "", f"at least {LEAST}", shown=True)
    what = "one-page PDFs by two workers, of bare WeasyPrint"
    run.note(what, round(twice, 2), "", f"at least {WORKERS * LEAST}", shown=True)
    what = "one-page PDFs by two bare processes at once, of one"
    run.note(what, round(at_best, 2), "", "", shown=True)
    return too_slow(ratio, twice)


def too_slow(ratio: float, twice: float) -> list[str]:
    """Which limits do not hold: of one worker, and of two that make twice as many."""
    failures = []
    if ratio < LEAST:
        failures.append(f"a worker's letters {ratio:.2f} < {LEAST}")
    if twice < WORKERS * LEAST:
        failures.append(f"two workers' letters {twice:.2f} < {WORKERS * LEAST}")
    return failures


type Side = Callable[[Sequence[str]], Callable[[], None]]


def rate(sides: Sequence[Side], turns: Sequence[Sequence[str]]) -> float:
    """Documents a second, when each of `sides` makes its turn at the same time."""
    started = time.perf_counter()
    waits = [one(turn) for one, turn in zip(sides, turns, strict=True)]
    for wait in waits:
        wait()
    return sum(map(len, turns)) / (time.perf_counter() - started)


@contextmanager
def side(name: str, folder: Path) -> Iterator[Side]:
    """A process that makes the documents that it is told, one after the other."""
    with (folder / f"{name}.log").open("ab") as log:
        process = subprocess.Popen(
            command(name), stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=log, text=True
        )
    assert process.stdin is not None
    assert process.stdout is not None
    says, hears = process.stdin, process.stdout

    def make(ids: Sequence[str]) -> Callable[[], None]:
        says.write(" ".join(ids) + "\n")
        says.flush()

        def wait() -> None:
            if hears.readline() != "made\n":
                raise SystemExit((folder / f"{name}.log").read_text()[-3000:])

        return wait

    try:
        yield make
    finally:
        process.terminate()
        process.communicate()


def command(name: str) -> list[str]:
    return [sys.executable, "-m", "bench.letters", name]
