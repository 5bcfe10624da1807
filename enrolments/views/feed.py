"""A student's own dates for a calendar program: the file, and the page about its address."""

from __future__ import annotations

import hashlib

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.cache import get_conditional_response
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from enrolments import calendar
from vx_portal.http import PortalRequest, current_user


@require_safe
def address(request: PortalRequest) -> HttpResponse:
    """The private address, and how to add it to a calendar program."""
    token = calendar.token_for(current_user(request))
    url = settings.SITE_URL + reverse("exchange:feed", args=[token])
    webcal = "webcal:" + url.partition(":")[2]
    return render(request, "enrolments/calendar.html", {"url": url, "webcal": webcal})


@require_http_methods(["GET", "HEAD", "POST"])
def renew(request: PortalRequest) -> HttpResponse:
    """Another address; asks first, since the old one stops everywhere."""
    if request.method == "POST":
        calendar.renew_address(current_user(request))
        messages.success(request, _("Your calendar has a new address. The old one has stopped."))
        return redirect("exchange:calendar")
    return render(request, "enrolments/calendar_renew.html")


@login_not_required
@require_safe
def feed(request: PortalRequest, token: str) -> HttpResponse:
    """The dates of whoever the address is for; 404 for an address that was renewed."""
    owner = calendar.owner_of(token)
    if owner is None:
        raise Http404
    content = calendar.calendar_for(owner)
    etag = f'"{hashlib.sha256(content).hexdigest()[:32]}"'
    response = HttpResponse(content, content_type="text/calendar; charset=utf-8")
    response.headers["ETag"] = etag
    response.headers["Cache-Control"] = "private, no-cache"
    response.headers["Content-Disposition"] = 'inline; filename="my-exchange.ics"'
    response.headers["Referrer-Policy"] = "no-referrer"
    return get_conditional_response(request, etag=etag, response=response) or response
