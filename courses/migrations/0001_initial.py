from decimal import Decimal

import django.core.validators
import django.db.models.deletion
import django.utils.timezone
from django.db import migrations, models

import courses.models.course
import courses.models.university


class Migration(migrations.Migration):
    initial = True

    dependencies = []

    operations = [
        migrations.CreateModel(
            name="Faculty",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("code", models.CharField(max_length=10, unique=True, verbose_name="code")),
                ("name_nl", models.CharField(max_length=120, verbose_name="name in Dutch")),
                ("name_en", models.CharField(max_length=120, verbose_name="name in English")),
                (
                    "contact_email",
                    models.EmailField(
                        blank=True,
                        help_text="For students of whom no coordinator is known.",
                        max_length=254,
                        verbose_name="contact's e-mail",
                    ),
                ),
                (
                    "no_extracurricular",
                    models.BooleanField(
                        default=False,
                        help_text="Its students cannot have a course registered as extracurricular.",
                        verbose_name="no extracurriculair",
                    ),
                ),
            ],
            options={
                "verbose_name": "faculty",
                "verbose_name_plural": "faculties",
                "ordering": ["name_nl"],
            },
        ),
        migrations.CreateModel(
            name="OfferVersion",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("number", models.PositiveBigIntegerField(default=0)),
            ],
        ),
        migrations.CreateModel(
            name="ImportRun",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("file_name", models.CharField(max_length=150, verbose_name="file")),
                ("sha256", models.CharField(max_length=64)),
                ("rows", models.PositiveIntegerField(verbose_name="rows")),
                ("data", models.JSONField(help_text="What the file says, checked.")),
                (
                    "choices",
                    models.JSONField(
                        default=dict, help_text="Per difference, where the office chose otherwise."
                    ),
                ),
                ("counts", models.JSONField(default=dict, help_text="What applying it changed.")),
                (
                    "offer_version",
                    models.PositiveBigIntegerField(
                        default=0, help_text="The offer's version when the file was uploaded."
                    ),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("open", "waits for you"),
                            ("applying", "being applied"),
                            ("applied", "applied"),
                            ("discarded", "discarded"),
                        ],
                        default="open",
                        editable=False,
                        max_length=10,
                        verbose_name="state",
                    ),
                ),
                (
                    "uploaded_at",
                    models.DateTimeField(
                        default=django.utils.timezone.now, verbose_name="uploaded"
                    ),
                ),
                ("uploaded_by", models.CharField(max_length=150, verbose_name="uploaded by")),
                ("closed_at", models.DateTimeField(blank=True, null=True, verbose_name="closed")),
                (
                    "closed_by",
                    models.CharField(blank=True, max_length=150, verbose_name="closed by"),
                ),
            ],
            options={
                "verbose_name": "import",
                "verbose_name_plural": "imports",
                "ordering": ["-uploaded_at", "-pk"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("state__in", ["open", "applying", "applied", "discarded"])
                        ),
                        name="import_state_known",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("state", "applying")),
                        fields=("state",),
                        name="import_one_applying",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("state__in", ["applied", "discarded"]), _negated=True),
                            ("closed_at__isnull", False),
                            _connector="OR",
                        ),
                        name="import_closed_has_date",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Programme",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("name_nl", models.CharField(max_length=120, verbose_name="name in Dutch")),
                ("name_en", models.CharField(max_length=120, verbose_name="name in English")),
                (
                    "level",
                    models.CharField(
                        choices=[("bachelor", "bachelor"), ("master", "master")],
                        max_length=10,
                        verbose_name="level",
                    ),
                ),
                (
                    "faculty",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="programmes",
                        to="courses.faculty",
                    ),
                ),
            ],
            options={
                "verbose_name": "programme",
                "verbose_name_plural": "programmes",
                "ordering": ["name_nl", "level"],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("faculty", "name_nl", "level"), name="programme_named_once"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("level__in", ["bachelor", "master"])),
                        name="programme_level_known",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Video",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("url", models.URLField(max_length=300, verbose_name="address of the video")),
                (
                    "seconds",
                    models.PositiveIntegerField(
                        validators=[django.core.validators.MinValueValidator(1)],
                        verbose_name="length in seconds",
                    ),
                ),
                (
                    "about_nl",
                    models.CharField(
                        blank=True, max_length=200, verbose_name="what it shows, in Dutch"
                    ),
                ),
                (
                    "about_en",
                    models.CharField(
                        blank=True, max_length=200, verbose_name="what it shows, in English"
                    ),
                ),
                (
                    "language",
                    models.CharField(default="en", max_length=3, verbose_name="spoken language"),
                ),
                (
                    "transcript",
                    models.TextField(
                        help_text="What is said, in the spoken language.", verbose_name="transcript"
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("seconds__gte", 1)), name="video_has_length"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="University",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "code",
                    models.CharField(
                        help_text="Short code in capitals, the same everywhere: EPFL, UQ.",
                        max_length=10,
                        unique=True,
                        validators=[
                            django.core.validators.RegexValidator(
                                "^[A-Z][A-Z0-9]+\\Z", "Use capitals and digits, such as EPFL."
                            )
                        ],
                        verbose_name="code",
                    ),
                ),
                (
                    "name",
                    models.CharField(
                        help_text="As the university writes it.",
                        max_length=120,
                        verbose_name="name",
                    ),
                ),
                (
                    "name_nl",
                    models.CharField(blank=True, max_length=120, verbose_name="name in Dutch"),
                ),
                (
                    "name_en",
                    models.CharField(blank=True, max_length=120, verbose_name="name in English"),
                ),
                ("is_home", models.BooleanField(default=False, verbose_name="our own university")),
                ("city", models.CharField(max_length=80, verbose_name="city")),
                (
                    "city_nl",
                    models.CharField(blank=True, max_length=80, verbose_name="city in Dutch"),
                ),
                (
                    "country",
                    models.CharField(
                        help_text="Two letters: NL, AU.",
                        max_length=2,
                        validators=[courses.models.university.validate_country],
                        verbose_name="country",
                    ),
                ),
                (
                    "time_zone",
                    models.CharField(
                        max_length=64,
                        validators=[courses.models.university.validate_time_zone],
                        verbose_name="time zone",
                    ),
                ),
                (
                    "line_colour",
                    models.CharField(
                        choices=[
                            ("red", "red"),
                            ("orange", "orange"),
                            ("olive", "olive"),
                            ("green", "green"),
                            ("teal", "teal"),
                            ("blue", "blue"),
                            ("violet", "violet"),
                            ("indigo", "indigo"),
                        ],
                        default="blue",
                        max_length=10,
                        verbose_name="line colour",
                    ),
                ),
                ("website", models.URLField(blank=True, max_length=300, verbose_name="website")),
                ("about_nl", models.TextField(blank=True, verbose_name="about, in Dutch")),
                ("about_en", models.TextField(blank=True, verbose_name="about, in English")),
                (
                    "grade_scale",
                    models.CharField(
                        blank=True,
                        help_text="Such as: 1 to 6, pass from 4.",
                        max_length=120,
                        verbose_name="grade scale",
                    ),
                ),
                (
                    "credit_system",
                    models.CharField(
                        blank=True,
                        help_text="Such as: ECTS, units.",
                        max_length=60,
                        verbose_name="credit system",
                    ),
                ),
                (
                    "ec_per_credit",
                    models.DecimalField(
                        blank=True,
                        decimal_places=3,
                        max_digits=6,
                        null=True,
                        validators=[
                            django.core.validators.MinValueValidator(0.001),
                            django.core.validators.MaxValueValidator(60),
                        ],
                        verbose_name="EC for one credit",
                    ),
                ),
                (
                    "credit_note",
                    models.CharField(blank=True, max_length=300, verbose_name="note on credits"),
                ),
                (
                    "transcript_nl",
                    models.TextField(
                        blank=True,
                        help_text="Who sends it, and when.",
                        verbose_name="how the transcript comes, in Dutch",
                    ),
                ),
                (
                    "transcript_en",
                    models.TextField(
                        blank=True, verbose_name="how the transcript comes, in English"
                    ),
                ),
                (
                    "contact_name",
                    models.CharField(blank=True, max_length=120, verbose_name="contact person"),
                ),
                (
                    "contact_email",
                    models.EmailField(blank=True, max_length=254, verbose_name="contact's e-mail"),
                ),
                (
                    "participating_from",
                    models.DateField(blank=True, null=True, verbose_name="takes part from"),
                ),
                (
                    "participating_until",
                    models.DateField(blank=True, null=True, verbose_name="takes part until"),
                ),
                ("source", models.URLField(blank=True, max_length=300, verbose_name="source")),
                (
                    "confirmed_on",
                    models.DateField(blank=True, null=True, verbose_name="last confirmed on"),
                ),
                (
                    "video",
                    models.OneToOneField(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="university",
                        to="courses.video",
                        verbose_name="video",
                    ),
                ),
            ],
            options={
                "verbose_name": "university",
                "verbose_name_plural": "universities",
                "ordering": ["name"],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("is_home", True)),
                        fields=("is_home",),
                        name="university_one_is_home",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "line_colour__in",
                                [
                                    "red",
                                    "orange",
                                    "olive",
                                    "green",
                                    "teal",
                                    "blue",
                                    "violet",
                                    "indigo",
                                ],
                            )
                        ),
                        name="university_line_colour_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("participating_from", None),
                            ("participating_until", None),
                            ("participating_until__gte", models.F("participating_from")),
                            _connector="OR",
                        ),
                        name="university_participation_in_order",
                        violation_error_message="The last day must be on or after the first day.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("ec_per_credit", None), ("ec_per_credit__gt", 0), _connector="OR"
                        ),
                        name="university_rate_positive",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Course",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "code",
                    models.CharField(
                        blank=True,
                        help_text="As the host university prints it.",
                        max_length=30,
                        verbose_name="code",
                    ),
                ),
                (
                    "slug",
                    models.SlugField(
                        help_text="The last part of the page's address; keep it once published.",
                        max_length=80,
                        verbose_name="address",
                    ),
                ),
                (
                    "title",
                    models.CharField(
                        help_text="Word for word as the host prints it on the transcript.",
                        max_length=200,
                        verbose_name="title",
                    ),
                ),
                (
                    "title_nl",
                    models.CharField(blank=True, max_length=200, verbose_name="title in Dutch"),
                ),
                (
                    "title_en",
                    models.CharField(blank=True, max_length=200, verbose_name="title in English"),
                ),
                (
                    "about_nl",
                    models.TextField(blank=True, verbose_name="what it is about, in Dutch"),
                ),
                (
                    "about_en",
                    models.TextField(blank=True, verbose_name="what it is about, in English"),
                ),
                (
                    "outcomes_nl",
                    models.TextField(blank=True, verbose_name="learning outcomes, in Dutch"),
                ),
                (
                    "outcomes_en",
                    models.TextField(blank=True, verbose_name="learning outcomes, in English"),
                ),
                (
                    "method_nl",
                    models.TextField(blank=True, verbose_name="way of teaching, in Dutch"),
                ),
                (
                    "method_en",
                    models.TextField(blank=True, verbose_name="way of teaching, in English"),
                ),
                (
                    "assessed_nl",
                    models.TextField(blank=True, verbose_name="how it is assessed, in Dutch"),
                ),
                (
                    "assessed_en",
                    models.TextField(blank=True, verbose_name="how it is assessed, in English"),
                ),
                (
                    "entry_nl",
                    models.TextField(blank=True, verbose_name="entry requirements, in Dutch"),
                ),
                (
                    "entry_en",
                    models.TextField(blank=True, verbose_name="entry requirements, in English"),
                ),
                (
                    "language",
                    models.CharField(
                        blank=True,
                        max_length=3,
                        validators=[courses.models.course.validate_language],
                        verbose_name="language of instruction",
                    ),
                ),
                (
                    "level",
                    models.CharField(
                        blank=True,
                        choices=[("bachelor", "bachelor"), ("master", "master")],
                        max_length=10,
                        verbose_name="level",
                    ),
                ),
                (
                    "level_number",
                    models.PositiveSmallIntegerField(
                        blank=True,
                        help_text="100 to 400 for a bachelor's course, 400 to 600 for a master's.",
                        null=True,
                        verbose_name="level number",
                    ),
                ),
                (
                    "ec",
                    models.DecimalField(
                        blank=True,
                        decimal_places=1,
                        max_digits=4,
                        null=True,
                        validators=[
                            django.core.validators.MinValueValidator(Decimal("0.5")),
                            django.core.validators.MaxValueValidator(60),
                        ],
                        verbose_name="credits (EC)",
                    ),
                ),
                (
                    "host_credits",
                    models.DecimalField(
                        blank=True,
                        decimal_places=2,
                        max_digits=6,
                        null=True,
                        validators=[django.core.validators.MinValueValidator(0)],
                        verbose_name="host's own credits",
                    ),
                ),
                (
                    "field",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("003", "Personal skills and development"),
                            ("011", "Education"),
                            ("021", "Arts"),
                            ("022", "Humanities"),
                            ("023", "Languages"),
                            ("031", "Social and behavioural sciences"),
                            ("032", "Journalism and information"),
                            ("041", "Business and administration"),
                            ("042", "Law"),
                            ("051", "Biological sciences"),
                            ("052", "Environment"),
                            ("053", "Physical sciences"),
                            ("054", "Mathematics and statistics"),
                            ("061", "Information and communication technologies"),
                            ("071", "Engineering"),
                            ("072", "Manufacturing and processing"),
                            ("073", "Architecture and construction"),
                            ("081", "Agriculture"),
                            ("082", "Forestry"),
                            ("083", "Fisheries"),
                            ("084", "Veterinary"),
                            ("091", "Health"),
                            ("092", "Welfare"),
                            ("101", "Personal services"),
                            ("102", "Hygiene and occupational health"),
                            ("103", "Security services"),
                            ("104", "Transport services"),
                        ],
                        max_length=3,
                        verbose_name="field of study",
                    ),
                ),
                (
                    "assessment",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("exam", "exam"),
                            ("assignment", "final assignment"),
                            ("both", "exam and assignment"),
                        ],
                        max_length=10,
                        verbose_name="assessment",
                    ),
                ),
                (
                    "honours",
                    models.BooleanField(default=False, verbose_name="may count for honours"),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("draft", "draft"),
                            ("published", "published"),
                            ("withdrawn", "withdrawn"),
                        ],
                        default="draft",
                        editable=False,
                        max_length=10,
                        verbose_name="state",
                    ),
                ),
                (
                    "published_at",
                    models.DateTimeField(
                        blank=True, editable=False, null=True, verbose_name="first published"
                    ),
                ),
                (
                    "changed_at",
                    models.DateTimeField(
                        default=django.utils.timezone.now,
                        editable=False,
                        verbose_name="last changed",
                    ),
                ),
                ("source", models.URLField(blank=True, max_length=400, verbose_name="source")),
                (
                    "source_note",
                    models.CharField(
                        blank=True, max_length=300, verbose_name="how sure the source is"
                    ),
                ),
                (
                    "confirmed_on",
                    models.DateField(blank=True, null=True, verbose_name="last confirmed on"),
                ),
                (
                    "confirmed_by",
                    models.CharField(blank=True, max_length=120, verbose_name="confirmed by"),
                ),
                (
                    "is_demo",
                    models.BooleanField(
                        default=False,
                        help_text="Some facts were made up to show the portal.",
                        verbose_name="holds demo data",
                    ),
                ),
                (
                    "university",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="courses",
                        to="courses.university",
                        verbose_name="university",
                    ),
                ),
                (
                    "video",
                    models.OneToOneField(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="course",
                        to="courses.video",
                        verbose_name="video",
                    ),
                ),
            ],
            options={
                "verbose_name": "course",
                "verbose_name_plural": "courses",
                "ordering": ["title", "pk"],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("university", "slug"), name="course_address_unique_per_university"
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("code", ""), _negated=True),
                        fields=("university", "code"),
                        name="course_code_unique_per_university",
                        violation_error_message="This university already has a course with this code.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("state__in", ["draft", "published", "withdrawn"])),
                        name="course_state_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("level__in", ["", "bachelor", "master"])),
                        name="course_level_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("level_number", None),
                            models.Q(
                                ("level", "bachelor"), ("level_number__in", [100, 200, 300, 400])
                            ),
                            models.Q(("level", "master"), ("level_number__in", [400, 500, 600])),
                            _connector="OR",
                        ),
                        name="course_level_number_fits_level",
                        violation_error_message="Bachelor's courses are at level 100, 200, 300 or 400, master's courses at 400, 500 or 600.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("assessment__in", ["", "exam", "assignment", "both"])),
                        name="course_assessment_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "field__in",
                                [
                                    "",
                                    "003",
                                    "011",
                                    "021",
                                    "022",
                                    "023",
                                    "031",
                                    "032",
                                    "041",
                                    "042",
                                    "051",
                                    "052",
                                    "053",
                                    "054",
                                    "061",
                                    "071",
                                    "072",
                                    "073",
                                    "081",
                                    "082",
                                    "083",
                                    "084",
                                    "091",
                                    "092",
                                    "101",
                                    "102",
                                    "103",
                                    "104",
                                ],
                            )
                        ),
                        name="course_field_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("ec", None), ("ec__gt", 0), _connector="OR"),
                        name="course_ec_positive",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("host_credits", None), ("host_credits__gte", 0), _connector="OR"
                        ),
                        name="course_host_credits_not_negative",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("state", "published"), _negated=True),
                            ("published_at__isnull", False),
                            _connector="OR",
                        ),
                        name="course_published_has_date",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Edition",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "period",
                    models.CharField(
                        choices=[
                            ("autumn", "first semester"),
                            ("spring", "second semester"),
                            ("summer", "summer"),
                            ("year", "whole year"),
                        ],
                        max_length=10,
                        verbose_name="period",
                    ),
                ),
                (
                    "host_period",
                    models.CharField(
                        blank=True,
                        help_text="Such as: Fall 2027.",
                        max_length=60,
                        verbose_name="period as the host calls it",
                    ),
                ),
                ("starts_on", models.DateField(verbose_name="starts on")),
                ("ends_on", models.DateField(verbose_name="ends on")),
                (
                    "applications_open_on",
                    models.DateField(blank=True, null=True, verbose_name="applications open on"),
                ),
                (
                    "applications_close_on",
                    models.DateField(
                        blank=True,
                        help_text="The last day, until midnight in our own time zone.",
                        null=True,
                        verbose_name="applications close on",
                    ),
                ),
                (
                    "withdraw_until",
                    models.DateField(
                        blank=True,
                        help_text="The last day a student may withdraw.",
                        null=True,
                        verbose_name="withdraw until",
                    ),
                ),
                (
                    "places",
                    models.PositiveIntegerField(blank=True, null=True, verbose_name="places"),
                ),
                (
                    "taken",
                    models.PositiveIntegerField(
                        default=0, editable=False, verbose_name="places taken"
                    ),
                ),
                (
                    "kept",
                    models.PositiveIntegerField(
                        default=0, editable=False, verbose_name="places kept for universities"
                    ),
                ),
                (
                    "kept_taken",
                    models.PositiveIntegerField(
                        default=0, editable=False, verbose_name="kept places taken"
                    ),
                ),
                (
                    "arrivals",
                    models.PositiveIntegerField(
                        default=0,
                        editable=False,
                        help_text="How many requests came: the order of arrival.",
                    ),
                ),
                (
                    "offer_hours",
                    models.PositiveSmallIntegerField(
                        default=48,
                        help_text="When a place comes free shortly before the start.",
                        validators=[
                            django.core.validators.MinValueValidator(1),
                            django.core.validators.MaxValueValidator(336),
                        ],
                        verbose_name="hours to accept an offered place",
                    ),
                ),
                (
                    "assessment",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("exam", "exam"),
                            ("assignment", "final assignment"),
                            ("both", "exam and assignment"),
                        ],
                        max_length=10,
                        verbose_name="assessment this time",
                    ),
                ),
                (
                    "exam_kind",
                    models.CharField(
                        blank=True,
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
                    "exam_on",
                    models.DateField(
                        blank=True, help_text="In Leiden.", null=True, verbose_name="exam date"
                    ),
                ),
                (
                    "resit_offered",
                    models.BooleanField(blank=True, null=True, verbose_name="resit offered"),
                ),
                ("resit_on", models.DateField(blank=True, null=True, verbose_name="resit date")),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("draft", "draft"),
                            ("published", "published"),
                            ("withdrawn", "withdrawn"),
                        ],
                        default="draft",
                        editable=False,
                        max_length=10,
                        verbose_name="state",
                    ),
                ),
                ("is_demo", models.BooleanField(default=False, verbose_name="holds demo data")),
                (
                    "course",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="editions",
                        to="courses.course",
                        verbose_name="course",
                    ),
                ),
            ],
            options={
                "verbose_name": "edition",
                "verbose_name_plural": "editions",
                "ordering": ["starts_on", "pk"],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("course", "starts_on"),
                        name="edition_starts_once",
                        violation_error_message="This course already has an edition that starts on this day.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("state__in", ["draft", "published", "withdrawn"])),
                        name="edition_state_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("period__in", ["autumn", "spring", "summer", "year"])),
                        name="edition_period_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("assessment__in", ["", "exam", "assignment", "both"])),
                        name="edition_assessment_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("exam_kind__in", ["", "paper", "laptop", "computer", "oral"])
                        ),
                        name="edition_exam_kind_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("ends_on__gte", models.F("starts_on"))),
                        name="edition_ends_after_start",
                        violation_error_message="The course must end on or after the day it starts.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("applications_open_on", None),
                            ("applications_close_on", None),
                            ("applications_close_on__gte", models.F("applications_open_on")),
                            _connector="OR",
                        ),
                        name="edition_applications_in_order",
                        violation_error_message="Applications must close on or after the day they open.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("applications_close_on", None),
                            ("applications_close_on__lte", models.F("ends_on")),
                            _connector="OR",
                        ),
                        name="edition_applications_close_before_end",
                        violation_error_message="Applications must close before the course ends.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("withdraw_until", None),
                            ("withdraw_until__lte", models.F("ends_on")),
                            _connector="OR",
                        ),
                        name="edition_withdraw_before_end",
                        violation_error_message="Withdrawing must be possible until the course's end at most.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("exam_on", None),
                            ("exam_on__gte", models.F("starts_on")),
                            _connector="OR",
                        ),
                        name="edition_exam_after_start",
                        violation_error_message="The exam must be on or after the day the course starts.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("resit_on", None),
                            ("exam_on", None),
                            ("resit_on__gt", models.F("exam_on")),
                            _connector="OR",
                        ),
                        name="edition_resit_after_exam",
                        violation_error_message="The resit must be after the exam.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("assessment", "assignment"), _negated=True),
                            models.Q(("exam_kind", ""), ("exam_on", None), ("resit_on", None)),
                            _connector="OR",
                        ),
                        name="edition_no_exam_with_assignment",
                        violation_error_message="With a final assignment there is no exam: leave its kind and dates empty.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("kept", 0), ("kept__lte", models.F("places")), _connector="OR"
                        ),
                        name="edition_kept_within_places",
                        violation_error_message="More places are kept for universities than this.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("kept_taken__lte", models.F("kept")),
                            ("kept_taken__lte", models.F("taken")),
                        ),
                        name="edition_kept_places_hold",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("offer_hours__gte", 1), ("offer_hours__lte", 336)),
                        name="edition_offer_hours_positive",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("places", None), ("taken__lte", models.F("places")), _connector="OR"
                        ),
                        name="edition_places_hold",
                        violation_error_message="More places are taken than this.",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="LiveSession",
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
                        verbose_name="day at the host",
                    ),
                ),
                ("starts_at", models.TimeField(verbose_name="starts at (host's time)")),
                ("ends_at", models.TimeField(verbose_name="ends at (host's time)")),
                (
                    "required",
                    models.BooleanField(default=False, verbose_name="attendance required"),
                ),
                (
                    "edition",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="live_sessions",
                        to="courses.edition",
                    ),
                ),
            ],
            options={
                "ordering": ["weekday", "starts_at"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("weekday__in", [0, 1, 2, 3, 4, 5, 6])),
                        name="live_session_weekday_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("ends_at__gt", models.F("starts_at"))),
                        name="live_session_ends_after_start",
                        violation_error_message="The session must end after it starts.",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="EmailDomain",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "domain",
                    models.CharField(
                        help_text="What comes after the @ in the addresses of its students.",
                        max_length=120,
                        unique=True,
                        validators=[
                            django.core.validators.RegexValidator(
                                "^[a-z0-9-]+(\\.[a-z0-9-]+)+\\Z", "Such as: student.uq.edu.au"
                            )
                        ],
                        verbose_name="e-mail domain",
                    ),
                ),
                (
                    "university",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="email_domains",
                        to="courses.university",
                    ),
                ),
            ],
            options={
                "ordering": ["domain"],
            },
        ),
        migrations.CreateModel(
            name="ConfirmationRequest",
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
                ("asked_by", models.CharField(max_length=150, verbose_name="asked by")),
                (
                    "sent_to",
                    models.EmailField(
                        blank=True,
                        help_text="Empty when the link was copied by hand.",
                        max_length=254,
                        verbose_name="sent to",
                    ),
                ),
                (
                    "answer",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("true", "all of it is true"),
                            ("changed", "something has changed"),
                        ],
                        max_length=10,
                        verbose_name="answer",
                    ),
                ),
                (
                    "answered_by",
                    models.CharField(blank=True, max_length=120, verbose_name="answered by"),
                ),
                (
                    "notes",
                    models.JSONField(
                        blank=True,
                        default=dict,
                        help_text="A text for each fact.",
                        verbose_name="what has changed",
                    ),
                ),
                ("handled_at", models.DateTimeField(blank=True, null=True, verbose_name="handled")),
                (
                    "handled_by",
                    models.CharField(blank=True, max_length=150, verbose_name="handled by"),
                ),
                (
                    "course",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="confirmation_requests",
                        to="courses.course",
                    ),
                ),
            ],
            options={
                "verbose_name": "confirmation request",
                "verbose_name_plural": "confirmation requests",
                "ordering": ["-created_at", "-pk"],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("revoked_at", None), ("spent_at", None)),
                        fields=("course",),
                        name="confirmation_one_open_per_course",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("answer__in", ["", "true", "changed"])),
                        name="confirmation_answer_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("answer", ""), ("spent_at", None)),
                            models.Q(
                                models.Q(("answer", ""), _negated=True), ("spent_at__isnull", False)
                            ),
                            _connector="OR",
                        ),
                        name="confirmation_answered_when_spent",
                    ),
                ],
            },
        ),
    ]
