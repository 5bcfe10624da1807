"""From a transcript of four pages sent to its page on screen: `make bench ONLY=transcripts`.

Ours is all of it: the upload is checked, kept for good, read and told, and the coordinator's page
comes with the found values and the picture of page one. Bare are the limited processes alone that
check it, read its words, measure its pages and draw the first. They take turns, so that what else
the machine does hits both.
"""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
from pathlib import Path

from bench.figures import Run

MOST = 2.5  # times what the bare processes take


def measure(_folder: Path, run: Run) -> list[str]:
    """Print the times; what is too slow."""
    done = subprocess.run(
        [sys.executable, "-m", "bench.sending"], capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise SystemExit(done.stderr[-3000:])
    times: list[dict[str, float]] = json.loads(done.stdout.splitlines()[-1])
    ratio = statistics.median(sum(ours(one)) / one["bare"] for one in times)
    print(f"\n{'A transcript of four pages':<36}{'seconds':>10}{'ratio':>8}{'limit':>8}")
    for name in ("bare", "upload", "page", "picture"):
        print(f"{name:<36}{statistics.median(one[name] for one in times):>10.2f}")
    whole = statistics.median(sum(ours(one)) for one in times)
    load = os.getloadavg()[0]
    print(f"{'from upload to screen':<36}{whole:>10.2f}{ratio:>8.2f}{MOST:>8.2f}   load {load:.1f}")
    what = "a transcript of four pages, from upload to the coordinator's screen"
    run.note(what, round(whole, 2), "s", shown=True)
    bare = f"{what}, to the bare processes"
    run.note(bare, round(ratio, 2), "", f"at most {MOST}", shown=True)
    return [f"a transcript on screen {ratio:.2f} > {MOST}"] if ratio > MOST else []


def ours(times: dict[str, float]) -> list[float]:
    return [times[name] for name in ("upload", "page", "picture")]
