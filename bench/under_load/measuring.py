"""How much memory processes take, and whether all that was owed has been done."""

from __future__ import annotations

import os
from pathlib import Path


def tree(leader: int) -> list[int]:
    """The process and all that it started, and these."""
    children: dict[int, list[int]] = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                parent = int((entry / "stat").read_text().rpartition(")")[2].split()[1])
            except (OSError, ValueError):
                continue
            children.setdefault(parent, []).append(int(entry.name))
    found, left = [], [leader]
    while left:
        found.append(left.pop())
        left += children.get(found[-1], [])
    return found


def memory(leader: int) -> float:
    """What they take together, in MiB: their own pages, and their part of those they share."""
    return sum(_of(pid) for pid in tree(leader))


def _of(pid: int) -> float:
    try:
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    except OSError:  # it has ended
        return 0.0
    return next((int(line.split()[1]) / 1024 for line in lines if line.startswith("Pss:")), 0.0)


def cores() -> int:
    return len(os.sched_getaffinity(0))
