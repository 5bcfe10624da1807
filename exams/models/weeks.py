"""When our students have exams of their own: the weeks of a faculty, or of one programme."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from courses.models import Faculty, Programme
from exams.models.rooms import ForArrangers


class ExamWeekQuerySet(ForArrangers["ExamWeek"]):
    pass


class ExamWeek(models.Model):
    """From a day up to and with another the students of a faculty or programme have exams."""

    faculty = models.ForeignKey(
        Faculty,
        models.CASCADE,
        null=True,
        blank=True,
        related_name="exam_weeks",
        verbose_name=_("faculty"),
    )
    programme = models.ForeignKey(
        Programme,
        models.CASCADE,
        null=True,
        blank=True,
        related_name="exam_weeks",
        verbose_name=_("programme"),
    )
    first = models.DateField(_("first day"))
    last = models.DateField(_("last day"))

    objects = ExamWeekQuerySet.as_manager()

    class Meta:
        verbose_name = _("exam week")
        verbose_name_plural = _("exam weeks")
        ordering = ["first", "last", "pk"]
        indexes = [models.Index(name="exam_week_by_day", fields=["last", "first"])]
        constraints = [
            models.CheckConstraint(
                name="exam_week_of_one",
                condition=Q(faculty__isnull=False, programme=None)
                | Q(faculty=None, programme__isnull=False),
            ),
            models.CheckConstraint(
                name="exam_week_in_order",
                condition=Q(last__gte=F("first")),
                violation_error_message=_("The last day must be on or after the first day."),
            ),
            models.UniqueConstraint(
                name="exam_week_of_faculty_once",
                fields=["faculty", "first", "last"],
                condition=Q(programme=None),
                violation_error_message=_("These days are noted already."),
            ),
            models.UniqueConstraint(
                name="exam_week_of_programme_once",
                fields=["programme", "first", "last"],
                condition=Q(faculty=None),
                violation_error_message=_("These days are noted already."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.of}: {self.first:%Y-%m-%d} – {self.last:%Y-%m-%d}"

    @property
    def of(self) -> Faculty | Programme:
        """Whose."""
        of = self.programme or self.faculty
        assert of is not None  # noqa: S101  # the constraint above does not let this be stored
        return of
