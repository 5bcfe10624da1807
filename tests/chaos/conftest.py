"""A portal for each profile, and the table of what the faults did."""

from __future__ import annotations

import os
import uuid
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from bench.figures import Run
from tests.chaos.portal import Portal

ROUNDS = int(os.environ.get("ROUNDS", "3"))  # kills at each point
HEAD = ("profile", "point", "kills", "lost", "shown twice", "mailed twice", "back after s")


@pytest.fixture
def rounds() -> int:
    return ROUNDS


@pytest.fixture(
    scope="session",
    params=[
        pytest.param(name, marks=pytest.mark.xdist_group(name)) for name in ("sqlite", "postgresql")
    ],
)
def profile(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture(scope="session")
def _portal(profile: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Portal]:
    portal = Portal(tmp_path_factory.mktemp(profile), profile)
    portal.start()
    yield portal
    portal.end()


@pytest.fixture
def portal(_portal: Portal) -> Iterator[Portal]:
    """The portal of the profile, with nothing armed and a mail server that behaves."""
    yield _portal
    _portal.mail.answers.clear()
    _portal.mail.every_third = ""
    for token in _portal.tokens.iterdir():
        if token.is_file():
            token.unlink()


@pytest.fixture
def prefix() -> str:
    """What the keys of this test's changes begin with."""
    return f"{uuid.uuid4()}:"


@pytest.fixture
def row(profile: str, record_property: Callable[[str, Any], None]) -> Callable[..., None]:
    """Add a row to the table that is printed at the end."""

    def row(*values: object) -> None:
        record_property("chaos", [profile, *map(str, values)])

    return row


@pytest.fixture
def figure(record_property: Callable[[str, Any], None]) -> Callable[..., None]:
    """Note a figure as `Run.note` does: of the run, for README's table."""

    def note(what: str, value: float, unit: str = "", limit: str = "") -> None:
        record_property("figure", [what, value, unit, limit])

    return note


def pytest_terminal_summary(terminalreporter: Any) -> None:
    reports = [r for rs in terminalreporter.stats.values() for r in rs if hasattr(r, "nodeid")]
    properties = [
        each
        for report in reports
        if getattr(report, "when", "") == "call"
        for each in report.user_properties
    ]
    rows = sorted(value for name, value in properties if name == "chaos")
    if not rows:
        return
    write_figures(rows, [value for name, value in properties if name == "figure"], reports)
    widths = [max(len(row[column]) for row in [HEAD, *rows]) for column in range(len(HEAD))]
    terminalreporter.section("faults")
    for row in (HEAD, *rows):
        cells = [f"{cell:<{width}}" for cell, width in zip(row, widths, strict=True)]
        terminalreporter.write_line("  ".join(cells).rstrip())
    terminalreporter.write_line("back after: until all was settled, with the kills that followed")


def write_figures(rows: list[list[str]], noted: list[list[Any]], reports: list[Any]) -> None:
    """Keep the sums of the table, without its controls, and what tests have noted besides."""
    run = Run("chaos", f"make chaos ROUNDS={ROUNDS}")
    for profile in sorted({row[0] for row in rows}):
        own = [row for row in rows if row[0] == profile and not row[1].startswith("control")]
        kills, lost, shown = (sum(int(row[column]) for row in own) for column in (2, 3, 4))
        again = sum(int(row[5].split()[0]) for row in own if ", hold" in row[1])
        run.note(f"processes killed, {profile}", kills, "", "", shown=True)
        run.note(f"changes and notices lost, {profile}", lost, "", "0", shown=True)
        run.note(f"notices shown twice, {profile}", shown, "", "0", shown=True)
        what = f"mails sent twice of which a second may not go, {profile}"
        run.note(what, again, "", "0", shown=True)
    for what, value, unit, limit in sorted(noted):
        run.note(what, value, unit, limit, shown=True)
    run.write(
        sorted(
            {f"{report.nodeid} failed" for report in reports if getattr(report, "failed", False)}
        )
    )
