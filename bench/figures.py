"""What a run measured, kept as JSON, and README's table that is made from it.

Every run writes `var/figures/<run>.json`. `make figures` takes what the runs have
written over into docs/figures.json, and writes README's table anew. Nobody types a figure.
"""

from __future__ import annotations

import contextlib
import json
import os
import platform
import re
import subprocess
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NamedTuple

ROOT = Path(__file__).resolve().parent.parent
KEPT, README = ROOT / "docs/figures.json", ROOT / "README.md"
BEGIN, END = "<!-- figures: made by `make figures` -->", "<!-- end of figures -->"
ORDER = ("semester", "load", "chaos", "bench")  # of the runs in the table; others come after


def folder() -> Path:
    """Where runs write; FIGURES_DIR= makes it another place."""
    return Path(os.environ.get("FIGURES_DIR") or ROOT / "var/figures")


class Figure(NamedTuple):
    what: str
    value: float | str
    unit: str = ""
    limit: str = ""  # in words: "at most 500 ms"
    shown: bool = False  # in README's table

    @property
    def words(self) -> str:
        value = self.value if isinstance(self.value, str) else f"{self.value:,}"
        return f"{value} {self.unit}".rstrip()


@dataclass
class Run:
    """One run: what it was asked to do, and what it found. `write` when it has ended."""

    name: str  # of its file: semester, load, bench-paper
    command: str  # as somebody would type it
    figures: list[Figure] = field(default_factory=list)
    at: Callable[[], float] = time.time  # the machine's clock; a semester has another

    def note(
        self,
        what: str,
        value: float | str,
        unit: str = "",
        limit: str = "",
        *,
        shown: bool = False,
    ) -> None:
        self.figures.append(Figure(what, value, unit, limit, shown))

    def write(self, failures: Iterable[str] = ()) -> Path:
        """Keep it, with the machine and the version that it was measured with."""
        path = folder() / f"{self.name}.json"
        path.parent.mkdir(parents=True, exist_ok=True)
        kept = {
            "command": self.command,
            "measured": datetime.fromtimestamp(self.at(), UTC).date().isoformat(),
            "commit": version(),
            "python": python(),
            "cores": len(os.sched_getaffinity(0))
            if hasattr(os, "sched_getaffinity")
            else os.cpu_count(),
            "load": round(os.getloadavg()[0], 1),
            "failures": list(failures),
            "figures": [figure._asdict() for figure in self.figures],
        }
        path.write_text(as_text(kept))
        return path


def version() -> str:
    """The commit that was measured; with a plus when files differ from it."""

    def git(*words: str) -> str:
        done = subprocess.run(
            ["git", *words], cwd=ROOT, capture_output=True, text=True, check=False
        )
        return done.stdout.strip()

    commit = git("rev-parse", "--short", "HEAD")
    return commit + ("+" if git("status", "--porcelain", "--untracked-files=no") else "")


def python() -> str:
    """Which Python on which system: one built with optimisations is a third faster."""
    system = "an unknown system"
    with contextlib.suppress(OSError):
        system = platform.freedesktop_os_release()["PRETTY_NAME"]
    return f"Python {platform.python_version()} of {system}"


def as_text(kept: Any) -> str:
    return json.dumps(kept, indent=1, ensure_ascii=False) + "\n"


# --- README's table -------------------------------------------------------------------------------
def keep(runs: dict[str, Any], names: Iterable[str] = ()) -> dict[str, Any]:
    """`runs` with what was measured since: all of it, or the runs with these names."""
    wanted = set(names)
    for path in sorted(folder().glob("*.json")):
        if not wanted or path.stem in wanted:
            runs[path.stem] = json.loads(path.read_text())
    places = {name: place for place, name in enumerate(ORDER)}
    order = sorted(runs, key=lambda name: (places.get(name.partition("-")[0], len(places)), name))
    return {name: runs[name] for name in order}


def table(runs: dict[str, Any]) -> str:
    """README's table: of each run where and when, and the figures that it shows."""
    lines = ["| Measured | Figure | Must be |", "|---|---|---|"]
    for run in runs.values():
        shown = [figure for figure in read(run) if figure.shown]
        if not shown:
            continue
        where = [run[key] for key in ("python", "measured", "commit") if key in run]
        when = ", ".join([f"{run['cores']} cores", *where])
        lines.append(f"| **`{run['command']}`** ({when}) | | |")
        lines += [f"| {one.what} | {one.words} | {one.limit} |" for one in shown]
        lines += [f"| **does not hold** | {failure} | |" for failure in run["failures"]]
    return "\n".join(lines)


def read(run: dict[str, Any]) -> list[Figure]:
    return [Figure(**figure) for figure in run["figures"]]


def with_table(readme: str, made: str) -> str:
    """`readme` with `made` between its two marks."""
    between = re.compile(f"{re.escape(BEGIN)}.*?{re.escape(END)}", re.DOTALL)
    return between.sub(lambda _found: f"{BEGIN}\n{made}\n{END}", readme, count=1)


def main(names: list[str]) -> int:
    runs = keep(json.loads(KEPT.read_text()) if KEPT.exists() else {}, names)
    KEPT.write_text(as_text(runs))
    README.write_text(with_table(README.read_text(), table(runs)))
    for name, run in runs.items():
        print(f"{name:<22} {run['measured']}  {run['commit']:<9} {run['command']}")
    return 0
