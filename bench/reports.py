"""What the reports cost with 50,000 cases: `make bench ONLY=reports`, on SQLite and PostgreSQL.

Each with as many queries as with a tenth of the cases, and in about a second of processor time of
the portal's own process, in which SQLite's work is counted too.
"""

from __future__ import annotations

from pathlib import Path

from bench.deliveries import measure_on
from bench.figures import Run

MOST_QUERIES = 25
AIM = 1.0  # seconds of processor time, of the slowest report


def measure(_folder: Path, run: Run) -> list[str]:
    """Print queries and times of each report; what asks too much."""
    failures = []
    for engine in ("sqlite", "postgresql"):
        print(f"\nMaking 5,000 and then 50,000 cases on {engine} …", flush=True)
        found: dict[str, list[float]] = measure_on(engine, "bench.reporting")
        print(f"{'Report':<36}{'cases / 10':>12}{'all cases':>12}{'CPU s':>8}{'s':>8}")
        for page, (few, many, cpu, took) in found.items():
            wrong = many > MOST_QUERIES or few != many
            print(f"{page:<36}{few:>12}{many:>12}{cpu:>8.2f}{took:>8.2f}{'  wrong' * wrong}")
            if wrong:
                failures.append(f"{page} on {engine}: {few} and {many} queries")
        slowest = max(cpu for _few, _many, cpu, _took in found.values())
        print(f"Slowest: {slowest:.2f} s of processor time (aim: {AIM} s)")
        run.note(
            f"reports of 50,000 cases on {engine}, slowest, processor time",
            round(slowest, 2),
            "s",
            f"aim: {AIM} s",
            shown=engine == "sqlite",
        )
    return failures
