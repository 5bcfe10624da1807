"""What pages about a case show of the people outside: its Board's link, its host's answer."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import template

from enrolments.services import agreements, asking, board, consent, homes, hosting
from vx_portal.http import roles_of

if TYPE_CHECKING:
    from enrolments.models import Enrolment

register = template.Library()


@register.inclusion_tag("enrolments/parts/board_link.html", takes_context=True)
def board_link(context: dict[str, Any], case: Enrolment) -> dict[str, Any]:
    """How far the question to the Board is; to who may ask it also its buttons. One query."""
    user = context["request"].user
    found = asking.latest_request(case)
    is_open = found is not None and found.is_usable and case.board not in asking.DECIDED
    return {
        "case": case,
        "link": found,
        "is_open": is_open,
        "may_ask": bool(board.may_record(user, case)) and case.board not in asking.DECIDED,
        "is_student": case.student_id == user.pk,
        "csrf_token": context.get("csrf_token"),
    }


@register.inclusion_tag("enrolments/parts/placement.html", takes_context=True)
def placement(context: dict[str, Any], case: Enrolment) -> dict[str, Any]:
    """At the desk: the host's answer by mail, and the agreement. One query at most."""
    user = context["request"].user
    is_placed = case.state in agreements.PLACED
    return {
        "case": case,
        "may_answer": "office" in roles_of(user) and hosting.awaits_host(case),
        "may_answer_home": "office" in roles_of(user) and homes.awaits_mail(case),
        "may_tell": "office" in roles_of(user) and consent.awaits_telling(case),
        "agreements": agreements.versions_of(case) if is_placed else [],
        "is_placed": is_placed,
    }
