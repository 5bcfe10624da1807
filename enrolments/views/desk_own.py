"""What people at the desk arrange for themselves: views, keys, a stand-in."""

from __future__ import annotations

from django.conf import settings
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from accounts.models import Role
from enrolments import colleagues
from enrolments.forms.desk import SavedViewForm, StandInForm, query_of
from enrolments.models import SavedView, StandIn
from enrolments.scopes import scopes_of
from enrolments.services import working
from enrolments.services.actions import ActionError, StaleError
from enrolments.views.desk import DESK_ROLES, filters_of
from vx_portal.http import PortalRequest, WrongRoleError, current_user, needs_role

A_YEAR = 365 * 24 * 3600  # seconds
MOST_SHOWN = 50  # stand-ins


@require_http_methods(["GET", "HEAD", "POST"])
@needs_role(*DESK_ROLES)
def save_view(request: PortalRequest) -> HttpResponse:
    """Keep the filter of the address as a view."""
    query = query_of(filters_of(request))
    form = SavedViewForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        try:
            working.save_view(form.cleaned_data["name"], query, by=current_user(request))
        except ValidationError as refusal:
            form.add_error("name", refusal.messages)
        else:
            messages.success(request, _("Your view is kept. It stands beside the others."))
            return HttpResponseRedirect(f"{reverse('desk:queue')}?{query}")
    context = {"form": form, "query": query}
    status = 422 if form.errors else 200
    return render(request, "enrolments/desk/view.html", context, status=status)


@require_http_methods(["GET", "HEAD", "POST"])
@needs_role(*DESK_ROLES)
def view(request: PortalRequest, pk: int) -> HttpResponse:
    """Another name for a view of one's own, or delete it."""
    found = get_object_or_404(SavedView.objects.visible_to(request.user), pk=pk)
    if request.POST.get("do") == "delete":
        working.delete_view(found)
        messages.success(request, _("The view is deleted."))
        return redirect("desk:queue")
    sent = request.POST if request.method == "POST" else None
    form = SavedViewForm(sent, initial={"name": found.name})
    if form.is_valid():
        try:
            working.save_view(form.cleaned_data["name"], "", by=current_user(request), view=found)
        except ValidationError as refusal:
            form.add_error("name", refusal.messages)
        else:
            messages.success(request, _("Saved."))
            return HttpResponseRedirect(f"{reverse('desk:queue')}?{found.query}")
    context = {"form": form, "view": found, "query": found.query}
    status = 422 if form.errors else 200
    return render(request, "enrolments/desk/view.html", context, status=status)


@require_POST
@needs_role(*DESK_ROLES)
def keys(request: PortalRequest) -> HttpResponse:
    """Switch the single keys of the desk on or off, on this device, for a year."""
    back = request.POST.get("back", "")
    if not url_has_allowed_host_and_scheme(back, {request.get_host()}):
        back = reverse("desk:queue")
    response = HttpResponseRedirect(back)
    if request.POST.get("keys") == "off":
        messages.success(request, _("Keys are off."))
        name = settings.KEYS_COOKIE_NAME
        response.set_cookie(
            name, "off", max_age=A_YEAR, samesite="Lax", secure=settings.HTTPS, httponly=True
        )
    else:
        messages.success(request, _("Keys are on."))
        response.delete_cookie(settings.KEYS_COOKIE_NAME, samesite="Lax")
    return response


@require_http_methods(["GET", "HEAD", "POST"])
@needs_role("coordinator", "honours", "office", "auditor")
def stand_ins(request: PortalRequest) -> HttpResponse:
    """Who stands in for whom; and arranging it for oneself, for the office also for others."""
    user = current_user(request)
    for_others = scopes_of(user).is_office
    may_arrange = for_others or working.may_arrange(user)
    if request.method == "POST" and not may_arrange:
        raise WrongRoleError(Role.COORDINATOR, Role.HONOURS, Role.OFFICE)
    sent = request.POST if request.method == "POST" else None
    all_of_them = colleagues.who_decide() if for_others else None
    possible = colleagues.possible_stand_ins(user) if all_of_them is None else all_of_them
    form = StandInForm(sent, colleagues=possible, absent=all_of_them)
    if form.is_valid():
        try:
            row = working.arrange_stand_in(**{"absent": user, **form.cleaned_data}, by=user)
        except (ActionError, ValidationError) as refusal:
            form.add_error(None, getattr(refusal, "messages", str(refusal)))
        else:
            said = {"name": row.stand_in, "from": working.day_in_words(row.starts_on)}
            said["until"] = working.day_in_words(row.ends_on)
            text = _("%(name)s stands in for you from %(from)s until %(until)s, and is told.")
            if row.absent_id != user.pk:
                said["absent"] = row.absent
                text = _(
                    "%(name)s stands in for %(absent)s from %(from)s until %(until)s."
                    " Both are told."
                )
            messages.success(request, text % said)
            return redirect("desk:stand-ins")
    return _stand_ins_page(request, form if may_arrange else None)


def _stand_ins_page(
    request: PortalRequest, form: StandInForm | None, *, refusal: str = "", status: int = 0
) -> HttpResponse:
    today = timezone.localdate()
    rows = StandIn.objects.visible_to(request.user).select_related("absent", "stand_in")
    listed = list(rows[:MOST_SHOWN])
    context = {
        "form": form,
        "refusal": refusal,
        "coming": [row for row in listed if row.ended_at is None and row.ends_on >= today],
        "over": [row for row in listed if row.ended_at is not None or row.ends_on < today],
        "today": today,
    }
    status = status or (422 if form is not None and form.errors else 200)
    return render(request, "enrolments/desk/stand_ins.html", context, status=status)


@require_POST
@needs_role("coordinator", "honours", "office", "auditor")
def end_stand_in(request: PortalRequest, pk: int) -> HttpResponse:
    user = current_user(request)
    row = get_object_or_404(StandIn.objects.visible_to(user), pk=pk)
    try:
        working.end_stand_in(row, by=user)
    except StaleError as refusal:
        return _stand_ins_page(request, None, refusal=str(refusal), status=409)
    except ActionError:
        raise WrongRoleError(Role.OFFICE) from None
    messages.success(request, _("Ended. Your colleague is told."))
    return redirect("desk:stand-ins")
