"""Who people are: sign-in by e-mail, memberships that give a role, what is known of a student."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any, ClassVar, Self

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Lower
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts.roles import STUDENT as STUDENT  # part of what models offer
from accounts.roles import held_by
from courses.models import Faculty, Programme, SignedLink, University
from courses.models.links import SignedLinkQuerySet
from vx_portal.http import roles_of

if TYPE_CHECKING:
    from vx_portal.http import Person


class Role(models.TextChoices):
    """What a membership makes of somebody (DESIGN.md §4). Students have a profile instead."""

    COORDINATOR = "coordinator", pgettext_lazy("role", "exchange coordinator")
    HONOURS = "honours", pgettext_lazy("role", "honours coordinator")
    ADMINISTRATION = "administration", pgettext_lazy("role", "education administration")
    EXAMS = "exams", pgettext_lazy("role", "exam staff")
    PARTNER = "partner", pgettext_lazy("role", "partner contact")
    OFFICE = "office", pgettext_lazy("role", "programme office")
    AUDITOR = "auditor", pgettext_lazy("role", "auditor")


class UserQuerySet(models.QuerySet["User"]):
    def visible_to(self, user: Person) -> Self:
        """The office and auditors see everybody, others themselves."""
        if not roles_of(user).isdisjoint({Role.OFFICE, Role.AUDITOR}):
            return self
        return self.filter(pk=user.pk) if user.is_authenticated else self.none()


class UserManager(BaseUserManager["User"]):
    def get_queryset(self) -> UserQuerySet:
        return UserQuerySet(self.model, using=self._db)

    def visible_to(self, user: Person) -> UserQuerySet:
        """The office and auditors see everybody, others themselves."""
        return self.get_queryset().visible_to(user)

    def create_user(self, email: str, password: str | None = None, **fields: Any) -> User:
        """Make a user; without a password nobody can sign in with one."""
        user = self.model(email=self.normalize_email(email).lower(), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user


class User(AbstractBaseUser):
    """A person who can sign in, with an e-mail address or a university's own account."""

    class Language(models.TextChoices):
        NL = "nl", _("Dutch")
        EN = "en", _("English")

    email = models.EmailField(_("e-mail address"), unique=True)
    name = models.CharField(_("name"), max_length=150, blank=True)
    language = models.CharField(_("language"), max_length=2, choices=Language, default=Language.NL)
    is_active = models.BooleanField(_("may sign in"), default=True)
    created_at = models.DateTimeField(_("since"), default=timezone.now, editable=False)
    works_as = ""  # which role is in view, of several (accounts/working.py)

    USERNAME_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []

    objects: ClassVar[UserManager] = UserManager()

    class Meta:
        verbose_name = _("person")
        verbose_name_plural = _("people")
        ordering = ["name", "email"]
        constraints = [
            models.UniqueConstraint(Lower("email"), name="user_email_unique_in_any_case"),
            models.CheckConstraint(
                name="user_language_known", condition=Q(language__in=["nl", "en"])
            ),
        ]

    def __str__(self) -> str:
        return self.name or self.email

    @cached_property
    def roles(self) -> frozenset[str]:
        """Names of the roles held today, `student` among them. One query, asked once a request."""
        return held_by(self.pk, timezone.localdate())

    def has_role(self, *roles: str) -> bool:
        """Whether the person holds one of `roles` today."""
        return not self.roles.isdisjoint(roles)

    @property
    def is_staff_member(self) -> bool:
        """Whether stricter rules for signing in apply: any role but student."""
        return bool(self.roles - {STUDENT})


class MembershipQuerySet(models.QuerySet["Membership"]):
    def visible_to(self, user: Person) -> Self:
        """The office and auditors see all, others their own."""
        if not roles_of(user).isdisjoint({Role.OFFICE, Role.AUDITOR}):
            return self
        return self.filter(user_id=user.pk) if user.is_authenticated else self.none()

    def current(self, on: date | None = None) -> Self:
        """Those that hold on `on` (today), of people who may sign in; the last day still counts."""
        day = on or timezone.localdate()
        return self.unended(day).filter(starts_on__lte=day, user__is_active=True)

    def unended(self, on: date | None = None) -> Self:
        """Those that hold on `on` (today) or begin later, also of people who may not sign in."""
        day = on or timezone.localdate()
        return self.filter(Q(ends_on=None) | Q(ends_on__gte=day), ended_at=None)


FACULTY_ROLES = ("coordinator", "administration")  # which belong to a faculty
SCOPE_FITS_ROLE = (
    Q(role__in=FACULTY_ROLES, faculty__isnull=False, university=None)
    | Q(role="honours", university=None)
    | Q(role="partner", faculty=None, university__isnull=False)
    | Q(role__in=["exams", "office", "auditor"], faculty=None, university=None)
)


class Scoped(models.Model):
    """What a membership and an invitation share: a role, said in words with its scope."""

    class Meta:
        abstract = True

    @property
    def scope_in_words(self) -> str:
        """exchange coordinator, Humanities; partner contact, EPFL."""
        scope = self.faculty or self.university  # type: ignore[attr-defined]
        role = str(Role(self.role).label)  # type: ignore[attr-defined]
        return f"{role}, {scope}" if scope else role


class Membership(Scoped):
    """A role held from a day until a day, for a faculty or university where the role has one."""

    user = models.ForeignKey(User, models.CASCADE, related_name="memberships")
    role = models.CharField(_("role"), max_length=20, choices=Role)
    faculty = models.ForeignKey(
        Faculty,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="memberships",
        verbose_name=_("faculty"),
    )
    programmes = models.ManyToManyField(
        Programme,
        blank=True,
        related_name="memberships",
        verbose_name=_("programmes"),
        help_text=_("Only for a coordinator of some programmes; none means the whole faculty."),
    )
    university = models.ForeignKey(
        University,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="memberships",
        verbose_name=_("university"),
    )
    starts_on = models.DateField(_("from"), default=timezone.localdate)
    ends_on = models.DateField(_("until"), null=True, blank=True, help_text=_("The last day."))
    is_listed = models.BooleanField(
        _("shown to students"),
        default=True,
        help_text=_("Name and e-mail address stand on the page “Your coordinators”."),
    )
    given_by = models.ForeignKey(
        User, models.SET_NULL, null=True, editable=False, related_name="memberships_given"
    )
    given_at = models.DateTimeField(default=timezone.now, editable=False)
    ended_at = models.DateTimeField(_("ended on"), null=True, editable=False)
    ended_by = models.ForeignKey(
        User, models.SET_NULL, null=True, editable=False, related_name="memberships_ended"
    )

    objects = MembershipQuerySet.as_manager()

    class Meta:
        verbose_name = _("membership")
        verbose_name_plural = _("memberships")
        ordering = ["role", "pk"]
        constraints = [
            models.CheckConstraint(name="membership_role_known", condition=Q(role__in=Role.values)),
            models.CheckConstraint(
                name="membership_scope_fits_role",
                condition=SCOPE_FITS_ROLE,
                violation_error_message=_(
                    "Coordinators and administrations belong to a faculty, partner contacts to a"
                    " university, the other roles to neither."
                ),
            ),
            models.CheckConstraint(
                name="membership_dates_in_order",
                condition=Q(ends_on=None) | Q(ends_on__gte=F("starts_on")),
                violation_error_message=_("The last day must be on or after the first day."),
            ),
        ]

    def __str__(self) -> str:
        return self.get_role_display()

    def holds_on(self, day: date) -> bool:
        return (
            self.ended_at is None
            and self.starts_on <= day
            and (self.ends_on is None or day <= self.ends_on)
        )

    @property
    def last_day(self) -> date | None:
        """The day it ended or will end; None while it has no end."""
        if self.ended_at is None:
            return self.ends_on
        ended = timezone.localdate(self.ended_at)
        return min(ended, self.ends_on) if self.ends_on else ended


class InvitationQuerySet(SignedLinkQuerySet["Invitation"]):
    def visible_to(self, user: Person) -> Self:
        """The office and auditors see all; who is invited comes by the link itself."""
        if roles_of(user).isdisjoint({Role.OFFICE, Role.AUDITOR}):
            return self.none()
        return self

    def open(self) -> Self:
        """Those that nobody has accepted or revoked; some may have expired."""
        return self.filter(spent_at=None, revoked_at=None)


class Invitation(Scoped, SignedLink):
    """A role offered by mail to somebody without an account; accepting makes account and role."""

    email = models.EmailField(_("e-mail address"))
    name = models.CharField(_("name"), max_length=150)
    language = models.CharField(_("language"), max_length=2, choices=User.Language)
    role = models.CharField(_("role"), max_length=20, choices=Role)
    faculty = models.ForeignKey(
        Faculty, models.PROTECT, null=True, related_name="invitations", verbose_name=_("faculty")
    )
    programmes = models.ManyToManyField(
        Programme, related_name="invitations", verbose_name=_("programmes")
    )
    university = models.ForeignKey(
        University,
        models.PROTECT,
        null=True,
        related_name="invitations",
        verbose_name=_("university"),
    )
    starts_on = models.DateField(_("from"), default=timezone.localdate)
    ends_on = models.DateField(_("until"), null=True)
    is_listed = models.BooleanField(_("shown to students"), default=True)
    invited_by = models.ForeignKey(
        User, models.SET_NULL, null=True, related_name="invitations_made"
    )
    accepted_by = models.ForeignKey(
        User, models.SET_NULL, null=True, related_name="invitations_accepted"
    )

    objects = InvitationQuerySet.as_manager()

    class Meta:
        verbose_name = _("invitation")
        verbose_name_plural = _("invitations")
        ordering = ["-created_at", "-pk"]
        constraints = [
            models.UniqueConstraint(
                Lower("email"),
                name="invitation_one_open_per_address",
                condition=Q(spent_at=None, revoked_at=None),
            ),
            models.CheckConstraint(name="invitation_role_known", condition=Q(role__in=Role.values)),
            models.CheckConstraint(
                name="invitation_language_known", condition=Q(language__in=["nl", "en"])
            ),
            models.CheckConstraint(name="invitation_scope_fits_role", condition=SCOPE_FITS_ROLE),
            models.CheckConstraint(
                name="invitation_dates_in_order",
                condition=Q(ends_on=None) | Q(ends_on__gte=F("starts_on")),
            ),
        ]

    def __str__(self) -> str:
        return self.email

    @property
    def is_expired(self) -> bool:
        return self.expires_at <= timezone.now()

    @property
    def mail_key(self) -> str:
        """Names the mail with the present link; sent again it is another one."""
        return f"invitation-{self.pk}-{self.digest[:16]}"


class StudentProfileQuerySet(models.QuerySet["StudentProfile"]):
    def visible_to(self, user: Person) -> Self:
        """The office and auditors see all, students their own."""
        if not roles_of(user).isdisjoint({Role.OFFICE, Role.AUDITOR}):
            return self
        return self.filter(user_id=user.pk) if user.is_authenticated else self.none()


class StudentProfile(models.Model):
    """What an application needs to know of a student, asked once."""

    user = models.OneToOneField(User, models.CASCADE, related_name="student")
    home_university = models.ForeignKey(
        University, models.PROTECT, related_name="students", verbose_name=_("home university")
    )
    faculty = models.ForeignKey(
        Faculty,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="students",
        verbose_name=_("faculty"),
    )
    programme = models.ForeignKey(
        Programme,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="students",
        verbose_name=_("programme"),
    )
    programme_name = models.CharField(
        _("programme"), max_length=150, blank=True, help_text=_("As your own university calls it.")
    )
    student_number = models.CharField(_("student number"), max_length=30)
    level = models.CharField(_("level"), max_length=10, choices=Programme.Level)
    year = models.PositiveSmallIntegerField(_("year of study"))
    honours = models.BooleanField(_("in the honours programme"), default=False)
    esi = models.CharField(
        _("European Student Identifier"),
        max_length=255,
        blank=True,
        help_text=_("Begins with urn:schac:personalUniqueCode:int:esi:"),
    )

    objects = StudentProfileQuerySet.as_manager()

    class Meta:
        verbose_name = _("student profile")
        verbose_name_plural = _("student profiles")
        constraints = [
            models.UniqueConstraint(
                name="student_number_unique_per_university",
                fields=["home_university", "student_number"],
                violation_error_message=_(
                    "Somebody else has already signed up with this student number."
                ),
            ),
            models.UniqueConstraint(
                name="student_esi_unique", fields=["esi"], condition=~Q(esi="")
            ),
            models.CheckConstraint(
                name="student_level_known", condition=Q(level__in=["bachelor", "master"])
            ),
            models.CheckConstraint(
                name="student_year_plausible",
                condition=Q(year__gte=1, year__lte=9),
                violation_error_message=_("Give your year of study as a number from 1 to 9."),
            ),
        ]

    def __str__(self) -> str:
        return self.student_number

    @property
    def programme_title(self) -> str:
        """The programme in words, from our own list or as the other university calls it."""
        return str(self.programme) if self.programme else self.programme_name
