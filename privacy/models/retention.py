"""What will be deleted, named beforehand: nothing goes that no earlier preview has named."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Self

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts.models import User
from vx_portal.http import roles_of

if TYPE_CHECKING:
    from vx_portal.http import Person


class ForOffice[M: models.Model](models.QuerySet[M]):
    def visible_to(self, user: Person) -> Self:
        """The office and auditors."""
        return self if roles_of(user) & {"office", "auditor"} else self.none()


class PreviewQuerySet(ForOffice["Preview"]):
    def open(self) -> Self:
        """Those that have not been carried out."""
        return self.filter(state__in=[Preview.State.PLANNED, Preview.State.HELD])


class Preview(models.Model):
    """What a night found to be due, and the day from which it may go unless the office holds it."""

    class State(models.TextChoices):
        PLANNED = "planned", pgettext_lazy("preview", "planned")
        HELD = "held", pgettext_lazy("preview", "held by the office")
        DONE = "done", pgettext_lazy("preview", "deleted")

    made_at = models.DateTimeField(_("made"), default=timezone.now, editable=False)
    delete_on = models.DateField(_("is deleted on"))
    state = models.CharField(
        _("state"), max_length=10, choices=State, default=State.PLANNED, editable=False
    )
    held_reason = models.CharField(_("why"), max_length=300, blank=True)
    held_by = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+")
    done_at = models.DateTimeField(_("done"), null=True, editable=False)
    named: models.JSONField[Any, Any] = models.JSONField(
        default=dict, help_text=_("How many of each kind it names.")
    )
    deleted: models.JSONField[Any, Any] = models.JSONField(
        default=dict, help_text=_("How many of each kind went.")
    )

    objects = PreviewQuerySet.as_manager()

    class Meta:
        verbose_name = _("preview of what is deleted")
        verbose_name_plural = _("previews of what is deleted")
        ordering = ["-delete_on", "-pk"]
        constraints = [
            models.CheckConstraint(
                name="preview_state_known", condition=Q(state__in=["planned", "held", "done"])
            )
        ]

    def __str__(self) -> str:
        return f"{self.delete_on:%Y-%m-%d}"


class DueRowQuerySet(ForOffice["DueRow"]):
    pass


class DueRow(models.Model):
    """One thing that a preview names; it goes with the thing, so that nothing points to it."""

    preview = models.ForeignKey(Preview, models.CASCADE, related_name="rows")
    kind = models.CharField(max_length=20, help_text=_("A name in retention.KINDS."))
    number = models.PositiveBigIntegerField(
        help_text=_("By which a subject of its kind is known: an application, a message, a person.")
    )
    reference = models.CharField(
        _("which"), max_length=20, help_text=_("Of an application its reference, else its day.")
    )

    objects = DueRowQuerySet.as_manager()

    class Meta:
        verbose_name = _("row to be deleted")
        verbose_name_plural = _("rows to be deleted")
        ordering = ["kind", "reference"]
        constraints = [
            models.UniqueConstraint(name="due_row_named_once", fields=["kind", "number"])
        ]

    def __str__(self) -> str:
        return self.reference
