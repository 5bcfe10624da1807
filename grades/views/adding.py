"""A transcript that came by mail: added by a coordinator, or by the office for a host."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts.models import Role
from enrolments.models import Enrolment
from enrolments.services.actions import ActionError
from grades.forms.giving import GivenForm
from grades.models import Transcript
from grades.people import may_give, verifier_role
from grades.services import receiving
from grades.views.review import READERS
from paperwork.refusals import FileRefusedError
from vx_portal.http import PortalRequest, WrongRoleError, current_user, needs_role


@require_http_methods(["GET", "HEAD", "POST"])
@needs_role(*READERS)
def add(request: PortalRequest, reference: str) -> HttpResponse:
    """Add a transcript for a student."""
    user = current_user(request)
    rows = Enrolment.objects.visible_to(user).for_desk(user).exclude(student=user)
    rows = rows.select_related("student", "edition__course__university", "faculty", "programme")
    case = get_object_or_404(rows, reference=reference.upper())
    if not may_give(user, case):
        raise WrongRoleError(Role.HONOURS if case.is_honours else Role.COORDINATOR, Role.OFFICE)
    sent = (request.POST, request.FILES) if request.method == "POST" else (None, None)
    form = GivenForm(*sent, giver=user)
    if form.is_valid():
        said = form.cleaned_data
        try:
            receiving.receive(case, said["papers"], by=user, grade_typed=said["grade"])
        except (ActionError, FileRefusedError) as refusal:
            form.add_error("papers", str(refusal))
        else:
            messages.success(request, _("The transcript is kept. The student is told."))
            if verifier_role(user, case):
                return redirect("review:transcript", case.reference)
            return redirect("review:queue")
    context = {
        "case": case,
        "course": case.edition.course,
        "university": case.edition.course.university,
        "form": form,
        "before": Transcript.objects.visible_to(user).filter(enrolment=case).counting().first(),
    }
    return render(request, "grades/review/add.html", context, status=422 if form.is_bound else 200)
