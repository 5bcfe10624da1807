"""The auditor's pages: what happened, and whether anybody has changed the record of it."""

from __future__ import annotations

import json

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.cache import patch_vary_headers
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accounts.recent import needs_recent_sign_in
from courses.spreadsheets import csv_download
from paperwork import verifying
from paperwork.models import ChainCheck, Seal
from paperwork.services import chain
from paperwork.verifying import Fault
from privacy import trail
from privacy.forms.audit import TrailFilter
from vx_portal.http import PortalRequest, current_user, needs_role

PAGE = 50


@require_safe
@needs_role("office", "auditor")
def events(request: PortalRequest) -> HttpResponse:
    """What happened, filtered."""
    form = TrailFilter(request.GET)
    filters = form.filters()
    rows = trail.found(current_user(request), filters)
    page = Paginator(rows, PAGE).get_page(request.GET.get("page"))
    context = {
        "form": form,
        "narrowed": bool(filters),
        "page_obj": page,
        "lines": trail.in_words(page.object_list),
    }
    template = "privacy/audit/events.html"
    response = render(request, f"{template}#results" if request.htmx else template, context)
    patch_vary_headers(response, ["HX-Request"])
    return response


@require_safe
@needs_role("office", "auditor")
@needs_recent_sign_in(file=True)
def export(request: PortalRequest) -> HttpResponse:
    """The events as they are filtered, for a spreadsheet."""
    rows = trail.found(current_user(request), TrailFilter(request.GET).filters())
    return csv_download(f"events-{timezone.localdate():%Y-%m-%d}", trail.sheet_of(rows))


@require_safe
@needs_role("office", "auditor")
def seals(request: PortalRequest) -> HttpResponse:
    """The seals, and what the last check found."""
    checks = ChainCheck.objects.visible_to(request.user).select_related("asked_by")
    last = checks.exclude(done_at=None).first()
    rows = Seal.objects.visible_to(request.user)
    context = {
        "check": last,
        "found": [verifying.in_words(Fault(**one)) for one in last.found] if last else [],
        "waiting": checks.filter(done_at=None).first(),
        "earlier": checks.exclude(done_at=None)[1:10],
        "page_obj": Paginator(rows, PAGE).get_page(request.GET.get("page")),
    }
    return render(request, "privacy/audit/seals.html", context)


@require_POST
@needs_role("office", "auditor")
def check(request: PortalRequest) -> HttpResponse:
    """Have the whole chain looked at by a worker."""
    chain.ask_check(current_user(request))
    messages.success(request, _("The check begins within a minute. Load this page again then."))
    return redirect("audit:seals")


@require_safe
@needs_role("office", "auditor")
def seals_file(request: PortalRequest) -> HttpResponse:
    """The seals as they are carried out of the portal: whoever keeps this can compare later."""
    rows = Seal.objects.visible_to(request.user).order_by("number")
    lines = (json.dumps(chain.line_of(row)) + "\n" for row in rows.iterator())
    response = StreamingHttpResponse(lines, content_type="application/jsonl; charset=utf-8")
    name = f"seals-{timezone.localdate():%Y-%m-%d}.jsonl"
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    response.headers["X-Content-Type-Options"] = "nosniff"
    return response  # type: ignore[return-value]  # as every view is typed; it streams
