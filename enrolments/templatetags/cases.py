"""What a page about a course may know of the reader's own case."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple, TypeGuard

from django import template

from accounts.models import STUDENT
from enrolments.models import Enrolment, SavedCourse
from vx_portal.http import roles_of

if TYPE_CHECKING:
    from accounts.models import User
    from courses.models import Course, Edition
    from vx_portal.http import Person

register = template.Library()


@register.simple_tag(takes_context=True)
def own_case(context: dict[str, Any], edition: Edition | None) -> Enrolment | None:
    """The reader's case for `edition` that goes on. Asks nothing for a visitor."""
    request = context.get("request")
    user = getattr(request, "user", None)
    if edition is None or not _is_student(user):
        return None
    return Enrolment.objects.visible_to(user).filter(student=user, edition=edition).live().first()


@register.simple_tag(takes_context=True)
def is_guest(context: dict[str, Any]) -> bool:
    """Whether the reader studies at a partner university. Asks nothing for who is no student."""
    user = getattr(context.get("request"), "user", None)
    return _is_student(user) and _reader(context, user).is_guest


@register.simple_tag(takes_context=True)
def saving_of(context: dict[str, Any], course: Course) -> str:
    """What the button beside `course` does for a student: save or drop; nothing for others."""
    user = getattr(context.get("request"), "user", None)
    if not _is_student(user):
        return ""
    return "drop" if course.pk in _reader(context, user).saved else "save"


def _is_student(user: Person | None) -> TypeGuard[User]:
    return user is not None and user.is_authenticated and STUDENT in roles_of(user)


class _Reader(NamedTuple):
    """What a page about courses asks of a student: one query, kept for the page."""

    is_guest: bool
    saved: frozenset[int]


def _reader(context: dict[str, Any], user: User) -> _Reader:
    known: _Reader | None = context["request"].__dict__.get("_reader_of_courses")
    if known is None:
        profile = getattr(user, "student", None)
        saved = SavedCourse.objects.visible_to(user).values_list("course", flat=True)
        known = _Reader(
            is_guest=profile is not None and not profile.home_university.is_home,
            saved=frozenset(saved),
        )
        context["request"].__dict__["_reader_of_courses"] = known
    return known
