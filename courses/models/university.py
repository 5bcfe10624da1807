"""Universities that take part, and the faculties and programmes of our own."""

from __future__ import annotations

import zoneinfo
from datetime import date, datetime
from functools import cache
from typing import TYPE_CHECKING, Self
from urllib.parse import urlsplit

from babel import Locale
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator, RegexValidator
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from vx_portal.http import roles_of

if TYPE_CHECKING:
    from vx_portal.http import Person

CURATORS = frozenset({"office", "auditor"})


@cache
def _time_zones() -> set[str]:
    return zoneinfo.available_timezones()  # reads hundreds of files


def validate_time_zone(value: str) -> None:
    """Refuse what the time zone database does not know."""
    if value not in _time_zones():
        raise ValidationError(_("Choose a time zone from the list, such as Europe/Amsterdam."))


def validate_country(value: str) -> None:
    """Refuse what is no ISO 3166 code."""
    if len(value) != 2 or value not in Locale("en").territories:
        raise ValidationError(_("Use the country's code of two letters, such as NL."))


def in_language(row: models.Model, name: str) -> str:
    """`row`'s text `name` in the reader's language, or in the other one where only that exists."""
    mine, other = ("nl", "en") if (get_language() or "nl").startswith("nl") else ("en", "nl")
    return getattr(row, f"{name}_{mine}") or getattr(row, f"{name}_{other}") or ""


class LineColour(models.TextChoices):
    """A university's colour on the line map; always beside its code, never alone."""

    RED = "red", pgettext_lazy("line colour", "red")
    ORANGE = "orange", pgettext_lazy("line colour", "orange")
    OLIVE = "olive", pgettext_lazy("line colour", "olive")
    GREEN = "green", pgettext_lazy("line colour", "green")
    TEAL = "teal", pgettext_lazy("line colour", "teal")
    BLUE = "blue", pgettext_lazy("line colour", "blue")
    VIOLET = "violet", pgettext_lazy("line colour", "violet")
    INDIGO = "indigo", pgettext_lazy("line colour", "indigo")


class Video(models.Model):
    """A film on somebody else's website: we show a box with what it is, never the film itself."""

    url = models.URLField(_("address of the video"), max_length=300)
    seconds = models.PositiveIntegerField(_("length in seconds"), validators=[MinValueValidator(1)])
    about_nl = models.CharField(_("what it shows, in Dutch"), max_length=200, blank=True)
    about_en = models.CharField(_("what it shows, in English"), max_length=200, blank=True)
    language = models.CharField(_("spoken language"), max_length=3, default="en")
    transcript = models.TextField(
        _("transcript"), help_text=_("What is said, in the spoken language.")
    )

    class Meta:
        constraints = [
            models.CheckConstraint(name="video_has_length", condition=Q(seconds__gte=1)),
        ]

    def __str__(self) -> str:
        return self.url

    @property
    def site(self) -> str:
        """The host that would learn of the visit."""
        return (urlsplit(self.url).hostname or "").removeprefix("www.")

    @property
    def language_name(self) -> str:
        """The spoken language, in the reader's language."""
        return str(Locale((get_language() or "nl")[:2]).languages.get(self.language, self.language))

    @property
    def minutes(self) -> int:
        return max(1, round(self.seconds / 60))


class UniversityQuerySet(models.QuerySet["University"]):
    def visible_to(self, user: Person) -> Self:
        """Everybody may read of universities that take part today; curators of all."""
        return self if roles_of(user) & CURATORS else self.participating()

    def participating(self, on: date | None = None) -> Self:
        """Those that take part on `on` (today)."""
        day = on or timezone.localdate()
        return self.filter(
            Q(participating_from=None) | Q(participating_from__lte=day),
            Q(participating_until=None) | Q(participating_until__gte=day),
        )


class University(models.Model):
    """A participating university; exactly one of them is the portal's own."""

    code = models.CharField(
        _("code"),
        max_length=10,
        unique=True,
        validators=[
            RegexValidator(r"^[A-Z][A-Z0-9]+\Z", _("Use capitals and digits, such as EPFL."))
        ],
        help_text=_("Short code in capitals, the same everywhere: EPFL, UQ."),
    )
    name = models.CharField(_("name"), max_length=120, help_text=_("As the university writes it."))
    name_nl = models.CharField(_("name in Dutch"), max_length=120, blank=True)
    name_en = models.CharField(_("name in English"), max_length=120, blank=True)
    is_home = models.BooleanField(_("our own university"), default=False)
    city = models.CharField(_("city"), max_length=80)
    city_nl = models.CharField(_("city in Dutch"), max_length=80, blank=True)
    country = models.CharField(
        _("country"),
        max_length=2,
        validators=[validate_country],
        help_text=_("Two letters: NL, AU."),
    )
    time_zone = models.CharField(_("time zone"), max_length=64, validators=[validate_time_zone])
    line_colour = models.CharField(
        _("line colour"), max_length=10, choices=LineColour, default=LineColour.BLUE
    )
    website = models.URLField(_("website"), max_length=300, blank=True)
    about_nl = models.TextField(_("about, in Dutch"), blank=True)
    about_en = models.TextField(_("about, in English"), blank=True)
    grade_scale = models.CharField(
        _("grade scale"), max_length=120, blank=True, help_text=_("Such as: 1 to 6, pass from 4.")
    )
    credit_system = models.CharField(
        _("credit system"), max_length=60, blank=True, help_text=_("Such as: ECTS, units.")
    )
    ec_per_credit = models.DecimalField(
        _("EC for one credit"),
        max_digits=6,
        decimal_places=3,
        null=True,
        blank=True,
        validators=[MinValueValidator(0.001), MaxValueValidator(60)],
    )
    credit_note = models.CharField(_("note on credits"), max_length=300, blank=True)
    transcript_nl = models.TextField(
        _("how the transcript comes, in Dutch"), blank=True, help_text=_("Who sends it, and when.")
    )
    transcript_en = models.TextField(_("how the transcript comes, in English"), blank=True)
    contact_name = models.CharField(_("contact person"), max_length=120, blank=True)
    contact_email = models.EmailField(_("contact's e-mail"), blank=True)
    participating_from = models.DateField(_("takes part from"), null=True, blank=True)
    participating_until = models.DateField(_("takes part until"), null=True, blank=True)
    video = models.OneToOneField(
        Video,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="university",
        verbose_name=_("video"),
    )
    source = models.URLField(_("source"), max_length=300, blank=True)
    confirmed_on = models.DateField(_("last confirmed on"), null=True, blank=True)

    objects = UniversityQuerySet.as_manager()

    class Meta:
        verbose_name = _("university")
        verbose_name_plural = _("universities")
        ordering = ["name"]
        constraints = [
            models.UniqueConstraint(
                name="university_one_is_home", fields=["is_home"], condition=Q(is_home=True)
            ),
            models.CheckConstraint(
                name="university_line_colour_known",
                condition=Q(line_colour__in=LineColour.values),
            ),
            models.CheckConstraint(
                name="university_participation_in_order",
                condition=Q(participating_from=None)
                | Q(participating_until=None)
                | Q(participating_until__gte=models.F("participating_from")),
                violation_error_message=_("The last day must be on or after the first day."),
            ),
            models.CheckConstraint(
                name="university_rate_positive",
                condition=Q(ec_per_credit=None) | Q(ec_per_credit__gt=0),
            ),
        ]

    def __str__(self) -> str:
        return self.local_name

    def get_absolute_url(self) -> str:
        return reverse("universities:university", args=[self.code.lower()])

    @property
    def local_name(self) -> str:
        """The name in the reader's language where it has one, else as the university writes it."""
        return (
            self.name_nl if (get_language() or "").startswith("nl") else self.name_en
        ) or self.name

    @property
    def local_city(self) -> str:
        """The city in the reader's language."""
        return (self.city_nl if (get_language() or "").startswith("nl") else "") or self.city

    @property
    def country_name(self) -> str:
        """The country's name in the reader's language."""
        return str(Locale((get_language() or "nl")[:2]).territories.get(self.country, self.country))

    @property
    def about(self) -> str:
        return in_language(self, "about")

    @property
    def zone(self) -> zoneinfo.ZoneInfo:
        return zoneinfo.ZoneInfo(self.time_zone)

    def local_time(self, at: datetime | None = None) -> datetime:
        """`at` (now) on this university's clock."""
        return (at or timezone.now()).astimezone(self.zone)


class EmailDomain(models.Model):
    """A domain whose e-mail addresses belong to a university's students: who may sign up."""

    university = models.ForeignKey(University, models.CASCADE, related_name="email_domains")
    domain = models.CharField(
        _("e-mail domain"),
        max_length=120,
        unique=True,
        validators=[
            RegexValidator(r"^[a-z0-9-]+(\.[a-z0-9-]+)+\Z", _("Such as: student.uq.edu.au"))
        ],
        help_text=_("What comes after the @ in the addresses of its students."),
    )

    class Meta:
        ordering = ["domain"]

    def __str__(self) -> str:
        return self.domain


class FacultyQuerySet(models.QuerySet["Faculty"]):
    def visible_to(self, user: Person) -> Self:
        """Faculties are public."""
        return self


class Faculty(models.Model):
    """A faculty of the portal's own university."""

    code = models.CharField(_("code"), max_length=10, unique=True)
    name_nl = models.CharField(_("name in Dutch"), max_length=120)
    name_en = models.CharField(_("name in English"), max_length=120)
    contact_email = models.EmailField(
        _("contact's e-mail"),
        blank=True,
        help_text=_("For students of whom no coordinator is known."),
    )
    no_extracurricular = models.BooleanField(
        _("no extracurriculair"),
        default=False,
        help_text=_("Its students cannot have a course registered as extracurricular."),
    )

    objects = FacultyQuerySet.as_manager()

    class Meta:
        verbose_name = _("faculty")
        verbose_name_plural = _("faculties")
        ordering = ["name_nl"]

    def __str__(self) -> str:
        return self.name

    @property
    def name(self) -> str:
        return in_language(self, "name")


class ProgrammeQuerySet(models.QuerySet["Programme"]):
    def visible_to(self, user: Person) -> Self:
        """Programmes are public."""
        return self


class Programme(models.Model):
    """A degree programme of one of our faculties."""

    class Level(models.TextChoices):
        BACHELOR = "bachelor", pgettext_lazy("level", "bachelor")
        MASTER = "master", pgettext_lazy("level", "master")

    faculty = models.ForeignKey(Faculty, models.PROTECT, related_name="programmes")
    name_nl = models.CharField(_("name in Dutch"), max_length=120)
    name_en = models.CharField(_("name in English"), max_length=120)
    level = models.CharField(_("level"), max_length=10, choices=Level)

    objects = ProgrammeQuerySet.as_manager()

    class Meta:
        verbose_name = _("programme")
        verbose_name_plural = _("programmes")
        ordering = ["name_nl", "level"]
        constraints = [
            models.UniqueConstraint(
                name="programme_named_once", fields=["faculty", "name_nl", "level"]
            ),
            models.CheckConstraint(
                name="programme_level_known", condition=Q(level__in=["bachelor", "master"])
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name} ({self.get_level_display()})"

    @property
    def name(self) -> str:
        return in_language(self, "name")
