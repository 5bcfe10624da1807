"""Your coordinators: whom a student writes to, by faculty and programme."""

from __future__ import annotations

from django.contrib.auth.decorators import login_not_required
from django.http import HttpResponse
from django.shortcuts import render
from django.utils.cache import patch_vary_headers
from django.views.decorators.http import require_safe

from accounts.directory import read_directory
from accounts.forms.people import CoordinatorFilter
from courses.models import Faculty, Programme
from vx_portal.http import PortalRequest, kept


@require_safe
@kept
@login_not_required
def coordinators(request: PortalRequest) -> HttpResponse:
    faculties = sorted(Faculty.objects.visible_to(request.user), key=lambda one: one.name)
    programmes = Programme.objects.visible_to(request.user).select_related("faculty")
    form = CoordinatorFilter(request.GET, faculties=faculties, programmes=list(programmes))
    faculty, programme = form.chosen()
    context = {
        "form": form,
        "faculty": faculty,
        "programme": programme,
        "directory": read_directory(faculty, programme),
        "faculties": faculties,
    }
    template = "accounts/coordinators.html"
    response = render(request, f"{template}#finder" if request.htmx else template, context)
    patch_vary_headers(response, ["HX-Request"])
    return response
