"""What happened, in any case: who, in which role, when, what, from, to, why. Never changed."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING, Any, Self

from django.db import models
from django.db.models import Q
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
    """One thing that happened to one subject; written in the transaction that did it.

    Nothing in it changes, and it goes by `services.chain.let_go` alone: the database refuses the
    rest (append_only.py). So the number of an account stays in it when the account has gone.
    """

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    action = models.CharField(_("what"), max_length=40)
    from_state = models.CharField(_("from"), max_length=20, blank=True)
    to_state = models.CharField(_("to"), max_length=20, blank=True)
    actor = models.ForeignKey(
        User,
        models.DO_NOTHING,
        null=True,
        db_constraint=False,
        related_name="+",
        verbose_name=_("who"),
    )
    actor_name = models.CharField(
        _("who"), max_length=150, blank=True, help_text=_("Empty: the portal itself.")
    )
    role = models.CharField(_("as"), max_length=20, blank=True)
    at = models.DateTimeField(_("when"), default=timezone.now)
    reason = models.TextField(_("why"), blank=True)
    details: models.JSONField[Any, Any] = models.JSONField(_("more"), default=dict, blank=True)
    request_id = models.CharField(max_length=64, blank=True)
    digest = models.CharField(
        max_length=73, editable=False, help_text=_("Of all of it, with a key: see chain.py.")
    )

    objects = EventQuerySet.as_manager()

    class Meta:
        verbose_name = _("event")
        verbose_name_plural = _("events")
        ordering = ["at", "pk"]
        indexes = [
            models.Index(name="event_about", fields=["subject_kind", "subject_id", "at"]),
            models.Index(name="event_by_time", fields=["at", "id"]),
        ]
        constraints = [models.CheckConstraint(name="event_is_signed", condition=~Q(digest=""))]

    def __str__(self) -> str:
        return self.action
