"""What the honours programme needs besides: cases that change sides, and the Academy's link."""

from __future__ import annotations

from typing import TYPE_CHECKING, Self

from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from courses.models.links import SignedLink, SignedLinkQuerySet
from enrolments.models import Enrolment, Purpose
from enrolments.scopes import scopes_of
from grades.gates import ENDED_WELL, handled
from grades.models.registration import Registration

if TYPE_CHECKING:
    from vx_portal.http import Person


class PurposeChangeQuerySet(models.QuerySet["PurposeChange"]):
    def visible_to(self, user: Person) -> Self:
        """Those of the cases one handles, those one asked for, and those one may agree to."""
        if not user.is_authenticated:
            return self.none()
        scopes = scopes_of(user)
        if scopes.is_auditor:
            return self
        to_honours = Q(purpose=Purpose.HONOURS)
        if not scopes.all_honours:
            to_honours &= Q(enrolment__faculty__in=scopes.honours_faculties)
        from_honours = ~Q(purpose=Purpose.HONOURS) & (
            Q(enrolment__faculty__in=scopes.coordinates_faculties)
            | Q(enrolment__programme__in=scopes.coordinates_programmes)
        )
        theirs = handled(scopes) | to_honours | from_honours
        return self.filter(Q(asked_by=user.pk) | theirs)

    def open(self) -> Self:
        """Those that nobody has answered."""
        return self.filter(agreed=None)


class PurposeChange(models.Model):
    """That a case goes to or from the honours route: one coordinator asks, the other agrees."""

    enrolment = models.ForeignKey(Enrolment, models.PROTECT, related_name="purpose_changes")
    purpose = models.CharField(_("then it counts as"), max_length=15, choices=Purpose)
    reason = models.TextField(_("why"))
    asked_by = models.ForeignKey(User, models.PROTECT, related_name="+", editable=False)
    asked_at = models.DateTimeField(default=timezone.now, editable=False)
    agreed = models.BooleanField(null=True, editable=False)  # None: not answered yet
    answered_by = models.ForeignKey(
        User, models.PROTECT, null=True, related_name="+", editable=False
    )
    answered_at = models.DateTimeField(null=True, editable=False)

    objects = PurposeChangeQuerySet.as_manager()

    class Meta:
        verbose_name = _("change of how a course counts")
        verbose_name_plural = _("changes of how a course counts")
        ordering = ["-asked_at", "-pk"]
        constraints = [
            models.UniqueConstraint(
                name="purpose_change_one_open", fields=["enrolment"], condition=Q(agreed=None)
            ),
            models.CheckConstraint(
                name="purpose_change_purpose_known", condition=Q(purpose__in=Purpose.values)
            ),
            models.CheckConstraint(name="purpose_change_with_a_reason", condition=~Q(reason="")),
            models.CheckConstraint(
                name="purpose_change_answered_by_somebody",
                condition=Q(agreed=None, answered_by=None)
                | Q(agreed__isnull=False, answered_by__isnull=False),
            ),
            models.CheckConstraint(
                name="purpose_change_agreed_by_another",
                condition=Q(answered_by=None) | Q(agreed=False) | ~Q(answered_by=F("asked_by")),
                violation_error_message=_("The other coordinator agrees, not who asked."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.enrolment_id} {self.purpose}"

    @property
    def is_to_honours(self) -> bool:
        return self.purpose == Purpose.HONOURS

    @property
    def is_over(self) -> bool:
        """Whether its application ended: nobody has to answer now."""
        return self.enrolment.state not in ENDED_WELL


class HonoursLinkQuerySet(SignedLinkQuerySet["HonoursLink"]):
    def visible_to(self, user: Person) -> Self:
        """Those of the registrations that one may see; the Academy comes by the link itself."""
        return self.filter(registration__in=Registration.objects.visible_to(user))


class HonoursLink(SignedLink):
    """The Honours Academy's way to one overview, without an account."""

    registration = models.ForeignKey(Registration, models.CASCADE, related_name="honours_links")
    email = models.EmailField(_("sent to"))

    objects = HonoursLinkQuerySet.as_manager()

    class Meta:
        verbose_name = _("link for an honours overview")
        verbose_name_plural = _("links for honours overviews")
        ordering = ["-created_at", "-pk"]
        constraints = [
            models.UniqueConstraint(
                name="honours_link_one_works",
                fields=["registration"],
                condition=Q(spent_at=None, revoked_at=None),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.registration_id} {self.created_at:%Y-%m-%d}"
