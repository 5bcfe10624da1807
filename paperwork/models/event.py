"""What happened, in any case: who, in which role, when, what, from, to, why. Never changed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Self

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from paperwork.models.subject import About, AboutQuerySet
from vx_portal.http import roles_of

if TYPE_CHECKING:
    from vx_portal.http import Person


class EventQuerySet(AboutQuerySet["Event"]):
    def visible_to(self, user: Person) -> Self:
        """All for auditors and the office; others come through the case: `about(case)`."""
        return self if roles_of(user) & {"office", "auditor"} else self.none()


class Event(About):
    """One thing that happened to one subject; written in the transaction that did it."""

    action = models.CharField(_("what"), max_length=40)
    from_state = models.CharField(_("from"), max_length=20, blank=True)
    to_state = models.CharField(_("to"), max_length=20, blank=True)
    actor = models.ForeignKey(
        User, models.SET_NULL, null=True, related_name="+", verbose_name=_("who")
    )
    actor_name = models.CharField(
        _("who"), max_length=150, blank=True, help_text=_("Empty: the portal itself.")
    )
    role = models.CharField(_("as"), max_length=20, blank=True)
    at = models.DateTimeField(_("when"), default=timezone.now)
    reason = models.TextField(_("why"), blank=True)
    details: models.JSONField[Any, Any] = models.JSONField(_("more"), default=dict, blank=True)
    request_id = models.CharField(max_length=64, blank=True)

    objects = EventQuerySet.as_manager()

    class Meta:
        verbose_name = _("event")
        verbose_name_plural = _("events")
        ordering = ["at", "pk"]
        indexes = [models.Index(name="event_about", fields=["subject_kind", "subject_id", "at"])]

    def __str__(self) -> str:
        return self.action
