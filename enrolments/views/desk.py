"""The desk: applications that wait for a decision, and each of them on one page."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from enrolments.models import Enrolment
from enrolments.services import actions
from vx_portal.http import PortalRequest, current_user, needs_role

DESK_ROLES = ("coordinator", "honours", "administration", "office", "auditor", "partner")


@require_safe
@needs_role(*DESK_ROLES)
def queue(request: PortalRequest) -> HttpResponse:
    rows = Enrolment.objects.visible_to(request.user).for_desk(request.user)
    return render(request, "enrolments/desk/queue.html", {"cases": rows.for_list()})


@require_safe
@needs_role(*DESK_ROLES)
def case(request: PortalRequest, reference: str) -> HttpResponse:
    user = current_user(request)
    rows = Enrolment.objects.visible_to(user).for_desk(user)
    row = get_object_or_404(rows, reference=reference.upper())
    context = {"case": row, "actions": actions.actions_for(user, row)}
    return render(request, "enrolments/desk/case.html", context)
