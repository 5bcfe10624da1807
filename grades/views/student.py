"""A student's transcript: sending it, and what became of it."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from courses.models.university import in_language
from enrolments.models import Enrolment
from enrolments.services.actions import ActionError
from enrolments.views.own import own_case
from grades import files as transcript_files
from grades.forms.giving import TranscriptForm
from grades.models import Transcript
from grades.people import may_give
from grades.services import chasing, receiving
from paperwork import previews
from paperwork.models import Attachment
from paperwork.refusals import FileRefusedError
from paperwork.serving import serve
from vx_portal.http import PortalRequest, current_user


@require_http_methods(["GET", "HEAD", "POST"])
def upload(request: PortalRequest, reference: str) -> HttpResponse:
    """Send a transcript, or a newer one."""
    case, user = own_case(request, reference), current_user(request)
    if not may_give(user, case):
        return redirect(case)
    sent = (request.POST, request.FILES) if request.method == "POST" else (None, None)
    form = TranscriptForm(*sent, giver=user)
    if form.is_valid():
        said = form.cleaned_data
        try:
            receiving.receive(case, said["papers"], by=user, grade_typed=said["grade"])
        except (ActionError, FileRefusedError) as refusal:
            form.add_error("papers", str(refusal))
        else:
            return redirect("transcript:sent", case.reference)
    context = {
        **_about(case),
        "form": form,
        "before": _newest(request, case),
        "due_on": chasing.due_on(case),
        "habits": in_language(case.edition.course.university, "transcript"),
    }
    return render(request, "grades/upload.html", context, status=422 if form.is_bound else 200)


@require_safe
def sent(request: PortalRequest, reference: str) -> HttpResponse:
    """The confirmation: what arrived, what happens next and when."""
    case = own_case(request, reference)
    row = _newest(request, case)
    if row is None or row.file is None:
        return redirect("transcript:upload", case.reference)
    context = {
        **_about(case),
        "transcript": row,
        "originals": transcript_files.originals_of(row),
        "picture": reverse("transcript:page", args=[case.reference, row.file.pk, 1]),
    }
    return render(request, "grades/sent.html", context)


@require_safe
def download(request: PortalRequest, reference: str, pk: UUID) -> HttpResponse:
    """A file of one's transcripts, as it was given."""
    return serve(request, _file(request, reference, pk))


@require_safe
def page(request: PortalRequest, reference: str, pk: UUID, number: int) -> HttpResponse:
    """The picture of one of its pages."""
    return previews.respond(request, _file(request, reference, pk), number)


def _newest(request: PortalRequest, case: Enrolment) -> Transcript | None:
    rows = Transcript.objects.visible_to(request.user).filter(enrolment=case).counting()
    return rows.select_related("file").first()


def _file(request: PortalRequest, reference: str, pk: UUID) -> Attachment:
    case = own_case(request, reference)
    rows = Transcript.objects.visible_to(request.user).filter(enrolment=case)
    found = transcript_files.file_of(list(rows), pk)
    if found is None:
        raise Http404
    return found


def _about(case: Enrolment) -> dict[str, Any]:
    course = case.edition.course
    return {
        "case": case,
        "edition": case.edition,
        "course": course,
        "university": course.university,
    }
