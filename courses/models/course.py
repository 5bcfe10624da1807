"""Courses, as host universities offer them."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Self

from babel import Locale
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.urls import reverse
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

    def get_absolute_url(self) -> str:
        return reverse("courses:course", args=[self.university.code.lower(), self.slug])

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
