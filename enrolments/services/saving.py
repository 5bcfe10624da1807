"""A student's list of courses to come back to."""

from __future__ import annotations

from django.db import transaction

from accounts.models import User
from courses.models import Course
from enrolments.models import SavedCourse

MOST = 50


@transaction.atomic
def save(course: Course, *, by: User) -> bool:
    """Put `course` on the list of `by`, once. False when the list is full; nothing changes then."""
    mine = SavedCourse.objects.filter(student=by)
    if not mine.filter(course=course).exists() and mine.count() >= MOST:
        return False
    SavedCourse.objects.get_or_create(student=by, course=course)
    return True


def drop(course: Course, *, by: User) -> None:
    """Take `course` off the list of `by`, where it stands on it."""
    SavedCourse.objects.filter(student=by, course=course).delete()
