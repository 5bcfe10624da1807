"""The homes, the search for staff, and working as another of one's roles."""

from __future__ import annotations

from typing import Any

from django.core.paginator import Paginator
from django.db.models import Q
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from accounts.models import STUDENT, Role
from accounts.working import HOMES, role_of, work_as
from enrolments import queue
from enrolments.services import working
from enrolments.views.desk import keys_on
from paperwork.models import Event
from vx_portal.homes import auditor, desk, partner, recent, searching
from vx_portal.homes.decisions import Decision, decisions, events_of, last_events
from vx_portal.homes.lines import Found, address_of, lines_of, with_addresses
from vx_portal.homes.menu import headline
from vx_portal.homes.searching import SearchForm
from vx_portal.http import PortalRequest, current_user, needs_role

PAGE = 25  # hits
STAFF = [str(role) for role in HOMES if role != STUDENT]


@require_safe
@needs_role(*STAFF)
def home(request: PortalRequest) -> HttpResponse:
    """What is up to the reader now, in the role in which they work."""
    user = current_user(request)
    role = role_of(user)
    if HOMES[role] != "work:home":
        return redirect(HOMES[role])
    match role:
        case Role.PARTNER:
            return _partner(request)
        case Role.AUDITOR:
            return _auditor(request)
        case _:
            return _desk(request)


def _partner(request: PortalRequest) -> HttpResponse:
    user = current_user(request)
    context = {"headline": headline(user), **partner.home_of(request, user)}
    return render(request, "homes/partner.html", context)


def _auditor(request: PortalRequest) -> HttpResponse:
    user = current_user(request)
    events = last_events(user, auditor.SHOWN)
    happened, opened = _told(request, events, recent.references(request))
    context: dict[str, Any] = {
        "doors": auditor.DOORS,
        "late": desk.late_work(user),
        "happened": happened,
        "recent": opened,
    }
    return render(request, "homes/auditor.html", context)


def _told(
    request: PortalRequest, events: list[Event], references: list[str]
) -> tuple[list[Decision], list[Found]]:
    """The events in words, and the cases of `references`: one query for all their cases."""
    user = current_user(request)
    about = Q(pk__in=[event.case for event in events])  # type: ignore[attr-defined]  # annotated
    cases = recent.seen_by(request, about | Q(reference__in=references))
    opened = with_addresses(user, recent.in_order(references, cases))
    return decisions(user, events, {case.pk: case for case in cases}), opened


def _desk(request: PortalRequest) -> HttpResponse:
    user = current_user(request)
    decided, opened = _told(request, events_of(user), recent.references(request))
    work = desk.work_of(user)
    context: dict[str, Any] = {
        "headline": headline(user),
        "work": work,
        "week": queue.last_week(user) if work.is_done else {},
        "decisions": decided,
        "recent": opened,
        "absent": queue.absent_colleagues(user),
        "may_arrange": working.may_arrange(user),
        "keys": keys_on(request),
    }
    return render(request, "homes/work.html", context)


@require_safe
@needs_role(*STAFF)
def search(request: PortalRequest) -> HttpResponse:
    """What staff look for; a reference leads straight to its case."""
    user = current_user(request)
    typed = SearchForm(request.GET).words()
    found = searching.by_reference(user, typed) if typed else None
    if found is not None:
        recent.note(request, found)
        return redirect(address_of(user, found))
    context: dict[str, Any] = {
        "searched": typed,
        "reference": searching.reference_in(typed),
    }
    if typed:
        rows = searching.cases(user, typed)
        page = Paginator(rows, PAGE).get_page(request.GET.get("page"))
        first = max(page.start_index() - 1, 0)
        shown = queue.shown(rows, first, page.end_index(), "newest", whole=True)
        context |= {
            "page_obj": page,
            "lines": lines_of(user, list(shown)),
            "others": searching.others(user, typed),
        }
    return render(request, "homes/search.html", context)


@require_POST
def switch(request: PortalRequest) -> HttpResponse:
    """Work as another of one's roles from now on; nothing else changes."""
    user = current_user(request)
    role = request.POST.get("role", "")
    if not work_as(request, user, role):
        raise Http404
    return redirect(HOMES[role])
