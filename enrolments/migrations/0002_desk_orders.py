from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("courses", "0002_places"),
        ("enrolments", "0001_initial"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddIndex(
            model_name="enrolment",
            index=models.Index(fields=["since", "id"], name="enrolment_by_time"),
        ),
        migrations.AddIndex(
            model_name="enrolment",
            index=models.Index(fields=["due_on", "id"], name="enrolment_by_due"),
        ),
        migrations.AddIndex(
            model_name="enrolment",
            index=models.Index(
                fields=[
                    "faculty",
                    "state",
                    "purpose",
                    "kind",
                    "board",
                    "due_on",
                    "snoozed_until",
                    "programme",
                    "home_university",
                    "student",
                ],
                name="enrolment_counted",
            ),
        ),
    ]
