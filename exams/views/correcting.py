"""Correcting who was there, after a sitting was closed."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from enrolments.services.actions import ActionError, StaleError
from exams import day, gates
from exams.forms.day import CorrectForm
from exams.models import Seat, SittingState
from exams.services import correcting
from vx_portal.http import PortalRequest, current_user, needs_role


@require_http_methods(["GET", "HEAD", "POST"])
@needs_role(*gates.ARRANGERS)
def correct(request: PortalRequest, pk: int, seat: int) -> HttpResponse:
    """What the list says of one student, what it should say, and why."""
    rows = Seat.objects.visible_to(request.user).standing().filter(sitting=pk)
    rows = rows.filter(sitting__state=SittingState.CLOSED)
    shown = ("student", "enrolment", *(f"sitting__{one}" for one in day.SHOWN))
    found = get_object_or_404(rows.select_related(*shown), pk=seat)
    form = CorrectForm(request.POST if request.method == "POST" else None, seat=found)
    status = 200
    if form.is_valid():
        data = form.cleaned_data
        try:
            correcting.correct(
                found,
                data["attendance"],
                minutes=data["minutes"],
                why=data["why"],
                seen=data["seen"],
                by=current_user(request),
            )
        except StaleError as refusal:
            form.show_again(found)
            form.add_error(None, str(refusal))
            status = 409
        except ActionError as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("The list is corrected, and a new protocol is being made."))
            return redirect("examday:sitting", pk)
    if form.errors and status == 200:
        status = 422
    course = found.sitting.exam.edition.course
    context = {
        "form": form,
        "seat": found,
        "sitting": found.sitting,
        "course": course,
        "university": course.university,
        "words": day.words_of(found),
    }
    return render(request, "exams/day/correct.html", context, status=status)
