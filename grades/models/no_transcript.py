"""That no transcript comes of a case: a coordinator says so, and why."""

from __future__ import annotations

from typing import TYPE_CHECKING, Self

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from enrolments.models import Enrolment
from grades.gates import own_or_handled

if TYPE_CHECKING:
    from vx_portal.http import Person


class NoTranscriptQuerySet(models.QuerySet["NoTranscript"]):
    def visible_to(self, user: Person) -> Self:
        """One's own, and those of the cases that one handles."""
        return self.filter(own_or_handled(user)) if user.is_authenticated else self.none()


class NoTranscript(models.Model):
    """Nobody waits for this transcript any more; one that comes all the same ends that."""

    enrolment = models.OneToOneField(
        Enrolment, models.CASCADE, primary_key=True, related_name="no_transcript"
    )
    reason = models.TextField(_("why no transcript comes"))
    by = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+", editable=False)
    at = models.DateTimeField(_("when"), default=timezone.now, editable=False)

    objects = NoTranscriptQuerySet.as_manager()

    class Meta:
        verbose_name = _("transcript that does not come")
        verbose_name_plural = _("transcripts that do not come")
        constraints = [
            models.CheckConstraint(name="no_transcript_with_a_reason", condition=~Q(reason=""))
        ]

    def __str__(self) -> str:
        return f"{self.enrolment_id}"
