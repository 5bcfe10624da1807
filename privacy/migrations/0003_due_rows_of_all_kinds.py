from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("privacy", "0002_retention")]

    operations = [
        migrations.RemoveConstraint("duerow", "due_row_named_once"),
        migrations.RenameField("duerow", "case", "number"),
        migrations.AlterField(
            "duerow",
            "number",
            models.PositiveBigIntegerField(
                help_text="By which a subject of its kind is known: an application, a message, a person."
            ),
        ),
        migrations.AlterField(
            "duerow",
            "reference",
            models.CharField(
                help_text="Of an application its reference, else its day.",
                max_length=20,
                verbose_name="which",
            ),
        ),
        migrations.AddConstraint(
            "duerow",
            models.UniqueConstraint(fields=("kind", "number"), name="due_row_named_once"),
        ),
    ]
