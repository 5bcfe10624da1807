"""Where a member of a Board of Examiners decides, by a link and without an account."""

from __future__ import annotations

from functools import partial

from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from courses import anew as again
from enrolments.forms.board import BoardAnswerForm
from enrolments.models import BoardRequest
from enrolments.services import asking
from enrolments.services.actions import ActionError
from vx_portal.http import PortalRequest, keep_private


def _find(token: str) -> BoardRequest:
    link = asking.find(token)
    if link is None:
        raise Http404
    return link


# A browser sends no origin from a page without referrer, so the usual check would refuse everybody;
# and there is nothing to forge: whoever knows the token may decide, nobody else can.
@csrf_exempt
@require_http_methods(["GET", "HEAD", "POST"])
@login_not_required
def decide(request: PortalRequest, token: str) -> HttpResponse:
    link = _find(token)
    if not asking.is_open(link):
        return _over(request, link)
    form = BoardAnswerForm(request.POST if request.method == "POST" else None)
    if not form.is_valid():
        return keep_private(_page(request, link, form))
    try:
        asking.answer(
            token,
            granted=form.granted,
            name=form.cleaned_data["name"],
            reference=form.cleaned_data["reference"],
            reason=form.cleaned_data["reason"],
        )
    except ActionError as refusal:
        return _over(request, _find(token), str(refusal))
    return keep_private(redirect("board:answered", token))


@require_safe
@login_not_required
def answered(request: PortalRequest, token: str) -> HttpResponse:
    """What was decided, and what happens now."""
    link = _find(token)
    if link.spent_at is None:
        return keep_private(redirect("board:decide", token))
    return keep_private(render(request, "enrolments/board/answered.html", {"link": link}))


def _page(request: PortalRequest, link: BoardRequest, form: BoardAnswerForm) -> HttpResponse:
    case = link.enrolment
    context = {
        "link": link,
        "case": case,
        "course": case.edition.course,
        "edition": case.edition,
        "form": form,
    }
    return render(
        request, "enrolments/board/decide.html", context, status=422 if form.is_bound else 200
    )


def _over(request: PortalRequest, link: BoardRequest, why: str = "") -> HttpResponse:
    """The link was used, revoked or is too old: what to do now."""
    if link.spent_at is not None and not why:
        return keep_private(redirect("board:answered", link_token(request)))
    new = reverse("board:anew", args=[link_token(request)]) if asking.can_send_anew(link) else ""
    context = {"link": link, "why": why, "anew": "" if why else new}
    return keep_private(render(request, "enrolments/board/over.html", context, status=410))


def link_token(request: PortalRequest) -> str:
    """The token in the address that is asked for."""
    match = request.resolver_match
    return str(match.kwargs["token"]) if match else ""


@csrf_exempt
@require_POST
@login_not_required
def anew(request: PortalRequest, token: str) -> HttpResponse:
    """Who has a link that expired asks for another."""
    link = _find(token)
    if asking.can_send_anew(link) and again.ask(link, partial(asking.send_anew, link)):
        return again.sent(request)
    return _over(request, _find(token))
