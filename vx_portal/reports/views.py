"""The pages and files of the reports; all of them are made from the same table."""

from __future__ import annotations

from dataclasses import replace
from typing import NamedTuple

import structlog
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.cache import patch_vary_headers
from django.views.decorators.http import require_safe

from vx_portal.http import PortalRequest, WrongRoleError, current_user, needs_role, roles_of
from vx_portal.reports import files
from vx_portal.reports.filters import Filters, ReportFilter
from vx_portal.reports.pictures import picture_of
from vx_portal.reports.registry import GROUPS, READERS, REPORTS, Report
from vx_portal.reports.scope import scope_in_words
from vx_portal.reports.tables import Table

log = structlog.get_logger("reports")


@require_safe
@needs_role(*READERS)
def home(request: PortalRequest) -> HttpResponse:
    """The reports that the reader's roles have."""
    roles = roles_of(request.user)
    groups = [
        (label, [one for one in reports if not roles.isdisjoint(one.roles)])
        for label, reports in GROUPS
    ]
    context = {
        "groups": [(label, reports) for label, reports in groups if reports],
        "scope": scope_in_words(current_user(request)),
    }
    return render(request, "reports/home.html", context)


class Asked(NamedTuple):
    """A report as this reader asks for it."""

    report: Report
    form: ReportFilter
    filters: Filters
    table: Table


def _asked(request: PortalRequest, name: str) -> Asked:
    """The table; 404 for no report, 403 for one of other roles."""
    report = REPORTS.get(name)
    if report is None:
        raise Http404
    if roles_of(request.user).isdisjoint(report.roles):
        raise WrongRoleError(*report.roles)
    user = current_user(request)
    form = ReportFilter(request.GET, report=report, by=user)
    filters = form.filters()
    table = replace(report.make(user, filters), scope=scope_in_words(user))
    return Asked(report, form, filters, table)


@require_safe
@needs_role(*READERS)
def report(request: PortalRequest, name: str) -> HttpResponse:
    """What it means, the filters, the picture, the table, and the way to the files."""
    asked = _asked(request, name)
    context = {
        "report": asked.report,
        "form": asked.form,
        "filters": asked.filters,
        "table": asked.table,
        "picture": picture_of(asked.table),
    }
    template = "reports/report.html"
    response = render(request, f"{template}#figures" if request.htmx else template, context)
    patch_vary_headers(response, ["HX-Request"])
    return response


@require_safe
@needs_role(*REPORTS["durations"].roles)
def durations(request: PortalRequest) -> HttpResponse:
    """Where how long each step takes was shown before it was a report."""
    return redirect("reports:report", "durations")


@require_safe
@needs_role(*READERS)
def as_csv(request: PortalRequest, name: str) -> HttpResponse:
    table = _asked(request, name).table
    log.info("report downloaded", report=name, by=request.user.pk, rows=len(table.rows))
    return files.as_csv(table)


@require_safe
@needs_role(*READERS)
def as_xlsx(request: PortalRequest, name: str) -> HttpResponse:
    table = _asked(request, name).table
    log.info("report downloaded", report=name, by=request.user.pk, rows=len(table.rows))
    return files.as_xlsx(table)
