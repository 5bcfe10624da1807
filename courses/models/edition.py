"""Editions: the runs of a course, with their dates, places, exam and live sessions."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Self

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from courses.models.course import Assessment, Course, PublicState
from courses.models.university import CURATORS
from vx_portal.http import roles_of

if TYPE_CHECKING:
    from vx_portal.http import Person


def first_year_of(day: date) -> int:
    """The first year of the academic year of `day`; a new one begins on 1 August."""
    return day.year - (day.month < 8)


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
    kept = models.PositiveIntegerField(_("places kept for universities"), default=0, editable=False)
    kept_taken = models.PositiveIntegerField(_("kept places taken"), default=0, editable=False)
    arrivals = models.PositiveIntegerField(
        default=0, editable=False, help_text=_("How many requests came: the order of arrival.")
    )
    offer_hours = models.PositiveSmallIntegerField(
        _("hours to accept an offered place"),
        default=48,
        validators=[MinValueValidator(1), MaxValueValidator(336)],
        help_text=_("When a place comes free shortly before the start."),
    )
    assessment = models.CharField(
        _("assessment this time"), max_length=10, choices=Assessment, blank=True
    )
    exam_kind = models.CharField(_("kind of exam"), max_length=10, choices=ExamKind, blank=True)
    exam_on = models.DateField(
        _("exam date"), null=True, blank=True, help_text=_("Here, not at the host.")
    )
    resit_offered = models.BooleanField(_("resit offered"), null=True, blank=True)
    resit_on = models.DateField(_("resit date"), null=True, blank=True)
    state = models.CharField(
        _("state"), max_length=10, choices=PublicState, default=PublicState.DRAFT, editable=False
    )
    is_demo = models.BooleanField(_("holds demo data"), default=False)

    objects = EditionQuerySet.as_manager()
    kept_for_reader = 0  # no field: set by `courses.personal.mark_kept` for who is signed in

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
                name="edition_kept_within_places",
                condition=Q(kept=0) | Q(kept__lte=F("places")),
                violation_error_message=_("More places are kept for universities than this."),
            ),
            models.CheckConstraint(
                name="edition_kept_places_hold",
                condition=Q(kept_taken__lte=F("kept")) & Q(kept_taken__lte=F("taken")),
            ),
            models.CheckConstraint(
                name="edition_offer_hours_positive",
                condition=Q(offer_hours__gte=1, offer_hours__lte=336),
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
        """Places left for everybody; None where the host has set no number."""
        if self.places is None:
            return None
        return max(0, self.places - self.kept - (self.taken - self.kept_taken))

    @property
    def kept_left(self) -> int:
        """Kept places that are not taken: only students of those universities may have them."""
        return max(0, self.kept - self.kept_taken)

    @property
    def left(self) -> int | None:
        """Places that the reader could get: `free`, and those kept for the reader's university."""
        return None if self.free is None else self.free + self.kept_for_reader

    @property
    def is_offered(self) -> bool:
        """Whether it and its course are published: nobody gets a place on what is withdrawn."""
        return {self.state, self.course.state} == {PublicState.PUBLISHED}

    @property
    def academic_year(self) -> str:
        """Such as 2026-2027."""
        first = first_year_of(self.starts_on)
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
