"""The database itself refuses two exams in a room, and a person in two places at once.

PostgreSQL has exclusion constraints, from the migration `0002_guards`. SQLite has triggers, which
are made after every migrate (paperwork/triggers.py). What ends at ten and what begins at
ten go together: all times are instants in UTC, so clocks that change make no difference.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from django.db.utils import DatabaseError
from django.utils.translation import gettext_lazy as _

from paperwork.triggers import ensure

if TYPE_CHECKING:
    from django.utils.functional import Promise

DEADLOCK = "40P01"  # what PostgreSQL calls it, as psycopg2 hands it on


class Guard(NamedTuple):
    """Rows of `table` with the same `thing` may not overlap, where `counts` holds."""

    name: str
    table: str
    thing: str
    counts: str  # with {row}, the name of the row that is asked about
    watched: str  # the column that `counts` reads
    message: str | Promise


GUARDS = [
    Guard(
        "sitting_room_free",
        "exams_sitting",
        "room_id",
        "{row}state <> 'cancelled'",
        "state",
        _("There is another exam in this room at that time."),
    ),
    Guard(
        "duty_invigilator_free",
        "exams_duty",
        "invigilator_id",
        "NOT {row}is_cancelled",
        "is_cancelled",
        _("This invigilator is at another exam at that time."),
    ),
    Guard(
        "seat_student_free",
        "exams_seat",
        "student_id",
        "NOT {row}is_cancelled",
        "is_cancelled",
        _("This student has another exam at that time."),
    ),
]


def triggers(guard: Guard) -> dict[str, str]:
    """The triggers in SQLite, by name: before a row comes, and before one changes."""
    thing, table = guard.thing, guard.table
    refuse = (
        f"WHEN {guard.counts.format(row='NEW.')} BEGIN SELECT RAISE(ABORT, '{guard.name}') "  # noqa: S608
        f"WHERE EXISTS (SELECT 1 FROM {table} AS other WHERE other.{thing} = NEW.{thing} "
        f"AND {guard.counts.format(row='other.')} "
        f"AND other.starts_at < NEW.ends_at AND other.ends_at > NEW.starts_at"
    )
    columns = f"{thing}, starts_at, ends_at, {guard.watched}"
    return {
        f"{guard.name}_insert": (
            f"CREATE TRIGGER {guard.name}_insert BEFORE INSERT ON {table} {refuse}); END"
        ),
        f"{guard.name}_update": (
            f"CREATE TRIGGER {guard.name}_update BEFORE UPDATE OF {columns} ON {table} "
            f"{refuse} AND other.id <> OLD.id); END"
        ),
    }


def ensure_triggers(using: str = "default", **_signal: Any) -> None:
    """Make in SQLite what a migrate may have taken away; nothing elsewhere."""
    wanted: dict[str, dict[str, str]] = {}
    for guard in GUARDS:
        wanted.setdefault(guard.table, {}).update(triggers(guard))
    ensure(using, wanted)


def refusal_of(error: DatabaseError) -> str:
    """What a guard refused, in words; empty when the error is something else.

    Of two that wait for each other PostgreSQL ends one (a deadlock): that is a refusal too.
    """
    cause = error.__cause__ or error
    diagnosis = getattr(cause, "diag", None)
    named = str(getattr(diagnosis, "constraint_name", "") or cause)
    for guard in GUARDS:
        if named == guard.name:
            return str(guard.message)
    if getattr(cause, "pgcode", "") == DEADLOCK:
        return str(_("Somebody else plans the same room or person at this moment. Try again."))
    return ""
