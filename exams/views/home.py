"""The first page of exam staff: what needs doing now."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from exams import gates, worklist
from exams.models import Sitting
from vx_portal.http import PortalRequest, current_user, needs_role

SOON = 10  # rows


@require_safe
@needs_role(*gates.READERS)
def home(request: PortalRequest) -> HttpResponse:
    now = timezone.now()
    coming = (
        Sitting.objects.visible_to(request.user)
        .standing()
        .filter(ends_at__gte=now)
        .select_related("exam__edition__course__university", "room__building")
        .order_by("starts_at", "pk")[:SOON]
    )
    context: dict[str, Any] = {"tasks": worklist.tasks(current_user(request)), "sittings": coming}
    return render(request, "exams/home.html", context)
