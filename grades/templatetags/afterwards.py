"""What the page of a course says of those who followed it: how it went, and what grades meant."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import template

from grades.meanings import meanings_of
from grades.services import experience

if TYPE_CHECKING:
    from courses.models import Course

register = template.Library()


@register.inclusion_tag("grades/parts/how_it_went.html", takes_context=True)
def how_it_went(context: dict[str, Any], course: Course) -> dict[str, Any]:
    """How it went, when enough students said so; to who has signed in also what grades meant.

    One query for a visitor; with the offer it is kept, so answers that change it count it up.
    """
    user = getattr(context.get("request"), "user", None)
    signed_in = user is not None and user.is_authenticated
    host = course.university
    return {
        "numbers": experience.numbers_of(course),
        "lines": meanings_of(host) if signed_in and not host.is_home else [],
        "university": host,
    }
