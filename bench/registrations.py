"""How fast registrations are made, and how many queries their queue asks.

`make bench ONLY=registrations`. A batch of 500: its forms with the transcript as their annex, sent
one by one, with the lists; against bare WeasyPrint, which has typefaces, style sheet and pictures
loaded and turns the same HTML into the same pages, in as many processes. And the queue with 50,000
cases against the same with a tenth of them. BENCH_BATCH= makes another number.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from pathlib import Path

from bench.figures import Run

MOST = 1.3  # times as long as bare WeasyPrint
WORKERS = 2
BATCH = int(os.environ.get("BENCH_BATCH", "500"))
MOST_QUERIES = 12


def measure(_folder: Path, run: Run) -> list[str]:
    """Print the times and queries; what is too slow or too many."""
    print(f"Making a portal with {BATCH} registrations to send …", flush=True)
    step("prepare")
    # Before and after ours, so that what else the machine does hits both. The pictures of the
    # pages are there already: the evidence for the request had them first.
    before = together("bare", WORKERS)
    ours = together("ours", WORKERS)
    bare = (before + together("bare", WORKERS)) / 2
    ratio = ours / bare
    head = f"{BATCH} registrations, {WORKERS} processes"
    print(f"\n{head:<36}{'seconds':>10}{'ratio':>8}{'limit':>8}")
    print(f"{'bare WeasyPrint':<36}{bare:>10.1f}")
    mark = "  too slow" if ratio > MOST else ""
    print(f"{'forms, annexes, sending, lists':<36}{ours:>10.1f}{ratio:>8.2f}{MOST:>8.2f}{mark}")
    run.note(f"{head}: forms, annexes, sending, lists", round(ours, 1), "s", shown=True)
    run.note(f"{head}, to bare WeasyPrint", round(ratio, 2), "", f"at most {MOST}", shown=True)
    failures = [f"a batch {ratio:.2f} > {MOST}"] if ratio > MOST else []
    print("\nMaking 5,000 and then 50,000 registrations for the queue …", flush=True)
    counts: dict[str, list[int]] = json.loads(step("queue").splitlines()[-1])
    print(f"{'Queries of the queue':<36}{'rows / 10':>10}{'all rows':>10}{'ms':>8}")
    for page, (few, many, took) in counts.items():
        wrong = many > MOST_QUERIES or few != many
        print(f"{page:<36}{few:>10}{many:>10}{took:>8}{'  wrong' if wrong else ''}")
        if wrong:
            failures.append(f"{page}: {few} and {many} queries")
    return failures


def step(*words: str) -> str:
    command = [sys.executable, "-m", "bench.registering", *words]
    made = subprocess.run(command, capture_output=True, text=True, check=False)
    if made.returncode:
        raise SystemExit(made.stderr[-3000:])
    return made.stdout


def together(side: str, number: int) -> float:
    """Seconds that `number` processes take together for all of it, from when all are ready."""
    processes = [
        subprocess.Popen(
            [sys.executable, "-m", "bench.registering", side, str(one), str(number)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,  # where WeasyPrint says each of its steps
            text=True,
        )
        for one in range(number)
    ]
    for process in processes:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
    started = time.perf_counter()
    for process in processes:
        assert process.stdin is not None
        process.stdin.write("go\n")
        process.stdin.flush()
    for process in processes:
        assert process.stdout is not None
        if process.stdout.readline() != "made\n":
            raise SystemExit(f"{side} has not made it")
    took = time.perf_counter() - started
    for process in processes:
        process.terminate()
        process.communicate()
    return took
