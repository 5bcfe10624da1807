"""Marks and the steps of a paper are added and never changed: the database itself refuses it.

Only who did it may be forgotten, when an account goes. PostgreSQL has triggers against changing
and deleting, from the migration `0003_append_only`; SQLite against changing, made after every
migrate as in guards.py.
"""

from __future__ import annotations

from typing import Any, NamedTuple

from django.apps import apps
from django.db import connections


class Kept(NamedTuple):
    """A model whose rows stay as they were added."""

    model: str
    table: str


KEPT = [Kept("exams.Mark", "exams_mark"), Kept("exams.PaperStep", "exams_paperstep")]
REFUSAL = "rows are added here and never changed"


def sqlite(kept: Kept) -> dict[str, str]:
    """The triggers in SQLite, by name."""
    fields = apps.get_model(kept.model)._meta.concrete_fields
    columns = ", ".join(field.column for field in fields if field.column != "by_id")
    refuse = f"BEGIN SELECT RAISE(ABORT, '{REFUSAL}'); END"
    name = f"{kept.table}_append_only"
    return {
        name: f"CREATE TRIGGER {name} BEFORE UPDATE OF {columns} ON {kept.table} {refuse}",
        f"{name}_by": (
            f"CREATE TRIGGER {name}_by BEFORE UPDATE OF by_id ON {kept.table} "
            f"WHEN NEW.by_id IS NOT NULL {refuse}"
        ),
    }


def ensure_triggers(using: str = "default", **_signal: Any) -> None:
    """Make the triggers in SQLite that are missing or differ; nothing elsewhere."""
    connection = connections[using]
    if connection.vendor != "sqlite":
        return
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT type, name, sql FROM sqlite_master WHERE type IN ('table', 'trigger')"
        )
        rows = cursor.fetchall()
        tables = {name for kind, name, _sql in rows if kind == "table"}
        standing = {name: sql for kind, name, sql in rows if kind == "trigger"}
        for kept in KEPT:
            for name, sql in sqlite(kept).items() if kept.table in tables else ():
                if standing.get(name) != sql:
                    cursor.execute(f"DROP TRIGGER IF EXISTS {name}")
                    cursor.execute(sql)
