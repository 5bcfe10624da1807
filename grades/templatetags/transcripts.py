"""What pages of cases show of transcripts: at the desk, where one is and who may add one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import template

from enrolments.models.enrolment import Kind
from grades.gates import ENDED_WELL
from grades.models import Transcript
from grades.people import may_give

if TYPE_CHECKING:
    from enrolments.models import Enrolment

register = template.Library()


@register.inclusion_tag("grades/parts/desk.html", takes_context=True)
def desk_transcript(context: dict[str, Any], case: Enrolment) -> dict[str, Any]:
    """The newest transcript of `case`, for who may see it. One query, of cases that have begun."""
    user = context["request"].user
    shown = case.kind == Kind.OUTGOING and case.state in ENDED_WELL
    row = None
    if shown:
        rows = Transcript.objects.visible_to(user).filter(enrolment=case)
        row = rows.counting().first()
    return {"case": case, "row": row, "may_give": shown and may_give(user, case)}
