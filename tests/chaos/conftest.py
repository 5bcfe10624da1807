"""A portal for each profile, and the table of what the faults did."""

from __future__ import annotations

import os
import uuid
from collections.abc import Callable, Iterator
from typing import Any

import pytest

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


def pytest_terminal_summary(terminalreporter: Any) -> None:
    reports = [r for rs in terminalreporter.stats.values() for r in rs if hasattr(r, "nodeid")]
    rows = sorted(
        value
        for report in reports
        if getattr(report, "when", "") == "call"
        for name, value in report.user_properties
        if name == "chaos"
    )
    if not rows:
        return
    widths = [max(len(row[column]) for row in [HEAD, *rows]) for column in range(len(HEAD))]
    terminalreporter.section("faults")
    for row in (HEAD, *rows):
        cells = [f"{cell:<{width}}" for cell, width in zip(row, widths, strict=True)]
        terminalreporter.write_line("  ".join(cells).rstrip())
    terminalreporter.write_line("back after: until all was settled, with the kills that followed")
