from typing import Any

from django.db import migrations

from accounts import recovery


def hash_them(apps: Any, _editor: Any) -> None:
    """Of codes that were shown keep hashes, and no seed; others are made when they are shown."""
    for row in apps.get_model("mfa", "Authenticator").objects.filter(type="recovery_codes"):
        if "hashes" not in row.data:
            data: dict[str, Any] = {"hashes": []}
            if "viewed_at" in row.data:
                left = recovery.RecoveryCodes(row).get_unused_codes()
                data = recovery.kept(left) | {"viewed_at": row.data["viewed_at"]}
            row.data = data
            row.save(update_fields=["data"])


class Migration(migrations.Migration):
    """Recovery codes are hashed: their seeds go, the codes people have keep working."""

    dependencies = [
        ("accounts", "0001_initial"),
        ("mfa", "0003_authenticator_type_uniq"),
    ]

    operations = [migrations.RunPython(hash_them, migrations.RunPython.noop, elidable=True)]
