"""People in the office: the list, one person, and what their accounts and roles allow."""

from __future__ import annotations

from typing import Any

import structlog
from allauth.mfa.utils import is_mfa_enabled
from django.conf import settings
from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.cache import patch_vary_headers
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts import people as listing
from accounts.directory import SHOWN
from accounts.forms.people import MembershipForm, PeopleFilter, RoleForm
from accounts.middleware import FACTORS
from accounts.models import Invitation, Membership, User
from accounts.recent import needs_recent_sign_in
from accounts.services import memberships
from accounts.services.memberships import MembershipError
from accounts.services.sessions import sessions_of
from courses.counts import counted
from courses.spreadsheets import Sheet, csv_download
from vx_portal.http import PortalRequest, current_user, needs_role

PAGE = 50

log = structlog.get_logger("accounts.people")


@require_safe
@needs_role("office", "auditor")
def people(request: PortalRequest) -> HttpResponse:
    form = PeopleFilter(request.GET, by=current_user(request))
    filters = form.filters()
    found = listing.listed(request.user, filters)
    open_invitations = Invitation.objects.visible_to(request.user).open()
    numbers = counted(
        {**listing.in_views(request.user), "found": found, "invitations": open_invitations}
    )
    pages = Paginator(found, PAGE)
    pages.count = numbers["found"]  # known: it need not be asked again
    context = {
        "form": form,
        "filters": filters,
        "narrowed": set(filters) - {"state", "sort"},
        "page_obj": pages.get_page(request.GET.get("page")),
        "views": _views(numbers, filters.get("state", "")),
        "today": timezone.localdate(),
        "open_invitations": numbers["invitations"],
    }
    template = "accounts/people.html"
    response = render(request, f"{template}#results" if request.htmx else template, context)
    patch_vary_headers(response, ["HX-Request"])
    return response


def _views(numbers: dict[str, int], state: str) -> list[dict[str, Any]]:
    """The views of the list with how many people each has."""
    return [
        {"state": name, "label": label, "number": numbers[name], "current": name == state}
        for name, label in PeopleFilter.STATES
    ]


@require_safe
@needs_role("office", "auditor")
@needs_recent_sign_in(file=True)
def export(request: PortalRequest) -> HttpResponse:
    """The list as it is filtered, for a spreadsheet."""
    filters = PeopleFilter(request.GET, by=current_user(request)).filters()
    rows = listing.listed(request.user, filters)
    log.info("people exported", by=request.user.pk, rows=len(rows))
    sheet = Sheet(listing.COLUMNS, listing.table(rows))
    return csv_download(f"people-{timezone.localdate():%Y-%m-%d}", sheet)


def find(request: PortalRequest, pk: int) -> User:
    rows = User.objects.visible_to(request.user)
    shown = rows.select_related("student__home_university", "student__faculty")
    return get_object_or_404(shown.select_related("student__programme"), pk=pk)


@require_safe
@needs_role("office", "auditor")
def person(request: PortalRequest, pk: int) -> HttpResponse:
    return _page(request, find(request, pk))


def _page(
    request: PortalRequest, person: User, *, refusal: str = "", status: int = 200
) -> HttpResponse:
    """Everything about one person that the office may know."""
    today = timezone.localdate()
    held = Membership.objects.visible_to(request.user).filter(user=person)
    rows = held.select_related("faculty", "university", "given_by", "ended_by")
    roles = list(rows.prefetch_related("programmes").order_by("-starts_on", "-pk"))
    over = [one for one in roles if one.ended_at or (one.ends_on and one.ends_on < today)]
    invitations = Invitation.objects.visible_to(request.user)
    context = {
        "person": person,
        "student": getattr(person, "student", None),
        "now": [one for one in roles if one.holds_on(today)],
        "coming": [one for one in roles if one not in over and one.starts_on > today],
        "over": over,
        "invitations": invitations.filter(accepted_by=person).select_related("invited_by"),
        "sessions": len(sessions_of(person)),
        "has_second_factor": is_mfa_enabled(person, FACTORS),
        "needs_second_factor": person.is_staff_member and not settings.DEMO,
        "listed_roles": SHOWN,
        "refusal": refusal,
    }
    return render(request, "accounts/person.html", context, status=status)


@require_http_methods(["GET", "HEAD", "POST"])
@needs_role("office")
@needs_recent_sign_in()
def give(request: PortalRequest, pk: int) -> HttpResponse:
    """Another role for somebody who has an account."""
    person, by = find(request, pk), current_user(request)
    form = RoleForm(request.POST or None, by=by)
    if form.is_valid():
        try:
            membership = memberships.give(person, form.grant(), by=by)
        except MembershipError as refusal:
            form.add_error(None, str(refusal))
        else:
            say_given(request, membership)
            return redirect("people:person", pk)
    context = {"form": form, "person": person}
    return render(request, "accounts/give.html", context, status=422 if form.is_bound else 200)


def say_given(request: PortalRequest, membership: Membership) -> None:
    """Say what was given, and that the person hears of it."""
    said = {"name": membership.user, "role": membership.scope_in_words}
    messages.success(
        request, _("%(name)s has a role: %(role)s. A message to them is being sent.") % said
    )


def find_membership(request: PortalRequest, pk: int) -> Membership:
    rows = Membership.objects.visible_to(request.user)
    return get_object_or_404(rows.select_related("user", "faculty", "university"), pk=pk)


@require_http_methods(["GET", "HEAD", "POST"])
@needs_role("office")
@needs_recent_sign_in()
def membership(request: PortalRequest, pk: int) -> HttpResponse:
    """Another last day, or shown to students or not."""
    found = find_membership(request, pk)
    sent = request.POST if request.method == "POST" else None
    form = MembershipForm(sent, membership=found)
    if form.is_valid():
        try:
            memberships.change(found, **form.cleaned_data, by=current_user(request))
        except MembershipError as refusal:
            return _page(request, found.user, refusal=str(refusal), status=409)
        messages.success(request, _("Saved."))
        return redirect("people:person", found.user_id)
    context = {"form": form, "membership": found, "person": found.user}
    return render(request, "accounts/membership.html", context, status=422 if form.errors else 200)


@require_http_methods(["GET", "HEAD", "POST"])
@needs_role("office")
@needs_recent_sign_in()
def end(request: PortalRequest, pk: int) -> HttpResponse:
    """First what ending the role means; then, on POST, that."""
    found = find_membership(request, pk)
    if request.method == "POST":
        return _end(request, found)
    today = timezone.localdate()
    current = Membership.objects.visible_to(request.user).current().filter(user=found.user)
    context = {
        "membership": found,
        "person": found.user,
        "is_last": not current.exclude(pk=pk).exists(),
        "has_ended": not (found.holds_on(today) or found.starts_on > today) or found.ended_at,
    }
    return render(request, "accounts/end.html", context)


def _end(request: PortalRequest, membership: Membership) -> HttpResponse:
    try:
        ended = memberships.end(membership, by=current_user(request))
    except MembershipError as refusal:
        person = find(request, membership.user_id)
        return _page(request, person, refusal=str(refusal), status=409)
    said = {"name": membership.user, "role": membership.scope_in_words}
    text = _("The role “%(role)s” of %(name)s has ended.")
    if ended.was_last and ended.sessions:
        text = _("The role “%(role)s” of %(name)s has ended; they are signed out everywhere.")
    messages.success(request, text % said)
    return redirect("people:person", membership.user_id)


@require_http_methods(["GET", "HEAD", "POST"])
@needs_role("office")
@needs_recent_sign_in()
def close(request: PortalRequest, pk: int) -> HttpResponse:
    """First what closing the account means; then, on POST, that."""
    person = find(request, pk)
    if request.method != "POST":
        return render(request, "accounts/close.html", {"person": person})
    try:
        memberships.close_account(person, by=current_user(request))
    except MembershipError as refusal:
        return _page(request, find(request, pk), refusal=str(refusal), status=409)
    messages.success(request, _("%(name)s can no longer sign in.") % {"name": person})
    return redirect("people:person", pk)


@require_POST
@needs_role("office")
@needs_recent_sign_in()
def reopen(request: PortalRequest, pk: int) -> HttpResponse:
    person = find(request, pk)
    try:
        memberships.reopen_account(person, by=current_user(request))
    except MembershipError as refusal:
        return _page(request, find(request, pk), refusal=str(refusal), status=409)
    messages.success(request, _("%(name)s can sign in again.") % {"name": person})
    return redirect("people:person", pk)
