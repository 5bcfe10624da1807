from decimal import Decimal

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
        ("paperwork", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name="Batch",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "day",
                    models.DateField(default=django.utils.timezone.localdate, verbose_name="day"),
                ),
                (
                    "number",
                    models.PositiveSmallIntegerField(
                        default=1, editable=False, verbose_name="number of that day"
                    ),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[("making", "being made"), ("ready", "ready"), ("sent", "sent")],
                        default="making",
                        editable=False,
                        max_length=10,
                        verbose_name="state",
                    ),
                ),
                (
                    "total",
                    models.PositiveIntegerField(
                        default=0, editable=False, verbose_name="registrations"
                    ),
                ),
                (
                    "done",
                    models.PositiveIntegerField(default=0, editable=False, verbose_name="made"),
                ),
                (
                    "created_at",
                    models.DateTimeField(default=django.utils.timezone.now, editable=False),
                ),
                (
                    "changed_at",
                    models.DateTimeField(default=django.utils.timezone.now, editable=False),
                ),
                (
                    "faculty",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="courses.faculty",
                        verbose_name="faculty",
                    ),
                ),
                (
                    "made_by",
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
                "verbose_name": "batch",
                "verbose_name_plural": "batches",
                "ordering": ["-day", "-number"],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("faculty", "day", "number"), name="batch_numbered_once"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("state__in", ["making", "ready", "sent"])),
                        name="batch_state_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("done__lte", models.F("total"))),
                        name="batch_done_of_all",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Experience",
            fields=[
                (
                    "enrolment",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="experience",
                        serialize=False,
                        to="enrolments.enrolment",
                    ),
                ),
                (
                    "answer",
                    models.CharField(
                        choices=[
                            ("well", "well"),
                            ("mixed", "could be better"),
                            ("badly", "badly"),
                        ],
                        max_length=5,
                        verbose_name="how did it go?",
                    ),
                ),
                (
                    "words",
                    models.CharField(blank=True, max_length=300, verbose_name="in a sentence"),
                ),
                (
                    "answered_at",
                    models.DateTimeField(default=django.utils.timezone.now, editable=False),
                ),
            ],
            options={
                "verbose_name": "experience",
                "verbose_name_plural": "experiences",
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("answer__in", ["well", "mixed", "badly"])),
                        name="experience_answer_known",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="GradeTable",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("scale", models.CharField(max_length=120, verbose_name="grade scale")),
                ("source", models.CharField(max_length=300, verbose_name="source")),
                (
                    "source_url",
                    models.URLField(
                        blank=True, max_length=300, verbose_name="address of the source"
                    ),
                ),
                ("method_nl", models.TextField(verbose_name="method, in Dutch")),
                ("method_en", models.TextField(verbose_name="method, in English")),
                (
                    "confirmed_on",
                    models.DateField(blank=True, null=True, verbose_name="last confirmed on"),
                ),
                (
                    "university",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="grade_tables",
                        to="courses.university",
                        verbose_name="university",
                    ),
                ),
            ],
            options={
                "verbose_name": "grade table",
                "verbose_name_plural": "grade tables",
                "ordering": ["university", "pk"],
                "constraints": [
                    models.UniqueConstraint(fields=("university", "scale"), name="grade_table_once")
                ],
            },
        ),
        migrations.CreateModel(
            name="GradeTableRow",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "printed",
                    models.CharField(blank=True, max_length=20, verbose_name="letter or word"),
                ),
                (
                    "printed_from",
                    models.DecimalField(
                        blank=True, decimal_places=2, max_digits=6, null=True, verbose_name="from"
                    ),
                ),
                (
                    "printed_to",
                    models.DecimalField(
                        blank=True,
                        decimal_places=2,
                        max_digits=6,
                        null=True,
                        verbose_name="up to and including",
                    ),
                ),
                (
                    "suggests",
                    models.CharField(
                        help_text="Such as 7.5 or V.", max_length=4, verbose_name="suggests"
                    ),
                ),
                (
                    "lowest",
                    models.CharField(
                        blank=True, max_length=4, verbose_name="lowest that it may mean"
                    ),
                ),
                (
                    "highest",
                    models.CharField(
                        blank=True, max_length=4, verbose_name="highest that it may mean"
                    ),
                ),
                (
                    "table",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="rows",
                        to="grades.gradetable",
                    ),
                ),
            ],
            options={
                "verbose_name": "row of a grade table",
                "verbose_name_plural": "rows of a grade table",
                "ordering": ["table", "pk"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                models.Q(("printed", ""), _negated=True),
                                ("printed_from", None),
                                ("printed_to", None),
                            ),
                            models.Q(
                                ("printed", ""),
                                ("printed_from__isnull", False),
                                ("printed_to__isnull", False),
                            ),
                            _connector="OR",
                        ),
                        name="grade_table_row_is_a_word_or_a_range",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("printed_from", None),
                            ("printed_from__lte", models.F("printed_to")),
                            _connector="OR",
                        ),
                        name="grade_table_row_in_order",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="PurposeChange",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "purpose",
                    models.CharField(
                        choices=[
                            ("elective", "elective"),
                            ("minor", "minor"),
                            ("extracurricular", "extracurricular"),
                            ("honours", "honours programme"),
                        ],
                        max_length=15,
                        verbose_name="then it counts as",
                    ),
                ),
                ("reason", models.TextField(verbose_name="why")),
                (
                    "asked_at",
                    models.DateTimeField(default=django.utils.timezone.now, editable=False),
                ),
                ("agreed", models.BooleanField(editable=False, null=True)),
                ("answered_at", models.DateTimeField(editable=False, null=True)),
                (
                    "answered_by",
                    models.ForeignKey(
                        editable=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "asked_by",
                    models.ForeignKey(
                        editable=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "enrolment",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="purpose_changes",
                        to="enrolments.enrolment",
                    ),
                ),
            ],
            options={
                "verbose_name": "change of how a course counts",
                "verbose_name_plural": "changes of how a course counts",
                "ordering": ["-asked_at", "-pk"],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("agreed", None)),
                        fields=("enrolment",),
                        name="purpose_change_one_open",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("purpose__in", ["elective", "minor", "extracurricular", "honours"])
                        ),
                        name="purpose_change_purpose_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("reason", ""), _negated=True),
                        name="purpose_change_with_a_reason",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("agreed", None), ("answered_by", None)),
                            models.Q(("agreed__isnull", False), ("answered_by__isnull", False)),
                            _connector="OR",
                        ),
                        name="purpose_change_answered_by_somebody",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("answered_by", None),
                            ("agreed", False),
                            models.Q(("answered_by", models.F("asked_by")), _negated=True),
                            _connector="OR",
                        ),
                        name="purpose_change_agreed_by_another",
                        violation_error_message="The other coordinator agrees, not who asked.",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Transcript",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "version",
                    models.PositiveSmallIntegerField(
                        default=1, editable=False, verbose_name="version"
                    ),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("received", "being checked"),
                            ("verified", "verified"),
                            ("returned", "returned"),
                            ("superseded", "replaced by a newer one"),
                        ],
                        default="received",
                        editable=False,
                        max_length=10,
                        verbose_name="state",
                    ),
                ),
                (
                    "source",
                    models.CharField(
                        choices=[
                            ("student", "the student"),
                            ("partner", "the host university"),
                            ("coordinator", "an exchange coordinator, by mail"),
                            ("data", "data from the host university"),
                        ],
                        editable=False,
                        max_length=12,
                        verbose_name="came from",
                    ),
                ),
                (
                    "grade_typed",
                    models.CharField(blank=True, max_length=40, verbose_name="grade as printed"),
                ),
                (
                    "received_at",
                    models.DateTimeField(
                        default=django.utils.timezone.now, editable=False, verbose_name="received"
                    ),
                ),
                (
                    "given_by_name",
                    models.CharField(editable=False, max_length=150, verbose_name="given by"),
                ),
                ("read_at", models.DateTimeField(editable=False, null=True, verbose_name="read")),
                (
                    "findings",
                    models.JSONField(default=dict, editable=False, verbose_name="what was read"),
                ),
                ("due_on", models.DateField(editable=False, null=True, verbose_name="due on")),
                (
                    "snoozed_until",
                    models.DateField(editable=False, null=True, verbose_name="put aside until"),
                ),
                (
                    "verified_at",
                    models.DateTimeField(editable=False, null=True, verbose_name="verified"),
                ),
                (
                    "reason",
                    models.TextField(
                        blank=True, editable=False, verbose_name="why it was returned"
                    ),
                ),
                (
                    "changed_at",
                    models.DateTimeField(default=django.utils.timezone.now, editable=False),
                ),
                (
                    "enrolment",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="transcripts",
                        to="enrolments.enrolment",
                    ),
                ),
                (
                    "file",
                    models.OneToOneField(
                        editable=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="transcript",
                        to="paperwork.attachment",
                        verbose_name="file",
                    ),
                ),
                (
                    "given_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="given by",
                    ),
                ),
                (
                    "verified_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="verified by",
                    ),
                ),
            ],
            options={
                "verbose_name": "transcript",
                "verbose_name_plural": "transcripts",
                "ordering": ["-received_at", "-pk"],
                "indexes": [
                    models.Index(fields=["state", "received_at"], name="transcript_queue"),
                    models.Index(fields=["due_on", "id"], name="transcript_by_due"),
                ],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("enrolment", "version"), name="transcript_version_once"
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("state", "superseded"), _negated=True),
                        fields=("enrolment",),
                        name="transcript_one_counts",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("state__in", ["received", "verified", "returned", "superseded"])
                        ),
                        name="transcript_state_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("source__in", ["student", "partner", "coordinator", "data"])
                        ),
                        name="transcript_source_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("source", "data"), ("file__isnull", False), _connector="OR"
                        ),
                        name="transcript_has_a_file",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("state", "verified"), _negated=True),
                            models.Q(
                                ("verified_at__isnull", False), ("verified_by__isnull", False)
                            ),
                            _connector="OR",
                        ),
                        name="transcript_verified_by_somebody",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("state", "returned"), _negated=True),
                            models.Q(("reason", ""), _negated=True),
                            _connector="OR",
                        ),
                        name="transcript_returned_with_a_reason",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Result",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "source",
                    models.CharField(
                        choices=[
                            ("transcript", "transcript"),
                            ("result_list", "our own result list"),
                        ],
                        default="transcript",
                        max_length=12,
                        verbose_name="from",
                    ),
                ),
                ("grade_printed", models.CharField(max_length=40, verbose_name="grade as printed")),
                ("scale", models.CharField(blank=True, max_length=120, verbose_name="grade scale")),
                (
                    "credits_printed",
                    models.CharField(max_length=40, verbose_name="credits as printed"),
                ),
                (
                    "credit_system",
                    models.CharField(blank=True, max_length=60, verbose_name="credit system"),
                ),
                (
                    "title_printed",
                    models.CharField(max_length=200, verbose_name="course title as printed"),
                ),
                (
                    "code_printed",
                    models.CharField(
                        blank=True, max_length=40, verbose_name="course code as printed"
                    ),
                ),
                ("dated_on", models.DateField(verbose_name="date of the result")),
                ("exam_on", models.DateField(blank=True, null=True, verbose_name="exam date")),
                (
                    "attempt",
                    models.CharField(
                        choices=[("first", "first chance"), ("resit", "resit")],
                        default="first",
                        max_length=6,
                        verbose_name="attempt",
                    ),
                ),
                (
                    "grade",
                    models.DecimalField(
                        blank=True,
                        decimal_places=1,
                        max_digits=3,
                        null=True,
                        verbose_name="Dutch grade",
                    ),
                ),
                (
                    "mark",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("V", "V (voldaan, pass)"),
                            ("O", "O (onvoldoende, fail)"),
                            ("P", "P (pass)"),
                            ("F", "F (fail)"),
                        ],
                        max_length=1,
                        verbose_name="or a word",
                    ),
                ),
                ("passed", models.BooleanField(verbose_name="passed")),
                (
                    "ec",
                    models.DecimalField(
                        decimal_places=1, max_digits=3, verbose_name="credits (EC)"
                    ),
                ),
                ("current", models.BooleanField(default=True, editable=False)),
                ("reason", models.TextField(blank=True, verbose_name="why it was corrected")),
                (
                    "recorded_at",
                    models.DateTimeField(
                        default=django.utils.timezone.now, editable=False, verbose_name="recorded"
                    ),
                ),
                (
                    "confirmed_at",
                    models.DateTimeField(editable=False, null=True, verbose_name="confirmed"),
                ),
                (
                    "confirmed_by",
                    models.ForeignKey(
                        editable=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "enrolment",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="results",
                        to="enrolments.enrolment",
                    ),
                ),
                (
                    "recorded_by",
                    models.ForeignKey(
                        editable=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "replaces",
                    models.OneToOneField(
                        editable=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="replaced_by",
                        to="grades.result",
                    ),
                ),
                (
                    "transcript",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="results",
                        to="grades.transcript",
                    ),
                ),
            ],
            options={
                "verbose_name": "result",
                "verbose_name_plural": "results",
                "ordering": ["-recorded_at", "-pk"],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("current", True)),
                        fields=("enrolment",),
                        name="result_one_holds",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("confirmed_at", None), ("source", "result_list")),
                        fields=("enrolment",),
                        name="result_one_to_confirm",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("source", "result_list"), _negated=True),
                            ("current", False),
                            models.Q(
                                ("confirmed_at__isnull", False), ("confirmed_by__isnull", False)
                            ),
                            _connector="OR",
                        ),
                        name="result_of_ours_holds_when_confirmed",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("source__in", ["transcript", "result_list"])),
                        name="result_source_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("source", "transcript"), _negated=True),
                            ("transcript__isnull", False),
                            _connector="OR",
                        ),
                        name="result_comes_from_somewhere",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("attempt__in", ["first", "resit"])),
                        name="result_attempt_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("mark__in", ["", "V", "O", "P", "F"])),
                        name="result_mark_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("grade__isnull", True), models.Q(("mark", ""), _negated=True)
                            ),
                            models.Q(("grade__isnull", False), ("mark", "")),
                            _connector="OR",
                        ),
                        name="result_is_a_grade_or_a_word",
                        violation_error_message="Give a Dutch grade, or V or O: one of the two.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("grade", None),
                            models.Q(("grade__gte", Decimal("1")), ("grade__lte", Decimal("5"))),
                            models.Q(("grade__gte", Decimal("6")), ("grade__lte", Decimal("10"))),
                            _connector="OR",
                        ),
                        name="result_grade_on_our_scale",
                        violation_error_message="A Dutch grade is 1 to 10, and none lies between 5 and 6.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("passed", True),
                                models.Q(
                                    models.Q(
                                        ("grade__gte", Decimal("6")), ("grade__isnull", False)
                                    ),
                                    ("mark__in", ["V", "P"]),
                                    _connector="OR",
                                ),
                            ),
                            models.Q(
                                ("passed", False),
                                models.Q(
                                    models.Q(
                                        ("grade__isnull", False), ("grade__lte", Decimal("5"))
                                    ),
                                    ("mark__in", ["O", "F"]),
                                    _connector="OR",
                                ),
                            ),
                            _connector="OR",
                        ),
                        name="result_passes_when_it_does",
                        violation_error_message="6 or more, V or P is a pass; anything else is not.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("ec__gt", 0), ("ec__lt", 60)),
                        name="result_credits_of_one_course",
                        violation_error_message="A course has more than 0 and less than 60 EC.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("replaces", None),
                            models.Q(("reason", ""), _negated=True),
                            _connector="OR",
                        ),
                        name="result_corrected_with_a_reason",
                        violation_error_message="Say why the result is corrected.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("confirmed_by", None),
                            models.Q(("confirmed_by", models.F("recorded_by")), _negated=True),
                            _connector="OR",
                        ),
                        name="result_confirmed_by_another",
                        violation_error_message="Another person than who entered it confirms a result.",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Registration",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("current", models.BooleanField(default=True, editable=False)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("requested", "to be requested"),
                            ("prepared", "paperwork ready"),
                            ("sent", "with the administration"),
                            ("registered", "registered"),
                            ("reconciled", "found in uSis"),
                            ("refused", "refused"),
                        ],
                        default="requested",
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
                ("due_on", models.DateField(editable=False, null=True, verbose_name="due on")),
                (
                    "created_at",
                    models.DateTimeField(default=django.utils.timezone.now, editable=False),
                ),
                (
                    "changed_at",
                    models.DateTimeField(default=django.utils.timezone.now, editable=False),
                ),
                (
                    "route",
                    models.CharField(
                        choices=[
                            ("usis_petition", "petition in uSis"),
                            ("own_form", "form of the portal"),
                            ("honours", "honours programme"),
                        ],
                        max_length=13,
                        verbose_name="way",
                    ),
                ),
                (
                    "request_type",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("vervanging", "replacement"),
                            ("extern_onderwijs", "external education"),
                            ("extracurriculair", "extracurricular"),
                        ],
                        max_length=16,
                        verbose_name="type of request",
                    ),
                ),
                (
                    "proposed_type",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("vervanging", "replacement"),
                            ("extern_onderwijs", "external education"),
                            ("extracurriculair", "extracurricular"),
                        ],
                        editable=False,
                        max_length=16,
                        verbose_name="proposed type",
                    ),
                ),
                ("override_reason", models.TextField(blank=True, verbose_name="why another type")),
                (
                    "filed_on",
                    models.DateField(blank=True, null=True, verbose_name="filed in uSis on"),
                ),
                (
                    "board_decided_on",
                    models.DateField(blank=True, null=True, verbose_name="Board decided on"),
                ),
                (
                    "board_reference",
                    models.CharField(
                        blank=True, max_length=60, verbose_name="reference of the Board"
                    ),
                ),
                ("refusal", models.TextField(blank=True, verbose_name="why it was refused")),
                (
                    "honours_ec",
                    models.DecimalField(
                        blank=True,
                        decimal_places=1,
                        help_text="Without this course.",
                        max_digits=4,
                        null=True,
                        verbose_name="credits (EC) in the honours programme so far",
                    ),
                ),
                ("sent_at", models.DateTimeField(editable=False, null=True, verbose_name="sent")),
                (
                    "registered_on",
                    models.DateField(blank=True, null=True, verbose_name="entered in uSis on"),
                ),
                (
                    "usis_reference",
                    models.CharField(blank=True, max_length=60, verbose_name="reference in uSis"),
                ),
                (
                    "batch",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="registrations",
                        to="grades.batch",
                    ),
                ),
                (
                    "enrolment",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="registrations",
                        to="enrolments.enrolment",
                    ),
                ),
                (
                    "registered_by",
                    models.ForeignKey(
                        editable=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "taken_by",
                    models.ForeignKey(
                        editable=False,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="taken over by",
                    ),
                ),
                (
                    "verified_by",
                    models.ForeignKey(
                        editable=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "result",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="registrations",
                        to="grades.result",
                    ),
                ),
            ],
            options={
                "verbose_name": "registration",
                "verbose_name_plural": "registrations",
                "ordering": ["-created_at", "-pk"],
                "indexes": [
                    models.Index(fields=["state", "since"], name="registration_queue"),
                    models.Index(fields=["due_on", "id"], name="registration_by_due"),
                ],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("current", True)),
                        fields=("enrolment",),
                        name="registration_one_holds",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "state__in",
                                [
                                    "requested",
                                    "prepared",
                                    "sent",
                                    "registered",
                                    "reconciled",
                                    "refused",
                                ],
                            )
                        ),
                        name="registration_state_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("route__in", ["usis_petition", "own_form", "honours"])),
                        name="registration_route_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "request_type__in",
                                ["", "vervanging", "extern_onderwijs", "extracurriculair"],
                            )
                        ),
                        name="registration_type_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "proposed_type__in",
                                ["", "vervanging", "extern_onderwijs", "extracurriculair"],
                            )
                        ),
                        name="registration_proposed_type_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("request_type", ""), ("route", "honours")),
                            models.Q(
                                models.Q(("route", "honours"), _negated=True),
                                models.Q(("request_type", ""), _negated=True),
                            ),
                            _connector="OR",
                        ),
                        name="registration_honours_has_no_type",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("request_type", models.F("proposed_type")),
                            models.Q(("override_reason", ""), _negated=True),
                            _connector="OR",
                        ),
                        name="registration_other_type_with_a_reason",
                        violation_error_message="Say why you choose another type.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("registered_by", None),
                            models.Q(("registered_by", models.F("verified_by")), _negated=True),
                            _connector="OR",
                        ),
                        name="registration_by_another_than_verified",
                        violation_error_message="Who verified the result cannot record its registration: ask a colleague.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("state__in", ["registered", "reconciled"]), _negated=True),
                            models.Q(
                                ("registered_by__isnull", False), ("registered_on__isnull", False)
                            ),
                            _connector="OR",
                        ),
                        name="registration_registered_by_somebody",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("state__in", ["registered", "reconciled"]), _negated=True),
                            ("route", "honours"),
                            ("board_decided_on__isnull", False),
                            _connector="OR",
                        ),
                        name="registration_after_the_board",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("honours_ec", None),
                            models.Q(("honours_ec__gte", 0), ("route", "honours")),
                            _connector="OR",
                        ),
                        name="registration_honours_credits_of_honours",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("state", "refused"), _negated=True),
                            models.Q(("refusal", ""), _negated=True),
                            _connector="OR",
                        ),
                        name="registration_refused_with_a_reason",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="HonoursLink",
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
                    "registration",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="honours_links",
                        to="grades.registration",
                    ),
                ),
            ],
            options={
                "verbose_name": "link for the Honours Academy",
                "verbose_name_plural": "links for the Honours Academy",
                "ordering": ["-created_at", "-pk"],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("revoked_at", None), ("spent_at", None)),
                        fields=("registration",),
                        name="honours_link_one_works",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="UsisList",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("name", models.CharField(max_length=120, verbose_name="name")),
                (
                    "brought_at",
                    models.DateTimeField(
                        default=django.utils.timezone.now, editable=False, verbose_name="brought"
                    ),
                ),
                (
                    "brought_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "faculty",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="courses.faculty",
                        verbose_name="faculty",
                    ),
                ),
            ],
            options={
                "verbose_name": "list from uSis",
                "verbose_name_plural": "lists from uSis",
                "ordering": ["-brought_at", "-pk"],
            },
        ),
        migrations.CreateModel(
            name="UsisRow",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("line", models.PositiveIntegerField(verbose_name="line")),
                ("cells", models.JSONField()),
                (
                    "outcome",
                    models.CharField(
                        choices=[
                            ("found", "the same as was sent"),
                            ("differs", "differs from what was sent"),
                            ("unknown", "nothing was sent for it"),
                        ],
                        max_length=8,
                        verbose_name="outcome",
                    ),
                ),
                ("differences", models.JSONField(default=list)),
                (
                    "registration",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="usis_rows",
                        to="grades.registration",
                    ),
                ),
                (
                    "usis_list",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="rows",
                        to="grades.usislist",
                    ),
                ),
            ],
            options={
                "verbose_name": "line from uSis",
                "verbose_name_plural": "lines from uSis",
                "ordering": ["usis_list", "line"],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("usis_list", "line"), name="usis_row_line_once"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("outcome__in", ["found", "differs", "unknown"])),
                        name="usis_row_outcome_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("outcome", "unknown"), ("registration__isnull", False), _connector="OR"
                        ),
                        name="usis_row_of_a_registration",
                    ),
                ],
            },
        ),
    ]
