"""What a page about a course may know of the reader's own case."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import template

from accounts.models import STUDENT, StudentProfile
from enrolments.models import Enrolment
from enrolments.services import saving
from vx_portal.http import roles_of

if TYPE_CHECKING:
    from courses.models import Course, Edition

register = template.Library()


@register.simple_tag(takes_context=True)
def own_case(context: dict[str, Any], edition: Edition | None) -> Enrolment | None:
    """The reader's case for `edition` that goes on. Asks nothing for a visitor."""
    request = context.get("request")
    user = getattr(request, "user", None)
    if edition is None or user is None or not user.is_authenticated:
        return None
    return Enrolment.objects.visible_to(user).filter(student=user, edition=edition).live().first()


@register.simple_tag(takes_context=True)
def is_guest(context: dict[str, Any]) -> bool:
    """Whether the reader studies at a partner university. Asks nothing for a visitor."""
    request = context.get("request")
    user = getattr(request, "user", None)
    if user is None or not user.is_authenticated:
        return False
    profiles = StudentProfile.objects.visible_to(user).filter(user=user)
    return profiles.filter(home_university__is_home=False).exists()


@register.simple_tag(takes_context=True)
def saving_of(context: dict[str, Any], course: Course) -> str:
    """What the button beside `course` does for a student: save or drop; nothing for others."""
    request = context.get("request")
    user = getattr(request, "user", None)
    if user is None or not user.is_authenticated or STUDENT not in roles_of(user):
        return ""
    return "drop" if saving.is_saved(course, user) else "save"
