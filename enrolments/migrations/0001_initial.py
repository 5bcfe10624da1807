from decimal import Decimal

import django.core.validators
import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models

import enrolments.models.enrolment


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("accounts", "0001_initial"),
        ("accounts", "__first__"),
        ("courses", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name="CalendarFeed",
            fields=[
                (
                    "user",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="feed",
                        serialize=False,
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                ("number", models.PositiveIntegerField(default=1)),
            ],
            options={
                "verbose_name": "calendar address",
                "verbose_name_plural": "calendar addresses",
            },
        ),
        migrations.CreateModel(
            name="HostRules",
            fields=[
                (
                    "university",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="rules",
                        serialize=False,
                        to="courses.university",
                        verbose_name="university",
                    ),
                ),
                (
                    "credit_cap",
                    models.DecimalField(
                        blank=True,
                        decimal_places=1,
                        help_text="Of its courses together, such as 6 at EPFL.",
                        max_digits=4,
                        null=True,
                        validators=[
                            django.core.validators.MinValueValidator(Decimal("0.5")),
                            django.core.validators.MaxValueValidator(Decimal("180")),
                        ],
                        verbose_name="most credits (EC) per student here",
                    ),
                ),
                (
                    "needs_consent",
                    models.BooleanField(
                        blank=True,
                        help_text="Empty: when its country is outside the EU and has no adequacy decision.",
                        null=True,
                        verbose_name="students must consent to sharing their data",
                    ),
                ),
                (
                    "transcript_days",
                    models.PositiveSmallIntegerField(
                        blank=True,
                        null=True,
                        validators=[
                            django.core.validators.MinValueValidator(1),
                            django.core.validators.MaxValueValidator(100),
                        ],
                        verbose_name="days after the end by which its transcripts come",
                    ),
                ),
                (
                    "conditions_nl",
                    models.TextField(blank=True, verbose_name="conditions, in Dutch"),
                ),
                (
                    "conditions_en",
                    models.TextField(blank=True, verbose_name="conditions, in English"),
                ),
            ],
            options={
                "verbose_name": "rules of a host university",
                "verbose_name_plural": "rules of host universities",
            },
        ),
        migrations.CreateModel(
            name="ProgrammeRules",
            fields=[
                (
                    "board_for_elective",
                    models.BooleanField(
                        blank=True, null=True, verbose_name="permission needed for an elective"
                    ),
                ),
                (
                    "board_for_minor",
                    models.BooleanField(
                        blank=True, null=True, verbose_name="permission needed inside a minor"
                    ),
                ),
                (
                    "board_for_extracurricular",
                    models.BooleanField(
                        blank=True,
                        null=True,
                        verbose_name="permission needed for an extracurricular course",
                    ),
                ),
                (
                    "credit_cap",
                    models.DecimalField(
                        blank=True,
                        decimal_places=1,
                        help_text="Of all Virtual Exchange courses together.",
                        max_digits=4,
                        null=True,
                        validators=[
                            django.core.validators.MinValueValidator(Decimal("0.5")),
                            django.core.validators.MaxValueValidator(Decimal("180")),
                        ],
                        verbose_name="most credits (EC) per student",
                    ),
                ),
                (
                    "decision_days",
                    models.PositiveSmallIntegerField(
                        blank=True,
                        null=True,
                        verbose_name="working days in which a coordinator decides",
                    ),
                ),
                (
                    "board_days",
                    models.PositiveSmallIntegerField(
                        blank=True,
                        null=True,
                        verbose_name="working days in which the Board decides",
                    ),
                ),
                (
                    "programme",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="rules",
                        serialize=False,
                        to="courses.programme",
                        verbose_name="programme",
                    ),
                ),
            ],
            options={
                "verbose_name": "rules of a programme",
                "verbose_name_plural": "rules of programmes",
            },
        ),
        migrations.CreateModel(
            name="RulesVersion",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("digest", models.CharField(editable=False, max_length=64, unique=True)),
                ("rules", models.JSONField(editable=False, verbose_name="rules")),
                (
                    "first_used_at",
                    models.DateTimeField(default=django.utils.timezone.now, editable=False),
                ),
            ],
            options={
                "verbose_name": "version of the rules",
                "verbose_name_plural": "versions of the rules",
                "ordering": ["-pk"],
            },
        ),
        migrations.CreateModel(
            name="FacultyRules",
            fields=[
                (
                    "board_for_elective",
                    models.BooleanField(
                        blank=True, null=True, verbose_name="permission needed for an elective"
                    ),
                ),
                (
                    "board_for_minor",
                    models.BooleanField(
                        blank=True, null=True, verbose_name="permission needed inside a minor"
                    ),
                ),
                (
                    "board_for_extracurricular",
                    models.BooleanField(
                        blank=True,
                        null=True,
                        verbose_name="permission needed for an extracurricular course",
                    ),
                ),
                (
                    "credit_cap",
                    models.DecimalField(
                        blank=True,
                        decimal_places=1,
                        help_text="Of all Virtual Exchange courses together.",
                        max_digits=4,
                        null=True,
                        validators=[
                            django.core.validators.MinValueValidator(Decimal("0.5")),
                            django.core.validators.MaxValueValidator(Decimal("180")),
                        ],
                        verbose_name="most credits (EC) per student",
                    ),
                ),
                (
                    "decision_days",
                    models.PositiveSmallIntegerField(
                        blank=True,
                        null=True,
                        verbose_name="working days in which a coordinator decides",
                    ),
                ),
                (
                    "board_days",
                    models.PositiveSmallIntegerField(
                        blank=True,
                        null=True,
                        verbose_name="working days in which the Board decides",
                    ),
                ),
                (
                    "faculty",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="rules",
                        serialize=False,
                        to="courses.faculty",
                        verbose_name="faculty",
                    ),
                ),
                (
                    "own_form",
                    models.BooleanField(
                        default=False,
                        verbose_name="the portal's form takes the place of the petition in uSis",
                    ),
                ),
                (
                    "paper_language",
                    models.CharField(
                        choices=[("nl", "Dutch"), ("en", "English")],
                        default="nl",
                        max_length=2,
                        verbose_name="language of the forms for its administration",
                    ),
                ),
            ],
            options={
                "verbose_name": "rules of a faculty",
                "verbose_name_plural": "rules of faculties",
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("paper_language__in", ["nl", "en"])),
                        name="faculty_rules_language_known",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="KeptPlaces",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("places", models.PositiveIntegerField(verbose_name="places")),
                (
                    "taken",
                    models.PositiveIntegerField(
                        default=0, editable=False, verbose_name="places taken"
                    ),
                ),
                (
                    "edition",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="kept_places",
                        to="courses.edition",
                    ),
                ),
                (
                    "university",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="courses.university",
                        verbose_name="university",
                    ),
                ),
            ],
            options={
                "verbose_name": "kept places",
                "verbose_name_plural": "kept places",
                "ordering": ["pk"],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("edition", "university"), name="kept_places_once_per_university"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("taken__lte", models.F("places"))),
                        name="kept_places_hold",
                        violation_error_message="More of these places are taken than this.",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Enrolment",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "reference",
                    models.CharField(
                        default=enrolments.models.enrolment.new_reference,
                        editable=False,
                        max_length=8,
                        unique=True,
                        verbose_name="reference",
                    ),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("outgoing", "to a partner university"),
                            ("own", "an online course of our own"),
                            ("incoming", "from a partner university"),
                        ],
                        editable=False,
                        max_length=10,
                        verbose_name="kind of case",
                    ),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("draft", "not sent yet"),
                            ("submitted", "being checked"),
                            ("waiting", "on the waiting list"),
                            ("offered", "place offered"),
                            ("returned", "question asked"),
                            ("approved", "approved, with the host university"),
                            ("enrolled", "enrolled"),
                            ("finished", "finished"),
                            ("rejected", "rejected"),
                            ("declined", "declined by the host university"),
                            ("withdrawn", "withdrawn"),
                            ("expired", "expired"),
                        ],
                        default="draft",
                        editable=False,
                        max_length=10,
                        verbose_name="state",
                    ),
                ),
                (
                    "since",
                    models.DateTimeField(
                        default=django.utils.timezone.now, editable=False, verbose_name="since"
                    ),
                ),
                (
                    "due_on",
                    models.DateField(
                        editable=False,
                        help_text="By when whoever has it should act.",
                        null=True,
                        verbose_name="due on",
                    ),
                ),
                (
                    "created_at",
                    models.DateTimeField(
                        default=django.utils.timezone.now, editable=False, verbose_name="begun"
                    ),
                ),
                (
                    "changed_at",
                    models.DateTimeField(default=django.utils.timezone.now, editable=False),
                ),
                (
                    "submitted_at",
                    models.DateTimeField(editable=False, null=True, verbose_name="sent"),
                ),
                (
                    "programme_name",
                    models.CharField(blank=True, max_length=150, verbose_name="programme"),
                ),
                ("student_number", models.CharField(max_length=30, verbose_name="student number")),
                (
                    "level",
                    models.CharField(
                        choices=[("bachelor", "bachelor"), ("master", "master")],
                        max_length=10,
                        verbose_name="level",
                    ),
                ),
                ("year", models.PositiveSmallIntegerField(verbose_name="year of study")),
                (
                    "purpose",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("elective", "elective"),
                            ("minor", "minor"),
                            ("extracurricular", "extracurricular"),
                            ("honours", "honours programme"),
                        ],
                        max_length=15,
                        verbose_name="how it counts",
                    ),
                ),
                (
                    "board",
                    models.CharField(
                        choices=[
                            ("not_needed", "not needed"),
                            ("missing", "still to be asked"),
                            ("asked", "asked for"),
                            ("given", "given"),
                            ("refused", "refused"),
                        ],
                        default="missing",
                        max_length=10,
                        verbose_name="permission of the Board of Examiners",
                    ),
                ),
                (
                    "board_asked_on",
                    models.DateField(blank=True, null=True, verbose_name="permission asked for on"),
                ),
                (
                    "board_decided_on",
                    models.DateField(editable=False, null=True, verbose_name="Board decided on"),
                ),
                (
                    "board_reference",
                    models.CharField(
                        blank=True,
                        editable=False,
                        max_length=60,
                        verbose_name="reference of the Board",
                    ),
                ),
                (
                    "board_name",
                    models.CharField(
                        blank=True,
                        editable=False,
                        max_length=150,
                        verbose_name="decided for the Board by",
                    ),
                ),
                ("motivation", models.TextField(blank=True, verbose_name="motivation")),
                (
                    "shared_items",
                    models.JSONField(
                        default=list, editable=False, verbose_name="data that goes to the host"
                    ),
                ),
                (
                    "acknowledged_at",
                    models.DateTimeField(
                        editable=False, null=True, verbose_name="sharing acknowledged"
                    ),
                ),
                (
                    "consent_at",
                    models.DateTimeField(editable=False, null=True, verbose_name="consent given"),
                ),
                ("question", models.TextField(blank=True, editable=False, verbose_name="question")),
                ("answer", models.TextField(blank=True, verbose_name="answer")),
                (
                    "sequence",
                    models.PositiveIntegerField(
                        editable=False,
                        help_text="Within the edition.",
                        null=True,
                        verbose_name="order of arrival",
                    ),
                ),
                (
                    "rank",
                    models.PositiveIntegerField(
                        editable=False,
                        help_text="Its turn on the waiting list: the order of arrival, unless staff changed it.",
                        null=True,
                    ),
                ),
                (
                    "home_approved_at",
                    models.DateTimeField(
                        editable=False, null=True, verbose_name="approved at home"
                    ),
                ),
                (
                    "offer_until",
                    models.DateTimeField(
                        editable=False, null=True, verbose_name="offer stands until"
                    ),
                ),
                (
                    "snoozed_until",
                    models.DateField(editable=False, null=True, verbose_name="put aside until"),
                ),
                (
                    "edition",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="enrolments",
                        to="courses.edition",
                        verbose_name="edition",
                    ),
                ),
                (
                    "faculty",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="courses.faculty",
                        verbose_name="faculty",
                    ),
                ),
                (
                    "home_approved_by",
                    models.ForeignKey(
                        editable=False,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "home_university",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="courses.university",
                        verbose_name="home university",
                    ),
                ),
                (
                    "programme",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="courses.programme",
                        verbose_name="programme",
                    ),
                ),
                (
                    "student",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="enrolments",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="student",
                    ),
                ),
                (
                    "kept",
                    models.ForeignKey(
                        editable=False,
                        help_text="The kept places it holds one of; empty: a place for everybody.",
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="enrolments",
                        to="enrolments.keptplaces",
                    ),
                ),
                (
                    "rules",
                    models.ForeignKey(
                        editable=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="enrolments",
                        to="enrolments.rulesversion",
                    ),
                ),
            ],
            options={
                "verbose_name": "application",
                "verbose_name_plural": "applications",
                "ordering": ["-created_at", "-pk"],
                "indexes": [
                    models.Index(fields=["state", "since"], name="enrolment_queue"),
                    models.Index(fields=["faculty", "state", "since"], name="enrolment_of_faculty"),
                    models.Index(fields=["since", "id"], name="enrolment_by_time"),
                    models.Index(fields=["due_on", "id"], name="enrolment_by_due"),
                    models.Index(
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
                    models.Index(fields=["edition", "state", "sequence"], name="enrolment_line"),
                ],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(
                            ("state__in", ["rejected", "declined", "withdrawn", "expired"]),
                            _negated=True,
                        ),
                        fields=("student", "edition"),
                        name="enrolment_one_live_per_edition",
                        violation_error_message="You already have an application for this edition.",
                    ),
                    models.UniqueConstraint(
                        fields=("edition", "sequence"), name="enrolment_sequence_once"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "state__in",
                                [
                                    "draft",
                                    "submitted",
                                    "waiting",
                                    "offered",
                                    "returned",
                                    "approved",
                                    "enrolled",
                                    "finished",
                                    "rejected",
                                    "declined",
                                    "withdrawn",
                                    "expired",
                                ],
                            )
                        ),
                        name="enrolment_state_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("kind__in", ["outgoing", "own", "incoming"])),
                        name="enrolment_kind_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("purpose__in", ["", "elective", "minor", "extracurricular", "honours"])
                        ),
                        name="enrolment_purpose_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("board__in", ["not_needed", "missing", "asked", "given", "refused"])
                        ),
                        name="enrolment_board_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("level__in", ["bachelor", "master"])),
                        name="enrolment_level_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("state__in", ["draft", "withdrawn", "expired"]),
                            models.Q(("sequence__isnull", False), ("submitted_at__isnull", False)),
                            _connector="OR",
                        ),
                        name="enrolment_sent_in_order",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("state__in", ["draft", "withdrawn", "expired"]),
                            ("kind", "incoming"),
                            models.Q(("purpose", ""), _negated=True),
                            _connector="OR",
                        ),
                        name="enrolment_sent_has_purpose",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("state", "offered"), _negated=True),
                            ("offer_until__isnull", False),
                            _connector="OR",
                        ),
                        name="enrolment_offer_has_an_end",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Note",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("text", models.TextField(max_length=2000, verbose_name="note")),
                ("at", models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                (
                    "author",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "enrolment",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="notes",
                        to="enrolments.enrolment",
                    ),
                ),
            ],
            options={
                "verbose_name": "note",
                "verbose_name_plural": "notes",
                "ordering": ["at", "pk"],
            },
        ),
        migrations.CreateModel(
            name="PortalRules",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "board_for_elective",
                    models.BooleanField(
                        blank=True, null=True, verbose_name="permission needed for an elective"
                    ),
                ),
                (
                    "board_for_minor",
                    models.BooleanField(
                        blank=True, null=True, verbose_name="permission needed inside a minor"
                    ),
                ),
                (
                    "board_for_extracurricular",
                    models.BooleanField(
                        blank=True,
                        null=True,
                        verbose_name="permission needed for an extracurricular course",
                    ),
                ),
                (
                    "credit_cap",
                    models.DecimalField(
                        blank=True,
                        decimal_places=1,
                        help_text="Of all Virtual Exchange courses together.",
                        max_digits=4,
                        null=True,
                        validators=[
                            django.core.validators.MinValueValidator(Decimal("0.5")),
                            django.core.validators.MaxValueValidator(Decimal("180")),
                        ],
                        verbose_name="most credits (EC) per student",
                    ),
                ),
                (
                    "decision_days",
                    models.PositiveSmallIntegerField(
                        blank=True,
                        null=True,
                        verbose_name="working days in which a coordinator decides",
                    ),
                ),
                (
                    "board_days",
                    models.PositiveSmallIntegerField(
                        blank=True,
                        null=True,
                        verbose_name="working days in which the Board decides",
                    ),
                ),
                (
                    "motivation_words",
                    models.PositiveSmallIntegerField(
                        default=200,
                        validators=[django.core.validators.MaxValueValidator(1000)],
                        verbose_name="words of motivation at least",
                    ),
                ),
                (
                    "host_days",
                    models.PositiveSmallIntegerField(
                        default=10, verbose_name="working days in which a host answers"
                    ),
                ),
                (
                    "answer_days",
                    models.PositiveSmallIntegerField(
                        default=14, verbose_name="days a student has to answer a question"
                    ),
                ),
                (
                    "draft_days",
                    models.PositiveSmallIntegerField(
                        default=90, verbose_name="days after which an untouched draft expires"
                    ),
                ),
                (
                    "offer_days",
                    models.PositiveSmallIntegerField(
                        default=14,
                        verbose_name="days before the start from which a free place is offered",
                    ),
                ),
                (
                    "transcript_days",
                    models.PositiveSmallIntegerField(
                        default=42,
                        verbose_name="days after the end by which the transcript should be here",
                    ),
                ),
                (
                    "alarm_days",
                    models.PositiveSmallIntegerField(
                        default=84,
                        verbose_name="days after the end at which a missing transcript is an alarm",
                    ),
                ),
                (
                    "verify_days",
                    models.PositiveSmallIntegerField(
                        default=5, verbose_name="working days in which a transcript is verified"
                    ),
                ),
                (
                    "honours_email",
                    models.EmailField(
                        blank=True,
                        help_text="Where overviews of the honours programme are sent.",
                        max_length=254,
                        verbose_name="address of the Honours Academy",
                    ),
                ),
            ],
            options={
                "verbose_name": "rules of the portal",
                "verbose_name_plural": "rules of the portal",
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("pk", 1)), name="portal_rules_one_row"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="SavedCourse",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("saved_at", models.DateTimeField(auto_now_add=True)),
                (
                    "course",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="courses.course",
                    ),
                ),
                (
                    "student",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="saved_courses",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "verbose_name": "saved course",
                "verbose_name_plural": "saved courses",
                "ordering": ["-saved_at", "-pk"],
                "constraints": [
                    models.UniqueConstraint(fields=("student", "course"), name="saved_course_once")
                ],
            },
        ),
        migrations.CreateModel(
            name="SavedView",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("name", models.CharField(max_length=40, verbose_name="name")),
                ("query", models.CharField(editable=False, max_length=500)),
                (
                    "user",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="saved_views",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "verbose_name": "saved view",
                "verbose_name_plural": "saved views",
                "ordering": ["name"],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("user", "name"),
                        name="saved_view_named_once",
                        violation_error_message="You already have a view with this name.",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="StandIn",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "starts_on",
                    models.DateField(default=django.utils.timezone.localdate, verbose_name="from"),
                ),
                ("ends_on", models.DateField(help_text="The last day.", verbose_name="until")),
                ("ended_at", models.DateTimeField(editable=False, null=True)),
                (
                    "absent",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="stand_ins",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "stand_in",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="stands_in",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="stand-in",
                    ),
                ),
            ],
            options={
                "verbose_name": "stand-in",
                "verbose_name_plural": "stand-ins",
                "ordering": ["-starts_on", "-pk"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("ends_on__gte", models.F("starts_on"))),
                        name="stand_in_dates_in_order",
                        violation_error_message="The last day must be on or after the first day.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("absent", models.F("stand_in")), _negated=True),
                        name="stand_in_is_somebody_else",
                        violation_error_message="Choose a colleague, not yourself.",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="BoardRequest",
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
                (
                    "email",
                    models.EmailField(
                        max_length=254, verbose_name="e-mail address of the Board's member"
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
                (
                    "message",
                    models.TextField(blank=True, verbose_name="what you would like to say"),
                ),
                (
                    "answer",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("granted", "permission given"),
                            ("refused", "permission refused"),
                        ],
                        max_length=10,
                        verbose_name="answer",
                    ),
                ),
                ("name", models.CharField(blank=True, max_length=150, verbose_name="name")),
                (
                    "reference",
                    models.CharField(blank=True, max_length=60, verbose_name="reference"),
                ),
                ("reason", models.TextField(blank=True, verbose_name="explanation")),
                (
                    "reminded",
                    models.PositiveSmallIntegerField(
                        default=0, editable=False, verbose_name="reminders"
                    ),
                ),
                (
                    "asked_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "enrolment",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="board_requests",
                        to="enrolments.enrolment",
                    ),
                ),
            ],
            options={
                "verbose_name": "question to the Board",
                "verbose_name_plural": "questions to the Board",
                "ordering": ["-created_at", "-pk"],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("revoked_at", None), ("spent_at", None)),
                        fields=("enrolment",),
                        name="board_request_one_open_per_case",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("answer__in", ["", "granted", "refused"])),
                        name="board_request_answer_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("language__in", ["nl", "en"])),
                        name="board_request_language_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("answer", ""), ("spent_at", None)),
                            models.Q(
                                models.Q(("answer", ""), _negated=True), ("spent_at__isnull", False)
                            ),
                            _connector="OR",
                        ),
                        name="board_request_answered_when_spent",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="HostLink",
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
                ("email", models.EmailField(max_length=254, verbose_name="sent to")),
                (
                    "name",
                    models.CharField(blank=True, max_length=150, verbose_name="contact person"),
                ),
                (
                    "language",
                    models.CharField(
                        choices=[("nl", "Dutch"), ("en", "English")],
                        max_length=2,
                        verbose_name="language",
                    ),
                ),
                (
                    "used_at",
                    models.DateTimeField(editable=False, null=True, verbose_name="last used"),
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
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="host_links",
                        to="courses.university",
                    ),
                ),
            ],
            options={
                "verbose_name": "link of a host university",
                "verbose_name_plural": "links of host universities",
                "ordering": ["-created_at", "-pk"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("language__in", ["nl", "en"])),
                        name="host_link_language_known",
                    )
                ],
            },
        ),
    ]
