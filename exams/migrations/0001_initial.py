import uuid

import django.core.validators
import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("accounts", "__first__"),
        ("courses", "0001_initial"),
        ("enrolments", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name="Building",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("name_nl", models.CharField(max_length=100, verbose_name="name in Dutch")),
                ("name_en", models.CharField(max_length=100, verbose_name="name in English")),
                ("address", models.CharField(max_length=150, verbose_name="address")),
                ("city", models.CharField(max_length=60, verbose_name="city")),
                (
                    "route_nl",
                    models.TextField(
                        blank=True, max_length=1000, verbose_name="how to get there, in Dutch"
                    ),
                ),
                (
                    "route_en",
                    models.TextField(
                        blank=True, max_length=1000, verbose_name="how to get there, in English"
                    ),
                ),
            ],
            options={
                "verbose_name": "building",
                "verbose_name_plural": "buildings",
                "ordering": ["city", "name_nl"],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("name_nl", "city"),
                        name="building_named_once",
                        violation_error_message="There is a building with this name already.",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Exam",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "attempt",
                    models.PositiveSmallIntegerField(
                        default=1,
                        help_text="1 is the exam itself, 2 the resit.",
                        validators=[
                            django.core.validators.MinValueValidator(1),
                            django.core.validators.MaxValueValidator(9),
                        ],
                        verbose_name="attempt",
                    ),
                ),
                (
                    "held",
                    models.CharField(
                        choices=[
                            ("leiden", "in Leiden"),
                            ("home", "at the students' home universities"),
                        ],
                        default="leiden",
                        max_length=10,
                        verbose_name="where",
                    ),
                ),
                (
                    "mode",
                    models.CharField(
                        choices=[
                            ("instant", "the same moment everywhere"),
                            ("local", "the same local time"),
                            ("window", "within a period"),
                        ],
                        max_length=10,
                        verbose_name="how the moment is fixed",
                    ),
                ),
                (
                    "starts_at",
                    models.DateTimeField(blank=True, null=True, verbose_name="starts at"),
                ),
                ("local_date", models.DateField(blank=True, null=True, verbose_name="date")),
                ("local_time", models.TimeField(blank=True, null=True, verbose_name="time")),
                (
                    "is_second_hour",
                    models.BooleanField(
                        default=False, verbose_name="the second of an hour that comes twice"
                    ),
                ),
                (
                    "window_from",
                    models.DateTimeField(blank=True, null=True, verbose_name="not before"),
                ),
                (
                    "window_until",
                    models.DateTimeField(blank=True, null=True, verbose_name="over by"),
                ),
                (
                    "minutes",
                    models.PositiveSmallIntegerField(
                        help_text="Without extra exam time.",
                        validators=[
                            django.core.validators.MinValueValidator(10),
                            django.core.validators.MaxValueValidator(600),
                        ],
                        verbose_name="length in minutes",
                    ),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("paper", "on paper"),
                            ("laptop", "on your own laptop"),
                            ("computer", "in a computer room"),
                            ("oral", "oral, by video"),
                        ],
                        max_length=10,
                        verbose_name="kind of exam",
                    ),
                ),
                (
                    "materials",
                    models.TextField(
                        blank=True,
                        help_text="Such as: a calculator without memory, one sheet of notes.",
                        max_length=2000,
                        verbose_name="what a student may use",
                    ),
                ),
                (
                    "instructions",
                    models.TextField(
                        blank=True,
                        help_text="For students and invigilators, in your own words.",
                        max_length=5000,
                        verbose_name="instructions",
                    ),
                ),
                (
                    "language",
                    models.CharField(
                        choices=[("nl", "Dutch"), ("en", "English")],
                        default="en",
                        max_length=2,
                        verbose_name="language of these texts",
                    ),
                ),
                (
                    "contact_name",
                    models.CharField(
                        blank=True, max_length=150, verbose_name="contact during the exam"
                    ),
                ),
                (
                    "contact_phone",
                    models.CharField(blank=True, max_length=40, verbose_name="telephone"),
                ),
                (
                    "contact_email",
                    models.EmailField(blank=True, max_length=254, verbose_name="e-mail address"),
                ),
                (
                    "paper_due_at",
                    models.DateTimeField(
                        blank=True,
                        help_text="In Leiden's time.",
                        null=True,
                        verbose_name="the paper is here by",
                    ),
                ),
                (
                    "confirmed_at",
                    models.DateTimeField(editable=False, null=True, verbose_name="fixed"),
                ),
                (
                    "confirmed_by_name",
                    models.CharField(editable=False, max_length=150, verbose_name="fixed by"),
                ),
                (
                    "changed_at",
                    models.DateTimeField(default=django.utils.timezone.now, editable=False),
                ),
                (
                    "confirmed_by",
                    models.ForeignKey(
                        editable=False,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "edition",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="exams",
                        to="courses.edition",
                        verbose_name="edition",
                    ),
                ),
            ],
            options={
                "verbose_name": "exam",
                "verbose_name_plural": "exams",
                "ordering": ["starts_at", "window_from", "pk"],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("edition", "attempt"),
                        name="exam_once_per_attempt",
                        violation_error_message="This attempt has been entered already.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("mode__in", ["instant", "local", "window"])),
                        name="exam_mode_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("held__in", ["leiden", "home"])), name="exam_held_known"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("kind__in", ["paper", "laptop", "computer", "oral"])),
                        name="exam_kind_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("language__in", ["nl", "en"])),
                        name="exam_language_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("attempt__gte", 1), ("attempt__lte", 9)),
                        name="exam_attempt_in_range",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("minutes__gte", 10), ("minutes__lte", 600)),
                        name="exam_has_a_length",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("local_date", None),
                                ("local_time", None),
                                ("mode", "instant"),
                                ("starts_at__isnull", False),
                                ("window_from", None),
                                ("window_until", None),
                            ),
                            models.Q(
                                ("local_date__isnull", False),
                                ("local_time__isnull", False),
                                ("mode", "local"),
                                ("starts_at__isnull", False),
                                ("window_from", None),
                                ("window_until", None),
                            ),
                            models.Q(
                                ("local_date", None),
                                ("local_time", None),
                                ("mode", "window"),
                                ("starts_at", None),
                                ("window_from__isnull", False),
                                ("window_until__isnull", False),
                            ),
                            _connector="OR",
                        ),
                        name="exam_moment_fits_mode",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("window_from", None),
                            ("window_until__gt", models.F("window_from")),
                            _connector="OR",
                        ),
                        name="exam_window_in_order",
                        violation_error_message="The period must end after it begins.",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="ExamLink",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("digest", models.CharField(editable=False, max_length=64, unique=True)),
                (
                    "created_at",
                    models.DateTimeField(
                        default=django.utils.timezone.now, editable=False, verbose_name="made"
                    ),
                ),
                ("expires_at", models.DateTimeField(verbose_name="valid until")),
                ("spent_at", models.DateTimeField(editable=False, null=True, verbose_name="used")),
                (
                    "revoked_at",
                    models.DateTimeField(editable=False, null=True, verbose_name="revoked"),
                ),
                ("attempt", models.PositiveSmallIntegerField(default=1, verbose_name="attempt")),
                (
                    "purpose",
                    models.CharField(
                        choices=[("fix", "to fix the exam"), ("paper", "to send the exam paper")],
                        max_length=10,
                        verbose_name="what for",
                    ),
                ),
                ("email", models.EmailField(max_length=254, verbose_name="sent to")),
                (
                    "language",
                    models.CharField(
                        choices=[("nl", "Dutch"), ("en", "English")],
                        max_length=2,
                        verbose_name="language",
                    ),
                ),
                ("used_by", models.CharField(blank=True, max_length=150, verbose_name="used by")),
                (
                    "edition",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="exam_links",
                        to="courses.edition",
                    ),
                ),
                (
                    "made_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "university",
                    models.ForeignKey(
                        blank=True,
                        help_text="The home university that holds an exam of ours; none: the host.",
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="courses.university",
                    ),
                ),
            ],
            options={
                "verbose_name": "link to an exam",
                "verbose_name_plural": "links to exams",
                "ordering": ["-created_at", "-pk"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("purpose__in", ["fix", "paper"])),
                        name="exam_link_purpose_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("language__in", ["nl", "en"])),
                        name="exam_link_language_known",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Facility",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("attempt", models.PositiveSmallIntegerField(default=1, verbose_name="attempt")),
                (
                    "extra_minutes",
                    models.PositiveSmallIntegerField(
                        default=0,
                        validators=[
                            django.core.validators.MinValueValidator(0),
                            django.core.validators.MaxValueValidator(240),
                        ],
                        verbose_name="extra minutes",
                    ),
                ),
                (
                    "own_room",
                    models.BooleanField(default=False, verbose_name="a room of one's own"),
                ),
                ("large_print", models.BooleanField(default=False, verbose_name="large print")),
                ("own_laptop", models.BooleanField(default=False, verbose_name="a laptop")),
                (
                    "wheelchair",
                    models.BooleanField(default=False, verbose_name="access by wheelchair"),
                ),
                (
                    "other",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("breaks", "short breaks"),
                            ("read_aloud", "text read aloud by software"),
                            ("front", "a place at the front"),
                            ("ears", "hearing protection"),
                            ("desk", "an adjustable desk and chair"),
                        ],
                        max_length=20,
                        verbose_name="something else",
                    ),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("asked", "being checked"),
                            ("checked", "granted"),
                            ("refused", "not accepted"),
                            ("withdrawn", "withdrawn"),
                        ],
                        default="asked",
                        editable=False,
                        max_length=10,
                        verbose_name="state",
                    ),
                ),
                (
                    "asked_at",
                    models.DateTimeField(
                        default=django.utils.timezone.now, editable=False, verbose_name="asked"
                    ),
                ),
                (
                    "checked_at",
                    models.DateTimeField(editable=False, null=True, verbose_name="checked"),
                ),
                (
                    "refusal",
                    models.TextField(
                        blank=True, editable=False, max_length=1000, verbose_name="why not"
                    ),
                ),
                ("delete_after", models.DateField(editable=False, verbose_name="deleted after")),
                (
                    "changed_at",
                    models.DateTimeField(default=django.utils.timezone.now, editable=False),
                ),
                (
                    "checked_by",
                    models.ForeignKey(
                        editable=False,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "enrolment",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="facilities",
                        to="enrolments.enrolment",
                    ),
                ),
            ],
            options={
                "verbose_name": "exam facility",
                "verbose_name_plural": "exam facilities",
                "ordering": ["asked_at", "pk"],
                "indexes": [
                    models.Index(fields=["state", "asked_at"], name="facility_to_check"),
                    models.Index(fields=["delete_after"], name="facility_to_delete"),
                ],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("enrolment", "attempt"), name="facility_once_per_attempt"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("state__in", ["asked", "checked", "refused", "withdrawn"])
                        ),
                        name="facility_state_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("other__in", ["", "breaks", "read_aloud", "front", "ears", "desk"])
                        ),
                        name="facility_other_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("attempt__gte", 1), ("attempt__lte", 9)),
                        name="facility_attempt_in_range",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("extra_minutes__lte", 240)),
                        name="facility_extra_in_range",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("extra_minutes__gt", 0),
                            ("own_room", True),
                            ("large_print", True),
                            ("own_laptop", True),
                            ("wheelchair", True),
                            models.Q(("other", ""), _negated=True),
                            _connector="OR",
                        ),
                        name="facility_is_something",
                        violation_error_message="Say what your programme has granted.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("state__in", ["checked", "refused"]), _negated=True),
                            ("checked_at__isnull", False),
                            _connector="OR",
                        ),
                        name="facility_checked_when_decided",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("state", "refused"), _negated=True),
                            models.Q(("refusal", ""), _negated=True),
                            _connector="OR",
                        ),
                        name="facility_refused_with_reason",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Invigilator",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("name", models.CharField(max_length=150, verbose_name="name")),
                (
                    "email",
                    models.EmailField(
                        error_messages={
                            "unique": "There is an invigilator with this address already."
                        },
                        max_length=254,
                        unique=True,
                        verbose_name="e-mail address",
                    ),
                ),
                ("speaks_nl", models.BooleanField(default=True, verbose_name="speaks Dutch")),
                ("speaks_en", models.BooleanField(default=True, verbose_name="speaks English")),
                ("is_in_use", models.BooleanField(default=True, verbose_name="can be asked")),
                ("changed_at", models.DateTimeField(auto_now=True)),
                (
                    "user",
                    models.OneToOneField(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="invigilator",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="account",
                    ),
                ),
            ],
            options={
                "verbose_name": "invigilator",
                "verbose_name_plural": "invigilators",
                "ordering": ["name", "pk"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("speaks_nl", True), ("speaks_en", True), _connector="OR"
                        ),
                        name="invigilator_speaks",
                        violation_error_message="Choose at least one language.",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="InvigilatorHours",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("starts_at", models.DateTimeField(verbose_name="from")),
                ("ends_at", models.DateTimeField(verbose_name="until")),
                (
                    "invigilator",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="hours",
                        to="exams.invigilator",
                    ),
                ),
            ],
            options={
                "verbose_name": "availability",
                "verbose_name_plural": "availability",
                "ordering": ["starts_at"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("ends_at__gt", models.F("starts_at"))),
                        name="invigilator_hours_in_order",
                        violation_error_message="The end must be after the beginning.",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Paper",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "number",
                    models.PositiveSmallIntegerField(
                        default=1,
                        help_text="A second upload is a new version.",
                        verbose_name="version",
                    ),
                ),
                (
                    "file",
                    models.CharField(
                        blank=True,
                        editable=False,
                        help_text="Empty: no file.",
                        max_length=100,
                        verbose_name="file",
                    ),
                ),
                ("name", models.CharField(blank=True, max_length=120, verbose_name="name")),
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
                    "sha256",
                    models.CharField(
                        blank=True,
                        editable=False,
                        help_text="As it was given.",
                        max_length=64,
                        verbose_name="SHA-256",
                    ),
                ),
                (
                    "handed_over",
                    models.CharField(
                        blank=True,
                        help_text="When not as a file.",
                        max_length=300,
                        verbose_name="how it was handed over",
                    ),
                ),
                (
                    "received_at",
                    models.DateTimeField(
                        default=django.utils.timezone.now, editable=False, verbose_name="received"
                    ),
                ),
                (
                    "received_from",
                    models.CharField(editable=False, max_length=150, verbose_name="received from"),
                ),
                (
                    "readable_from",
                    models.DateTimeField(blank=True, null=True, verbose_name="can be opened from"),
                ),
                (
                    "replaced_at",
                    models.DateTimeField(editable=False, null=True, verbose_name="replaced"),
                ),
                (
                    "exam",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="papers",
                        to="exams.exam",
                    ),
                ),
                (
                    "first_reader",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="opens it",
                    ),
                ),
                (
                    "second_reader",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="is there",
                    ),
                ),
            ],
            options={
                "verbose_name": "exam paper",
                "verbose_name_plural": "exam papers",
                "ordering": ["exam", "-number"],
                "constraints": [
                    models.UniqueConstraint(fields=("exam", "number"), name="paper_numbered_once"),
                    models.UniqueConstraint(
                        condition=models.Q(("replaced_at", None)),
                        fields=("exam",),
                        name="paper_one_current",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                models.Q(("file", ""), _negated=True),
                                models.Q(("sha256", ""), _negated=True),
                            ),
                            models.Q(("file", ""), models.Q(("handed_over", ""), _negated=True)),
                            _connector="OR",
                        ),
                        name="paper_file_or_otherwise",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("first_reader", None),
                            ("second_reader", None),
                            models.Q(("first_reader", models.F("second_reader")), _negated=True),
                            _connector="OR",
                        ),
                        name="paper_opened_by_two_people",
                        violation_error_message="Name two different people.",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Plan",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("starts_on", models.DateField(verbose_name="from")),
                ("ends_on", models.DateField(verbose_name="until")),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("waiting", "waiting"),
                            ("running", "being made"),
                            ("done", "ready"),
                            ("impossible", "impossible"),
                            ("stopped", "stopped"),
                            ("failed", "failed"),
                        ],
                        default="waiting",
                        editable=False,
                        max_length=10,
                        verbose_name="state",
                    ),
                ),
                (
                    "progress",
                    models.PositiveSmallIntegerField(
                        default=0,
                        editable=False,
                        validators=[django.core.validators.MaxValueValidator(100)],
                        verbose_name="per cent",
                    ),
                ),
                ("given", models.JSONField(default=dict, editable=False)),
                ("result", models.JSONField(default=dict, editable=False)),
                (
                    "asked_at",
                    models.DateTimeField(
                        default=django.utils.timezone.now, editable=False, verbose_name="asked"
                    ),
                ),
                ("started_at", models.DateTimeField(editable=False, null=True)),
                (
                    "beat_at",
                    models.DateTimeField(
                        editable=False,
                        help_text="The last sign of life of whoever makes it.",
                        null=True,
                    ),
                ),
                ("finished_at", models.DateTimeField(editable=False, null=True)),
                ("stop_asked_at", models.DateTimeField(editable=False, null=True)),
                (
                    "applied_at",
                    models.DateTimeField(editable=False, null=True, verbose_name="taken over"),
                ),
                ("applied_by_name", models.CharField(blank=True, editable=False, max_length=150)),
                (
                    "asked_by",
                    models.ForeignKey(
                        editable=False,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "verbose_name": "proposed plan",
                "verbose_name_plural": "proposed plans",
                "ordering": ["-asked_at", "-pk"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "state__in",
                                ["waiting", "running", "done", "impossible", "stopped", "failed"],
                            )
                        ),
                        name="plan_state_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("ends_on__gte", models.F("starts_on"))),
                        name="plan_days_in_order",
                        violation_error_message="The last day must be on or after the first day.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("progress__lte", 100)), name="plan_progress_in_range"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Resit",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "attempt",
                    models.PositiveSmallIntegerField(
                        validators=[
                            django.core.validators.MinValueValidator(2),
                            django.core.validators.MaxValueValidator(9),
                        ],
                        verbose_name="attempt",
                    ),
                ),
                (
                    "because",
                    models.CharField(
                        choices=[
                            ("absent", "not there"),
                            ("ill", "reported ill before the start"),
                            ("failed", "not passed"),
                        ],
                        max_length=10,
                        verbose_name="because",
                    ),
                ),
                (
                    "offered_at",
                    models.DateTimeField(
                        default=django.utils.timezone.now, editable=False, verbose_name="offered"
                    ),
                ),
                (
                    "answer",
                    models.CharField(
                        blank=True,
                        choices=[("yes", "takes part"), ("no", "does not take part")],
                        max_length=5,
                        verbose_name="answer",
                    ),
                ),
                (
                    "answered_at",
                    models.DateTimeField(editable=False, null=True, verbose_name="answered"),
                ),
                (
                    "enrolment",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="resits",
                        to="enrolments.enrolment",
                    ),
                ),
                (
                    "offered_by",
                    models.ForeignKey(
                        editable=False,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "verbose_name": "resit",
                "verbose_name_plural": "resits",
                "ordering": ["offered_at", "pk"],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("enrolment", "attempt"), name="resit_offered_once"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("because__in", ["absent", "ill", "failed"])),
                        name="resit_because_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("answer__in", ["", "yes", "no"])),
                        name="resit_answer_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("attempt__gt", 1), ("attempt__lte", 9)),
                        name="resit_attempt_in_range",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("answer", ""), ("answered_at", None)),
                            models.Q(
                                models.Q(("answer", ""), _negated=True),
                                ("answered_at__isnull", False),
                            ),
                            _connector="OR",
                        ),
                        name="resit_answered_at",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Room",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "name",
                    models.CharField(
                        help_text="As it stands on the door.", max_length=60, verbose_name="name"
                    ),
                ),
                (
                    "places",
                    models.PositiveSmallIntegerField(
                        help_text="In exam setting.",
                        validators=[django.core.validators.MinValueValidator(1)],
                        verbose_name="places",
                    ),
                ),
                (
                    "computers",
                    models.PositiveSmallIntegerField(default=0, verbose_name="computers"),
                ),
                (
                    "is_accessible",
                    models.BooleanField(default=False, verbose_name="accessible by wheelchair"),
                ),
                ("for_paper", models.BooleanField(default=True, verbose_name="exams on paper")),
                (
                    "for_laptop",
                    models.BooleanField(default=False, verbose_name="exams on your own laptop"),
                ),
                (
                    "for_oral",
                    models.BooleanField(default=False, verbose_name="oral exams, by video"),
                ),
                ("is_in_use", models.BooleanField(default=True, verbose_name="in use")),
                ("changed_at", models.DateTimeField(auto_now=True)),
                (
                    "building",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="rooms",
                        to="exams.building",
                        verbose_name="building",
                    ),
                ),
            ],
            options={
                "verbose_name": "room",
                "verbose_name_plural": "rooms",
                "ordering": ["building", "name"],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("building", "name"),
                        name="room_named_once_per_building",
                        violation_error_message="This building has a room with this name already.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("places__gte", 1)),
                        name="room_has_places",
                        violation_error_message="A room has at least one place.",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="RoomClosure",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("starts_at", models.DateTimeField(verbose_name="from")),
                ("ends_at", models.DateTimeField(verbose_name="until")),
                ("why", models.CharField(max_length=150, verbose_name="why")),
                (
                    "room",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="closures",
                        to="exams.room",
                    ),
                ),
            ],
            options={
                "verbose_name": "closure",
                "verbose_name_plural": "closures",
                "ordering": ["starts_at"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("ends_at__gt", models.F("starts_at"))),
                        name="room_closure_in_order",
                        violation_error_message="The closure must end after it begins.",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="RoomHours",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "weekday",
                    models.PositiveSmallIntegerField(
                        choices=[
                            (0, "Monday"),
                            (1, "Tuesday"),
                            (2, "Wednesday"),
                            (3, "Thursday"),
                            (4, "Friday"),
                            (5, "Saturday"),
                            (6, "Sunday"),
                        ],
                        verbose_name="day",
                    ),
                ),
                ("opens", models.TimeField(verbose_name="opens")),
                ("closes", models.TimeField(verbose_name="closes")),
                (
                    "room",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="hours",
                        to="exams.room",
                    ),
                ),
            ],
            options={
                "verbose_name": "opening hours",
                "verbose_name_plural": "opening hours",
                "ordering": ["weekday"],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("room", "weekday"), name="room_hours_once_per_day"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("weekday__in", [0, 1, 2, 3, 4, 5, 6])),
                        name="room_hours_weekday_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("closes__gt", models.F("opens"))),
                        name="room_hours_in_order",
                        violation_error_message="A room closes after it opens.",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Sitting",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("starts_at", models.DateTimeField(verbose_name="starts at")),
                (
                    "ends_at",
                    models.DateTimeField(
                        help_text="The last student's end, extra exam time included.",
                        verbose_name="ends at",
                    ),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("planned", "planned"),
                            ("published", "published"),
                            ("held", "held"),
                            ("closed", "closed"),
                            ("cancelled", "cancelled"),
                        ],
                        default="planned",
                        editable=False,
                        max_length=10,
                        verbose_name="state",
                    ),
                ),
                (
                    "is_pinned",
                    models.BooleanField(
                        default=False,
                        help_text="A proposed plan does not move it.",
                        verbose_name="stays as it is",
                    ),
                ),
                ("uid", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                (
                    "sequence",
                    models.PositiveIntegerField(
                        default=0,
                        editable=False,
                        help_text="Counts up with each change that calendars learn.",
                    ),
                ),
                ("version", models.PositiveIntegerField(default=1, editable=False)),
                (
                    "changed_at",
                    models.DateTimeField(default=django.utils.timezone.now, editable=False),
                ),
                ("changed_by_name", models.CharField(blank=True, editable=False, max_length=150)),
                (
                    "published_at",
                    models.DateTimeField(editable=False, null=True, verbose_name="published"),
                ),
                (
                    "cancelled_because",
                    models.CharField(blank=True, max_length=300, verbose_name="why cancelled"),
                ),
                ("report", models.TextField(blank=True, max_length=5000, verbose_name="report")),
                (
                    "signed_off_at",
                    models.DateTimeField(editable=False, null=True, verbose_name="closed"),
                ),
                (
                    "signed_off_by_name",
                    models.CharField(
                        blank=True, editable=False, max_length=150, verbose_name="closed by"
                    ),
                ),
                (
                    "exam",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="sittings",
                        to="exams.exam",
                        verbose_name="exam",
                    ),
                ),
                (
                    "room",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="sittings",
                        to="exams.room",
                        verbose_name="room",
                    ),
                ),
                (
                    "signed_off_by",
                    models.ForeignKey(
                        editable=False,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "verbose_name": "sitting",
                "verbose_name_plural": "sittings",
                "ordering": ["starts_at", "room", "pk"],
                "indexes": [
                    models.Index(fields=["room", "starts_at"], name="sitting_of_room"),
                    models.Index(fields=["starts_at", "id"], name="sitting_by_time"),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("state__in", ["planned", "published", "held", "closed", "cancelled"])
                        ),
                        name="sitting_state_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("ends_at__gt", models.F("starts_at"))),
                        name="sitting_in_order",
                        violation_error_message="The sitting must end after it starts.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("state", "closed"), _negated=True),
                            ("signed_off_at__isnull", False),
                            _connector="OR",
                        ),
                        name="sitting_closed_is_signed",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("state__in", ["published", "held", "closed"]), _negated=True),
                            ("published_at__isnull", False),
                            _connector="OR",
                        ),
                        name="sitting_told_is_published",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Seat",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "number",
                    models.PositiveSmallIntegerField(
                        validators=[django.core.validators.MinValueValidator(1)],
                        verbose_name="seat",
                    ),
                ),
                ("starts_at", models.DateTimeField(verbose_name="starts at")),
                (
                    "ends_at",
                    models.DateTimeField(
                        help_text="Extra exam time included.", verbose_name="ends at"
                    ),
                ),
                (
                    "extra_minutes",
                    models.PositiveSmallIntegerField(default=0, verbose_name="extra minutes"),
                ),
                (
                    "arrangement",
                    models.JSONField(
                        blank=True,
                        default=list,
                        help_text="Names of ARRANGEMENTS.",
                        verbose_name="arrangement",
                    ),
                ),
                ("is_cancelled", models.BooleanField(default=False, editable=False)),
                (
                    "attendance",
                    models.CharField(
                        choices=[
                            ("expected", "expected"),
                            ("present", "present"),
                            ("late", "late"),
                            ("absent", "not there"),
                            ("left_early", "left early"),
                        ],
                        default="expected",
                        max_length=10,
                        verbose_name="attendance",
                    ),
                ),
                (
                    "minutes_late",
                    models.PositiveSmallIntegerField(
                        blank=True, null=True, verbose_name="minutes late"
                    ),
                ),
                ("left_at", models.DateTimeField(blank=True, null=True, verbose_name="left at")),
                (
                    "is_identified",
                    models.BooleanField(default=False, verbose_name="identity checked"),
                ),
                (
                    "ill_reported_at",
                    models.DateTimeField(
                        editable=False,
                        help_text="Before the start; nothing more is asked.",
                        null=True,
                        verbose_name="reported ill",
                    ),
                ),
                (
                    "enrolment",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="seats",
                        to="enrolments.enrolment",
                    ),
                ),
                (
                    "student",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="seats",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "sitting",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="seats",
                        to="exams.sitting",
                    ),
                ),
            ],
            options={
                "verbose_name": "seat",
                "verbose_name_plural": "seats",
                "ordering": ["sitting", "number"],
                "indexes": [models.Index(fields=["student", "starts_at"], name="seat_of_student")],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("is_cancelled", False)),
                        fields=("sitting", "number"),
                        name="seat_number_once",
                        violation_error_message="This seat is taken.",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("is_cancelled", False)),
                        fields=("sitting", "enrolment"),
                        name="seat_student_once",
                        violation_error_message="This student has a seat here already.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "attendance__in",
                                ["expected", "present", "late", "absent", "left_early"],
                            )
                        ),
                        name="seat_attendance_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("number__gte", 1)), name="seat_numbered"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("ends_at__gt", models.F("starts_at"))),
                        name="seat_in_order",
                        violation_error_message="The end must be after the beginning.",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="PaperStep",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("received", "received"),
                            ("opened", "opened"),
                            ("printed", "printed"),
                            ("collected", "answers collected"),
                            ("scanned", "scanned"),
                            ("sent", "answers sent"),
                            ("confirmed", "confirmed by the host"),
                            ("replaced", "replaced by a new one"),
                        ],
                        max_length=10,
                        verbose_name="what",
                    ),
                ),
                (
                    "number",
                    models.PositiveSmallIntegerField(
                        blank=True, null=True, verbose_name="how many"
                    ),
                ),
                ("text", models.CharField(blank=True, max_length=500, verbose_name="remark")),
                (
                    "sha256",
                    models.CharField(
                        blank=True, editable=False, max_length=64, verbose_name="SHA-256"
                    ),
                ),
                (
                    "at",
                    models.DateTimeField(
                        default=django.utils.timezone.now, editable=False, verbose_name="when"
                    ),
                ),
                ("by_name", models.CharField(editable=False, max_length=150, verbose_name="by")),
                (
                    "with_name",
                    models.CharField(
                        blank=True,
                        help_text="Opening takes two people.",
                        max_length=150,
                        verbose_name="together with",
                    ),
                ),
                (
                    "by",
                    models.ForeignKey(
                        editable=False,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "paper",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="steps",
                        to="exams.paper",
                    ),
                ),
                (
                    "university",
                    models.ForeignKey(
                        blank=True,
                        help_text="The home university that has it, for exams of our own held elsewhere.",
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="courses.university",
                    ),
                ),
                (
                    "sitting",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="paper_steps",
                        to="exams.sitting",
                    ),
                ),
            ],
            options={
                "verbose_name": "step of an exam paper",
                "verbose_name_plural": "steps of exam papers",
                "ordering": ["at", "pk"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "kind__in",
                                [
                                    "received",
                                    "opened",
                                    "printed",
                                    "collected",
                                    "scanned",
                                    "sent",
                                    "confirmed",
                                    "replaced",
                                ],
                            )
                        ),
                        name="paper_step_kind_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("kind__in", ["printed", "collected"]), _negated=True),
                            ("number__isnull", False),
                            _connector="OR",
                        ),
                        name="paper_step_counts",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Mark",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("key", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("expected", "taken back"),
                            ("present", "present"),
                            ("late", "late"),
                            ("absent", "not there"),
                            ("left_early", "left early"),
                            ("identity", "identity checked"),
                            ("incident", "incident"),
                        ],
                        max_length=10,
                        verbose_name="what",
                    ),
                ),
                (
                    "minutes",
                    models.PositiveSmallIntegerField(
                        blank=True, null=True, verbose_name="minutes late"
                    ),
                ),
                (
                    "text",
                    models.TextField(blank=True, max_length=2000, verbose_name="what happened"),
                ),
                (
                    "at",
                    models.DateTimeField(help_text="On the device's clock.", verbose_name="when"),
                ),
                (
                    "received_at",
                    models.DateTimeField(
                        default=django.utils.timezone.now, editable=False, verbose_name="received"
                    ),
                ),
                ("device", models.CharField(blank=True, editable=False, max_length=36)),
                ("by_name", models.CharField(editable=False, max_length=150, verbose_name="by")),
                (
                    "by",
                    models.ForeignKey(
                        editable=False,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "seat",
                    models.ForeignKey(
                        blank=True,
                        help_text="None: all.",
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="marks",
                        to="exams.seat",
                    ),
                ),
                (
                    "sitting",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="marks",
                        to="exams.sitting",
                    ),
                ),
            ],
            options={
                "verbose_name": "mark",
                "verbose_name_plural": "marks",
                "ordering": ["at", "received_at", "pk"],
                "indexes": [models.Index(fields=["sitting", "seat", "at"], name="mark_of_seat")],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "kind__in",
                                [
                                    "expected",
                                    "present",
                                    "late",
                                    "absent",
                                    "left_early",
                                    "identity",
                                    "incident",
                                ],
                            )
                        ),
                        name="mark_kind_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("kind", "incident"), ("seat__isnull", False), _connector="OR"
                        ),
                        name="mark_is_about_a_seat",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Duty",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("starts_at", models.DateTimeField(verbose_name="from")),
                ("ends_at", models.DateTimeField(verbose_name="until")),
                (
                    "part",
                    models.CharField(
                        choices=[
                            ("lead", "leads"),
                            ("invigilator", "invigilates"),
                            ("reserve", "reserve"),
                        ],
                        default="invigilator",
                        max_length=15,
                        verbose_name="part",
                    ),
                ),
                ("is_cancelled", models.BooleanField(default=False, editable=False)),
                (
                    "invigilator",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="duties",
                        to="exams.invigilator",
                        verbose_name="invigilator",
                    ),
                ),
                (
                    "sitting",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="duties",
                        to="exams.sitting",
                    ),
                ),
            ],
            options={
                "verbose_name": "duty",
                "verbose_name_plural": "duties",
                "ordering": ["starts_at", "pk"],
                "indexes": [
                    models.Index(fields=["invigilator", "starts_at"], name="duty_of_invigilator")
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("part__in", ["lead", "invigilator", "reserve"])),
                        name="duty_part_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("ends_at__gt", models.F("starts_at"))),
                        name="duty_in_order",
                        violation_error_message="The end must be after the beginning.",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="SlotOffer",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("starts_at", models.DateTimeField(verbose_name="starts at")),
                (
                    "places",
                    models.PositiveSmallIntegerField(
                        validators=[django.core.validators.MinValueValidator(1)],
                        verbose_name="places",
                    ),
                ),
                (
                    "taken",
                    models.PositiveSmallIntegerField(
                        default=0, editable=False, verbose_name="places taken"
                    ),
                ),
                (
                    "exam",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="slots",
                        to="exams.exam",
                    ),
                ),
            ],
            options={
                "verbose_name": "moment to choose",
                "verbose_name_plural": "moments to choose",
                "ordering": ["starts_at"],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("exam", "starts_at"),
                        name="slot_offered_once",
                        violation_error_message="This moment is offered already.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("taken__lte", models.F("places"))),
                        name="slot_places_hold",
                        violation_error_message="More students have chosen this moment.",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="SlotChoice",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "chosen_at",
                    models.DateTimeField(default=django.utils.timezone.now, editable=False),
                ),
                (
                    "enrolment",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="slot_choices",
                        to="enrolments.enrolment",
                    ),
                ),
                (
                    "exam",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="slot_choices",
                        to="exams.exam",
                    ),
                ),
                (
                    "slot",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="choices",
                        to="exams.slotoffer",
                    ),
                ),
            ],
            options={
                "verbose_name": "chosen moment",
                "verbose_name_plural": "chosen moments",
                "ordering": ["pk"],
                "constraints": [
                    models.UniqueConstraint(fields=("exam", "enrolment"), name="slot_chosen_once")
                ],
            },
        ),
    ]
