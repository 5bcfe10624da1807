"""The office's first page: what there is to do, over all apps."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from courses import worklist
from vx_portal.http import PortalRequest, needs_role


@require_safe
@needs_role("office", "auditor")
def home(request: PortalRequest) -> HttpResponse:
    context = {
        "tasks": [
            *_linked(worklist.course_tasks(request.user), "office:courses"),
            *_linked(worklist.university_tasks(request.user), "office:universities"),
        ],
        "moments": worklist.coming_moments(request.user),
    }
    return render(request, "courses/office/home.html", context)


def _linked(tasks: list[worklist.Task], name: str) -> list[dict[str, Any]]:
    """Tasks with the address of the list that shows them."""
    return [task._asdict() | {"address": f"{reverse(name)}?{task.query}"} for task in tasks]
