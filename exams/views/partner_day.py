"""A host's exam days: its paper's passport, and at once who was there."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.db.models import QuerySet
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from exams import attendance, needs, passport
from exams.forms.papers import PaperForm
from exams.models import Exam, Held, Paper
from exams.services import papers as services
from exams.services.papers import PaperError
from exams.views.papers import about, find_answers, unkept
from paperwork.refusals import FileRefusedError
from paperwork.serving import serve
from vx_portal.http import PortalRequest, current_user, needs_role


def _exam(request: PortalRequest, pk: int) -> Exam:
    return get_object_or_404(attendance.hosted(current_user(request)), pk=pk)


@require_safe
@needs_role("partner")
def exams(request: PortalRequest) -> HttpResponse:
    """The exams of one's own university, with where the paper is and who was there."""
    rows = attendance.rows(attendance.hosted(current_user(request)))
    return render(request, "exams/partner/days.html", {"rows": rows})


@require_http_methods(["GET", "HEAD", "POST"])
@needs_role("partner")
def exam(request: PortalRequest, pk: int) -> HttpResponse:
    """Send the paper, follow it, see who was there, and take the answers."""
    found = _exam(request, pk)
    user = current_user(request)
    form = PaperForm(request.POST, request.FILES) if request.method == "POST" else PaperForm()
    if form.is_valid():
        try:
            given = services.receive(found, form.cleaned_data["paper"], by=user)
        except FileRefusedError as refusal:
            form.add_error("paper", str(refusal))
        else:
            messages.success(request, given.said)
            return redirect("partner-day:exam", pk)
    context = about(found) | {
        "form": form,
        "versions": passport.passports(found, user),
        "attendance": attendance.of(found),
        "needs": needs.of_paper(found),
        "is_home": found.held == Held.HOME,
    }
    status = 422 if form.is_bound else 200
    return unkept(render(request, "exams/partner/day.html", context, status=status))


def _versions(request: PortalRequest, pk: int) -> QuerySet[Paper]:
    return Paper.objects.visible_to(request.user).filter(exam=_exam(request, pk))


@require_POST
@needs_role("partner")
def confirm(request: PortalRequest, pk: int) -> HttpResponse:
    """The host has the answers."""
    paper = services.to_confirm(_versions(request, pk))
    if paper is None:
        raise Http404
    try:
        services.confirm(paper, by=current_user(request))
    except PaperError as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, _("You have the answers; that is written down."))
    return redirect("partner-day:exam", pk)


@require_safe
@needs_role("partner")
def answers(request: PortalRequest, pk: int, file: UUID) -> HttpResponse:
    """Scanned answers; who opens them, is written down."""
    return serve(request, find_answers(_versions(request, pk), file))
