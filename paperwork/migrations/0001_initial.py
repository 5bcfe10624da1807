import uuid

import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models

import paperwork.models.document


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("accounts", "__first__"),
    ]

    operations = [
        migrations.CreateModel(
            name="Attachment",
            fields=[
                ("subject_kind", models.CharField(blank=True, editable=False, max_length=60)),
                ("subject_id", models.PositiveBigIntegerField(default=0, editable=False)),
                (
                    "id",
                    models.UUIDField(
                        default=uuid.uuid4, editable=False, primary_key=True, serialize=False
                    ),
                ),
                (
                    "purpose",
                    models.CharField(
                        editable=False,
                        help_text="What it is in its case: board_permission.",
                        max_length=40,
                    ),
                ),
                (
                    "file",
                    models.CharField(
                        editable=False, max_length=100, unique=True, verbose_name="file"
                    ),
                ),
                (
                    "name",
                    models.CharField(
                        help_text="As its giver called it.", max_length=120, verbose_name="name"
                    ),
                ),
                (
                    "content_type",
                    models.CharField(
                        choices=[
                            ("application/pdf", "PDF"),
                            ("image/jpeg", "JPEG"),
                            ("image/png", "PNG"),
                        ],
                        max_length=20,
                        verbose_name="kind of file",
                    ),
                ),
                ("size", models.PositiveIntegerField(verbose_name="size in bytes")),
                ("pages", models.PositiveSmallIntegerField(default=1, verbose_name="pages")),
                ("sha256", models.CharField(max_length=64, verbose_name="SHA-256")),
                ("given_by_name", models.CharField(max_length=150, verbose_name="given by")),
                (
                    "given_at",
                    models.DateTimeField(
                        default=django.utils.timezone.now, editable=False, verbose_name="given"
                    ),
                ),
                (
                    "counted_for",
                    models.ForeignKey(
                        editable=False,
                        help_text="Whose quota it counts to.",
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "given_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="attachments",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="given by",
                    ),
                ),
            ],
            options={
                "verbose_name": "file",
                "verbose_name_plural": "files",
                "ordering": ["-given_at"],
                "indexes": [
                    models.Index(fields=["subject_kind", "subject_id"], name="attachment_about")
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("content_type__in", ["application/pdf", "image/jpeg", "image/png"])
                        ),
                        name="attachment_type_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("size__gt", 0)), name="attachment_not_empty"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Document",
            fields=[
                ("subject_kind", models.CharField(blank=True, editable=False, max_length=60)),
                ("subject_id", models.PositiveBigIntegerField(default=0, editable=False)),
                (
                    "id",
                    models.UUIDField(
                        default=uuid.uuid4, editable=False, primary_key=True, serialize=False
                    ),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("off", "not wanted"),
                            ("new", "waiting"),
                            ("leased", "being worked on"),
                            ("sending", "being handed over"),
                            ("done", "done"),
                            ("uncertain", "perhaps done"),
                            ("dead", "given up"),
                            ("cancelled", "taken back"),
                        ],
                        default="new",
                        max_length=10,
                        verbose_name="state",
                    ),
                ),
                (
                    "due_at",
                    models.DateTimeField(default=django.utils.timezone.now, verbose_name="due"),
                ),
                ("attempts", models.PositiveSmallIntegerField(default=0, verbose_name="attempts")),
                ("lease_until", models.DateTimeField(null=True, verbose_name="held until")),
                ("done_at", models.DateTimeField(null=True, verbose_name="done")),
                (
                    "error",
                    models.CharField(
                        blank=True,
                        help_text="The kind of problem; never an address or anything else personal.",
                        max_length=500,
                        verbose_name="last problem",
                    ),
                ),
                (
                    "created_at",
                    models.DateTimeField(
                        default=django.utils.timezone.now, editable=False, verbose_name="since"
                    ),
                ),
                ("request_id", models.CharField(blank=True, editable=False, max_length=64)),
                ("kind", models.CharField(editable=False, max_length=60, verbose_name="kind")),
                (
                    "key",
                    models.CharField(
                        editable=False, help_text="What it is the one of.", max_length=200
                    ),
                ),
                (
                    "version",
                    models.PositiveSmallIntegerField(
                        default=1, editable=False, verbose_name="version"
                    ),
                ),
                ("title", models.CharField(max_length=200, verbose_name="title")),
                (
                    "language",
                    models.CharField(
                        choices=[("nl", "Dutch"), ("en", "English")],
                        max_length=2,
                        verbose_name="language",
                    ),
                ),
                ("data", models.JSONField(default=dict, verbose_name="what it says")),
                (
                    "code",
                    models.CharField(
                        default=paperwork.models.document.new_code,
                        editable=False,
                        max_length=16,
                        unique=True,
                        verbose_name="verification code",
                    ),
                ),
                (
                    "file",
                    models.CharField(
                        blank=True, editable=False, max_length=100, verbose_name="file"
                    ),
                ),
                (
                    "sha256",
                    models.CharField(
                        blank=True, editable=False, max_length=64, verbose_name="SHA-256"
                    ),
                ),
                (
                    "size",
                    models.PositiveIntegerField(
                        default=0, editable=False, verbose_name="size in bytes"
                    ),
                ),
                (
                    "pages",
                    models.PositiveSmallIntegerField(
                        default=0, editable=False, verbose_name="pages"
                    ),
                ),
                (
                    "replaced_at",
                    models.DateTimeField(
                        editable=False,
                        help_text="When a newer version was made.",
                        null=True,
                        verbose_name="replaced",
                    ),
                ),
                (
                    "withdrawn_at",
                    models.DateTimeField(editable=False, null=True, verbose_name="withdrawn"),
                ),
                (
                    "asked_by",
                    models.ForeignKey(
                        editable=False,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="documents_asked",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "verbose_name": "document",
                "verbose_name_plural": "documents",
                "ordering": ["-created_at"],
                "indexes": [
                    models.Index(
                        condition=models.Q(("state__in", ["new", "leased"])),
                        fields=["due_at"],
                        name="document_owed",
                    ),
                    models.Index(fields=["subject_kind", "subject_id"], name="document_about"),
                ],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("kind", "key", "version"), name="document_one_version"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "state__in",
                                [
                                    "off",
                                    "new",
                                    "leased",
                                    "sending",
                                    "done",
                                    "uncertain",
                                    "dead",
                                    "cancelled",
                                ],
                            )
                        ),
                        name="document_state_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("language__in", ["nl", "en"])),
                        name="document_language_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("state", "done"), _negated=True),
                            models.Q(
                                models.Q(("file", ""), _negated=True),
                                models.Q(("sha256", ""), _negated=True),
                            ),
                            _connector="OR",
                        ),
                        name="document_done_has_a_file",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Event",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("subject_kind", models.CharField(blank=True, editable=False, max_length=60)),
                ("subject_id", models.PositiveBigIntegerField(default=0, editable=False)),
                ("action", models.CharField(max_length=40, verbose_name="what")),
                ("from_state", models.CharField(blank=True, max_length=20, verbose_name="from")),
                ("to_state", models.CharField(blank=True, max_length=20, verbose_name="to")),
                (
                    "actor_name",
                    models.CharField(
                        blank=True,
                        help_text="Empty: the portal itself.",
                        max_length=150,
                        verbose_name="who",
                    ),
                ),
                ("role", models.CharField(blank=True, max_length=20, verbose_name="as")),
                (
                    "at",
                    models.DateTimeField(default=django.utils.timezone.now, verbose_name="when"),
                ),
                ("reason", models.TextField(blank=True, verbose_name="why")),
                ("details", models.JSONField(blank=True, default=dict, verbose_name="more")),
                ("request_id", models.CharField(blank=True, max_length=64)),
                (
                    "actor",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="who",
                    ),
                ),
            ],
            options={
                "verbose_name": "event",
                "verbose_name_plural": "events",
                "ordering": ["at", "pk"],
                "indexes": [
                    models.Index(fields=["subject_kind", "subject_id", "at"], name="event_about")
                ],
            },
        ),
        migrations.CreateModel(
            name="MailChoice",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("kind", models.CharField(max_length=60)),
                (
                    "when",
                    models.CharField(
                        choices=[
                            ("at_once", "at once"),
                            ("daily", "once a day, together"),
                            ("never", "not by mail"),
                        ],
                        default="at_once",
                        max_length=10,
                        verbose_name="by mail",
                    ),
                ),
                (
                    "user",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="mail_choices",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "verbose_name": "choice of mail",
                "verbose_name_plural": "choices of mail",
                "constraints": [
                    models.UniqueConstraint(
                        fields=("user", "kind"), name="mailchoice_one_per_kind"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("when__in", ["at_once", "daily", "never"])),
                        name="mailchoice_when_known",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Notice",
            fields=[
                ("subject_kind", models.CharField(blank=True, editable=False, max_length=60)),
                ("subject_id", models.PositiveBigIntegerField(default=0, editable=False)),
                (
                    "id",
                    models.UUIDField(
                        default=uuid.uuid4, editable=False, primary_key=True, serialize=False
                    ),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("off", "not wanted"),
                            ("new", "waiting"),
                            ("leased", "being worked on"),
                            ("sending", "being handed over"),
                            ("done", "done"),
                            ("uncertain", "perhaps done"),
                            ("dead", "given up"),
                            ("cancelled", "taken back"),
                        ],
                        default="new",
                        max_length=10,
                        verbose_name="state",
                    ),
                ),
                (
                    "due_at",
                    models.DateTimeField(default=django.utils.timezone.now, verbose_name="due"),
                ),
                ("attempts", models.PositiveSmallIntegerField(default=0, verbose_name="attempts")),
                ("lease_until", models.DateTimeField(null=True, verbose_name="held until")),
                ("done_at", models.DateTimeField(null=True, verbose_name="done")),
                (
                    "error",
                    models.CharField(
                        blank=True,
                        help_text="The kind of problem; never an address or anything else personal.",
                        max_length=500,
                        verbose_name="last problem",
                    ),
                ),
                (
                    "created_at",
                    models.DateTimeField(
                        default=django.utils.timezone.now, editable=False, verbose_name="since"
                    ),
                ),
                ("request_id", models.CharField(blank=True, editable=False, max_length=64)),
                ("key", models.CharField(editable=False, max_length=200, unique=True)),
                ("kind", models.CharField(editable=False, max_length=60, verbose_name="kind")),
                (
                    "email",
                    models.EmailField(
                        blank=True,
                        help_text="Only for somebody without an account; else the account's is used.",
                        max_length=254,
                        verbose_name="e-mail address",
                    ),
                ),
                (
                    "language",
                    models.CharField(
                        choices=[("nl", "Dutch"), ("en", "English")],
                        max_length=2,
                        verbose_name="language",
                    ),
                ),
                ("subject", models.CharField(max_length=200, verbose_name="subject")),
                (
                    "text",
                    models.TextField(
                        help_text="Paragraphs, with an empty line between them.",
                        verbose_name="text",
                    ),
                ),
                (
                    "link",
                    models.CharField(
                        blank=True, help_text="On the portal.", max_length=500, verbose_name="link"
                    ),
                ),
                (
                    "link_label",
                    models.CharField(blank=True, max_length=100, verbose_name="words of the link"),
                ),
                (
                    "sealed_link",
                    models.TextField(
                        blank=True,
                        editable=False,
                        help_text="A link with a token, encrypted; wiped when the mail has gone.",
                    ),
                ),
                (
                    "until",
                    models.DateTimeField(
                        help_text="By when to act.", null=True, verbose_name="until"
                    ),
                ),
                ("asks", models.BooleanField(default=False, verbose_name="asks for something")),
                (
                    "settled_at",
                    models.DateTimeField(editable=False, null=True, verbose_name="settled"),
                ),
                ("read_at", models.DateTimeField(editable=False, null=True, verbose_name="read")),
                (
                    "digest",
                    models.ForeignKey(
                        editable=False,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="gathered",
                        to="paperwork.notice",
                    ),
                ),
                (
                    "recipient",
                    models.ForeignKey(
                        editable=False,
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="notices",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "verbose_name": "notice",
                "verbose_name_plural": "notices",
                "ordering": ["-due_at", "-created_at"],
                "indexes": [
                    models.Index(
                        condition=models.Q(("state__in", ["new", "leased", "sending"])),
                        fields=["due_at"],
                        name="notice_owed",
                    ),
                    models.Index(fields=["recipient", "-due_at"], name="notice_of_person"),
                    models.Index(fields=["subject_kind", "subject_id"], name="notice_about"),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "state__in",
                                [
                                    "off",
                                    "new",
                                    "leased",
                                    "sending",
                                    "done",
                                    "uncertain",
                                    "dead",
                                    "cancelled",
                                ],
                            )
                        ),
                        name="notice_state_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("language__in", ["nl", "en"])),
                        name="notice_language_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("recipient__isnull", False),
                            models.Q(("email", ""), _negated=True),
                            _connector="OR",
                        ),
                        name="notice_has_a_reader",
                    ),
                ],
            },
        ),
    ]
