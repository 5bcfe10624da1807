"""Import and export: take in a file, look at its differences, apply them; give one out."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.cache import patch_vary_headers
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from courses.forms.imports import DifferenceFilter, UploadForm
from courses.imports import applying, exporting
from courses.imports.columns import COURSE_COLUMNS, EDITION_COLUMNS, SHEETS, UNIVERSITY_COLUMNS
from courses.imports.comparing import CHANGED, NEW, VANISHED, Comparison, Entry, digest
from courses.imports.merging import merge
from courses.imports.reading import UnreadableError
from courses.models import ImportRun, University
from courses.search import plain
from courses.views.curating import office_writes
from vx_portal.http import PortalRequest, current_user, needs_role

PAGE, RUNS = 20, 20


@require_http_methods(["GET", "HEAD", "POST"])
@office_writes
def imports(request: PortalRequest) -> HttpResponse:
    form = UploadForm(request.POST or None, request.FILES or None)
    if request.method != "POST":
        return _history(request, UploadForm())
    if not form.is_valid():
        return _history(request, form, status=422)
    file = form.cleaned_data["file"]
    try:
        taken = applying.take_in(file.name, file.read(), by=current_user(request))
    except UnreadableError as error:
        form.add_error("file", str(error))
        return _history(request, form, status=422)
    if taken.run is None:
        context = {"checked": taken.checked, "name": file.name, "form": UploadForm()}
        return render(request, "courses/office/import_faults.html", context, status=422)
    return redirect("office:import", taken.run.pk)


def _history(request: PortalRequest, form: UploadForm, status: int = 200) -> HttpResponse:
    runs = ImportRun.objects.visible_to(request.user).defer("data", "choices")
    page = Paginator(runs, RUNS).get_page(request.GET.get("page"))
    context = {"form": form, "page_obj": page, "formats": exporting.TYPES}
    return render(request, "courses/office/imports.html", context, status=status)


@require_safe
@needs_role("office", "auditor")
def columns(request: PortalRequest) -> HttpResponse:
    """What the columns of a file mean."""
    groups = [
        ("courses", _("Courses"), COURSE_COLUMNS),
        ("editions", _("Editions"), EDITION_COLUMNS),
        ("universities", _("Universities"), UNIVERSITY_COLUMNS),
    ]
    return render(request, "courses/office/import_columns.html", {"groups": groups})


@require_safe
@needs_role("office", "auditor")
def template(request: PortalRequest, kind: str, suffix: str) -> HttpResponse:
    """An empty file with the right columns and an example."""
    if kind not in SHEETS or suffix not in exporting.TYPES:
        raise Http404
    return exporting.download({kind: exporting.example(kind)}, f"template-{kind}", suffix)


@require_safe
@needs_role("office", "auditor")
def export(request: PortalRequest) -> HttpResponse:
    kind, suffix = request.GET.get("kind", ""), request.GET.get("format", "")
    if suffix not in exporting.TYPES or kind not in {"", *SHEETS}:
        return redirect("office:imports")
    sheets = exporting.offer()
    if suffix == "csv" or kind:
        kind = kind or "courses"
        sheets = {kind: sheets[kind]}
    name = f"virtual-exchange-{kind or 'offer'}-{timezone.localdate():%Y-%m-%d}"
    return exporting.download(sheets, name, suffix)


@require_safe
@needs_role("office", "auditor")
def import_run(request: PortalRequest, pk: int) -> HttpResponse:
    """An import: while it is open its differences, and after that what became of it."""
    run = get_object_or_404(ImportRun.objects.visible_to(request.user), pk=pk)
    if run.state != ImportRun.State.OPEN:
        context: dict[str, Any] = {"run": run}
        if run.state == ImportRun.State.APPLIED and not run.counts:
            context["withdrawn"] = applying.differences(run).withdrawn
        return render(request, "courses/office/import_closed.html", context)
    response = _differences(request, run, request.GET)
    patch_vary_headers(response, ["HX-Request"])
    return response


def _differences(
    request: PortalRequest, run: ImportRun, asked: QueryDict, **more: Any
) -> HttpResponse:
    found = applying.differences(run)
    form = DifferenceFilter(asked)
    form.is_valid()  # what is not understood is left out
    filters = {name: value for name, value in form.cleaned_data.items() if value}
    entries = _filtered(found, filters)
    page = Paginator(entries, PAGE).get_page(asked.get("page"))
    kinds = [(kind, len(_filtered(found, filters | {"kind": kind}))) for kind in KINDS]
    context = {"run": run, "form": form, "page_obj": page, "filters": filters, "kinds": kinds}
    context |= {"total": len(found.entries), "shown": _keys(page), "query": urlencode(filters)}
    context |= {"withdrawn": found.withdrawn} | _since(found, run) | more
    name = "courses/office/import.html"
    name += "#results" if request.htmx else ""
    return render(request, name, context, status=more.get("status", 200))


KINDS = (NEW, CHANGED, VANISHED)


def _filtered(found: Comparison, filters: dict[str, str]) -> list[Entry]:
    """The entries that have something of the kind asked for, and the words in their title."""
    words, kind = plain(filters.get("q", "")).split(), filters.get("kind")
    return [
        entry
        for entry in found.entries
        if (not kind or kind in {entry.kind, *(e.kind for e in entry.editions)})
        and all(word in plain(f"{entry.title} {entry.university}") for word in words)
    ]


def _keys(entries: Any, kind: str = "") -> list[str]:
    """The keys of everything in `entries` that can be accepted or left; of one kind, if asked."""
    parts = [part for entry in entries for part in (entry, *entry.editions)]
    parts = [part for part in parts if not kind or part.kind == kind]
    return [
        key
        for part in parts
        for key in (
            [c.key for c in part.changes] if part.kind == CHANGED else [part.key] * bool(part.kind)
        )
    ]


def _since(found: Comparison, run: ImportRun) -> dict[str, Any]:
    """The differing courses that somebody has changed since the file was uploaded."""
    changed = [e for e in found.entries if e.changed_at and e.changed_at > run.uploaded_at]
    return {"changed_since": changed}


@require_POST
@needs_role("office")
def choose(request: PortalRequest, pk: int) -> HttpResponse:
    """Remember the ticks of a page, or tick everything that the search found or nothing of it."""
    run = get_object_or_404(ImportRun.objects.visible_to(request.user), pk=pk)
    asked, doing = QueryDict(request.POST.get("query", "")), request.POST.get("do", "")
    shown, accepted = request.POST.get("shown", "").split(), request.POST.getlist("accept")
    if doing in {"all", "none"}:
        form = DifferenceFilter(asked)
        form.is_valid()
        filters = form.cleaned_data
        shown = _keys(_filtered(applying.differences(run), filters), filters.get("kind", ""))
        accepted = shown if doing == "all" else []
    try:
        applying.choose(run, shown=shown, accepted=accepted, by=current_user(request))
    except applying.ClosedError:
        return _already_closed(request, run)
    if doing == "apply":
        return redirect("office:apply-import", pk)
    messages.success(request, _("Your choices are kept."))
    return _back(pk, asked, request.POST.get("page", ""))


def _back(pk: int, asked: QueryDict, page: str) -> HttpResponse:
    answer = redirect("office:import", pk)
    query = asked.copy()
    if page.isascii() and page.isdigit() and len(page) < 6:
        query["page"] = page
    if query:
        answer["Location"] += f"?{query.urlencode()}"
    return answer


def _already_closed(request: PortalRequest, run: ImportRun) -> HttpResponse:
    run.refresh_from_db()
    return render(
        request, "courses/office/import_closed.html", {"run": run, "late": True}, status=409
    )


@require_http_methods(["GET", "HEAD", "POST"])
@needs_role("office")
def apply(request: PortalRequest, pk: int) -> HttpResponse:
    """First what applying would do; then, on POST, that."""
    run = get_object_or_404(ImportRun.objects.visible_to(request.user), pk=pk)
    if run.state != ImportRun.State.OPEN:
        return redirect("office:import", pk)
    if request.method != "POST":
        return _summary(request, run)
    try:
        applying.apply(run, seen=request.POST.get("seen", ""), by=current_user(request))
    except applying.ClosedError:
        return _already_closed(request, run)
    except applying.StaleImportError:
        return _differences(request, run, QueryDict(), stale=True, status=409)
    except applying.RefusedError as error:
        return _summary(request, run, problems=error.problems, status=422)
    return redirect("office:import", pk)


def _summary(
    request: PortalRequest, run: ImportRun, status: int = 200, **more: Any
) -> HttpResponse:
    found = applying.differences(run)
    seen = digest(found)
    problems = merge(found)
    context = {"run": run, "seen": seen, "problems": problems, "counts": applying.counted(found)}
    gone = [part for part in found.parts if part.merged and part.kind == VANISHED]
    ending = [part for part in gone if part.what is University]
    context |= {"gone": [part for part in gone if part not in ending], "ending": ending} | more
    context["concerned"] = 0 if problems else applying.concerned(found)
    return render(request, "courses/office/import_apply.html", context, status=status)


@require_POST
@needs_role("office")
def discard(request: PortalRequest, pk: int) -> HttpResponse:
    run = get_object_or_404(ImportRun.objects.visible_to(request.user), pk=pk)
    try:
        applying.discard(run, by=current_user(request))
    except applying.ClosedError:
        return _already_closed(request, run)
    messages.success(request, _("The import is discarded. Nothing was changed."))
    return redirect("office:imports")
