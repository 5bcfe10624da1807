"""PostgreSQL lets a mark go when its case does, in the transaction that says so."""

from django.db import migrations

BEGIN = """
CREATE OR REPLACE FUNCTION exams_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'UPDATE' AND NEW.by_id IS NULL
        AND to_jsonb(NEW) - 'by_id' = to_jsonb(OLD) - 'by_id' THEN
        RETURN NEW;
    END IF;
"""
FORGETTING = """
    IF TG_OP = 'DELETE' AND TG_TABLE_NAME = 'exams_mark'
        AND current_setting('vx.forgetting', true) = 'on' THEN
        RETURN OLD;
    END IF;
"""
END = """
    RAISE EXCEPTION 'rows are added here and never changed'
        USING ERRCODE = 'integrity_constraint_violation';
END $$
"""


def allow(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute(BEGIN + FORGETTING + END, params=None)


def refuse(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute(BEGIN + END, params=None)


class Migration(migrations.Migration):
    dependencies = [("exams", "0003_append_only")]

    operations = [migrations.RunPython(allow, refuse, elidable=False)]
