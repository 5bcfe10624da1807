"""What a student's own programme has granted for exams: the arrangement, never the reason."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Self

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts.models import Role, User
from enrolments.models import Enrolment
from exams.models.exam import FIRST_ATTEMPT, LAST_ATTEMPT
from vx_portal.http import roles_of

if TYPE_CHECKING:
    from vx_portal.http import Person

LONGEST_EXTRA = 240  # minutes


class FacilityQuerySet(models.QuerySet["Facility"]):
    def visible_to(self, user: Person) -> Self:
        """One's own; exam staff and auditors see all. Others see the arrangement on a seat."""
        if not roles_of(user).isdisjoint({Role.EXAMS, Role.AUDITOR}):
            return self
        return self.filter(enrolment__student_id=user.pk) if user.is_authenticated else self.none()

    def to_check(self) -> Self:
        """Those that exam staff have still to look at."""
        return self.filter(state=Facility.State.ASKED)

    def granted(self) -> Self:
        """Those that hold."""
        return self.filter(state=Facility.State.CHECKED)


class Facility(models.Model):
    """An exam facility for one attempt of one case; exam staff check its decision once.

    The decision is an Attachment about this row, for the purpose `facility_decision`.
    """

    class State(models.TextChoices):
        ASKED = "asked", pgettext_lazy("exam facility", "being checked")
        CHECKED = "checked", pgettext_lazy("exam facility", "granted")
        REFUSED = "refused", pgettext_lazy("exam facility", "not accepted")
        WITHDRAWN = "withdrawn", pgettext_lazy("exam facility", "withdrawn")

    class Other(models.TextChoices):
        BREAKS = "breaks", pgettext_lazy("exam facility", "short breaks")
        READ_ALOUD = "read_aloud", pgettext_lazy("exam facility", "text read aloud by software")
        FRONT = "front", pgettext_lazy("exam facility", "a place at the front")
        EARS = "ears", pgettext_lazy("exam facility", "hearing protection")
        DESK = "desk", pgettext_lazy("exam facility", "an adjustable desk and chair")

    enrolment = models.ForeignKey(Enrolment, models.PROTECT, related_name="facilities")
    attempt = models.PositiveSmallIntegerField(_("attempt"), default=FIRST_ATTEMPT)
    extra_minutes = models.PositiveSmallIntegerField(
        _("extra minutes"),
        default=0,
        validators=[MinValueValidator(0), MaxValueValidator(LONGEST_EXTRA)],
    )
    own_room = models.BooleanField(_("a room of one's own"), default=False)
    large_print = models.BooleanField(_("large print"), default=False)
    own_laptop = models.BooleanField(_("a laptop"), default=False)
    wheelchair = models.BooleanField(_("access by wheelchair"), default=False)
    other = models.CharField(_("something else"), max_length=20, choices=Other, blank=True)
    state = models.CharField(
        _("state"), max_length=10, choices=State, default=State.ASKED, editable=False
    )
    asked_at = models.DateTimeField(_("asked"), default=timezone.now, editable=False)
    checked_at = models.DateTimeField(_("checked"), null=True, editable=False)
    checked_by = models.ForeignKey(
        User, models.SET_NULL, null=True, related_name="+", editable=False
    )
    refusal = models.TextField(_("why not"), max_length=1000, blank=True, editable=False)
    delete_after = models.DateField(_("deleted after"), editable=False)
    changed_at = models.DateTimeField(default=timezone.now, editable=False)

    objects = FacilityQuerySet.as_manager()

    class Meta:
        verbose_name = _("exam facility")
        verbose_name_plural = _("exam facilities")
        ordering = ["asked_at", "pk"]
        indexes = [
            models.Index(name="facility_to_check", fields=["state", "asked_at"]),
            models.Index(name="facility_to_delete", fields=["delete_after"]),
        ]
        constraints = [
            models.UniqueConstraint(
                name="facility_once_per_attempt", fields=["enrolment", "attempt"]
            ),
            models.CheckConstraint(
                name="facility_state_known",
                condition=Q(state__in=["asked", "checked", "refused", "withdrawn"]),
            ),
            models.CheckConstraint(
                name="facility_other_known",
                condition=Q(other__in=["", "breaks", "read_aloud", "front", "ears", "desk"]),
            ),
            models.CheckConstraint(
                name="facility_attempt_in_range",
                condition=Q(attempt__gte=FIRST_ATTEMPT, attempt__lte=LAST_ATTEMPT),
            ),
            models.CheckConstraint(
                name="facility_extra_in_range",
                condition=Q(extra_minutes__lte=LONGEST_EXTRA),
            ),
            models.CheckConstraint(
                name="facility_is_something",
                condition=Q(extra_minutes__gt=0)
                | Q(own_room=True)
                | Q(large_print=True)
                | Q(own_laptop=True)
                | Q(wheelchair=True)
                | ~Q(other=""),
                violation_error_message=_("Say what your programme has granted."),
            ),
            models.CheckConstraint(
                name="facility_checked_when_decided",
                condition=~Q(state__in=["checked", "refused"]) | Q(checked_at__isnull=False),
            ),
            models.CheckConstraint(
                name="facility_refused_with_reason", condition=~Q(state="refused") | ~Q(refusal="")
            ),
        ]

    def __str__(self) -> str:
        return f"{self.enrolment_id}.{self.attempt}"

    @property
    def flags(self) -> list[str]:
        """What a seat has to have, beside extra minutes: names of ARRANGEMENTS, in that order."""
        return [name for name in ARRANGEMENTS if name == self.other or getattr(self, name, False)]

    def is_due(self, on: date | None = None) -> bool:
        """Whether it is to be deleted by `on` (today)."""
        return self.delete_after < (on or timezone.localdate())


# What an arrangement can be besides extra minutes, in words; these names stand on seats.
ARRANGEMENTS = {
    "own_room": pgettext_lazy("arrangement", "own room"),
    "large_print": pgettext_lazy("arrangement", "large print"),
    "own_laptop": pgettext_lazy("arrangement", "laptop"),
    "wheelchair": pgettext_lazy("arrangement", "wheelchair"),
    **dict(Facility.Other.choices),
}
