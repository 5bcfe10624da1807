"""The desk's list of transcripts to verify, and of those that have not come."""

from __future__ import annotations

from typing import Any

from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from enrolments.models import Enrolment
from enrolments.views.desk import keys_on
from grades import no_transcript, queue
from grades.reading.comparing import Verdict
from grades.services import chasing, reading
from grades.views.review import READERS, just_done
from vx_portal.http import PortalRequest, current_user, needs_role

PAGE = 25


@require_safe
@needs_role(*READERS)
def transcripts(request: PortalRequest) -> HttpResponse:
    """The transcripts of one view, what waits longest first."""
    user = current_user(request)
    view = request.GET.get("view", "")
    view = view if view in queue.VIEWS else "mine"
    words = request.GET.get("q", "")[:100]
    found = queue.find(user, view, words)
    page = Paginator(found.rows.for_list(), PAGE).get_page(request.GET.get("page"))
    context: dict[str, Any] = {
        "views": [(one, found.counts[name], name == view) for name, one in queue.VIEWS.items()],
        "view": view,
        "q": words,
        "page_obj": page,
        "rows": [(row, _summary(row)) for row in page.object_list],
        "today": timezone.localdate(),
        "verifies": queue.verifies(user),
        "done": just_done(request),
        "keys": keys_on(request),
    }
    return render(request, "grades/review/queue.html", context)


def _summary(row: Any) -> dict[str, Any]:
    checks = reading.checks_of(row)
    return {
        "unread": row.read_at is None,
        "scan": row.read_at is not None and not row.findings.get("has_text"),
        "differ": [check.field for check in checks if check.verdict == Verdict.DIFFERS],
        "missing": [check.field for check in checks if check.verdict == Verdict.MISSING],
    }


@require_safe
@needs_role(*READERS)
def awaited(request: PortalRequest) -> HttpResponse:
    """Courses that are over, of which no transcript has come."""
    user = current_user(request)
    mine = Enrolment.objects.visible_to(user).for_desk(user).exclude(student=user)
    rows = no_transcript.awaited().filter(pk__in=mine).select_related("faculty")
    page = Paginator(rows.order_by("edition__ends_on", "pk"), PAGE).get_page(
        request.GET.get("page")
    )
    context = {
        "page_obj": page,
        "rows": [(case, chasing.due_on(case), chasing.alarm_on(case)) for case in page.object_list],
        "today": timezone.localdate(),
        "verifies": queue.verifies(user),
    }
    return render(request, "grades/review/awaited.html", context)
