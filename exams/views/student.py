"""A student's exam: when it is, what to choose, what to ask for, and reporting ill."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from enrolments.models import Enrolment
from enrolments.models.enrolment import WITH_HOST
from enrolments.services.actions import ActionError
from enrolments.views.own import own_case
from exams import own
from exams.forms.student import ARRANGED, FacilityForm
from exams.models import Facility, Resit, Seat, SlotOffer
from exams.models.exam import FIRST_ATTEMPT, LAST_ATTEMPT
from exams.services import facilities, resits, slots
from paperwork.refusals import FileRefusedError
from vx_portal.http import PortalRequest, current_user


def placed_case(request: PortalRequest, reference: str) -> Enrolment:
    """The student's own case, once its home side has approved it."""
    case = own_case(request, reference)
    if case.state not in WITH_HOST:
        raise Http404
    return case


@require_safe
def exam(request: PortalRequest, reference: str) -> HttpResponse:
    """Every attempt, and what can be done about each now."""
    case = placed_case(request, reference)
    context = {
        "case": case,
        "edition": case.edition,
        "course": case.edition.course,
        "university": case.edition.course.university,
        "attempts": own.attempts_of(case, current_user(request)),
    }
    return render(request, "exams/student/exam.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def facility(request: PortalRequest, reference: str, attempt: int = FIRST_ATTEMPT) -> HttpResponse:
    """What the own programme has granted, with its decision; asked for each attempt."""
    case, user = placed_case(request, reference), current_user(request)
    if not FIRST_ATTEMPT <= attempt <= LAST_ATTEMPT:
        raise Http404
    found = Facility.objects.visible_to(user).filter(enrolment=case, attempt=attempt).first()
    refusal = facilities.why_not(case, attempt, facilities.exam_of(case, attempt))
    initial = {name: getattr(found, name) for name in ARRANGED} if found else {}
    if request.method == "POST":
        form = FacilityForm(request.POST, request.FILES, giver=user)
    else:
        form = FacilityForm(initial=initial, giver=user)
    if not refusal and form.is_valid():
        try:
            facilities.ask(case, attempt, form.facts(), form.cleaned_data["decision"], by=user)
        except FileRefusedError as error:
            form.add_error("decision", str(error))
        except ActionError as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, _("Sent. Exam staff check it once; you hear from them."))
            return redirect("exchange-exam:facility", case.reference, attempt)
    context = {
        "case": case,
        "course": case.edition.course,
        "university": case.edition.course.university,
        "attempt": attempt,
        "facility": found,
        "granted": facilities.words_of(found) if found else "",
        "form": form,
        "refusal": refusal,
    }
    status = 422 if form.is_bound else 200
    return render(request, "exams/student/facility.html", context, status=status)


@require_POST
def withdraw(request: PortalRequest, reference: str, attempt: int) -> HttpResponse:
    """The student does not want the facility any more."""
    case, user = placed_case(request, reference), current_user(request)
    rows = Facility.objects.visible_to(user).select_related("enrolment")
    found = get_object_or_404(rows, enrolment=case, attempt=attempt)
    try:
        facilities.withdraw(found, by=user)
    except ActionError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, _("Your facility is withdrawn, and the decision is deleted."))
    return redirect("exchange-exam:facility", case.reference, attempt)


@require_POST
def choose(request: PortalRequest, reference: str) -> HttpResponse:
    """Pick a moment within the host's window."""
    case, user = placed_case(request, reference), current_user(request)
    rows = SlotOffer.objects.visible_to(user).filter(exam__edition=case.edition_id)
    slot = rows.filter(pk=_number(request.POST.get("slot"))).select_related("exam").first()
    if slot is None:
        messages.error(request, _("Choose a moment from the list."))
        return redirect("exchange-exam:exam", case.reference)
    try:
        slots.choose(case, slot, by=user)
    except ActionError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, _("Your moment is kept. Room and address follow."))
    return redirect("exchange-exam:exam", case.reference)


def _number(typed: str | None) -> int:
    """A row's key that was sent; 0 for anything else."""
    return int(typed) if typed and typed.isascii() and typed.isdigit() and len(typed) < 16 else 0


@require_POST
def answer(request: PortalRequest, reference: str, attempt: int) -> HttpResponse:
    """Whether the student takes the resit."""
    case, user = placed_case(request, reference), current_user(request)
    rows = Resit.objects.visible_to(user).select_related(
        "enrolment__student", "enrolment__edition__course__university"
    )
    resit = get_object_or_404(rows, enrolment=case, attempt=attempt)
    try:
        resits.answer(resit, takes_part=request.POST.get("answer") == "yes", by=user)
    except ActionError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, _("Your answer is kept."))
    return redirect("exchange-exam:exam", case.reference)


@require_http_methods(["GET", "HEAD", "POST"])
def ill(request: PortalRequest, reference: str, pk: int) -> HttpResponse:
    """Report ill before the start: a button, nothing to explain; or come after all."""
    case, user = placed_case(request, reference), current_user(request)
    rows = Seat.objects.visible_to(user).standing().filter(enrolment=case, student=user)
    seat = get_object_or_404(
        rows.select_related("sitting__exam__edition__course", "enrolment"), pk=pk
    )
    if request.method != "POST":
        context = {"case": case, "course": case.edition.course, "seat": seat}
        return render(request, "exams/student/ill.html", context)
    try:
        if "well" in request.POST:
            resits.report_well(seat, by=user)
            messages.success(request, _("Good: you are expected again."))
        else:
            resits.report_ill(seat, by=user)
            messages.success(request, _("You are reported ill. You need not explain it."))
    except ActionError as error:
        messages.error(request, str(error))
    return redirect("exchange-exam:exam", case.reference)
