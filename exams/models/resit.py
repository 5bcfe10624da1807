"""Who may take a resit, why, and what the student answered."""

from __future__ import annotations

from typing import TYPE_CHECKING, Self

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts.models import User
from enrolments.models import Enrolment
from exams import gates
from exams.models.exam import FIRST_ATTEMPT, LAST_ATTEMPT, Exam

if TYPE_CHECKING:
    from vx_portal.http import Person


class ResitQuerySet(models.QuerySet["Resit"]):
    def visible_to(self, user: Person) -> Self:
        """Those who arrange exams see all, others those of cases that they see."""
        if gates.reads_all(user):
            return self
        return self.filter(enrolment__in=gates.placed_cases(user))

    def taking(self) -> Self:
        """Those whose student takes part."""
        return self.filter(answer=Resit.Answer.YES)

    def open(self) -> Self:
        """Those that the student takes, and those to which they can still say yes.

        Without an answer a resit is over once it has begun; where the host has not fixed it, after
        the day that it named.
        """
        fixed = Exam.objects.filter(
            edition=OuterRef("enrolment__edition"), attempt=OuterRef("attempt")
        )
        day = Q(enrolment__edition__resit_on=None)
        day |= Q(enrolment__edition__resit_on__gte=timezone.localdate())
        to_come = Q(Exists(fixed.upcoming())) | Q(~Exists(fixed), day)
        is_given = Q(enrolment__edition__resit_offered=True)
        return self.filter(Q(answer=Resit.Answer.YES) | Q(is_given, to_come, answer=""))


class Resit(models.Model):
    """A resit offered to one student: who sits attempt 2 or later is who answered yes."""

    class Because(models.TextChoices):
        ABSENT = "absent", pgettext_lazy("resit because", "not there")
        ILL = "ill", pgettext_lazy("resit because", "reported ill before the start")
        FAILED = "failed", pgettext_lazy("resit because", "not passed")

    class Answer(models.TextChoices):
        YES = "yes", pgettext_lazy("resit", "takes part")
        NO = "no", pgettext_lazy("resit", "does not take part")

    enrolment = models.ForeignKey(Enrolment, models.PROTECT, related_name="resits")
    attempt = models.PositiveSmallIntegerField(
        _("attempt"),
        validators=[MinValueValidator(FIRST_ATTEMPT + 1), MaxValueValidator(LAST_ATTEMPT)],
    )
    because = models.CharField(_("because"), max_length=10, choices=Because)
    offered_at = models.DateTimeField(_("offered"), default=timezone.now, editable=False)
    offered_by = models.ForeignKey(
        User, models.SET_NULL, null=True, related_name="+", editable=False
    )
    answer = models.CharField(_("answer"), max_length=5, choices=Answer, blank=True)
    answered_at = models.DateTimeField(_("answered"), null=True, editable=False)

    objects = ResitQuerySet.as_manager()

    class Meta:
        verbose_name = _("resit")
        verbose_name_plural = _("resits")
        ordering = ["offered_at", "pk"]
        constraints = [
            models.UniqueConstraint(name="resit_offered_once", fields=["enrolment", "attempt"]),
            models.CheckConstraint(
                name="resit_because_known", condition=Q(because__in=["absent", "ill", "failed"])
            ),
            models.CheckConstraint(
                name="resit_answer_known", condition=Q(answer__in=["", "yes", "no"])
            ),
            models.CheckConstraint(
                name="resit_attempt_in_range",
                condition=Q(attempt__gt=FIRST_ATTEMPT, attempt__lte=LAST_ATTEMPT),
            ),
            models.CheckConstraint(
                name="resit_answered_at",
                condition=Q(answer="", answered_at=None)
                | (~Q(answer="") & Q(answered_at__isnull=False)),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.enrolment_id}.{self.attempt}"
