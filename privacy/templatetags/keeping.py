"""Words for what is kept and deleted."""

from __future__ import annotations

from typing import Any

from django import template
from django.db.models import Q

from enrolments.models import Enrolment
from privacy import retention
from privacy.models import LegalHold

register = template.Library()


@register.filter
def deleted_words(numbers: dict[str, int]) -> str:
    """How many of each kind: "2 whole exchanges, 3 applications that came to nothing"."""
    return retention.in_words(numbers)


@register.inclusion_tag("privacy/case/holds.html", takes_context=True)
def holds_of(context: dict[str, Any], case: Enrolment) -> dict[str, Any]:
    """Why nothing of the case is deleted for now, for those who may see that."""
    holds = LegalHold.objects.visible_to(context["request"].user).standing()
    holds = holds.filter(Q(case=case) | Q(person=case.student_id)).select_related("placed_by")
    return {"holds": holds}
