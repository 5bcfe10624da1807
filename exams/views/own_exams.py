"""Where a student says when they have exams of their own."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from enrolments.services.actions import ActionError
from exams import own
from exams.forms.student import OwnExamForm
from exams.models import OwnExam
from exams.services import own_exams as services
from exams.views.student import placed_case
from vx_portal.http import PortalRequest, current_user

if TYPE_CHECKING:
    from django.http import HttpResponse


@require_http_methods(["GET", "HEAD", "POST"])
def own_exams(request: PortalRequest, reference: str) -> HttpResponse:
    """What the student has said, and one more."""
    case, user = placed_case(request, reference), current_user(request)
    form = OwnExamForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        try:
            services.add(case, form.starts_at, form.ends_at, by=user)
        except ActionError as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, _("Noted. A plan keeps it free where there is a choice."))
            return redirect("exchange-exam:own", case.reference)
    context = {
        "case": case,
        "course": case.edition.course,
        "university": case.edition.course.university,
        "said": own.said_by(case, user),
        "form": form,
    }
    status = 422 if form.is_bound else 200
    return render(request, "exams/student/own.html", context, status=status)


@require_POST
def remove(request: PortalRequest, reference: str, pk: int) -> HttpResponse:
    """It is not then after all."""
    case, user = placed_case(request, reference), current_user(request)
    rows = OwnExam.objects.visible_to(user).filter(enrolment=case).select_related("enrolment")
    try:
        services.remove(get_object_or_404(rows, pk=pk), by=user)
    except ActionError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, _("Taken off."))
    return redirect("exchange-exam:own", case.reference)
