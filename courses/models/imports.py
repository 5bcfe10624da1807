"""Imports: a file that was taken in and checked, and what became of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Self

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from courses.models.university import CURATORS
from vx_portal.http import roles_of

if TYPE_CHECKING:
    from vx_portal.http import Person


class ImportRunQuerySet(models.QuerySet["ImportRun"]):
    def visible_to(self, user: Person) -> Self:
        """The office and auditors see all imports, others none."""
        return self if roles_of(user) & CURATORS else self.none()

    def outdated(self) -> Self:
        """Those that waited too long to be applied, or were discarded that long ago."""
        from courses import house  # noqa: PLC0415  # which needs this app's models

        kept = house.span("courses.import_kept_days")
        return self.filter(
            state__in=[ImportRun.State.OPEN, ImportRun.State.DISCARDED],
            uploaded_at__lt=timezone.now() - kept,
        )


class ImportRun(models.Model):
    """A checked file. Its differences are computed anew each time they are shown."""

    class State(models.TextChoices):
        OPEN = "open", pgettext_lazy("import state", "waits for you")
        APPLYING = "applying", pgettext_lazy("import state", "being applied")
        APPLIED = "applied", pgettext_lazy("import state", "applied")
        DISCARDED = "discarded", pgettext_lazy("import state", "discarded")

    file_name = models.CharField(_("file"), max_length=150)
    sha256 = models.CharField(max_length=64)
    rows = models.PositiveIntegerField(_("rows"))
    data = models.JSONField(help_text=_("What the file says, checked."))
    choices = models.JSONField(
        default=dict, help_text=_("Per difference, where the office chose otherwise.")
    )
    counts = models.JSONField(default=dict, help_text=_("What applying it changed."))
    offer_version = models.PositiveBigIntegerField(
        default=0, help_text=_("The offer's version when the file was uploaded.")
    )
    state = models.CharField(
        _("state"), max_length=10, choices=State, default=State.OPEN, editable=False
    )
    uploaded_at = models.DateTimeField(_("uploaded"), default=timezone.now)
    uploaded_by = models.CharField(_("uploaded by"), max_length=150)
    closed_at = models.DateTimeField(_("closed"), null=True, blank=True)
    closed_by = models.CharField(_("closed by"), max_length=150, blank=True)

    objects = ImportRunQuerySet.as_manager()

    class Meta:
        verbose_name = _("import")
        verbose_name_plural = _("imports")
        ordering = ["-uploaded_at", "-pk"]
        constraints = [
            models.CheckConstraint(
                name="import_state_known",
                condition=Q(state__in=["open", "applying", "applied", "discarded"]),
            ),
            # Two imports at once: the second one waits here until the first has committed.
            models.UniqueConstraint(
                name="import_one_applying", fields=["state"], condition=Q(state="applying")
            ),
            models.CheckConstraint(
                name="import_closed_has_date",
                condition=~Q(state__in=["applied", "discarded"]) | Q(closed_at__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return self.file_name
