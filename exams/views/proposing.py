"""Proposing a plan: asking for it, watching it, comparing it with today's, taking it over."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from enrolments.services.actions import ActionError
from exams import proposals
from exams.forms.planning import ProposeForm, days_to_propose
from exams.gates import ARRANGERS, READERS
from exams.instances import situation
from exams.models import Plan
from exams.services import adopting, proposing
from vx_portal.http import PortalRequest, WrongRoleError, current_user, needs_role, roles_of

SHOWN = 10


@require_http_methods(["GET", "HEAD", "POST"])
@needs_role(*READERS)
def proposed(request: PortalRequest) -> HttpResponse:
    """The latest proposals, and asking for another."""
    may = not roles_of(request.user).isdisjoint(ARRANGERS)
    if request.method == "POST" and not may:
        raise WrongRoleError(*ARRANGERS)
    if request.method == "POST":
        form = ProposeForm(request.POST)
        if form.is_valid():
            try:
                days = form.cleaned_data
                plan = proposing.ask(days["first"], days["last"], by=current_user(request))
            except ActionError as refusal:
                form.add_error(None, str(refusal))
            else:
                return redirect("planner:proposal", plan.pk)
    else:
        first, last = days_to_propose(situation())
        form = ProposeForm(initial={"first": first, "last": last})
    rows = Plan.objects.visible_to(request.user).select_related("asked_by")[:SHOWN]
    context = {"form": form, "rows": rows, "may_plan": may}
    status = 422 if form.errors else 200
    return render(request, "exams/plan/proposed.html", context, status=status)


@require_safe
@needs_role(*READERS)
def proposal(request: PortalRequest, pk: int) -> HttpResponse:
    return _proposal_page(request, get_object_or_404(Plan.objects.visible_to(request.user), pk=pk))


def _proposal_page(
    request: PortalRequest, row: Plan, refusal: str = "", status: int = 200
) -> HttpResponse:
    """How far it is; or what it changes, and what is impossible."""
    busy = row.state in (Plan.State.WAITING, Plan.State.RUNNING)
    context = {
        "row": row,
        "busy": busy,
        "refusal": refusal,
        "may_plan": not roles_of(request.user).isdisjoint(ARRANGERS),
    }
    if not busy and row.state != Plan.State.FAILED:
        now = situation(days=[row.starts_on, row.ends_on])
        cost = row.result.get("cost") or [0, 0, 0]
        context |= {
            "lines": proposals.compared(row, now),
            "reasons": proposals.reasons(row, now),
            "sittings": len(row.result.get("sittings", ())),
            "room_hours": cost[0] / 60,
            "off": cost[1],
            "people_hours": cost[2] / 60,
            "is_best": row.result.get("gap") == 0,
            "gap": 100 * row.result.get("gap", 0),
        }
    template = "exams/plan/proposal.html"
    if request.htmx and request.method == "GET":
        template += "#state"
    return render(request, template, context, status=status)


@require_POST
@needs_role(*ARRANGERS)
def stop(request: PortalRequest, pk: int) -> HttpResponse:
    row = get_object_or_404(Plan.objects.visible_to(request.user), pk=pk)
    try:
        proposing.stop(row, by=current_user(request))
    except ActionError as refusal:
        row.refresh_from_db()
        return _proposal_page(request, row, str(refusal), 409)
    messages.success(request, _("It stops, with the best plan so far."))
    return redirect("planner:proposal", pk)


@require_POST
@needs_role(*ARRANGERS)
def adopt(request: PortalRequest, pk: int) -> HttpResponse:
    """Take it over, all of it or the exams that are ticked."""
    row = get_object_or_404(Plan.objects.visible_to(request.user), pk=pk)
    ticked = None
    if "all" not in request.POST:
        ticked = {int(one) for one in request.POST.getlist("exam") if one.lstrip("-").isdigit()}
    try:
        adopted = adopting.adopt(row, ticked, by=current_user(request))
    except ActionError as refusal:
        return _proposal_page(request, row, str(refusal), 409)
    messages.success(
        request,
        ngettext(
            "Taken over: %(count)s sitting is planned. Nobody has been told yet.",
            "Taken over: %(count)s sittings are planned. Nobody has been told yet.",
            adopted.made,
        )
        % {"count": adopted.made},
    )
    if adopted.left:
        messages.warning(request, adopting.said_of(adopted.left))
    return redirect("planner:plan")
