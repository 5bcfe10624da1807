"""Rules that only a trigger can keep, in SQLite: made after every migrate.

Django makes a table of SQLite anew when it changes it, and the triggers are gone with the old one.
PostgreSQL keeps its own, which migrations make.
"""

from __future__ import annotations

from collections.abc import Mapping

from django.db import connections

type Triggers = Mapping[str, Mapping[str, str]]  # by table: the statement of each, by its name


def ensure(using: str, wanted: Triggers) -> None:
    """Make the triggers in SQLite that are missing or differ; nothing elsewhere.

    Tables that do not exist yet (a migrate to an earlier state) are left alone.
    """
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
        for table in wanted.keys() & tables:
            for name, sql in wanted[table].items():
                if standing.get(name) != sql:
                    cursor.execute(f"DROP TRIGGER IF EXISTS {name}")
                    cursor.execute(sql)
