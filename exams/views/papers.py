"""Exam papers: the passport of each, and what those who arrange exams do to it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from courses.models import University
from courses.wording import gettext as _
from enrolments.forms.host import HostLinkForm
from exams import gates, passport, people, places
from exams.forms.papers import NoteForm, ReadersForm, ReceiveForm
from exams.models import Exam, Held, Paper
from exams.services import paper_links
from exams.services import papers as services
from exams.services.papers import PaperError
from exams.showing import shown
from paperwork.refusals import FileRefusedError
from paperwork.serving import HEADERS, serve
from vx_portal.http import PortalRequest, current_user, needs_role

FORM = ["GET", "HEAD", "POST"]
PAGE = 50


def _exam(request: PortalRequest, pk: int) -> Exam:
    rows = Exam.objects.visible_to(request.user).select_related("edition__course__university")
    return get_object_or_404(rows, pk=pk)


def _paper(request: PortalRequest, pk: int) -> Paper:
    rows = Paper.objects.visible_to(request.user)
    return get_object_or_404(rows.select_related("exam__edition__course__university"), pk=pk)


def about(exam: Exam) -> dict[str, Any]:
    """What every page about a paper shows."""
    course = exam.edition.course
    return {
        "exam": exam,
        "course": course,
        "university": course.university,
        "shown": shown(exam),
        "is_out": exam.held == Held.HOME,
        "is_here": places.is_here(exam),
    }


def unkept(response: HttpResponse) -> HttpResponse:
    """Nothing of it stays on the device."""
    response.headers["Cache-Control"] = "private, no-store"
    return response


def as_file(content: bytes, name: str) -> HttpResponse:
    """An exam paper as a download with which a browser does nothing."""
    response = HttpResponse(content, content_type="application/pdf")
    for header, value in HEADERS.items():
        response.headers[header] = value
    response.headers["Content-Disposition"] = f'attachment; filename="{name}.pdf"'
    return unkept(response)


@require_safe
@needs_role(*gates.READERS)
def papers(request: PortalRequest) -> HttpResponse:
    """Exams to come, or those that are over, with where their paper is."""
    over = request.GET.get("view") == "over"
    page = Paginator(passport.exams(request.user, over=over), PAGE).get_page(
        request.GET.get("page")
    )
    context = {"over": over, "page_obj": page, "rows": passport.listed(page)}
    return render(request, "exams/papers/papers.html", context)


@require_safe
@needs_role(*gates.READERS)
def exam(request: PortalRequest, pk: int) -> HttpResponse:
    """The passport: every version, every step, everybody who opened a file."""
    found = _exam(request, pk)
    return _page(request, found)


def _page(
    request: PortalRequest, found: Exam, form: NoteForm | None = None, status: int = 200
) -> HttpResponse:
    user = current_user(request)
    versions = passport.passports(found, user)
    current = next((one for one in versions if one.paper.replaced_at is None), None)
    context = about(found) | {
        "versions": versions,
        "current": current,
        "why_not_open": services.why_not_open(current.paper, user) if current else "",
        "may_write": bool(people.arranger_role(user)),
        "homes": paper_links.homes_of(found) if found.held == Held.HOME else [],
        "form": form or NoteForm(),
        "noting": form is not None,
    }
    return unkept(render(request, "exams/papers/exam.html", context, status=status))


@require_http_methods(FORM)
@needs_role(*gates.ARRANGERS)
def receive(request: PortalRequest, pk: int) -> HttpResponse:
    """A paper that came to exam staff: a file, or otherwise."""
    found = _exam(request, pk)
    user = current_user(request)
    form = ReceiveForm(request.POST, request.FILES) if request.method == "POST" else ReceiveForm()
    if form.is_valid():
        data = form.cleaned_data
        try:
            given = (
                services.receive(found, data["paper"], by=user)
                if data["paper"]
                else services.hand_over(found, data["how"], by=user)
            )
        except (PaperError, FileRefusedError) as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, given.said)
            return redirect("papers:exam", pk)
    context = about(found) | {"form": form}
    status = 422 if form.is_bound else 200
    return render(request, "exams/papers/receive.html", context, status=status)


@require_http_methods(FORM)
@needs_role(*gates.ARRANGERS)
def ask(request: PortalRequest, pk: int) -> HttpResponse:
    """Mail the host a link by which it sends the paper and later confirms the answers."""
    found = _exam(request, pk)
    return _mail(request, found, found.edition.course.university, None)


@require_http_methods(FORM)
@needs_role(*gates.ARRANGERS)
def send_out(request: PortalRequest, pk: int, university: int) -> HttpResponse:
    """Mail a home university the link to our own paper."""
    found = _exam(request, pk)
    homes = {home.pk: home for home in paper_links.homes_of(found)}
    if found.held != Held.HOME or university not in homes:
        raise Http404
    return _mail(request, found, homes[university], homes[university])


def _mail(
    request: PortalRequest, found: Exam, to: University, home: University | None
) -> HttpResponse:
    initial = {
        "email": (found.contact_email if home is None else "") or to.contact_email,
        "language": "nl" if to.country == "NL" else "en",
    }
    form = HostLinkForm(request.POST if request.method == "POST" else None, initial=initial)
    status = 422 if form.is_bound else 200
    if form.is_valid():
        user = current_user(request)
        data = form.cleaned_data
        said = {"email": data["email"], "language": data["language"], "by": user}
        try:
            if home is None:
                paper_links.ask(found, **said)
            else:
                paper_links.send_out(found, home, **said)
        except PaperError as refusal:
            form.add_error(None, str(refusal))
        else:
            text = _("The link has been sent to %(email)s.")
            messages.success(request, text % {"email": data["email"]})
            return redirect("papers:exam", found.pk)
    context = about(found) | {"form": form, "home": home}
    return render(request, "exams/papers/ask.html", context, status=status)


@require_POST
@needs_role(*gates.ARRANGERS)
def answers_are_in(request: PortalRequest, pk: int, university: int) -> HttpResponse:
    """We have the answers of a home university's students to our own exam."""
    found = _exam(request, pk)
    current = get_object_or_404(Paper.objects.visible_to(request.user).current(), exam=found)
    home = get_object_or_404(University.objects.visible_to(request.user), pk=university)
    try:
        services.confirm(current, by=current_user(request), university=home.pk)
    except PaperError as refusal:
        messages.error(request, str(refusal))
    return redirect("papers:exam", pk)


@require_http_methods(FORM)
@needs_role(*gates.ARRANGERS)
def readers(request: PortalRequest, pk: int) -> HttpResponse:
    """Which two open it, and from when."""
    paper = _paper(request, pk)
    form = ReadersForm(request.POST if request.method == "POST" else None, paper=paper)
    status = 422 if form.is_bound else 200
    if form.is_valid():
        data = form.cleaned_data
        try:
            services.name_readers(
                paper,
                data["first"],
                data["second"],
                form.readable_from,
                by=current_user(request),
            )
        except PaperError as refusal:
            form.add_error(None, str(refusal))
            status = 409
        else:
            messages.success(request, _("The two are named."))
            return redirect("papers:exam", paper.exam_id)
    context = about(paper.exam) | {"form": form, "paper": paper}
    return render(request, "exams/papers/readers.html", context, status=status)


@require_POST
@needs_role(*gates.ARRANGERS)
def open_paper(request: PortalRequest, pk: int) -> HttpResponse:
    """One of the two opens it; when both have, it can be read."""
    paper = _paper(request, pk)
    try:
        ready = services.open_paper(paper, by=current_user(request))
    except PaperError as refusal:
        messages.error(request, str(refusal))
    else:
        said = (
            _("Both of you have opened it. Download it below.")
            if ready
            else _("Now the other one, within {exams.both_minutes}, with an account of their own.")
        )
        messages.success(request, said)
    return redirect("papers:exam", paper.exam_id)


@require_POST
@needs_role(*gates.ARRANGERS)
def read(request: PortalRequest, pk: int) -> HttpResponse:
    """The paper itself; who, is written down."""
    paper = _paper(request, pk)
    try:
        content = services.read(paper, by=current_user(request))
    except PaperError as refusal:
        messages.error(request, str(refusal))
        return redirect("papers:exam", paper.exam_id)
    return as_file(content, f"exam-{paper.exam_id}-{paper.number}")


@require_POST
@needs_role(*gates.ARRANGERS)
def note(request: PortalRequest, pk: int) -> HttpResponse:
    """Printed, collected, scanned, sent."""
    paper = _paper(request, pk)
    form = NoteForm(request.POST, request.FILES)
    if form.is_valid():
        data = form.cleaned_data
        try:
            services.note(
                paper,
                data["kind"],
                by=current_user(request),
                number=data["number"],
                text=data["text"],
                upload=data["answers"],
            )
        except (PaperError, FileRefusedError) as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("It is written down."))
            return redirect("papers:exam", paper.exam_id)
    return _page(request, paper.exam, form, status=422)


@require_safe
@needs_role(*gates.READERS)
def answers(request: PortalRequest, pk: int, file: UUID) -> HttpResponse:
    """Scanned answers; who opens them, is written down."""
    paper = _paper(request, pk)
    return serve(request, find_answers([paper], file))


def find_answers(versions: Iterable[Paper], file: UUID) -> Any:
    """One file of the answers to one of the `versions`, which have passed their gate."""
    given = (one for paper in versions for one in services.answers_of(paper))
    found = next((one for one in given if one.pk == file), None)
    if found is None:
        raise Http404
    return found
