"""What pages of cases show of transcripts: at the desk, where one is and who may add one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import template

from enrolments.models.enrolment import Kind, State
from grades.gates import ENDED_WELL
from grades.models import NoTranscript, Transcript, TranscriptState
from grades.people import may_give, verifier_role
from grades.services import honours

if TYPE_CHECKING:
    from enrolments.models import Enrolment

register = template.Library()


@register.inclusion_tag("grades/parts/desk.html", takes_context=True)
def desk_transcript(context: dict[str, Any], case: Enrolment) -> dict[str, Any]:
    """The newest transcript of `case`, for who may see it; or that none comes.

    Four queries at most, of cases that have begun; from the placing on also whether it may be
    asked to let it go to or from the honours route.
    """
    user = context["request"].user
    shown = case.kind == Kind.OUTGOING and case.state in ENDED_WELL
    row = none = None
    if shown:
        rows = Transcript.objects.visible_to(user).filter(enrolment=case)
        row = rows.counting().first()
    none_yet = row is None or row.state == TranscriptState.RETURNED
    over = shown and none_yet and case.state == State.FINISHED
    if over:
        none = NoTranscript.objects.visible_to(user).filter(enrolment=case).first()
    asks = honours.may_ask_for(user, case)
    return {
        "case": case,
        "row": row,
        "none": none,
        "may_give": shown and may_give(user, case),
        "change": honours.open_change_of(case) if asks else None,
        "may_ask": asks,
        "may_give_up": over and bool(verifier_role(user, case)),
    }
