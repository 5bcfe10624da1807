"""The courses that a student keeps in mind, as the list of them shows them."""

from __future__ import annotations

from typing import NamedTuple

from django.db.models import Exists, OuterRef, Prefetch, Q
from django.utils import timezone

from accounts.models import User
from courses.applying import Applying, applying, leading
from courses.models import Course, Edition
from courses.models.course import CourseQuerySet
from courses.personal import mark_kept
from enrolments.models import SavedCourse


class Saved(NamedTuple):
    """A course on the list, and what can be done about it today; None: no longer on offer."""

    course: Course
    applying: Applying | None


def savable(user: User) -> CourseQuerySet:
    """What `user` can save, or take off the list: what is on offer, and what stands on it."""
    mine = SavedCourse.objects.visible_to(user).values("course")
    on_offer = Course.objects.visible_to(user).values("pk")
    return Course.objects.filter(Q(pk__in=mine) | Q(pk__in=on_offer)).select_related("university")


def saved_by(user: User) -> list[Saved]:
    """The courses of `user`, what was saved last first. Three queries; one when there are none."""
    today = timezone.localdate()
    mine = list(SavedCourse.objects.visible_to(user).values_list("course", flat=True))
    if not mine:
        return []
    editions = Edition.objects.visible_to(user).current(today)
    on_offer = Course.objects.visible_to(user).filter(pk=OuterRef("pk"))
    rows = savable(user).annotate(is_on_offer=Exists(on_offer))
    courses = rows.prefetch_related(Prefetch("editions", editions)).in_bulk(mine)
    mark_kept(user, [one for course in courses.values() for one in course.editions.all()])
    return [
        Saved(course, _applying(course) if course.is_on_offer else None)  # type: ignore[attr-defined]
        for course in (courses[pk] for pk in mine)
    ]


def _applying(course: Course) -> Applying:
    today = timezone.localdate()
    return applying(course, leading(course.editions.all(), today), today)
