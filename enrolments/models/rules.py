"""Rules that the office sets, and the version of all of them that each decision keeps.

Empty means: as the rule above it says (programme, then faculty, then the portal's own).
"""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any, Self

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from courses.models import Faculty, Programme, University
from vx_portal.http import roles_of

if TYPE_CHECKING:
    from vx_portal.http import Person


class RulesQuerySet[R: models.Model](models.QuerySet[R]):
    def visible_to(self, user: Person) -> Self:
        """The office and auditors; what the rules say is told everybody in words."""
        return self if roles_of(user) & {"office", "auditor"} else self.none()


def _cap(label: Any, help_text: Any) -> Any:
    return models.DecimalField(
        label,
        max_digits=4,
        decimal_places=1,
        null=True,
        blank=True,
        validators=[MinValueValidator(Decimal("0.5")), MaxValueValidator(Decimal(180))],
        help_text=help_text,
    )


class HomeRules(models.Model):
    """What the portal, a faculty or a programme can each set."""

    board_for_elective = models.BooleanField(
        _("permission needed for an elective"), null=True, blank=True
    )
    board_for_minor = models.BooleanField(
        _("permission needed inside a minor"), null=True, blank=True
    )
    board_for_extracurricular = models.BooleanField(
        _("permission needed for an extracurricular course"), null=True, blank=True
    )
    credit_cap = _cap(
        _("most credits (EC) per student"), _("Of all courses in this portal together.")
    )
    decision_days = models.PositiveSmallIntegerField(
        _("working days in which a coordinator decides"), null=True, blank=True
    )
    board_days = models.PositiveSmallIntegerField(
        _("working days in which the Board decides"), null=True, blank=True
    )

    class Meta:
        abstract = True


class PortalRules(HomeRules):
    """The one row with the rules of the portal itself."""

    motivation_words = models.PositiveSmallIntegerField(
        _("words of motivation at least"), default=200, validators=[MaxValueValidator(1000)]
    )
    host_days = models.PositiveSmallIntegerField(
        _("working days in which a host answers"), default=10
    )
    answer_days = models.PositiveSmallIntegerField(
        _("days a student has to answer a question"), default=14
    )
    draft_days = models.PositiveSmallIntegerField(
        _("days after which an untouched draft expires"), default=90
    )
    offer_days = models.PositiveSmallIntegerField(
        _("days before the start from which a free place is offered"), default=14
    )
    transcript_days = models.PositiveSmallIntegerField(
        _("days after the end by which the transcript should be here"), default=42
    )
    alarm_days = models.PositiveSmallIntegerField(
        _("days after the end at which a missing transcript is an alarm"), default=84
    )
    verify_days = models.PositiveSmallIntegerField(
        _("working days in which a transcript is verified"), default=5
    )
    honours_email = models.EmailField(
        _("address for the honours overviews"),
        blank=True,
        help_text=_("Where overviews of the honours programme are sent."),
    )

    objects = RulesQuerySet["PortalRules"].as_manager()

    class Meta:
        verbose_name = _("rules of the portal")
        verbose_name_plural = _("rules of the portal")
        constraints = [models.CheckConstraint(name="portal_rules_one_row", condition=Q(pk=1))]

    @classmethod
    def now(cls) -> PortalRules:
        """The row, or what holds until the office sets anything."""
        return cls.objects.filter(pk=1).first() or cls(
            pk=1,
            board_for_elective=True,
            board_for_minor=True,
            board_for_extracurricular=False,
            decision_days=5,
            board_days=15,
        )


class FacultyRules(HomeRules):
    """What a faculty settles for its students ("no extracurriculair" is on the faculty itself)."""

    faculty = models.OneToOneField(
        Faculty, models.CASCADE, primary_key=True, related_name="rules", verbose_name=_("faculty")
    )
    own_form = models.BooleanField(
        _("the portal's form takes the place of the petition"), default=False
    )
    paper_language = models.CharField(
        _("language of the forms for its administration"),
        max_length=2,
        choices=User.Language,
        default=User.Language.NL,
    )

    objects = RulesQuerySet["FacultyRules"].as_manager()

    class Meta:
        verbose_name = _("rules of a faculty")
        verbose_name_plural = _("rules of faculties")
        constraints = [
            models.CheckConstraint(
                name="faculty_rules_language_known", condition=Q(paper_language__in=["nl", "en"])
            ),
        ]


class ProgrammeRules(HomeRules):
    """What a programme settles for its students."""

    programme = models.OneToOneField(
        Programme,
        models.CASCADE,
        primary_key=True,
        related_name="rules",
        verbose_name=_("programme"),
    )

    objects = RulesQuerySet["ProgrammeRules"].as_manager()

    class Meta:
        verbose_name = _("rules of a programme")
        verbose_name_plural = _("rules of programmes")


class HostRules(models.Model):
    """A partner's own conditions."""

    university = models.OneToOneField(
        University,
        models.CASCADE,
        primary_key=True,
        related_name="rules",
        verbose_name=_("university"),
    )
    credit_cap = _cap(
        _("most credits (EC) per student here"), _("Of its courses together, such as 6 at EPFL.")
    )
    needs_consent = models.BooleanField(
        _("students must consent to sharing their data"),
        null=True,
        blank=True,
        help_text=_("Empty: when its country is outside the EU and has no adequacy decision."),
    )
    transcript_days = models.PositiveSmallIntegerField(
        _("days after the end by which its transcripts come"),
        null=True,
        blank=True,
        validators=[MinValueValidator(1), MaxValueValidator(100)],
    )
    conditions_nl = models.TextField(_("conditions, in Dutch"), blank=True)
    conditions_en = models.TextField(_("conditions, in English"), blank=True)

    objects = RulesQuerySet["HostRules"].as_manager()

    class Meta:
        verbose_name = _("rules of a host university")
        verbose_name_plural = _("rules of host universities")


class RulesVersion(models.Model):
    """All rules as they were at once; a decision points to the version that it followed."""

    digest = models.CharField(max_length=64, unique=True, editable=False)
    rules: models.JSONField[Any, Any] = models.JSONField(_("rules"), editable=False)
    first_used_at = models.DateTimeField(default=timezone.now, editable=False)

    objects = RulesQuerySet["RulesVersion"].as_manager()

    class Meta:
        verbose_name = _("version of the rules")
        verbose_name_plural = _("versions of the rules")
        ordering = ["-pk"]

    def __str__(self) -> str:
        return str(self.pk)
