"""What is kept for how long, what will be deleted and when, and what is held."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.models import User
from courses import house
from privacy import retention as kept
from privacy.forms.retention import HoldForm, ReasonForm
from privacy.models import DueRow, LegalHold, Preview
from privacy.services import retention as services
from privacy.terms import NOTICE_DAYS
from vx_portal.http import PortalRequest, current_user, needs_role

PAGE = 50
LATELY = 10  # previews that were carried out


@require_safe
@needs_role("office", "auditor")
def home(request: PortalRequest) -> HttpResponse:
    return _page(request)


def _page(request: PortalRequest, *, refusal: str = "", status: int = 200) -> HttpResponse:
    previews = Preview.objects.visible_to(request.user).select_related("held_by")
    holds = LegalHold.objects.visible_to(request.user).standing()
    holds = holds.select_related("case", "person", "placed_by")
    context = {
        "refusal": refusal,
        "coming": previews.open().order_by("delete_on", "pk"),
        "done": previews.filter(state=Preview.State.DONE)[:LATELY],
        "page_obj": Paginator(holds, PAGE).get_page(request.GET.get("page")),
        "terms": [_term(kind.term, kind.label) for kind in kept.KINDS.values()],
        "sweeps": kept.sweeps(),
        "notice": _term(NOTICE_DAYS, ""),
    }
    return render(request, "privacy/retention/home.html", context, status=status)


def _term(name: str, label: Any) -> dict[str, Any]:
    words = house.in_words(house.SETTINGS[name], house.value(name))
    return {"label": label, "words": words, "setting": name}


@require_safe
@needs_role("office", "auditor")
def preview(request: PortalRequest, pk: int) -> HttpResponse:
    """Each row that a preview names."""
    found = get_object_or_404(Preview.objects.visible_to(request.user), pk=pk)
    rows = DueRow.objects.visible_to(request.user).filter(preview=found)
    page = Paginator(rows, PAGE).get_page(request.GET.get("page"))
    of_accounts = [row.number for row in page if row.kind == "accounts"]
    people = User.objects.visible_to(request.user).in_bulk(of_accounts)
    lines = [_line(row, people) for row in page]
    context = {"preview": found, "page_obj": page, "lines": lines}
    return render(request, "privacy/retention/preview.html", context)


def _line(row: DueRow, people: dict[int, User]) -> tuple[str, str, Any]:
    """What it is, where it stands (or empty) and of which kind it is."""
    label = kept.KINDS[row.kind].label
    match row.kind:
        case "accounts":
            person = people.get(row.number)
            return str(person or "–"), reverse("people:person", args=[row.number]), label
        case "messages" | "letters" | "answers" | "strangers":
            return date_format(date.fromisoformat(row.reference), "j F Y"), "", label
    return row.reference, reverse("desk:case", args=[row.reference]), label


@require_http_methods(["GET", "HEAD", "POST"])
@needs_role("office")
def hold_back(request: PortalRequest, pk: int) -> HttpResponse:
    """Nothing that a preview names goes until it is released."""
    found = get_object_or_404(Preview.objects.visible_to(request.user), pk=pk)
    form = ReasonForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        try:
            services.hold_back(found, form.cleaned_data["reason"], by=current_user(request))
        except services.StalePreviewError:
            return _stale(request)
        messages.success(request, _("Held back. Nothing of it is deleted until you release it."))
        return redirect("retention:home")
    context = {"preview": found, "form": form}
    status = 422 if form.is_bound else 200
    return render(request, "privacy/retention/hold_back.html", context, status=status)


@require_POST
@needs_role("office")
def release(request: PortalRequest, pk: int) -> HttpResponse:
    """What was held back goes on, not before tomorrow."""
    found = get_object_or_404(Preview.objects.visible_to(request.user), pk=pk)
    try:
        services.release(found, by=current_user(request))
    except services.StalePreviewError:
        return _stale(request)
    messages.success(request, _("Released. It is deleted on its day, not before tomorrow."))
    return redirect("retention:home")


@require_http_methods(["GET", "HEAD", "POST"])
@needs_role("office")
def place_hold(request: PortalRequest) -> HttpResponse:
    """A hold on one application, or on all of one person."""
    form = HoldForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        services.place_hold(**form.what(), by=current_user(request))
        messages.success(request, _("The hold stands. Nothing of it is deleted until it ends."))
        return redirect("retention:home")
    status = 422 if form.is_bound else 200
    return render(request, "privacy/retention/place_hold.html", {"form": form}, status=status)


@require_POST
@needs_role("office")
def lift(request: PortalRequest, pk: int) -> HttpResponse:
    """The hold ends now."""
    hold = get_object_or_404(LegalHold.objects.visible_to(request.user), pk=pk)
    if not services.lift(hold, by=current_user(request)):
        return _stale(request)
    messages.success(request, _("The hold is lifted. The terms count again."))
    return redirect("retention:home")


def _stale(request: PortalRequest) -> HttpResponse:
    refusal = _("Its state has changed in the meantime, by itself or by a colleague.")
    return _page(request, refusal=refusal, status=409)
