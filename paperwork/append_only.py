"""Events, their digests and the seals over them are added and never changed: the database refuses.

An event goes when its retention period is over, after its digest says so; the digest stays.
PostgreSQL has the same triggers as SQLite, from the migration `0004_append_only`; SQLite loses them
when a table is made anew (triggers.py).
"""

from __future__ import annotations

from typing import Any

from paperwork.triggers import Triggers, ensure

REFUSAL = "the audit trail is added to and never changed"
REFUSE = f"BEGIN SELECT RAISE(ABORT, '{REFUSAL}'); END"
EVENT, DIGEST, SEAL = "paperwork_event", "paperwork_eventdigest", "paperwork_seal"
MEANT = f"EXISTS (SELECT 1 FROM {DIGEST} WHERE event = OLD.id AND taken <> '')"  # noqa: S608
ONLY_LET_GO = (
    "OLD.taken = '' AND NEW.taken <> '' AND NEW.event = OLD.event"
    " AND NEW.seal_id = OLD.seal_id AND NEW.digest = OLD.digest"
)

# What must hold before the database changes or deletes a row of this table.
GUARDS = {
    ("event_stays", EVENT, "DELETE"): MEANT,
    ("event_as_written", EVENT, "UPDATE"): "",
    ("digest_stays", DIGEST, "DELETE"): "",
    ("digest_as_written", DIGEST, "UPDATE"): ONLY_LET_GO,
    ("seal_stays", SEAL, "DELETE"): "",
    ("seal_as_made", SEAL, "UPDATE"): "",
}


def sqlite() -> Triggers:
    """The triggers in SQLite, by table and name."""
    wanted: dict[str, dict[str, str]] = {}
    for (name, table, what), unless in GUARDS.items():
        when = f" WHEN NOT ({unless})" if unless else ""
        wanted.setdefault(table, {})[name] = (
            f"CREATE TRIGGER {name} BEFORE {what} ON {table}{when} {REFUSE}"
        )
    return wanted


def ensure_triggers(using: str = "default", **_signal: Any) -> None:
    """Make in SQLite what a migrate may have taken away; nothing elsewhere."""
    ensure(using, sqlite())
