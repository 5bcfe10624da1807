"""Exams that a student has elsewhere, as the student says: plans keep those hours free."""

from __future__ import annotations

from typing import TYPE_CHECKING, Self

from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from enrolments.models import Enrolment
from exams import gates

if TYPE_CHECKING:
    from vx_portal.http import Person


class OwnExamQuerySet(models.QuerySet["OwnExam"]):
    def visible_to(self, user: Person) -> Self:
        """One's own; those who arrange exams, and auditors, see all."""
        if gates.reads_all(user):
            return self
        return self.filter(enrolment__student_id=user.pk) if user.is_authenticated else self.none()


class OwnExam(models.Model):
    """From one moment until another the student has an exam of their own; which, nobody asks.

    It is kept with the case where it was said, and counts for all exams of the student.
    """

    enrolment = models.ForeignKey(
        Enrolment, models.CASCADE, related_name="own_exams", verbose_name=_("application")
    )
    starts_at = models.DateTimeField(_("starts at"))
    ends_at = models.DateTimeField(_("ends at"))
    said_at = models.DateTimeField(_("said on"), default=timezone.now, editable=False)

    objects = OwnExamQuerySet.as_manager()

    class Meta:
        verbose_name = _("exam of one's own")
        verbose_name_plural = _("exams of one's own")
        ordering = ["starts_at", "pk"]
        indexes = [models.Index(name="own_exam_by_time", fields=["ends_at", "starts_at"])]
        constraints = [
            models.UniqueConstraint(
                name="own_exam_said_once",
                fields=["enrolment", "starts_at", "ends_at"],
                violation_error_message=_("You have said this already."),
            ),
            models.CheckConstraint(
                name="own_exam_in_order",
                condition=Q(ends_at__gt=F("starts_at")),
                violation_error_message=_("It must end after it begins."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.starts_at:%Y-%m-%d %H:%M}–{self.ends_at:%H:%M}"
