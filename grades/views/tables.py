"""The office's page of a host's grade table."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from courses.models import University
from grades.forms.tables import GradeTableForm, as_text
from grades.models import GradeTable
from grades.services import tables
from grades.services.actions import StaleError
from vx_portal.http import PortalRequest, WrongRoleError, current_user, needs_role, roles_of


@require_http_methods(["GET", "HEAD", "POST"])
@needs_role("office", "auditor")
def table(request: PortalRequest, pk: int) -> HttpResponse:
    """What the host's grades may mean here, with source and method."""
    if request.method == "POST" and "office" not in roles_of(request.user):
        raise WrongRoleError("office")
    hosts = University.objects.visible_to(request.user)
    university = get_object_or_404(hosts, pk=pk)
    known = GradeTable.objects.visible_to(request.user).filter(university=university).first()
    row = known or GradeTable(university=university, scale=university.grade_scale)
    current = as_text(list(known.rows.all())) if known else ""
    form = GradeTableForm(
        request.POST if request.method == "POST" else None,
        instance=row,
        initial={"lines": current, "seen": tables.version_of(known)},
    )
    status, stale = 422 if form.is_bound else 200, ""
    if form.is_bound and form.is_valid():
        said = form.cleaned_data
        try:
            tables.save_table(
                form.instance, said["lines"], seen=said["seen"], by=current_user(request)
            )
        except StaleError as refusal:
            status, stale = 409, str(refusal)
        else:
            messages.success(request, _("Saved. Who verifies a transcript sees what it suggests."))
            return redirect("office:university", pk)
    context = {"university": university, "form": form, "stale": stale, "current": current}
    return render(request, "grades/table.html", context, status=status)
