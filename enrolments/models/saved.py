"""Courses that a student keeps in mind."""

from __future__ import annotations

from typing import TYPE_CHECKING, Self

from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from courses.models import Course

if TYPE_CHECKING:
    from vx_portal.http import Person


class SavedCourseQuerySet(models.QuerySet["SavedCourse"]):
    def visible_to(self, user: Person) -> Self:
        """One's own, and nobody else's: what somebody considers is theirs."""
        return self.filter(student_id=user.pk) if user.is_authenticated else self.none()


class SavedCourse(models.Model):
    """One course on a student's list."""

    student = models.ForeignKey(User, models.CASCADE, related_name="saved_courses")
    course = models.ForeignKey(Course, models.CASCADE, related_name="+")
    saved_at = models.DateTimeField(auto_now_add=True)

    objects = SavedCourseQuerySet.as_manager()

    class Meta:
        verbose_name = _("saved course")
        verbose_name_plural = _("saved courses")
        ordering = ["-saved_at", "-pk"]
        constraints = [
            models.UniqueConstraint(name="saved_course_once", fields=["student", "course"])
        ]

    def __str__(self) -> str:
        return f"{self.student_id} {self.course_id}"
