"""A student's own cases."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from enrolments.models import Enrolment
from enrolments.services import actions
from vx_portal.http import PortalRequest, current_user


@require_safe
def cases(request: PortalRequest) -> HttpResponse:
    mine = Enrolment.objects.visible_to(request.user).filter(student=current_user(request))
    return render(request, "enrolments/cases.html", {"cases": mine.for_list()})


@require_safe
def case(request: PortalRequest, reference: str) -> HttpResponse:
    user = current_user(request)
    mine = Enrolment.objects.visible_to(user).filter(student=user)
    row = get_object_or_404(mine, reference=reference.upper())
    context = {"case": row, "actions": actions.actions_for(user, row)}
    return render(request, "enrolments/case.html", context)
