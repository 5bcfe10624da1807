"""Universities, faculties and programmes in the office."""

from __future__ import annotations

from copy import copy
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.db import models
from django.db.models import Count, Q
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from courses.forms.edition import one_more_row
from courses.forms.faculty import FacultyForm, ProgrammeForm
from courses.forms.university import DomainRows, UniversityFilter, UniversityForm, domains_of
from courses.forms.video import VideoForm
from courses.models import Faculty, Programme, University
from courses.services import curation
from courses.views.curating import REFUSED, SAVED, STALE, changes_of, office_writes, save_form
from courses.worklist import ending
from vx_portal.http import PortalRequest, current_user, needs_role

PAGE = 50
PREFIX = "domains"


@require_safe
@needs_role("office", "auditor")
def universities(request: PortalRequest) -> HttpResponse:
    today = timezone.localdate()
    form = UniversityFilter(request.GET)
    form.is_valid()  # what is not understood is left out
    rows = University.objects.visible_to(request.user)
    match form.cleaned_data.get("taking_part"):
        case "now":
            rows = rows.participating(today)
        case "ending":
            rows = rows.filter(ending(today))
        case "past":
            rows = rows.filter(participating_until__lt=today)
    if q := form.cleaned_data.get("q"):
        rows = rows.filter(
            Q(name__icontains=q) | Q(name_nl__icontains=q) | Q(name_en__icontains=q)
            | Q(code__icontains=q) | Q(city__icontains=q)
        )  # fmt: skip
    published = Count("courses", filter=Q(courses__state="published"), distinct=True)
    rows = rows.annotate(
        course_count=Count("courses", distinct=True),
        published_count=published,
        domain_count=Count("email_domains", distinct=True),
    ).order_by("-is_home", "name")
    page = Paginator(rows, PAGE).get_page(request.GET.get("page"))
    context = {"form": form, "page_obj": page, "today": today}
    return render(request, "courses/office/universities.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@office_writes
def university(request: PortalRequest, pk: int) -> HttpResponse:
    rows = University.objects.visible_to(request.user).select_related("video")
    return _university(request, get_object_or_404(rows, pk=pk))


@require_http_methods(["GET", "HEAD", "POST"])
@needs_role("office")
def new_university(request: PortalRequest) -> HttpResponse:
    return _university(request, University())


def _university(request: PortalRequest, found: University) -> HttpResponse:
    """The form of a university with its e-mail domains and its welcome video."""
    sent = request.POST if request.method == "POST" else None
    form = UniversityForm(sent, instance=copy(found))
    video = VideoForm(sent, instance=copy(found.video))
    status = 200
    if sent is None:
        initial = [{"domain": row.domain} for row in domains_of(found)]
        rows = DomainRows(initial=initial, prefix=PREFIX)
    else:
        more = "more" in sent
        rows = DomainRows(one_more_row(sent, PREFIX) if more else sent, prefix=PREFIX)
        rows.university = found
        if not more:
            status = save_form(
                form, by=current_user(request), video=video, rows={"email_domains": rows}
            )
    if status == SAVED:
        messages.success(request, _("Saved."))
        return redirect("office:university", form.instance.pk)
    context = {
        "university": found,
        "form": form,
        "video": video,
        "rows": rows,
        "unsaved": sent is not None and status == 200,
        "changes": changes_of(form, video),
        "stale": status == STALE,
        "failed": status == REFUSED,
        "parts": [form, video, *rows.forms],
        "uses": curation.used_by(found) if found.pk else [],
    }
    return render(request, "courses/office/university.html", context, status=status)


@require_http_methods(["GET", "HEAD", "POST"])
@needs_role("office")
def delete_university(request: PortalRequest, pk: int) -> HttpResponse:
    found = get_object_or_404(University.objects.visible_to(request.user), pk=pk)
    return _delete(
        request, found, reverse("office:universities"), reverse("office:university", args=[pk])
    )


@require_safe
@needs_role("office", "auditor")
def faculties(request: PortalRequest) -> HttpResponse:
    rows = Faculty.objects.visible_to(request.user).annotate(
        programme_count=Count("programmes", distinct=True)
    )
    return render(request, "courses/office/faculties.html", {"faculties": list(rows)})


@require_http_methods(["GET", "HEAD", "POST"])
@office_writes
def faculty(request: PortalRequest, pk: int) -> HttpResponse:
    found = get_object_or_404(Faculty.objects.visible_to(request.user), pk=pk)
    form = FacultyForm(request.POST if request.method == "POST" else None, instance=copy(found))
    programmes = Programme.objects.visible_to(request.user).filter(faculty=found)
    return _simple(request, form, "faculty", found, programmes=list(programmes))


@require_http_methods(["GET", "HEAD", "POST"])
@needs_role("office")
def new_faculty(request: PortalRequest) -> HttpResponse:
    form = FacultyForm(request.POST if request.method == "POST" else None)
    return _simple(request, form, "faculty", Faculty())


@require_http_methods(["GET", "HEAD", "POST"])
@needs_role("office")
def delete_faculty(request: PortalRequest, pk: int) -> HttpResponse:
    found = get_object_or_404(Faculty.objects.visible_to(request.user), pk=pk)
    return _delete(
        request, found, reverse("office:faculties"), reverse("office:faculty", args=[pk])
    )


@require_http_methods(["GET", "HEAD", "POST"])
@office_writes
def programme(request: PortalRequest, pk: int) -> HttpResponse:
    rows = Programme.objects.visible_to(request.user).select_related("faculty")
    found = get_object_or_404(rows, pk=pk)
    form = ProgrammeForm(request.POST if request.method == "POST" else None, instance=copy(found))
    return _simple(request, form, "programme", found)


@require_http_methods(["GET", "HEAD", "POST"])
@needs_role("office")
def new_programme(request: PortalRequest, pk: int) -> HttpResponse:
    """A programme of the faculty `pk`."""
    home = get_object_or_404(Faculty.objects.visible_to(request.user), pk=pk)
    made = Programme(faculty=home)
    form = ProgrammeForm(request.POST if request.method == "POST" else None, instance=made)
    return _simple(request, form, "programme", Programme(faculty=home))


@require_http_methods(["GET", "HEAD", "POST"])
@needs_role("office")
def delete_programme(request: PortalRequest, pk: int) -> HttpResponse:
    found = get_object_or_404(Programme.objects.visible_to(request.user), pk=pk)
    return _delete(
        request,
        found,
        reverse("office:faculty", args=[found.faculty_id]),
        reverse("office:programme", args=[pk]),
    )


def _simple(request: PortalRequest, form: Any, name: str, found: Any, **more: Any) -> HttpResponse:
    """A form without rows below it: a faculty's or a programme's."""
    status = save_form(form, by=current_user(request)) if form.is_bound else 200
    if status == SAVED:
        messages.success(request, _("Saved."))
        faculty = form.instance.faculty_id if name == "programme" else form.instance.pk
        return redirect("office:faculty", faculty)
    context = {
        name: found,
        "form": form,
        "parts": [form],
        "failed": status == REFUSED,
        "changes": changes_of(form),
        "stale": status == STALE,
    }
    return render(request, f"courses/office/{name}.html", context | more, status=status)


def _delete(request: PortalRequest, row: models.Model, back: str, here: str) -> HttpResponse:
    """Ask first; then delete, or say what still uses it."""
    name = str(row)
    context: dict[str, Any] = {
        "name": name,
        "back": here,
        "uses": curation.used_by(row),
        "advice": _("Move or delete those first, or leave this one as it is."),
    }
    context["can"] = not context["uses"]
    if request.method != "POST":
        return render(request, "courses/office/delete.html", context)
    try:
        curation.delete(row, by=current_user(request))
    except curation.InUseError as refusal:
        context |= {"uses": refusal.uses, "can": False}
        return render(request, "courses/office/delete.html", context, status=409)
    messages.success(request, _("%(name)s is deleted.") % {"name": name})
    return redirect(back)
