"""The security table is complete, and everything that it names is there."""

from __future__ import annotations

import ast
from collections import Counter
from functools import cache
from pathlib import Path

import pytest
from django.conf import settings

from docs import security
from docs.security import Row

ROOT: Path = settings.BASE_DIR
ROWS = security.rows()
V17_LEVEL_2 = 7  # of 183; the chapter on WebRTC does not apply


def test_the_list_of_requirements_is_whole() -> None:
    found = Counter(security.levels().values())

    assert found[1] == 70
    assert found[2] == 183 - V17_LEVEL_2
    assert {section.split(".")[0] for section in security.LEVELS} == set(security.CHAPTERS)


def test_every_requirement_of_levels_1_and_2_has_a_row() -> None:
    wanted = {name for name, level in security.levels().items() if level < 3}

    assert wanted - {row.id for row in ROWS} == set()
    assert {row.id for row in ROWS} <= security.levels().keys()


@cache
def names_in(path: Path) -> frozenset[str]:
    return frozenset(
        node.name
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.FunctionDef) and node.name.startswith("test_")
    )


def missing(row: Row) -> list[str]:
    """What `row` names that is not there."""
    gone = []
    for place in row.at:
        file, _, name = place.partition("::")
        path = ROOT / file
        if not path.exists() or (name and name not in path.read_text()):
            gone.append(place)
    for test in row.tests:
        file, _, name = test.partition("::")
        path = ROOT / file
        if not path.is_file() or name not in names_in(path):
            gone.append(test)
    return gone


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.id)
def test_what_a_row_names_is_there(row: Row) -> None:
    assert row.state in security.SAID
    assert row.what
    assert row.by
    assert bool(row.at) == (row.state == "met")
    assert not row.tests or row.state == "met"
    assert missing(row) == []


def test_what_is_gone_would_be_seen() -> None:
    row = ROWS[0]._replace(
        at=["no/such/file.py", "manage.py::no_such_name"],
        tests=["tests/docs/test_docs.py::test_no_such", "tests/test_nothing.py::test_x"],
    )

    assert len(missing(row)) == 4
    assert missing(ROWS[0]) == []


def test_the_page_is_what_the_data_say() -> None:
    assert (ROOT / "docs/security.md").read_text() == security.page(), "run: make docs"
