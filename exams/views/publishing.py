"""Publishing: who would get which message, and sending them."""

from __future__ import annotations

import re

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from enrolments.services.actions import ActionError
from exams.gates import ARRANGERS
from exams.instances import situation
from exams.services import publishing
from vx_portal.http import PortalRequest, current_user, needs_role


@require_http_methods(["GET", "HEAD", "POST"])
@needs_role(*ARRANGERS)
def publish(request: PortalRequest) -> HttpResponse:
    """What is planned and can be published, exam by exam, with the messages."""
    found = publishing.announcements(situation())
    refusals: list[str] = []
    unticked: set[int] = set()
    told, done = 0, 0
    if request.method == "POST":
        seen = dict(map(_seen, request.POST.getlist("exam")))
        for one in found:
            if one.task.id in seen:
                try:
                    told += publishing.publish(
                        one, seen=seen[one.task.id], by=current_user(request)
                    )
                    done += 1
                except ActionError as refusal:
                    refusals.append(f"{one.task.code}: {refusal}")
        if not seen:
            refusals.append(_("Tick at least one exam."))
        if done:
            messages.success(
                request,
                ngettext(
                    "Published. %(count)s student is told.",
                    "Published. %(count)s students are told.",
                    told,
                )
                % {"count": told},
            )
        if not refusals:
            return redirect("planner:publish")
        unticked = {one.task.id for one in found} - set(seen)
        found = publishing.announcements(situation())
    context = {"announcements": found, "refusals": refusals, "unticked": unticked}
    status = 409 if refusals else 200
    return render(request, "exams/plan/publish.html", context, status=status)


def _seen(value: str) -> tuple[int, dict[int, int]]:
    """The task, and the versions of its sittings that the page showed."""
    task, _colon, rows = value.partition(":")
    pairs = re.findall(r"(\d{1,9})\.(\d{1,9})", rows)
    number = int(task) if re.fullmatch(r"-?\d{1,9}", task) else 0
    return number, {int(pk): int(version) for pk, version in pairs}
