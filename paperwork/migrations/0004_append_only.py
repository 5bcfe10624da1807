"""Every event has a digest; PostgreSQL refuses to change the audit trail (SQLite: append_only.py).

A table with changes that are not committed cannot be altered in PostgreSQL, so this is a migration
after the one that fills the digests.
"""

import uuid

from django.db import migrations, models

from paperwork.append_only import GUARDS, REFUSAL


def add(apps, schema_editor):
    if schema_editor.connection.vendor != "postgresql":
        return
    for (name, table, what), unless in GUARDS.items():
        schema_editor.execute(
            f"CREATE OR REPLACE FUNCTION paperwork_{name}() RETURNS trigger LANGUAGE plpgsql AS $$"
            f" BEGIN IF {unless or 'false'} THEN"
            f" RETURN {'OLD' if what == 'DELETE' else 'NEW'}; END IF;"
            f" RAISE EXCEPTION '{REFUSAL}' USING ERRCODE = 'integrity_constraint_violation';"
            f" END $$",
            params=None,
        )
        schema_editor.execute(
            f"CREATE TRIGGER {name} BEFORE {what} ON {table}"
            f" FOR EACH ROW EXECUTE FUNCTION paperwork_{name}()"
        )


def drop(apps, schema_editor):
    if schema_editor.connection.vendor != "postgresql":
        return
    for name, table, _what in GUARDS:
        schema_editor.execute(f"DROP TRIGGER {name} ON {table}")
        schema_editor.execute(f"DROP FUNCTION paperwork_{name}()")


class Migration(migrations.Migration):
    dependencies = [("paperwork", "0003_chain")]

    operations = [
        migrations.AlterField(
            model_name="event",
            name="uid",
            field=models.UUIDField(default=uuid.uuid4, editable=False, unique=True),
        ),
        migrations.AddConstraint(
            model_name="event",
            constraint=models.CheckConstraint(
                condition=models.Q(("digest", ""), _negated=True), name="event_is_signed"
            ),
        ),
        migrations.AddIndex(
            model_name="event",
            index=models.Index(fields=["at", "id"], name="event_by_time"),
        ),
        migrations.RunPython(add, drop, elidable=False),
    ]
