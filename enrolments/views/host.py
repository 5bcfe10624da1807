"""The same list of students for a host without an account: a link leads to it."""

from __future__ import annotations

from functools import partial
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from courses import anew as again
from enrolments import hosting
from enrolments.forms.host import DeclineForm, NameForm, StudentFilter
from enrolments.models import HostLink
from enrolments.models.enrolment import EnrolmentQuerySet
from enrolments.services import acting
from enrolments.services import hosting as services
from enrolments.services.actions import ActionError
from enrolments.views.partner import listing, say_outcome, spreadsheet
from vx_portal.http import PortalRequest, keep_private


def _find(token: str) -> HostLink:
    link = services.find(token)
    if link is None:
        raise Http404
    return link


def _rows(link: HostLink) -> EnrolmentQuerySet:
    """The students of the link's university: its own gate."""
    return hosting.students_of([link.university_id]).select_related(*hosting.SHOWN)


def _over(request: PortalRequest, link: HostLink) -> HttpResponse:
    match = request.resolver_match
    new = reverse("host:anew", args=[match.kwargs["token"]]) if match and link.is_expired else ""
    context = {"link": link, "anew": new}
    return keep_private(render(request, "enrolments/partner/over.html", context, status=410))


def _page(
    request: PortalRequest, link: HostLink, token: str, name: NameForm, status: int = 200
) -> HttpResponse:
    context: dict[str, Any] = listing(request, _rows(link), [link.university_id])
    context |= {"link": link, "token": token, "name_form": name}
    return keep_private(render(request, "enrolments/partner/students.html", context, status=status))


@require_safe
@login_not_required
def students(request: PortalRequest, token: str) -> HttpResponse:
    link = _find(token)
    if not link.is_usable:
        return _over(request, link)
    return _page(request, link, token, NameForm(initial={"name": link.name}))


# No origin comes from a page without referrer, and who knows the token may answer: see board.py.
@csrf_exempt
@require_POST
@login_not_required
def confirm(request: PortalRequest, token: str) -> HttpResponse:
    """Confirm those that were ticked; the name is asked and kept."""
    link = _find(token)
    if not link.is_usable:
        return _over(request, link)
    name = NameForm(request.POST)
    if not name.is_valid():
        return _page(request, link, token, name, 422)
    wanted = hosting.references(request.POST.getlist("case"))
    rows = _rows(link).filter(reference__in=wanted)
    outcome = services.confirm(rows, by=services.actor_of(link, name.cleaned_data["name"]))
    services.note_use(link, name.cleaned_data["name"])
    say_outcome(request, outcome)
    return keep_private(redirect("host:students", token))


@csrf_exempt
@require_http_methods(["GET", "HEAD", "POST"])
@login_not_required
def decline(request: PortalRequest, token: str, reference: str) -> HttpResponse:
    """Ask first: the place goes to somebody else, and there is no way back."""
    link = _find(token)
    if not link.is_usable:
        return _over(request, link)
    case = get_object_or_404(_rows(link), reference__in=hosting.references([reference]))
    data = request.POST if request.method == "POST" else None
    form, name = DeclineForm(data), NameForm(data, initial={"name": link.name})
    if data is None or not (form.is_valid() and name.is_valid()):
        context = {"case": case, "form": form, "name_form": name, "link": link, "token": token}
        status = 200 if data is None else 422
        return keep_private(
            render(request, "enrolments/partner/decline.html", context, status=status)
        )
    by = services.actor_of(link, name.cleaned_data["name"])
    try:
        acting.act(case, "decline", by=by, reason=form.cleaned_data["reason"])
    except ActionError as refusal:
        messages.error(request, str(refusal))
    else:
        services.note_use(link, name.cleaned_data["name"])
        messages.success(
            request, _("%(name)s has been declined and told why.") % {"name": case.student}
        )
    return keep_private(redirect("host:students", token))


@csrf_exempt
@require_POST
@login_not_required
def download(request: PortalRequest, token: str) -> HttpResponse:
    """The list as it is filtered, as a spreadsheet; written down at each student's case."""
    link = _find(token)
    if not link.is_usable:
        return _over(request, link)
    editions = hosting.editions_with_counts([link.university_id])
    filters = StudentFilter(request.GET, editions=editions).filters()
    rows = list(hosting.narrowed(_rows(link), filters))
    who = link.name or link.email
    services.note_download(rows, by=services.actor_of(link, who), role="host")
    services.note_use(link, link.name)
    return keep_private(spreadsheet(rows))


@csrf_exempt
@require_POST
@login_not_required
def anew(request: PortalRequest, token: str) -> HttpResponse:
    """Who has a link that expired asks for another."""
    link = _find(token)
    if again.ask(link, partial(services.send_anew, link)):
        return again.sent(request)
    return _over(request, _find(token))
