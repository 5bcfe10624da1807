"""A hold: what must not be deleted for now although its time is over, for whom and why."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Self

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from enrolments.models import Enrolment
from vx_portal.http import roles_of

if TYPE_CHECKING:
    from vx_portal.http import Person


class LegalHoldQuerySet(models.QuerySet["LegalHold"]):
    def visible_to(self, user: Person) -> Self:
        """The office and auditors."""
        return self if roles_of(user) & {"office", "auditor"} else self.none()

    def standing(self, on: date | None = None) -> Self:
        """Those that hold on `on` (today); the last day still counts."""
        return self.filter(lifted_at=None, until__gte=on or timezone.localdate())


class LegalHold(models.Model):
    """Nothing of one case, or of one person's cases, is deleted until it ends or is lifted."""

    case = models.ForeignKey(
        Enrolment, models.CASCADE, null=True, related_name="holds", verbose_name=_("application")
    )
    person = models.ForeignKey(
        User, models.CASCADE, null=True, related_name="holds", verbose_name=_("person")
    )
    reason = models.CharField(_("why"), max_length=300)
    until = models.DateField(_("until"), help_text=_("The last day."))
    placed_at = models.DateTimeField(_("since"), default=timezone.now, editable=False)
    placed_by = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+")
    lifted_at = models.DateTimeField(_("lifted"), null=True, editable=False)
    lifted_by = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+")

    objects = LegalHoldQuerySet.as_manager()

    class Meta:
        verbose_name = _("hold")
        verbose_name_plural = _("holds")
        ordering = ["-placed_at", "-pk"]
        constraints = [
            models.CheckConstraint(
                name="legal_hold_of_one",
                condition=Q(case=None, person__isnull=False) | Q(case__isnull=False, person=None),
            )
        ]

    def __str__(self) -> str:
        return str(self.case or self.person)
