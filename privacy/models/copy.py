"""A copy of all that the portal holds about one person: asked for, made, kept for some days."""

from __future__ import annotations

from typing import TYPE_CHECKING, Self

from django.db import models
from django.db.models import Q, Value
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from paperwork.models import Owed, OwedQuerySet
from vx_portal.http import roles_of

if TYPE_CHECKING:
    from vx_portal.http import Person

UNDERWAY = ("new", "leased")


class DataCopyQuerySet(OwedQuerySet["DataCopy"]):
    def visible_to(self, user: Person) -> Self:
        """One's own, and nobody else's: no role reads it."""
        return self.filter(user_id=user.pk) if user.is_authenticated else self.none()

    def for_background_work(self, user: Person) -> Self:
        """All, for the office and auditors: states and problems, not whose they are."""
        mine = self if roles_of(user) & {"office", "auditor"} else self.none()
        return mine.annotate(kind=Value("copy"))


class DataCopy(Owed):
    """One copy: owed, made by a worker, and deleted after `keep_until`."""

    content_type = "application/zip"

    user = models.ForeignKey(User, models.CASCADE, related_name="data_copies")
    language = models.CharField(_("language"), max_length=2, choices=User.Language)
    file = models.CharField(_("file"), max_length=100, blank=True, editable=False)
    sha256 = models.CharField(_("SHA-256"), max_length=64, blank=True, editable=False)
    size = models.PositiveBigIntegerField(_("size in bytes"), default=0, editable=False)
    keep_until = models.DateTimeField(_("kept until"), null=True, editable=False)

    objects = DataCopyQuerySet.as_manager()

    class Meta:
        verbose_name = _("copy of one's own data")
        verbose_name_plural = _("copies of one's own data")
        ordering = ["-created_at", "pk"]
        constraints = [
            models.UniqueConstraint(
                name="data_copy_one_underway", fields=["user"], condition=Q(state__in=UNDERWAY)
            ),
            models.CheckConstraint(
                name="data_copy_state_known", condition=Q(state__in=Owed.State.values)
            ),
            models.CheckConstraint(
                name="data_copy_language_known", condition=Q(language__in=["nl", "en"])
            ),
            models.CheckConstraint(
                name="data_copy_done_has_a_file",
                condition=~Q(state="done")
                | ~Q(file="") & ~Q(sha256="") & Q(keep_until__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.created_at:%Y-%m-%d}"

    @property
    def name(self) -> str:
        """What the file is called when it is downloaded."""
        return f"virtual-exchange-{self.created_at:%Y-%m-%d}.zip"
