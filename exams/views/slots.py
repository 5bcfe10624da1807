"""Moments within a host's window, for those who arrange exams."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST

from enrolments.services.actions import ActionError
from exams import gates
from exams.forms.slots import SlotForm
from exams.models import Exam, Mode, SlotOffer
from exams.services import slots as services
from exams.showing import at
from exams.views.fixing import about
from vx_portal.http import PortalRequest, current_user, needs_role


def _exam(request: PortalRequest, pk: int, attempt: int) -> Exam:
    rows = Exam.objects.visible_to(request.user).filter(mode=Mode.WINDOW)
    rows = rows.select_related("edition__course__university")
    return get_object_or_404(rows, edition=pk, attempt=attempt)


@require_http_methods(["GET", "HEAD", "POST"])
@needs_role(*gates.ARRANGERS)
def slots(request: PortalRequest, pk: int, attempt: int) -> HttpResponse:
    """The moments that are offered, how many students chose each, and one more."""
    exam = _exam(request, pk, attempt)
    form = SlotForm(request.POST if request.method == "POST" else None, exam=exam)
    if form.is_valid():
        try:
            services.offer(
                exam, form.starts_at, form.cleaned_data["places"], by=current_user(request)
            )
        except ActionError as error:
            form.add_error("on", str(error))
        else:
            messages.success(request, _("Saved."))
            return redirect("exams:slots", pk, attempt)
    host = exam.edition.course.university
    offered = list(exam.slots.all())
    context = about(exam.edition, attempt, exam) | {
        "form": form,
        "slots": [(slot, at(slot.starts_at, host)) for slot in offered],
        "students": len(services.cases_of(exam)),
        "chosen": sum(slot.taken for slot in offered),
    }
    return render(request, "exams/slots.html", context, status=422 if form.is_bound else 200)


@require_POST
@needs_role(*gates.ARRANGERS)
def tell(request: PortalRequest, pk: int, attempt: int) -> HttpResponse:
    """Ask the students who have not chosen yet."""
    exam = _exam(request, pk, attempt)
    number = services.tell(exam, by=current_user(request))
    said = ngettext("%(n)s student is asked.", "%(n)s students are asked.", number)
    messages.success(request, said % {"n": number})
    return redirect("exams:slots", pk, attempt)


@require_POST
@needs_role(*gates.ARRANGERS)
def take_back(request: PortalRequest, pk: int) -> HttpResponse:
    """No longer offer a moment that nobody chose."""
    slot = get_object_or_404(
        SlotOffer.objects.visible_to(request.user).select_related("exam"), pk=pk
    )
    try:
        services.take_back(slot, by=current_user(request))
    except ActionError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, _("This moment is no longer offered."))
    return redirect("exams:slots", slot.exam.edition_id, slot.exam.attempt)
