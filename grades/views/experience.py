"""How it went: the student's answer, and what the office reads of all of them."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from enrolments.services.actions import ActionError
from enrolments.views.own import own_case
from grades.services import experience
from vx_portal.http import PortalRequest, current_user, needs_role


@require_POST
def answer(request: PortalRequest, reference: str) -> HttpResponse:
    """Keep the answer; the same form changes it."""
    case = own_case(request, reference)
    said, words = request.POST.get("answer", ""), request.POST.get("words", "")
    try:
        experience.answer(case, said, words=words.replace("\x00", ""), by=current_user(request))
    except ActionError as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, _("Your answer is kept. You can change it."))
    return redirect(f"{case.get_absolute_url()}#experience")


@require_safe
@needs_role("office", "auditor")
def answers(request: PortalRequest) -> HttpResponse:
    """In numbers, of courses of which at least five students have answered."""
    context = {"courses": experience.of_courses(current_user(request))}
    return render(request, "grades/answers.html", context)
