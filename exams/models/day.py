"""What was marked on the day of an exam. Rows are added, never changed."""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import TYPE_CHECKING, Self

from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts.models import User
from exams import gates
from exams.models.sitting import Seat, Sitting

if TYPE_CHECKING:
    from vx_portal.http import Person


class MarkQuerySet(models.QuerySet["Mark"]):
    def visible_to(self, user: Person) -> Self:
        """All for those who arrange exams; a host those of its own exams."""
        if not user.is_authenticated:
            return self.none()
        if gates.reads_all(user):
            return self
        return self.filter(gates.of_host(user, "sitting__exam__"))

    def corrections(self) -> Self:
        """Those added after closing, to put the list right."""
        return self.exclude(kind=Mark.Kind.INCIDENT).exclude(text="")

    def overruled(self, *, known_at: datetime | None = None) -> Self:
        """Those about a seat of which a later one says something else, and counts.

        `known_at`: only by what had come in before that moment.
        """
        says = (Mark.Kind.EXPECTED, Mark.Kind.PRESENT, Mark.Kind.LATE, Mark.Kind.ABSENT)
        later = Mark.objects.filter(seat=OuterRef("seat"), kind__in=says).filter(
            Q(at__gt=OuterRef("at")) | Q(at=OuterRef("at"), pk__gt=OuterRef("pk")),
            ~Q(kind=OuterRef("kind")) | Q(kind=Mark.Kind.LATE),
        )
        if known_at is not None:
            later = later.filter(received_at__lt=known_at)
        return self.filter(Exists(later), kind__in=[*says, Mark.Kind.LEFT_EARLY])


class Mark(models.Model):
    """One thing that somebody marked on a device. Of two about a seat the later `at` wins.

    One about a seat that has a reason in `text` was added after closing, to correct the list.

    `key` is made by the device: what is sent twice is kept once.
    """

    class Kind(models.TextChoices):
        EXPECTED = "expected", pgettext_lazy("mark", "taken back")
        PRESENT = "present", pgettext_lazy("mark", "present")
        LATE = "late", pgettext_lazy("mark", "late")
        ABSENT = "absent", pgettext_lazy("mark", "not there")
        LEFT_EARLY = "left_early", pgettext_lazy("mark", "left early")
        IDENTITY = "identity", pgettext_lazy("mark", "identity checked")
        INCIDENT = "incident", pgettext_lazy("mark", "incident")

    key = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    sitting = models.ForeignKey(Sitting, models.PROTECT, related_name="marks")
    seat = models.ForeignKey(
        Seat, models.PROTECT, null=True, blank=True, related_name="marks", help_text=_("None: all.")
    )
    kind = models.CharField(_("what"), max_length=10, choices=Kind)
    minutes = models.PositiveSmallIntegerField(_("minutes late"), null=True, blank=True)
    text = models.TextField(_("what happened"), max_length=2000, blank=True)
    at = models.DateTimeField(_("when"), help_text=_("On the device's clock."))
    received_at = models.DateTimeField(_("received"), default=timezone.now, editable=False)
    device = models.CharField(max_length=36, blank=True, editable=False)
    by = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+", editable=False)
    by_name = models.CharField(_("by"), max_length=150, editable=False)

    objects = MarkQuerySet.as_manager()

    class Meta:
        verbose_name = _("mark")
        verbose_name_plural = _("marks")
        ordering = ["at", "received_at", "pk"]
        indexes = [models.Index(name="mark_of_seat", fields=["sitting", "seat", "at"])]
        constraints = [
            models.CheckConstraint(
                name="mark_kind_known",
                condition=Q(
                    kind__in=[
                        *("expected", "present", "late", "absent", "left_early"),
                        *("identity", "incident"),
                    ]
                ),
            ),
            models.CheckConstraint(
                name="mark_is_about_a_seat", condition=Q(kind="incident") | Q(seat__isnull=False)
            ),
        ]

    @property
    def is_correction(self) -> bool:
        """Whether it puts right what was marked, after the sitting was closed."""
        return self.kind != self.Kind.INCIDENT and bool(self.text)
