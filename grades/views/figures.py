"""How long each step takes: for those who work with it, per faculty and per university."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from courses.imports.reading import defuse
from courses.models import Faculty, University
from grades import durations
from vx_portal.http import PortalRequest, needs_role

READERS = ("coordinator", "honours", "administration", "office", "auditor")
COLUMNS = ("per", "code", "step", "cases", "median_working_days", "nine_of_ten_within")
FACULTY, HOST, ALL = "faculty", "university", "all"


@require_safe
@needs_role(*READERS)
def durations_page(request: PortalRequest) -> HttpResponse:
    """Median, and within how many days nine of ten were done, of each step."""
    by = request.GET.get("by", "")
    by = by if by in {FACULTY, HOST} else ALL
    context = {
        "by": by,
        "views": [
            (ALL, _("Together")),
            (FACULTY, _("Per faculty")),
            (HOST, _("Per university")),
        ],
        "groups": [
            (names.get(code, code), figures)
            for names, found in [_chosen(request, by)]
            for code, figures in found.items()
        ],
        "enough": durations.ENOUGH,
    }
    return render(request, "grades/durations.html", context)


type Found = tuple[dict[str, str], dict[str, list[durations.Figure]]]


def _chosen(request: PortalRequest, by: str) -> Found:
    """The names of what the figures are of, and the figures."""
    if by == FACULTY:
        faculties = Faculty.objects.visible_to(request.user)
        return {one.code: str(one) for one in faculties}, durations.by_faculty()
    if by == HOST:
        universities = University.objects.visible_to(request.user)
        return {one.code: one.local_name for one in universities}, durations.by_host()
    figures = durations.of_all()
    return {"": _("All faculties and universities")}, {"": figures} if figures else {}


@require_safe
@needs_role(*READERS)
def export(request: PortalRequest) -> HttpResponse:
    """All figures as a file for spreadsheets."""
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(COLUMNS)
    writer.writerows([defuse(str(cell)) for cell in row] for row in _rows())
    response = HttpResponse(
        text.getvalue().encode("utf-8-sig"), content_type="text/csv; charset=utf-8"
    )
    name = f"durations-{timezone.localdate():%Y-%m-%d}.csv"
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    response.headers["X-Content-Type-Options"] = "nosniff"
    return response


def _rows() -> Iterator[tuple[object, ...]]:
    groups = {ALL: {"": durations.of_all()}, FACULTY: durations.by_faculty()}
    for per, found in (groups | {HOST: durations.by_host()}).items():
        for code, figures in found.items():
            for figure in figures:
                known = figure.median is not None
                cells = (figure.cases, figure.median, figure.late)
                few = (f"<{durations.ENOUGH}", "", "")
                yield per, code, figure.step, *(cells if known else few)
