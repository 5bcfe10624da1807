"""The home of exam staff: what needs doing now, and by when."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from exams import gates, worklist
from exams.agenda import agenda
from vx_portal.http import PortalRequest, current_user, needs_role

SHOWN = 10  # rows


@require_safe
@needs_role(*gates.READERS)
def home(request: PortalRequest) -> HttpResponse:
    user = current_user(request)
    known = agenda(user)
    context: dict[str, Any] = {
        "needs": known.needs[:SHOWN],
        "more": max(len(known.needs) - SHOWN, 0),
        "tasks": worklist.tasks(user, unplanned=known.unplanned),
        "sittings": known.sittings[:SHOWN],
    }
    return render(request, "exams/home.html", context)
