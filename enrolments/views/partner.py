"""What a partner university's people do: confirm or decline students of their courses."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from enrolments.models import Enrolment
from vx_portal.http import PortalRequest, needs_role


@require_safe
@needs_role("partner")
def home(request: PortalRequest) -> HttpResponse:
    rows = Enrolment.objects.visible_to(request.user).for_desk(request.user)
    return render(request, "enrolments/partner/home.html", {"cases": rows.for_list()})
