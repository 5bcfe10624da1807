"""What a run of the tests begins with: a migrated database to copy, and compiled readers."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

from django.conf import settings
from django.db import connection

from tests import migrated
from vx_portal.build import compile_readers


def test_the_copy_is_named_after_what_makes_it(tmp_path: Path) -> None:
    sources = migrated.sources()
    parts = {part for path in sources for part in path.parts}
    one = tmp_path / "0001_initial.py"
    one.write_text("x = 1")
    before = migrated.name_of([one])
    one.write_text("x = 2")

    assert {"migrations", "models", "allauth", "paperwork"} <= parts
    assert settings.BASE_DIR / "paperwork" / "append_only.py" in sources
    assert migrated.name_of([one]) != before


def test_a_copy_is_whole(db: None, tmp_path: Path) -> None:
    """It has every column, index and trigger of this run's database, and takes no log along."""
    if connection.vendor != "sqlite":  # PostgreSQL is migrated each time
        return
    target = tmp_path / "copy.sqlite3"
    Path(f"{target}-wal").write_text("of a run that was killed")
    # Columns by name, not in a row: a test that alters a table leaves them in another.
    what = """
        SELECT type, name, sql FROM sqlite_master
        WHERE type <> 'table' AND name NOT LIKE '%shared_cache%'
        UNION ALL
        SELECT 'column of ' || one.name, column.name, column.type || column.pk || column."notnull"
        FROM sqlite_master AS one JOIN pragma_table_info(one.name) AS column
        WHERE one.type = 'table' AND one.name NOT LIKE '%shared_cache%'
    """

    migrated.put(target)

    with closing(sqlite3.connect(target)) as copy:
        copied = set(copy.execute(what))
    with connection.cursor() as cursor:
        cursor.execute(what.replace("%", "%%"), [])
        ours = set(cursor.fetchall())
    assert copied == ours
    assert {"index", "trigger", "column of exams_sitting"} <= {kind for kind, _name, _what in ours}


def test_readers_of_files_are_kept_compiled() -> None:
    """A process that may write nothing finds all of it compiled."""
    compile_readers()
    look = (
        "import os, sys; import paperwork.inside.__main__;"
        "print([m.__name__ for m in list(sys.modules.values()) if getattr(m, '__cached__', None)"
        " and m.__name__.startswith(('paperwork', 'pikepdf', 'pypdfium2'))"
        " and not os.path.exists(m.__cached__)])"
    )
    command = [sys.executable, "-E", "-s", "-B", "-c", look]

    said = subprocess.run(
        command, cwd=settings.BASE_DIR, check=True, capture_output=True, text=True
    )

    assert said.stdout.strip() == "[]"
    assert compile_readers() is False
