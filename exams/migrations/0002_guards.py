"""PostgreSQL refuses two exams in a room and a person in two places; SQLite: exams/guards.py."""

from django.db import migrations

GUARDS = [
    ("exams_sitting", "sitting_room_free", "room_id", "state <> 'cancelled'"),
    ("exams_duty", "duty_invigilator_free", "invigilator_id", "NOT is_cancelled"),
    ("exams_seat", "seat_student_free", "student_id", "NOT is_cancelled"),
]


def add(apps, schema_editor):
    if schema_editor.connection.vendor != "postgresql":
        return
    for table, name, thing, counts in GUARDS:
        # A range of one number is compared without an extension, which an equal sign would need.
        schema_editor.execute(
            f"ALTER TABLE {table} ADD CONSTRAINT {name} EXCLUDE USING gist ("
            f"int8range({thing}, {thing}, '[]') WITH &&, "
            f"tstzrange(starts_at, ends_at, '[)') WITH &&) WHERE ({counts})"
        )


def drop(apps, schema_editor):
    if schema_editor.connection.vendor != "postgresql":
        return
    for table, name, _thing, _counts in GUARDS:
        schema_editor.execute(f"ALTER TABLE {table} DROP CONSTRAINT {name}")


class Migration(migrations.Migration):
    dependencies = [("exams", "0001_initial")]

    operations = [migrations.RunPython(add, drop, elidable=False)]
