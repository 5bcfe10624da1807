"""Marks and the steps of a paper are added and never changed: the database itself refuses it.

Only who did it may be forgotten, when an account goes. PostgreSQL has triggers against changing
and deleting, from the migration `0003_append_only` (`forgetting` lets marks go); SQLite against
changing, made after every migrate as in guards.py.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, NamedTuple

from django.apps import apps
from django.db import connection

from paperwork.triggers import ensure


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


@contextmanager
def forgetting() -> Iterator[None]:
    """Inside, and in this transaction, marks may go: their case's retention period is over."""
    _forgetting("on")
    yield
    _forgetting("off")


def _forgetting(value: str) -> None:
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT set_config('vx.forgetting', %s, true)", [value])


def ensure_triggers(using: str = "default", **_signal: Any) -> None:
    """Make in SQLite what a migrate may have taken away; nothing elsewhere."""
    ensure(using, {kept.table: sqlite(kept) for kept in KEPT})
