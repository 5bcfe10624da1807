"""`make semester`: a whole semester through the real portal; at its end the books balance."""

from __future__ import annotations

import argparse
import os
import signal
import sys
import tempfile
from datetime import UTC, datetime
from pathlib import Path

from bench.semester.processes import Processes

BEGINS = datetime(2025, 10, 27, 8, tzinfo=UTC)
ENDS = datetime(2026, 10, 2, tzinfo=UTC)


def arguments() -> argparse.Namespace:
    asked = argparse.ArgumentParser(prog="make semester", description=__doc__)
    asked.add_argument("--students", type=int, default=5000)
    asked.add_argument("--partners", type=int, default=40)
    asked.add_argument("--editions", type=int, default=300)
    asked.add_argument("--seed", type=int, default=1575)
    asked.add_argument("--broken", default="", help="a book that is broken before it is balanced")
    return asked.parse_args()


def say_errors(processes: Processes) -> None:
    """What the processes wrote down before it ended: the folder goes, and their logs with it."""
    for name, log in processes.new_logs().items():
        for line in log.splitlines():
            if '"level": "error"' in line or '"level": "critical"' in line:
                print(f"{name}: {line[:2000]}", file=sys.stderr)


def main() -> int:
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))  # so that the processes stop with us
    asked = arguments()
    if datetime.now(UTC) < ENDS:
        raise SystemExit(f"This machine's clock stands before {ENDS:%d %B %Y}: set it right.")
    with tempfile.TemporaryDirectory(prefix="vx-semester-") as folder:
        os.environ["CLOCK_FILE"] = str(Path(folder) / "clock")
        processes = Processes(Path(folder), BEGINS, asked.seed)
        try:
            processes.start()
            import django  # noqa: PLC0415  # the settings read what `start` put there

            django.setup()
            from bench.semester.running import run  # noqa: PLC0415

            return run(asked, processes)
        except BaseException:
            say_errors(processes)
            raise
        finally:
            processes.end()


if __name__ == "__main__":
    sys.exit(main())
