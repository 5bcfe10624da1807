"""PostgreSQL refuses to change marks and steps of papers; SQLite: exams/append_only.py."""

from django.db import migrations

TABLES = ["exams_mark", "exams_paperstep"]
FUNCTION = """
CREATE OR REPLACE FUNCTION exams_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'UPDATE' AND NEW.by_id IS NULL
        AND to_jsonb(NEW) - 'by_id' = to_jsonb(OLD) - 'by_id' THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'rows are added here and never changed'
        USING ERRCODE = 'integrity_constraint_violation';
END $$
"""


def add(apps, schema_editor):
    if schema_editor.connection.vendor != "postgresql":
        return
    schema_editor.execute(FUNCTION, params=None)
    for table in TABLES:
        schema_editor.execute(
            f"CREATE TRIGGER {table}_append_only BEFORE UPDATE OR DELETE ON {table} "
            "FOR EACH ROW EXECUTE FUNCTION exams_append_only()"
        )


def drop(apps, schema_editor):
    if schema_editor.connection.vendor != "postgresql":
        return
    for table in TABLES:
        schema_editor.execute(f"DROP TRIGGER {table}_append_only ON {table}")
    schema_editor.execute("DROP FUNCTION exams_append_only()")


class Migration(migrations.Migration):
    dependencies = [("exams", "0002_guards")]

    operations = [migrations.RunPython(add, drop, elidable=False)]
