"""A host without an account sends transcripts: a link leads to the page; the office sends it."""

from __future__ import annotations

from functools import partial
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from courses import anew as again
from courses.models import University
from enrolments.forms.host import HostLinkForm, NameForm
from enrolments.models import HostLink
from enrolments.services import hosting
from grades.forms.giving import NamedManyForm
from grades.services import sending
from grades.services import transcript_links as services
from grades.views import giving
from paperwork.services.events import Outsider
from paperwork.serving import serve
from vx_portal.http import PortalRequest, current_user, keep_private, needs_role


def _find(token: str) -> HostLink:
    link = services.find(token)
    if link is None:
        raise Http404
    return link


def _over(request: PortalRequest, link: HostLink, token: str) -> HttpResponse:
    new = reverse("transcript-link:anew", args=[token]) if link.is_expired else ""
    context = {"link": link, "anew": new}
    return keep_private(render(request, "enrolments/partner/over.html", context, status=410))


def _giver(request: PortalRequest, link: HostLink) -> Outsider:
    return hosting.actor_of(link, request.POST.get("name", "") or link.name or link.email)


def _page(
    request: PortalRequest, link: HostLink, token: str, status: int = 200, **forms: Any
) -> HttpResponse:
    by, typed = _giver(request, link), {"name": link.name}
    context = giving.page_of(by) | {
        "link": link,
        "token": token,
        "form": NamedManyForm(giver=by, initial=typed),
        "name_form": NameForm(initial=typed, prefix=None, auto_id="settle-%s"),
        **forms,
    }
    return keep_private(render(request, "grades/partner_link.html", context, status=status))


# No origin comes from a page without referrer, and who knows the token may send: see board.py.
@csrf_exempt
@require_http_methods(["GET", "HEAD", "POST"])
@login_not_required
def give(request: PortalRequest, token: str) -> HttpResponse:
    """Send transcripts, several at once; the name is asked and kept."""
    link = _find(token)
    if not link.is_usable:
        return _over(request, link, token)
    if request.method != "POST":
        return _page(request, link, token)
    by = _giver(request, link)
    form = NamedManyForm(request.POST, request.FILES, giver=by)
    if not form.is_valid():
        return _page(request, link, token, 422, form=form)
    giving.send(request, form, by)
    hosting.note_use(link, form.cleaned_data["name"])
    return keep_private(redirect("transcript-link:give", token))


@csrf_exempt
@require_POST
@login_not_required
def settle(request: PortalRequest, token: str) -> HttpResponse:
    """Say whose the files are that did not say so themselves."""
    link = _find(token)
    if not link.is_usable:
        return _over(request, link, token)
    name = NameForm(request.POST, auto_id="settle-%s")
    if not name.is_valid():
        return _page(request, link, token, 422, name_form=name)
    giving.settle(request, _giver(request, link))
    hosting.note_use(link, name.cleaned_data["name"])
    return keep_private(redirect("transcript-link:give", token))


@require_safe
@login_not_required
def download(request: PortalRequest, token: str, pk: UUID) -> HttpResponse:
    """A file that waits for its student, and that came by a link of the same university."""
    link = _find(token)
    if not link.is_usable:
        return _over(request, link, token)
    by = _giver(request, link)
    waiting = {file.pk: file for file in sending.unsettled(by)}
    if pk not in waiting:
        raise Http404
    return keep_private(serve(request, waiting[pk], by=by))


@csrf_exempt
@require_POST
@login_not_required
def anew(request: PortalRequest, token: str) -> HttpResponse:
    """Who has a link that expired asks for another."""
    link = _find(token)
    if again.ask(link, partial(services.send_anew, link)):
        return again.sent(request)
    return _over(request, _find(token), token)


@require_http_methods(["GET", "HEAD", "POST"])
@needs_role("office")
def ask(request: PortalRequest, pk: int) -> HttpResponse:
    """The office mails a host the link: to whom, and in which language."""
    rows = University.objects.visible_to(request.user).filter(is_home=False)
    university = get_object_or_404(rows, pk=pk)
    initial = {
        "email": university.contact_email,
        "language": "nl" if university.country == "NL" else "en",
    }
    form = HostLinkForm(request.POST if request.method == "POST" else None, initial=initial)
    if form.is_valid():
        link = services.ask(university, by=current_user(request), **form.cleaned_data)
        messages.success(request, _("The link has been sent to %(email)s.") % {"email": link.email})
        return redirect("hosts:hosts")
    context = {"university": university, "form": form}
    status = 422 if form.is_bound else 200
    return render(request, "grades/ask_host.html", context, status=status)
