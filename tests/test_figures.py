"""README's table of figures is what docs/figures.json makes, and that is what runs wrote."""

from __future__ import annotations

import json
import platform
from pathlib import Path

import pytest

from bench import figures
from bench.figures import BEGIN, END, Run


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A place for figures of the test's own, with a README."""
    monkeypatch.setenv("FIGURES_DIR", str(tmp_path / "var"))
    monkeypatch.setattr(figures, "KEPT", tmp_path / "figures.json")
    monkeypatch.setattr(figures, "README", tmp_path / "README.md")
    (tmp_path / "README.md").write_text(f"# Before\n\n{BEGIN}\nold\n{END}\n\nAfter.\n")
    return tmp_path


def test_the_readme_shows_what_was_measured() -> None:
    runs = json.loads(figures.KEPT.read_text())
    readme = figures.README.read_text()

    assert f"{BEGIN}\n{figures.table(runs)}\n{END}" in readme


def test_a_run_comes_into_the_table(place: Path) -> None:
    run = Run("semester", "make semester STUDENTS=7")
    run.note("notices lost", 0, limit="0", shown=True)
    run.note("mails", 12345, "sent", shown=True)
    run.note("hidden", 1.5, "s")
    path = run.write()

    figures.main([])

    kept = json.loads(path.read_text())
    assert kept["cores"] > 0
    assert len(kept["commit"].rstrip("+")) >= 7
    readme = (place / "README.md").read_text()
    assert "| notices lost | 0 | 0 |\n| mails | 12,345 sent |  |\n" in readme
    where = f"{kept['cores']} cores, {kept['python']}, {kept['measured']}, {kept['commit']}"
    assert f"**`make semester STUDENTS=7`** ({where}) |" in readme
    assert kept["python"].startswith(f"Python {platform.python_version()} of ")
    assert "hidden" not in readme
    assert "old" not in readme
    assert readme.startswith("# Before\n")
    assert readme.endswith("\n\nAfter.\n")


def test_a_limit_that_did_not_hold_is_shown(place: Path) -> None:
    run = Run("load", "make load")
    run.note("p99", 900, "ms", "under 500 ms", shown=True)
    run.write(["p99 900 ms > 500 ms"])

    figures.main([])

    assert "| **does not hold** | p99 900 ms > 500 ms | |" in (place / "README.md").read_text()


def test_one_run_is_kept_and_the_others_stay_as_they_were(place: Path) -> None:
    for name in ("bench-paper", "load"):
        Run(name, f"make {name}").write()
    figures.main([])
    for name in ("bench-paper", "load"):
        Run(name, "make another").write()

    figures.main(["load"])

    kept = json.loads((place / "figures.json").read_text())
    assert {name: run["command"] for name, run in kept.items()} == {
        "load": "make another",
        "bench-paper": "make bench-paper",
    }
    assert list(kept) == ["load", "bench-paper"]  # as README has them
