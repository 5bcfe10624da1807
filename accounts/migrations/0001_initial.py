import django.db.models.deletion
import django.db.models.functions.text
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("courses", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name="User",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("password", models.CharField(max_length=128, verbose_name="password")),
                (
                    "last_login",
                    models.DateTimeField(blank=True, null=True, verbose_name="last login"),
                ),
                (
                    "email",
                    models.EmailField(max_length=254, unique=True, verbose_name="e-mail address"),
                ),
                ("name", models.CharField(blank=True, max_length=150, verbose_name="name")),
                (
                    "language",
                    models.CharField(
                        choices=[("nl", "Dutch"), ("en", "English")],
                        default="nl",
                        max_length=2,
                        verbose_name="language",
                    ),
                ),
                ("is_active", models.BooleanField(default=True, verbose_name="may sign in")),
                (
                    "created_at",
                    models.DateTimeField(
                        default=django.utils.timezone.now, editable=False, verbose_name="since"
                    ),
                ),
            ],
            options={
                "verbose_name": "person",
                "verbose_name_plural": "people",
                "ordering": ["name", "email"],
                "constraints": [
                    models.UniqueConstraint(
                        django.db.models.functions.text.Lower("email"),
                        name="user_email_unique_in_any_case",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("language__in", ["nl", "en"])),
                        name="user_language_known",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Invitation",
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
                ("email", models.EmailField(max_length=254, verbose_name="e-mail address")),
                ("name", models.CharField(max_length=150, verbose_name="name")),
                (
                    "language",
                    models.CharField(
                        choices=[("nl", "Dutch"), ("en", "English")],
                        max_length=2,
                        verbose_name="language",
                    ),
                ),
                (
                    "role",
                    models.CharField(
                        choices=[
                            ("coordinator", "exchange coordinator"),
                            ("honours", "honours coordinator"),
                            ("administration", "education administration"),
                            ("exams", "exam staff"),
                            ("partner", "partner contact"),
                            ("office", "programme office"),
                            ("auditor", "auditor"),
                        ],
                        max_length=20,
                        verbose_name="role",
                    ),
                ),
                (
                    "starts_on",
                    models.DateField(default=django.utils.timezone.localdate, verbose_name="from"),
                ),
                ("ends_on", models.DateField(null=True, verbose_name="until")),
                ("is_listed", models.BooleanField(default=True, verbose_name="shown to students")),
                (
                    "accepted_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="invitations_accepted",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "faculty",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="invitations",
                        to="courses.faculty",
                        verbose_name="faculty",
                    ),
                ),
                (
                    "invited_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="invitations_made",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "programmes",
                    models.ManyToManyField(
                        related_name="invitations",
                        to="courses.programme",
                        verbose_name="programmes",
                    ),
                ),
                (
                    "university",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="invitations",
                        to="courses.university",
                        verbose_name="university",
                    ),
                ),
            ],
            options={
                "verbose_name": "invitation",
                "verbose_name_plural": "invitations",
                "ordering": ["-created_at", "-pk"],
                "constraints": [
                    models.UniqueConstraint(
                        django.db.models.functions.text.Lower("email"),
                        condition=models.Q(("revoked_at", None), ("spent_at", None)),
                        name="invitation_one_open_per_address",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "role__in",
                                [
                                    "coordinator",
                                    "honours",
                                    "administration",
                                    "exams",
                                    "partner",
                                    "office",
                                    "auditor",
                                ],
                            )
                        ),
                        name="invitation_role_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("language__in", ["nl", "en"])),
                        name="invitation_language_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("faculty__isnull", False),
                                ("role__in", ("coordinator", "administration")),
                                ("university", None),
                            ),
                            models.Q(("role", "honours"), ("university", None)),
                            models.Q(
                                ("faculty", None),
                                ("role", "partner"),
                                ("university__isnull", False),
                            ),
                            models.Q(
                                ("faculty", None),
                                ("role__in", ["exams", "office", "auditor"]),
                                ("university", None),
                            ),
                            _connector="OR",
                        ),
                        name="invitation_scope_fits_role",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("ends_on", None),
                            ("ends_on__gte", models.F("starts_on")),
                            _connector="OR",
                        ),
                        name="invitation_dates_in_order",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Membership",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "role",
                    models.CharField(
                        choices=[
                            ("coordinator", "exchange coordinator"),
                            ("honours", "honours coordinator"),
                            ("administration", "education administration"),
                            ("exams", "exam staff"),
                            ("partner", "partner contact"),
                            ("office", "programme office"),
                            ("auditor", "auditor"),
                        ],
                        max_length=20,
                        verbose_name="role",
                    ),
                ),
                (
                    "starts_on",
                    models.DateField(default=django.utils.timezone.localdate, verbose_name="from"),
                ),
                (
                    "ends_on",
                    models.DateField(
                        blank=True, help_text="The last day.", null=True, verbose_name="until"
                    ),
                ),
                (
                    "is_listed",
                    models.BooleanField(
                        default=True,
                        help_text="Name and e-mail address stand on the page “Your coordinators”.",
                        verbose_name="shown to students",
                    ),
                ),
                (
                    "given_at",
                    models.DateTimeField(default=django.utils.timezone.now, editable=False),
                ),
                (
                    "ended_at",
                    models.DateTimeField(editable=False, null=True, verbose_name="ended on"),
                ),
                (
                    "ended_by",
                    models.ForeignKey(
                        editable=False,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="memberships_ended",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "faculty",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="memberships",
                        to="courses.faculty",
                        verbose_name="faculty",
                    ),
                ),
                (
                    "given_by",
                    models.ForeignKey(
                        editable=False,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="memberships_given",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "programmes",
                    models.ManyToManyField(
                        blank=True,
                        help_text="Only for a coordinator of some programmes; none means the whole faculty.",
                        related_name="memberships",
                        to="courses.programme",
                        verbose_name="programmes",
                    ),
                ),
                (
                    "university",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="memberships",
                        to="courses.university",
                        verbose_name="university",
                    ),
                ),
                (
                    "user",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="memberships",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "verbose_name": "membership",
                "verbose_name_plural": "memberships",
                "ordering": ["role", "pk"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "role__in",
                                [
                                    "coordinator",
                                    "honours",
                                    "administration",
                                    "exams",
                                    "partner",
                                    "office",
                                    "auditor",
                                ],
                            )
                        ),
                        name="membership_role_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("faculty__isnull", False),
                                ("role__in", ("coordinator", "administration")),
                                ("university", None),
                            ),
                            models.Q(("role", "honours"), ("university", None)),
                            models.Q(
                                ("faculty", None),
                                ("role", "partner"),
                                ("university__isnull", False),
                            ),
                            models.Q(
                                ("faculty", None),
                                ("role__in", ["exams", "office", "auditor"]),
                                ("university", None),
                            ),
                            _connector="OR",
                        ),
                        name="membership_scope_fits_role",
                        violation_error_message="Coordinators and administrations belong to a faculty, partner contacts to a university, the other roles to neither.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("ends_on", None),
                            ("ends_on__gte", models.F("starts_on")),
                            _connector="OR",
                        ),
                        name="membership_dates_in_order",
                        violation_error_message="The last day must be on or after the first day.",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="StudentProfile",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "programme_name",
                    models.CharField(
                        blank=True,
                        help_text="As your own university calls it.",
                        max_length=150,
                        verbose_name="programme",
                    ),
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
                    "honours",
                    models.BooleanField(default=False, verbose_name="in the honours programme"),
                ),
                (
                    "esi",
                    models.CharField(
                        blank=True,
                        help_text="Begins with urn:schac:personalUniqueCode:int:esi:",
                        max_length=255,
                        verbose_name="European Student Identifier",
                    ),
                ),
                (
                    "faculty",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="students",
                        to="courses.faculty",
                        verbose_name="faculty",
                    ),
                ),
                (
                    "home_university",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="students",
                        to="courses.university",
                        verbose_name="home university",
                    ),
                ),
                (
                    "programme",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="students",
                        to="courses.programme",
                        verbose_name="programme",
                    ),
                ),
                (
                    "user",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="student",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "verbose_name": "student profile",
                "verbose_name_plural": "student profiles",
                "constraints": [
                    models.UniqueConstraint(
                        fields=("home_university", "student_number"),
                        name="student_number_unique_per_university",
                        violation_error_message="Somebody else has already signed up with this student number.",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("esi", ""), _negated=True),
                        fields=("esi",),
                        name="student_esi_unique",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("level__in", ["bachelor", "master"])),
                        name="student_level_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("year__gte", 1), ("year__lte", 9)),
                        name="student_year_plausible",
                        violation_error_message="Give your year of study as a number from 1 to 9.",
                    ),
                ],
            },
        ),
    ]
