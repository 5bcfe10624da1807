"""What a digest has gathered waits for none any more, also when that digest has gone."""

from django.db import migrations


def gathered(apps, schema_editor):
    notices = apps.get_model("paperwork", "Notice").objects
    notices.filter(daily=True, digest__isnull=False).update(daily=False)


class Migration(migrations.Migration):
    dependencies = [
        ("paperwork", "0008_check_in_turns"),
    ]

    operations = [
        migrations.RunPython(gathered, migrations.RunPython.noop),
    ]
