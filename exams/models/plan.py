"""A proposed plan: asked for by somebody, made in the background, published by people alone."""

from __future__ import annotations

from typing import Any

from django.core.validators import MaxValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts.models import User
from exams.models.rooms import ForArrangers


class PlanQuerySet(ForArrangers["Plan"]):
    pass


class Plan(models.Model):
    """One run of "propose a plan" for the days from `starts_on` until `ends_on`.

    `given` is all that the planner was told, `result` all that it found: a plan with its cost and
    bound, or what is impossible and which rule to relax.
    """

    class State(models.TextChoices):
        WAITING = "waiting", pgettext_lazy("plan", "waiting")
        RUNNING = "running", pgettext_lazy("plan", "being made")
        DONE = "done", pgettext_lazy("plan", "ready")
        IMPOSSIBLE = "impossible", pgettext_lazy("plan", "impossible")
        STOPPED = "stopped", pgettext_lazy("plan", "stopped")
        FAILED = "failed", pgettext_lazy("plan", "failed")

    starts_on = models.DateField(_("from"))
    ends_on = models.DateField(_("until"))
    state = models.CharField(
        _("state"), max_length=10, choices=State, default=State.WAITING, editable=False
    )
    progress = models.PositiveSmallIntegerField(
        _("per cent"), default=0, editable=False, validators=[MaxValueValidator(100)]
    )
    given: models.JSONField[Any, Any] = models.JSONField(default=dict, editable=False)
    result: models.JSONField[Any, Any] = models.JSONField(default=dict, editable=False)
    asked_by = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+", editable=False)
    asked_at = models.DateTimeField(_("asked"), default=timezone.now, editable=False)
    started_at = models.DateTimeField(null=True, editable=False)
    beat_at = models.DateTimeField(
        null=True, editable=False, help_text=_("The last sign of life of whoever makes it.")
    )
    finished_at = models.DateTimeField(null=True, editable=False)
    stop_asked_at = models.DateTimeField(null=True, editable=False)
    applied_at = models.DateTimeField(_("taken over"), null=True, editable=False)
    applied_by_name = models.CharField(max_length=150, blank=True, editable=False)

    objects = PlanQuerySet.as_manager()

    class Meta:
        verbose_name = _("proposed plan")
        verbose_name_plural = _("proposed plans")
        ordering = ["-asked_at", "-pk"]
        constraints = [
            models.CheckConstraint(
                name="plan_state_known",
                condition=Q(
                    state__in=["waiting", "running", "done", "impossible", "stopped", "failed"]
                ),
            ),
            models.CheckConstraint(
                name="plan_days_in_order",
                condition=Q(ends_on__gte=F("starts_on")),
                violation_error_message=_("The last day must be on or after the first day."),
            ),
            models.CheckConstraint(name="plan_progress_in_range", condition=Q(progress__lte=100)),
        ]

    def __str__(self) -> str:
        return f"{self.starts_on} {self.ends_on}"
