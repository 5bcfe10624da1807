"""Which courses the rules allow to a student: what the catalogue's filter asks."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from django.db.models import F

from accounts.models import STUDENT, StudentProfile
from courses.services.offer import version_in_use
from enrolments.models import KeptPlaces
from enrolments.models.enrolment import Purpose
from enrolments.rulebook import Question
from enrolments.services.rules import rulebook
from vx_portal.http import roles_of

if TYPE_CHECKING:
    from collections.abc import Collection

    from courses.models import Course
    from vx_portal.http import Person


class Studies(NamedTuple):
    """What the rules look at of a student."""

    is_ours: bool
    faculty: int | None
    programme: int | None
    level: str
    in_honours: bool


def studies_of(user: Person) -> Studies | None:
    """What `user` studies; None for who is no student. No query: it comes with who is signed in."""
    own = getattr(user, "student", None) if STUDENT in roles_of(user) else None
    if own is None:
        return None
    is_ours = own.home_university.is_home
    return Studies(is_ours, own.faculty_id, own.programme_id, own.level, own.honours)


def ways(studies: Studies, course: Course) -> list[str]:
    """The purposes that the rules allow for `course` at the student's level.

    A partner's student may come to our own courses, whatever they count for at home.
    """
    if course.level not in ("", studies.level):
        return []
    if not studies.is_ours:
        return ["guest"] if course.university.is_home else []
    book = rulebook(version_in_use())  # asked of every course there is
    return [
        purpose
        for purpose in Purpose.values
        if book.answer(
            Question(
                purpose=purpose,
                faculty=studies.faculty,
                programme=studies.programme,
                host=course.university_id,
                host_country=course.university.country,
                host_is_home=course.university.is_home,
                course_for_honours=course.honours,
                in_honours=studies.in_honours,
            )
        ).allowed
    ]


def kept_for(user: Person, editions: Collection[int]) -> dict[int, int]:
    """How many places of these editions are kept for the university of `user`, and free."""
    if STUDENT not in roles_of(user):
        return {}
    homes = StudentProfile.objects.visible_to(user).filter(user=user.pk).values("home_university")
    rows = KeptPlaces.objects.filter(edition__in=editions, university__in=homes)
    free = rows.annotate(free=F("places") - F("taken")).filter(free__gt=0)
    return dict(free.values_list("edition", "free"))
