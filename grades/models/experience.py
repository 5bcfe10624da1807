"""How it went, in one click: asked once, when all is done."""

from __future__ import annotations

from typing import TYPE_CHECKING, Self

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from enrolments.models import Enrolment
from vx_portal.http import roles_of

if TYPE_CHECKING:
    from vx_portal.http import Person


class ExperienceQuerySet(models.QuerySet["Experience"]):
    def visible_to(self, user: Person) -> Self:
        """One's own; the office and auditors see all."""
        if roles_of(user) & {"office", "auditor"}:
            return self
        return self.filter(enrolment__student=user.pk) if user.is_authenticated else self.none()


class Experience(models.Model):
    """A student's answer to one question."""

    class Answer(models.TextChoices):
        WELL = "well", pgettext_lazy("how it went", "well")
        MIXED = "mixed", pgettext_lazy("how it went", "could be better")
        BADLY = "badly", pgettext_lazy("how it went", "badly")

    enrolment = models.OneToOneField(
        Enrolment, models.CASCADE, primary_key=True, related_name="experience"
    )
    answer = models.CharField(_("how did it go?"), max_length=5, choices=Answer)
    words = models.CharField(_("in a sentence"), max_length=300, blank=True)
    answered_at = models.DateTimeField(default=timezone.now, editable=False)

    objects = ExperienceQuerySet.as_manager()

    class Meta:
        verbose_name = _("experience")
        verbose_name_plural = _("experiences")
        constraints = [
            models.CheckConstraint(
                name="experience_answer_known",
                condition=Q(answer__in=["well", "mixed", "badly"]),
            )
        ]

    def __str__(self) -> str:
        return f"{self.enrolment_id} {self.answer}"
