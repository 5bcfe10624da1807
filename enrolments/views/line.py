"""The waiting list of an edition: its order, and the office changing it with a reason."""

from __future__ import annotations

from typing import NamedTuple

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts.models import Role
from courses.models import Edition
from enrolments import line, queue
from enrolments.models import Enrolment
from enrolments.services import acting
from enrolments.services.actions import ActionError, StaleError
from vx_portal.http import PortalRequest, WrongRoleError, current_user, needs_role, roles_of

READERS = ("coordinator", "honours", "office", "auditor")


class Turn(NamedTuple):
    """Somebody's turn as the page shows it; `case` is None for who is out of sight."""

    pk: int
    number: int
    case: Enrolment | None


@require_http_methods(["GET", "HEAD", "POST"])
@needs_role(*READERS)
def waiting_list(request: PortalRequest, pk: int) -> HttpResponse:
    """Everybody in line; by name only who is in the reader's sight. The office sends an order."""
    user = current_user(request)
    edition = get_object_or_404(
        Edition.objects.visible_to(user).select_related("course__university"), pk=pk
    )
    in_sight = queue.on_desk(user).filter(edition=edition)
    can_order = Role.OFFICE in roles_of(user)
    reads_all = bool(roles_of(user) & {Role.OFFICE, Role.AUDITOR})
    if not reads_all and not line.is_concerned(user, edition):
        raise Http404
    if request.method == "POST" and not can_order:
        raise WrongRoleError(Role.OFFICE)
    order, moved, status, refusal = line.order_of(edition), "", 200, ""
    reason = request.POST.get("reason", "").replace("\0", "").strip()[:500]
    if request.method == "POST":
        order, moved = line.wanted_order(order, request.POST)
        if not moved:
            try:
                acting.change_order(edition.pk, order, by=user, reason=reason)
            except ActionError as error:
                status = 409 if isinstance(error, StaleError) else 422
                refusal = str(error)
                if status == 409:
                    order = line.order_of(edition)
            else:
                messages.success(request, _("The new order is kept, with your reason."))
                return redirect("desk:line", edition.pk)
    shown = in_sight.in_line().select_related("student", "faculty", "home_university")
    by_pk = {case.pk: case for case in shown}
    context = {
        "edition": edition,
        "turns": [Turn(pk, number, by_pk.get(pk)) for number, pk in enumerate(order, 1)],
        "can_order": can_order and len(order) > 1,
        "reason": reason,
        "refusal": refusal,
        "unsaved": bool(moved) or status == 422,
        "moved": moved,
        "changes": line.changes_of(edition) if reads_all else [],
    }
    return render(request, "enrolments/desk/line.html", context, status=status)
