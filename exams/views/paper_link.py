"""An exam paper by a link: a host sends it and gets the answers; a home university gets ours."""

from __future__ import annotations

from functools import partial
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from courses import anew as again
from exams import needs, passport
from exams.forms.papers import AnswersForm, ConfirmForm, NamedPaperForm, OpenThereForm
from exams.models import Exam, ExamLink, Paper
from exams.services import paper_links as services
from exams.services import papers
from exams.services.papers import PaperError
from exams.showing import at, shown
from exams.views.papers import about, as_file, find_answers
from paperwork.refusals import FileRefusedError
from paperwork.serving import serve
from vx_portal.http import PortalRequest, keep_private


def _find(token: str) -> tuple[ExamLink, Exam]:
    link = services.find(token)
    exam = services.exam_of(link) if link else None
    if link is None or exam is None:
        raise Http404
    return link, exam


def _over(request: PortalRequest, link: ExamLink) -> HttpResponse:
    match = request.resolver_match
    may = match and services.can_send_anew(link)
    context = {
        "link": link,
        "university": link.university or link.edition.course.university,
        "anew": reverse("paper-link:anew", args=[match.kwargs["token"]]) if match and may else "",
    }
    return keep_private(render(request, "exams/link/over.html", context, status=410))


def _needed(exam: Exam) -> Paper:
    paper = passport.counting(exam)
    if paper is None:
        raise Http404
    return paper


def _page(
    request: PortalRequest, link: ExamLink, exam: Exam, token: str, status: int = 200, **forms: Any
) -> HttpResponse:
    paper = passport.counting(exam)
    home = link.university
    versions = passport.of_host(exam) if home is None else []
    opens = paper.readable_from if paper else None
    context = about(exam) | {
        "link": link,
        "shown": shown(exam, home),
        "opens": at(opens, home).both if opens and home else "",
        "token": token,
        "paper": paper,
        "versions": versions,
        "needs": needs.of_paper(exam) if home is None else [],
        "granted": needs.of_university(exam, home) if home else [],
        "form": NamedPaperForm(initial={"name": link.used_by}),
        "open_form": OpenThereForm(initial={"name": link.used_by}),
        "answers_form": AnswersForm(initial={"name": link.used_by}),
        "confirm_form": ConfirmForm(initial={"name": link.used_by}),
        "why_not_open": services.why_not_open(paper) if paper else "",
        "theirs": list(paper.steps.filter(university=link.university)) if paper else [],
        **forms,
    }
    name = "home" if link.university else "host"
    return keep_private(render(request, f"exams/link/paper_{name}.html", context, status=status))


# No origin comes from a page without referrer, and who knows the token may answer: see board.py.
@csrf_exempt
@require_http_methods(["GET", "HEAD", "POST"])
@login_not_required
def paper(request: PortalRequest, token: str) -> HttpResponse:
    """The passport, and the place to send the paper."""
    link, exam = _find(token)
    if not link.is_usable:
        return _over(request, link)
    if request.method != "POST":
        return _page(request, link, exam, token)
    if link.university is not None:
        raise Http404
    form = NamedPaperForm(request.POST, request.FILES)
    if not form.is_valid():
        return _page(request, link, exam, token, 422, form=form)
    name = form.cleaned_data["name"]
    try:
        given = papers.receive(exam, form.cleaned_data["paper"], by=services.actor_of(link, name))
    except FileRefusedError as refusal:
        form.add_error("paper", str(refusal))
        return _page(request, link, exam, token, 422, form=form)
    services.note_use(link, name)
    messages.success(request, given.said)
    return keep_private(redirect("paper-link:paper", token))


@csrf_exempt
@require_POST
@login_not_required
def open_there(request: PortalRequest, token: str) -> HttpResponse:
    """Two people of a home university open our paper."""
    link, exam = _find(token)
    if not link.is_usable:
        return _over(request, link)
    if link.university is None:
        raise Http404
    ours = _needed(exam)
    form = OpenThereForm(request.POST)
    if form.is_valid():
        data = form.cleaned_data
        try:
            content = services.open_there(link, ours, first=data["name"], second=data["second"])
        except PaperError as refusal:
            form.add_error(None, str(refusal))
        else:
            return keep_private(as_file(content, f"exam-{exam.pk}"))
    return _page(request, link, exam, token, 422, open_form=form)


@csrf_exempt
@require_POST
@login_not_required
def give_answers(request: PortalRequest, token: str) -> HttpResponse:
    """A home university sends the answers in."""
    link, exam = _find(token)
    if not link.is_usable:
        return _over(request, link)
    if link.university is None:
        raise Http404
    ours = _needed(exam)
    form = AnswersForm(request.POST, request.FILES)
    if form.is_valid():
        data = form.cleaned_data
        try:
            services.give_answers(
                link, ours, data["answers"], number=data["number"], name=data["name"]
            )
        except FileRefusedError as refusal:
            form.add_error("answers", str(refusal))
        else:
            messages.success(request, _("The answers are here."))
            return keep_private(redirect("paper-link:paper", token))
    return _page(request, link, exam, token, 422, answers_form=form)


@require_safe
@login_not_required
def answers(request: PortalRequest, token: str, file: UUID) -> HttpResponse:
    """The host downloads scanned answers; that it did is written down."""
    link, exam = _find(token)
    if not link.is_usable:
        return _over(request, link)
    if link.university is not None:
        raise Http404
    by = services.actor_of(link, link.used_by or link.email)
    return keep_private(serve(request, find_answers(passport.all_versions(exam), file), by=by))


@csrf_exempt
@require_POST
@login_not_required
def confirm(request: PortalRequest, token: str) -> HttpResponse:
    """The host has the answers."""
    link, exam = _find(token)
    if not link.is_usable:
        return _over(request, link)
    if link.university is not None:
        raise Http404
    form = ConfirmForm(request.POST)
    if not form.is_valid():
        return _page(request, link, exam, token, 422, confirm_form=form)
    name = form.cleaned_data["name"]
    ours = papers.to_confirm(passport.all_versions(exam))
    if ours is None:
        raise Http404
    try:
        papers.confirm(ours, by=services.actor_of(link, name))
    except PaperError as refusal:
        messages.error(request, str(refusal))
    else:
        services.note_use(link, name)
        messages.success(request, _("You have the answers; that is written down."))
    return keep_private(redirect("paper-link:paper", token))


@csrf_exempt
@require_POST
@login_not_required
def anew(request: PortalRequest, token: str) -> HttpResponse:
    """Who has a link that expired asks for another."""
    link, _exam = _find(token)
    if services.can_send_anew(link) and again.ask(link, partial(services.send_anew, link)):
        return again.sent(request)
    return _over(request, _find(token)[0])
