"""Places of an edition that are kept for the students of one university."""

from __future__ import annotations

from typing import TYPE_CHECKING, Self

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from courses.models import Edition, University
from vx_portal.http import roles_of

if TYPE_CHECKING:
    from vx_portal.http import Person


class KeptPlacesQuerySet(models.QuerySet["KeptPlaces"]):
    def visible_to(self, user: Person) -> Self:
        """The office and auditors."""
        return self if roles_of(user) & {"office", "auditor"} else self.none()


class KeptPlaces(models.Model):
    """So many places of `edition` for students of `university`, and how many of them are taken."""

    edition = models.ForeignKey(Edition, models.CASCADE, related_name="kept_places")
    university = models.ForeignKey(
        University, models.PROTECT, related_name="+", verbose_name=_("university")
    )
    places = models.PositiveIntegerField(_("places"))
    taken = models.PositiveIntegerField(_("places taken"), default=0, editable=False)

    objects = KeptPlacesQuerySet.as_manager()

    class Meta:
        verbose_name = _("kept places")
        verbose_name_plural = _("kept places")
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(
                name="kept_places_once_per_university", fields=["edition", "university"]
            ),
            models.CheckConstraint(
                name="kept_places_hold",
                condition=Q(taken__lte=F("places")),
                violation_error_message=_("More of these places are taken than this."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.edition_id} {self.university_id}"
