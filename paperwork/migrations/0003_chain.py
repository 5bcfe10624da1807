import uuid

import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models

from paperwork import chain


def sign_those_before(apps, schema_editor):
    """Give the events that are there their digest, as if they had been written now."""
    events = apps.get_model("paperwork", "Event").objects
    while some := list(events.filter(digest="").order_by("pk")[:500]):
        for event in some:
            event.uid = uuid.uuid4()
            chain.sign(event)
        events.bulk_update(some, ["uid", "digest"])


class Migration(migrations.Migration):
    dependencies = [
        ("paperwork", "0002_settings"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Seal",
            fields=[
                (
                    "number",
                    models.PositiveBigIntegerField(
                        primary_key=True, serialize=False, verbose_name="number"
                    ),
                ),
                (
                    "sealed_at",
                    models.DateTimeField(default=django.utils.timezone.now, verbose_name="sealed"),
                ),
                ("first_event", models.PositiveBigIntegerField(verbose_name="first event")),
                ("last_event", models.PositiveBigIntegerField(verbose_name="last event")),
                ("events", models.PositiveIntegerField(verbose_name="events")),
                (
                    "root",
                    models.CharField(
                        help_text="SHA-256 over the digests of its events.", max_length=64
                    ),
                ),
                (
                    "previous",
                    models.CharField(help_text="The seal before this one.", max_length=73),
                ),
                (
                    "seal",
                    models.CharField(
                        help_text="Of all of it, with a key: see chain.py.",
                        max_length=73,
                        verbose_name="seal",
                    ),
                ),
            ],
            options={
                "verbose_name": "seal",
                "verbose_name_plural": "seals",
                "ordering": ["-number"],
                "indexes": [models.Index(fields=["sealed_at"], name="seal_by_time")],
            },
        ),
        migrations.CreateModel(
            name="EventDigest",
            fields=[
                (
                    "event",
                    models.PositiveBigIntegerField(
                        help_text="Its number.", primary_key=True, serialize=False
                    ),
                ),
                ("digest", models.CharField(max_length=73)),
                ("taken_at", models.DateTimeField(null=True, verbose_name="let go")),
                (
                    "taken",
                    models.CharField(
                        blank=True,
                        help_text="Proves that the portal itself let the event go.",
                        max_length=73,
                    ),
                ),
                (
                    "seal",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="digests",
                        to="paperwork.seal",
                    ),
                ),
            ],
            options={
                "verbose_name": "digest of an event",
                "verbose_name_plural": "digests of events",
                "ordering": ["event"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("taken", ""), ("taken_at", None)),
                            models.Q(
                                models.Q(("taken", ""), _negated=True), ("taken_at__isnull", False)
                            ),
                            _connector="OR",
                        ),
                        name="event_digest_let_go_with_a_day",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="ChainCheck",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "asked_at",
                    models.DateTimeField(default=django.utils.timezone.now, verbose_name="asked"),
                ),
                ("done_at", models.DateTimeField(null=True, verbose_name="done")),
                ("seals", models.PositiveBigIntegerField(default=0, verbose_name="seals")),
                ("events", models.PositiveBigIntegerField(default=0, verbose_name="events")),
                ("let_go", models.PositiveBigIntegerField(default=0, verbose_name="let go")),
                (
                    "unsealed",
                    models.PositiveBigIntegerField(default=0, verbose_name="not sealed yet"),
                ),
                ("faults", models.PositiveBigIntegerField(default=0, verbose_name="faults")),
                (
                    "found",
                    models.JSONField(
                        default=list, help_text="The first faults: what kind, and of which number."
                    ),
                ),
                (
                    "asked_by",
                    models.ForeignKey(
                        help_text="Empty: the portal itself.",
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "verbose_name": "check of the chain",
                "verbose_name_plural": "checks of the chain",
                "ordering": ["-asked_at", "-pk"],
            },
        ),
        migrations.AlterField(
            model_name="event",
            name="actor",
            field=models.ForeignKey(
                db_constraint=False,
                null=True,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
                verbose_name="who",
            ),
        ),
        migrations.AddField(
            model_name="event",
            name="uid",
            field=models.UUIDField(default=uuid.uuid4, editable=False, null=True),
        ),
        migrations.AddField(
            model_name="event",
            name="digest",
            field=models.CharField(
                default="",
                editable=False,
                help_text="Of all of it, with a key: see chain.py.",
                max_length=73,
            ),
            preserve_default=False,
        ),
        migrations.RunPython(sign_those_before, migrations.RunPython.noop, elidable=True),
    ]
