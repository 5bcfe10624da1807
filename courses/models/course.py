"""Courses and their editions, as host universities offer them."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Self

from babel import Locale
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import get_language, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from courses import isced
from courses.models.university import CURATORS, University, Video, in_language
from vx_portal.http import roles_of

if TYPE_CHECKING:
    from vx_portal.http import Person

HOURS_PER_EC = 28  # study load of one EC at Leiden (DOMAIN.md §3)


def validate_language(value: str) -> None:
    """Refuse what is no ISO 639 code."""
    if value not in Locale("en").languages:
        raise ValidationError(_("Use the language's code of two letters, such as en or nl."))


class Assessment(models.TextChoices):
    """How a course is concluded. Only an exam is held in Leiden."""

    EXAM = "exam", pgettext_lazy("assessment", "exam")
    ASSIGNMENT = "assignment", pgettext_lazy("assessment", "final assignment")
    BOTH = "both", pgettext_lazy("assessment", "exam and assignment")


class PublicState(models.TextChoices):
    """Whether visitors see it."""

    DRAFT = "draft", pgettext_lazy("course state", "draft")
    PUBLISHED = "published", pgettext_lazy("course state", "published")
    WITHDRAWN = "withdrawn", pgettext_lazy("course state", "withdrawn")


class CourseQuerySet(models.QuerySet["Course"]):
    def visible_to(self, user: Person) -> Self:
        """Published courses of universities that take part; curators see all of them."""
        if roles_of(user) & CURATORS:
            return self
        return self.filter(
            state=PublicState.PUBLISHED, university__in=University.objects.visible_to(user)
        )


class Course(models.Model):
    """A course of one university. Our texts lead, not an open-course site's."""

    class Level(models.TextChoices):
        BACHELOR = "bachelor", pgettext_lazy("level", "bachelor")
        MASTER = "master", pgettext_lazy("level", "master")

    university = models.ForeignKey(
        University, models.PROTECT, related_name="courses", verbose_name=_("university")
    )
    code = models.CharField(
        _("code"), max_length=30, blank=True, help_text=_("As the host university prints it.")
    )
    slug = models.SlugField(
        _("address"),
        max_length=80,
        help_text=_("The last part of the page's address; keep it once published."),
    )
    title = models.CharField(
        _("title"),
        max_length=200,
        help_text=_("Word for word as the host prints it on the transcript."),
    )
    title_nl = models.CharField(_("title in Dutch"), max_length=200, blank=True)
    title_en = models.CharField(_("title in English"), max_length=200, blank=True)
    about_nl = models.TextField(_("what it is about, in Dutch"), blank=True)
    about_en = models.TextField(_("what it is about, in English"), blank=True)
    outcomes_nl = models.TextField(_("learning outcomes, in Dutch"), blank=True)
    outcomes_en = models.TextField(_("learning outcomes, in English"), blank=True)
    method_nl = models.TextField(_("way of teaching, in Dutch"), blank=True)
    method_en = models.TextField(_("way of teaching, in English"), blank=True)
    assessed_nl = models.TextField(_("how it is assessed, in Dutch"), blank=True)
    assessed_en = models.TextField(_("how it is assessed, in English"), blank=True)
    entry_nl = models.TextField(_("entry requirements, in Dutch"), blank=True)
    entry_en = models.TextField(_("entry requirements, in English"), blank=True)
    language = models.CharField(
        _("language of instruction"), max_length=3, blank=True, validators=[validate_language]
    )
    level = models.CharField(_("level"), max_length=10, choices=Level, blank=True)
    level_number = models.PositiveSmallIntegerField(
        _("level number"),
        null=True,
        blank=True,
        help_text=_("100 to 400 for a bachelor's course, 400 to 600 for a master's."),
    )
    ec = models.DecimalField(
        _("credits (EC)"),
        max_digits=4,
        decimal_places=1,
        null=True,
        blank=True,
        validators=[MinValueValidator(Decimal("0.5")), MaxValueValidator(60)],
    )
    host_credits = models.DecimalField(
        _("host's own credits"),
        max_digits=6,
        decimal_places=2,
        null=True,
        blank=True,
        validators=[MinValueValidator(0)],
    )
    field = models.CharField(_("field of study"), max_length=3, choices=isced.CHOICES, blank=True)
    assessment = models.CharField(_("assessment"), max_length=10, choices=Assessment, blank=True)
    honours = models.BooleanField(_("may count for honours"), default=False)
    video = models.OneToOneField(
        Video,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="course",
        verbose_name=_("video"),
    )
    state = models.CharField(
        _("state"), max_length=10, choices=PublicState, default=PublicState.DRAFT, editable=False
    )
    published_at = models.DateTimeField(_("first published"), null=True, blank=True, editable=False)
    changed_at = models.DateTimeField(_("last changed"), default=timezone.now, editable=False)
    source = models.URLField(_("source"), max_length=400, blank=True)
    source_note = models.CharField(_("how sure the source is"), max_length=300, blank=True)
    confirmed_on = models.DateField(_("last confirmed on"), null=True, blank=True)
    confirmed_by = models.CharField(_("confirmed by"), max_length=120, blank=True)
    is_demo = models.BooleanField(
        _("holds demo data"),
        default=False,
        help_text=_("Some facts were made up to show the portal."),
    )

    objects = CourseQuerySet.as_manager()

    class Meta:
        verbose_name = _("course")
        verbose_name_plural = _("courses")
        ordering = ["title", "pk"]
        constraints = [
            models.UniqueConstraint(
                name="course_address_unique_per_university", fields=["university", "slug"]
            ),
            models.UniqueConstraint(
                name="course_code_unique_per_university",
                fields=["university", "code"],
                condition=~Q(code=""),
                violation_error_message=_("This university already has a course with this code."),
            ),
            models.CheckConstraint(
                name="course_state_known",
                condition=Q(state__in=["draft", "published", "withdrawn"]),
            ),
            models.CheckConstraint(
                name="course_level_known", condition=Q(level__in=["", "bachelor", "master"])
            ),
            models.CheckConstraint(
                name="course_level_number_fits_level",
                condition=Q(level_number=None)
                | Q(level="bachelor", level_number__in=[100, 200, 300, 400])
                | Q(level="master", level_number__in=[400, 500, 600]),
                violation_error_message=_(
                    "Bachelor's courses are at level 100, 200, 300 or 400,"
                    " master's courses at 400, 500 or 600."
                ),
            ),
            models.CheckConstraint(
                name="course_assessment_known",
                condition=Q(assessment__in=["", "exam", "assignment", "both"]),
            ),
            models.CheckConstraint(
                name="course_field_known", condition=Q(field__in=["", *isced.NARROW])
            ),
            models.CheckConstraint(name="course_ec_positive", condition=Q(ec=None) | Q(ec__gt=0)),
            models.CheckConstraint(
                name="course_host_credits_not_negative",
                condition=Q(host_credits=None) | Q(host_credits__gte=0),
            ),
            models.CheckConstraint(
                name="course_published_has_date",
                condition=~Q(state="published") | Q(published_at__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def local_title(self) -> str:
        """The curated title in the reader's language, else the host's own."""
        return (
            self.title_nl if (get_language() or "").startswith("nl") else self.title_en
        ) or self.title

    @property
    def language_name(self) -> str:
        """The language of instruction, in the reader's language."""
        return str(Locale((get_language() or "nl")[:2]).languages.get(self.language, self.language))

    @property
    def study_hours(self) -> int | None:
        """Study load in hours: 28 for each EC."""
        return None if self.ec is None else int(self.ec * HOURS_PER_EC)

    @property
    def broad_field(self) -> str:
        return self.field[:2]

    @property
    def about(self) -> str:
        return in_language(self, "about")


class EditionQuerySet(models.QuerySet["Edition"]):
    def visible_to(self, user: Person) -> Self:
        """Published editions of courses the person sees; curators see all of them."""
        if roles_of(user) & CURATORS:
            return self
        return self.filter(state=PublicState.PUBLISHED, course__in=Course.objects.visible_to(user))

    def current(self, on: date | None = None) -> Self:
        """Those that have not ended on `on` (today)."""
        return self.filter(ends_on__gte=on or timezone.localdate())


class Edition(models.Model):
    """One run of a course: its dates, its places, its exam."""

    class Period(models.TextChoices):
        AUTUMN = "autumn", pgettext_lazy("period", "first semester")
        SPRING = "spring", pgettext_lazy("period", "second semester")
        SUMMER = "summer", pgettext_lazy("period", "summer")
        YEAR = "year", pgettext_lazy("period", "whole year")

    class ExamKind(models.TextChoices):
        PAPER = "paper", pgettext_lazy("exam kind", "on paper")
        LAPTOP = "laptop", pgettext_lazy("exam kind", "on your own laptop")
        COMPUTER = "computer", pgettext_lazy("exam kind", "in a computer room")
        ORAL = "oral", pgettext_lazy("exam kind", "oral, by video")

    course = models.ForeignKey(
        Course, models.PROTECT, related_name="editions", verbose_name=_("course")
    )
    period = models.CharField(_("period"), max_length=10, choices=Period)
    host_period = models.CharField(
        _("period as the host calls it"),
        max_length=60,
        blank=True,
        help_text=_("Such as: Fall 2027."),
    )
    starts_on = models.DateField(_("starts on"))
    ends_on = models.DateField(_("ends on"))
    applications_open_on = models.DateField(_("applications open on"), null=True, blank=True)
    applications_close_on = models.DateField(
        _("applications close on"),
        null=True,
        blank=True,
        help_text=_("The last day, until midnight in our own time zone."),
    )
    withdraw_until = models.DateField(
        _("withdraw until"),
        null=True,
        blank=True,
        help_text=_("The last day a student may withdraw."),
    )
    places = models.PositiveIntegerField(_("places"), null=True, blank=True)
    taken = models.PositiveIntegerField(_("places taken"), default=0, editable=False)
    assessment = models.CharField(
        _("assessment this time"), max_length=10, choices=Assessment, blank=True
    )
    exam_kind = models.CharField(_("kind of exam"), max_length=10, choices=ExamKind, blank=True)
    exam_on = models.DateField(_("exam date"), null=True, blank=True, help_text=_("In Leiden."))
    resit_offered = models.BooleanField(_("resit offered"), null=True, blank=True)
    resit_on = models.DateField(_("resit date"), null=True, blank=True)
    state = models.CharField(
        _("state"), max_length=10, choices=PublicState, default=PublicState.DRAFT, editable=False
    )
    is_demo = models.BooleanField(_("holds demo data"), default=False)

    objects = EditionQuerySet.as_manager()

    class Meta:
        verbose_name = _("edition")
        verbose_name_plural = _("editions")
        ordering = ["starts_on", "pk"]
        constraints = [
            models.UniqueConstraint(
                name="edition_starts_once",
                fields=["course", "starts_on"],
                violation_error_message=_(
                    "This course already has an edition that starts on this day."
                ),
            ),
            models.CheckConstraint(
                name="edition_state_known",
                condition=Q(state__in=["draft", "published", "withdrawn"]),
            ),
            models.CheckConstraint(
                name="edition_period_known",
                condition=Q(period__in=["autumn", "spring", "summer", "year"]),
            ),
            models.CheckConstraint(
                name="edition_assessment_known",
                condition=Q(assessment__in=["", "exam", "assignment", "both"]),
            ),
            models.CheckConstraint(
                name="edition_exam_kind_known",
                condition=Q(exam_kind__in=["", "paper", "laptop", "computer", "oral"]),
            ),
            models.CheckConstraint(
                name="edition_ends_after_start",
                condition=Q(ends_on__gte=F("starts_on")),
                violation_error_message=_("The course must end on or after the day it starts."),
            ),
            models.CheckConstraint(
                name="edition_applications_in_order",
                condition=Q(applications_open_on=None)
                | Q(applications_close_on=None)
                | Q(applications_close_on__gte=F("applications_open_on")),
                violation_error_message=_("Applications must close on or after the day they open."),
            ),
            models.CheckConstraint(
                name="edition_applications_close_before_end",
                condition=Q(applications_close_on=None)
                | Q(applications_close_on__lte=F("ends_on")),
                violation_error_message=_("Applications must close before the course ends."),
            ),
            models.CheckConstraint(
                name="edition_withdraw_before_end",
                condition=Q(withdraw_until=None) | Q(withdraw_until__lte=F("ends_on")),
                violation_error_message=_(
                    "Withdrawing must be possible until the course's end at most."
                ),
            ),
            models.CheckConstraint(
                name="edition_exam_after_start",
                condition=Q(exam_on=None) | Q(exam_on__gte=F("starts_on")),
                violation_error_message=_(
                    "The exam must be on or after the day the course starts."
                ),
            ),
            models.CheckConstraint(
                name="edition_resit_after_exam",
                condition=Q(resit_on=None) | Q(exam_on=None) | Q(resit_on__gt=F("exam_on")),
                violation_error_message=_("The resit must be after the exam."),
            ),
            models.CheckConstraint(
                name="edition_no_exam_with_assignment",
                condition=~Q(assessment="assignment")
                | Q(exam_kind="", exam_on=None, resit_on=None),
                violation_error_message=_(
                    "With a final assignment there is no exam: leave its kind and dates empty."
                ),
            ),
            models.CheckConstraint(
                name="edition_places_hold",
                condition=Q(places=None) | Q(taken__lte=F("places")),
                violation_error_message=_("More places are taken than this."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.course_id} {self.starts_on}"

    @property
    def free(self) -> int | None:
        """Places left; None where the host has set no number."""
        return None if self.places is None else max(0, self.places - self.taken)

    @property
    def academic_year(self) -> str:
        """Such as 2026-2027; a new one begins on 1 August."""
        first = self.starts_on.year - (self.starts_on.month < 8)
        return f"{first}-{first + 1}"

    @property
    def has_exam(self) -> bool:
        return self.assessment in {Assessment.EXAM, Assessment.BOTH}

    def applications_open(self, on: date | None = None) -> bool:
        """Whether a student may apply on `on` (today): both days count."""
        day = on or timezone.localdate()
        return (
            self.applications_open_on is not None
            and self.applications_close_on is not None
            and self.applications_open_on <= day <= self.applications_close_on
        )


class LiveSession(models.Model):
    """A weekly session on the host's clock; shown in both time zones."""

    class Weekday(models.IntegerChoices):
        MONDAY = 0, _("Monday")
        TUESDAY = 1, _("Tuesday")
        WEDNESDAY = 2, _("Wednesday")
        THURSDAY = 3, _("Thursday")
        FRIDAY = 4, _("Friday")
        SATURDAY = 5, _("Saturday")
        SUNDAY = 6, _("Sunday")

    edition = models.ForeignKey(Edition, models.CASCADE, related_name="live_sessions")
    weekday = models.PositiveSmallIntegerField(_("day at the host"), choices=Weekday)
    starts_at = models.TimeField(_("starts at (host's time)"))
    ends_at = models.TimeField(_("ends at (host's time)"))
    required = models.BooleanField(_("attendance required"), default=False)

    class Meta:
        ordering = ["weekday", "starts_at"]
        constraints = [
            models.CheckConstraint(
                name="live_session_weekday_known", condition=Q(weekday__in=[0, 1, 2, 3, 4, 5, 6])
            ),
            models.CheckConstraint(
                name="live_session_ends_after_start",
                condition=Q(ends_at__gt=F("starts_at")),
                violation_error_message=_("The session must end after it starts."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_weekday_display()} {self.starts_at:%H:%M}"
