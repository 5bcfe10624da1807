"""What uSis holds, as the administration brought it: laid beside what was sent."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Self

from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts.models import User
from courses.models import Faculty, Programme
from enrolments.scopes import scopes_of
from grades.models.registration import Registration

if TYPE_CHECKING:
    from vx_portal.http import Person


class UsisListQuerySet(models.QuerySet["UsisList"]):
    def visible_to(self, user: Person) -> Self:
        """Coordinators and the administration of its faculty; auditors.

        Who coordinates some programmes sees the lists of those alone.
        """
        if not user.is_authenticated:
            return self.none()
        scopes = scopes_of(user)
        if scopes.is_auditor:
            return self
        whole = Q(faculty__in=scopes.coordinates_faculties | scopes.administers)
        if not scopes.coordinates_programmes:
            return self.filter(whole)
        parts = UsisList.programmes.through.objects.filter(usislist=OuterRef("pk"))
        theirs = parts.filter(programme__in=scopes.coordinates_programmes)
        others = parts.exclude(programme__in=scopes.coordinates_programmes)
        return self.filter(whole | (Exists(theirs) & ~Exists(others)))


class UsisList(models.Model):
    """A list of registrations taken out of uSis, brought for one faculty, or programmes of it."""

    faculty = models.ForeignKey(
        Faculty, models.PROTECT, related_name="+", verbose_name=_("faculty")
    )
    programmes = models.ManyToManyField(
        Programme,
        blank=True,
        related_name="+",
        verbose_name=_("programmes"),
        help_text=_("Laid beside the registrations of these alone; none means the whole faculty."),
    )
    name = models.CharField(_("name"), max_length=120)
    brought_by = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+")
    brought_at = models.DateTimeField(_("brought"), default=timezone.now, editable=False)

    objects = UsisListQuerySet.as_manager()

    class Meta:
        verbose_name = _("list to compare with")
        verbose_name_plural = _("lists to compare with")
        ordering = ["-brought_at", "-pk"]

    def __str__(self) -> str:
        return self.name


class UsisRowQuerySet(models.QuerySet["UsisRow"]):
    def visible_to(self, user: Person) -> Self:
        """Those of the lists that one may see."""
        return self.filter(usis_list__in=UsisList.objects.visible_to(user))


class UsisRow(models.Model):
    """One line of such a list, and the registration that it was found to be."""

    class Outcome(models.TextChoices):
        FOUND = "found", pgettext_lazy("reconciliation", "the same as was sent")
        DIFFERS = "differs", pgettext_lazy("reconciliation", "differs from what was sent")
        REPLACED = "replaced", pgettext_lazy("reconciliation", "corrected since")
        UNKNOWN = "unknown", pgettext_lazy("reconciliation", "nothing was sent for it")

    usis_list = models.ForeignKey(UsisList, models.CASCADE, related_name="rows")
    line = models.PositiveIntegerField(_("line"))
    cells: models.JSONField[Any, Any] = models.JSONField()  # what stands where, as uSis has it
    registration = models.ForeignKey(
        Registration, models.PROTECT, null=True, related_name="usis_rows"
    )
    outcome = models.CharField(_("outcome"), max_length=8, choices=Outcome)
    # Of each: the name of the cell, as sent, as found.
    differences: models.JSONField[Any, Any] = models.JSONField(default=list)

    objects = UsisRowQuerySet.as_manager()

    class Meta:
        verbose_name = _("line to compare with")
        verbose_name_plural = _("lines to compare with")
        ordering = ["usis_list", "line"]
        constraints = [
            models.UniqueConstraint(name="usis_row_line_once", fields=["usis_list", "line"]),
            models.CheckConstraint(
                name="usis_row_outcome_known",
                condition=Q(outcome__in=["found", "differs", "replaced", "unknown"]),
            ),
            models.CheckConstraint(
                name="usis_row_of_a_registration",
                condition=Q(outcome="unknown") | Q(registration__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.usis_list_id} {self.line}"
