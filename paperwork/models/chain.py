"""The chain that shows whether events were tampered with: seals, and a digest of each event."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any, Self

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from vx_portal.http import roles_of

if TYPE_CHECKING:
    from vx_portal.http import Person


class ForAuditors[M: models.Model](models.QuerySet[M]):
    def visible_to(self, user: Person) -> Self:
        """Auditors and the office: none of it says what happened to whom."""
        return self if roles_of(user) & {"office", "auditor"} else self.none()


# How late a transaction may commit what it wrote, and still be sealed. PostgreSQL gives numbers
# when rows are written, so that a lower number may be seen after a higher one.
LATE = timedelta(days=1)
LEFT = timedelta(minutes=2)  # after which a check that nobody goes on with is taken up again


class SealQuerySet(ForAuditors["Seal"]):
    def low_mark(self) -> int:
        """The number up to which an event that is not sealed by now never will be."""
        old = self.filter(sealed_at__lt=timezone.now() - LATE).order_by("-number")
        return old.values_list("last_event", flat=True).first() or 0


class Seal(models.Model):
    """Some events, sealed together; each seal holds the one before. Never changed."""

    number = models.PositiveBigIntegerField(_("number"), primary_key=True)
    sealed_at = models.DateTimeField(_("sealed"), default=timezone.now)
    first_event = models.PositiveBigIntegerField(_("first event"))
    last_event = models.PositiveBigIntegerField(_("last event"))
    events = models.PositiveIntegerField(_("events"))
    root = models.CharField(max_length=64, help_text=_("SHA-256 over the digests of its events."))
    previous = models.CharField(max_length=73, help_text=_("The seal before this one."))
    seal = models.CharField(
        _("seal"), max_length=73, help_text=_("Of all of it, with a key: see chain.py.")
    )

    objects = SealQuerySet.as_manager()

    class Meta:
        verbose_name = _("seal")
        verbose_name_plural = _("seals")
        ordering = ["-number"]
        indexes = [models.Index(name="seal_by_time", fields=["sealed_at"])]

    def __str__(self) -> str:
        return str(self.number)


class EventDigestQuerySet(ForAuditors["EventDigest"]):
    pass


class EventDigest(models.Model):
    """What stays of an event in the chain, also when its retention period is over."""

    event = models.PositiveBigIntegerField(primary_key=True, help_text=_("Its number."))
    seal = models.ForeignKey(Seal, models.PROTECT, related_name="digests")
    digest = models.CharField(max_length=73)
    taken_at = models.DateTimeField(_("let go"), null=True)
    taken = models.CharField(
        max_length=73, blank=True, help_text=_("Proves that the portal itself let the event go.")
    )

    objects = EventDigestQuerySet.as_manager()

    class Meta:
        verbose_name = _("digest of an event")
        verbose_name_plural = _("digests of events")
        ordering = ["event"]
        constraints = [
            models.CheckConstraint(
                name="event_digest_let_go_with_a_day",
                condition=Q(taken="", taken_at=None) | ~Q(taken="") & Q(taken_at__isnull=False),
            )
        ]

    def __str__(self) -> str:
        return str(self.event)


class ChainCheckQuerySet(ForAuditors["ChainCheck"]):
    def left(self) -> Self:
        """Those that nobody has begun, or with which nobody has gone on for some minutes."""
        long_ago = timezone.now() - LEFT
        return self.filter(done_at=None).filter(Q(went_on_at=None) | Q(went_on_at__lt=long_ago))


class ChainCheck(models.Model):
    """One time that the whole chain was looked at, and what was found."""

    asked_at = models.DateTimeField(_("asked"), default=timezone.now)
    asked_by = models.ForeignKey(
        User, models.SET_NULL, null=True, related_name="+", help_text=_("Empty: the portal itself.")
    )
    done_at = models.DateTimeField(_("done"), null=True)
    seals = models.PositiveBigIntegerField(_("seals"), default=0)
    events = models.PositiveBigIntegerField(_("events"), default=0)
    let_go = models.PositiveBigIntegerField(_("let go"), default=0)
    unsealed = models.PositiveBigIntegerField(_("not sealed yet"), default=0)
    faults = models.PositiveBigIntegerField(_("faults"), default=0)
    found: models.JSONField[Any, Any] = models.JSONField(
        default=list, help_text=_("The first faults: what kind, and of which number.")
    )

    # How far it has come: turns are counted, so that of two at once one counts.
    turns = models.PositiveIntegerField(default=0, editable=False)
    went_on_at = models.DateTimeField(null=True, editable=False)
    place: models.JSONField[Any, Any] = models.JSONField(default=list, editable=False)

    objects = ChainCheckQuerySet.as_manager()

    class Meta:
        verbose_name = _("check of the chain")
        verbose_name_plural = _("checks of the chain")
        ordering = ["-asked_at", "-pk"]

    def __str__(self) -> str:
        return f"{self.asked_at:%Y-%m-%d %H:%M}"
