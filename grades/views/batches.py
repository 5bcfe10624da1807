"""Batches: registrations of a faculty that go to its administration together."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.cache import patch_vary_headers
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from accounts.models import Role
from accounts.recent import GRADES, needs_recent_sign_in
from courses.models import Faculty
from courses.spreadsheets import csv_download, xlsx_download
from grades import batch_files, registrars
from grades.models import Batch, Registration
from grades.services import batches as services
from grades.services.registration_actions import ActionError, StaleError
from grades.views.registrations import DESK_ROLES
from paperwork.models import Document
from paperwork.serving import serve
from vx_portal.http import PortalRequest, current_user, needs_role

PAGE = 25
READERS = tuple(role for role in DESK_ROLES if role != Role.HONOURS)


@require_safe
@needs_role(*READERS)
def batches(request: PortalRequest) -> HttpResponse:
    """All that the reader may see, the newest first."""
    rows = Batch.objects.visible_to(request.user).select_related("faculty", "made_by")
    page = Paginator(rows, PAGE).get_page(request.GET.get("page"))
    return render(request, "grades/registrations/batches.html", {"page_obj": page})


@require_http_methods(["GET", "HEAD", "POST"])
@needs_role(Role.COORDINATOR)
@needs_recent_sign_in(GRADES)
def new(request: PortalRequest) -> HttpResponse:
    """What would go along and what is missing; on POST the ticked ones go."""
    user = current_user(request)
    faculties = services.faculties_of(user)
    asked = request.GET.get("faculty", "")
    faculty = next((one for one in faculties if str(one.pk) == asked), None)
    if faculty is None and faculties:
        faculty = faculties[0]
    status, said = 200, ""
    if request.method == "POST" and faculty is not None:
        keys = [int(key) for key in request.POST.getlist("row") if key.isdigit() and len(key) < 19]
        try:
            batch = services.begin(faculty, keys, by=user)
        except StaleError as refusal:
            status, said = 409, str(refusal)
        except ActionError as refusal:
            status, said = 422, str(refusal)
        else:
            messages.success(request, _("The batch is being made. You can leave this page."))
            return redirect("registrations:batch", batch.pk)
    ready = services.dry_run(faculty, by=user) if faculty is not None else []
    context = {
        "faculty": faculty,
        "faculties": faculties,
        "complete": [one for one in ready if not one.missing],
        "incomplete": [one for one in ready if one.missing],
        "said": said,
        **_who_records(faculty, [one.row for one in ready if not one.missing]),
    }
    return render(request, "grades/registrations/new_batch.html", context, status=status)


def _who_records(faculty: Faculty | None, rows: list[Registration]) -> dict[str, bool]:
    """Whether the faculty has an administration; else, whether a colleague can record all of it."""
    if faculty is None or registrars.has_administration(faculty.pk):
        return {"has_administration": True}
    return {"has_administration": False, "may_record": registrars.can_all_be_recorded(rows)}


def _batch(request: PortalRequest, pk: int) -> Batch:
    rows = Batch.objects.visible_to(request.user)
    return get_object_or_404(rows.select_related("faculty__rules", "made_by"), pk=pk)


@require_safe
@needs_role(*READERS)
def batch(request: PortalRequest, pk: int) -> HttpResponse:
    """How far it is, what is in it, and its files."""
    found = _batch(request, pk)
    rows, is_open = services.rows_of(found), found.state != Batch.State.SENT
    context = {
        "batch": found,
        "rows": rows,
        "cover": services.cover_of(found),
        "is_open": is_open,
        "gone": 0 if is_open else found.total - len(rows),
        **_who_records(found.faculty, rows),
    }
    template = "grades/registrations/batch.html"
    response = render(request, f"{template}#progress" if request.htmx else template, context)
    patch_vary_headers(response, ["HX-Request"])
    return response


@require_safe
@needs_role(*READERS)
@needs_recent_sign_in(file=True)
def download(request: PortalRequest, pk: int, suffix: str) -> HttpResponse:
    """The registrations of the batch as a spreadsheet, or as a file for loading."""
    found = _batch(request, pk)
    rows, language = services.rows_of(found), services.language_of(found)
    name = f"registrations-{found.faculty.code}-{found.day:%Y-%m-%d}-{found.number}"
    if suffix == "xlsx":
        return xlsx_download(name, batch_files.for_people(rows, language))
    return csv_download(name, batch_files.for_loading(rows, language))


@require_safe
@needs_role(*READERS)
def cover(request: PortalRequest, pk: int, document: UUID) -> HttpResponse:
    """The cover list."""
    paper = services.cover_of(_batch(request, pk))
    if paper is None or paper.pk != document or paper.state != Document.State.DONE:
        raise Http404
    return serve(request, paper, inline=True)
