"""Where a partner answers, by a link and without an account, if a course is still as we show it."""

from __future__ import annotations

from functools import partial
from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from courses import anew as again
from courses.forms.confirm import AnswerForm
from courses.models import ConfirmationRequest
from courses.models.university import in_language
from courses.services import confirming, curation
from vx_portal.http import PortalRequest, keep_private

TEXTS = ("about", "outcomes", "method", "assessed", "entry")


def _find(token: str) -> ConfirmationRequest:
    request = confirming.find(token)
    if request is None:
        raise Http404
    return request


# A browser sends no origin from a page without referrer, so the usual check would refuse everybody;
# and there is nothing to forge: whoever knows the token may answer, nobody else can.
@csrf_exempt
@require_http_methods(["GET", "HEAD", "POST"])
@login_not_required
def course(request: PortalRequest, token: str) -> HttpResponse:
    link = _find(token)
    if not link.is_usable:
        return _over(request, link, token)
    form = AnswerForm(request.POST if request.method == "POST" else None)
    if not form.is_valid():
        return keep_private(_page(request, link, form, 422 if form.is_bound else 200))
    try:
        confirming.answer(token, notes=form.notes(), name=form.cleaned_data["name"])
    except curation.CurationError:
        return _over(request, _find(token), token)
    return keep_private(redirect("confirm:answered", token))


@require_safe
@login_not_required
def answered(request: PortalRequest, token: str) -> HttpResponse:
    """What was answered, and what happens next."""
    link = _find(token)
    if link.spent_at is None:
        return keep_private(redirect("confirm:course", token))
    return keep_private(render(request, "courses/confirm_answered.html", {"link": link}))


def _page(
    request: PortalRequest, link: ConfirmationRequest, form: AnswerForm, status: int
) -> HttpResponse:
    context: dict[str, Any] = {
        "link": link,
        "course": link.course,
        "form": form,
        **{name: in_language(link.course, name) for name in TEXTS},
        "editions": confirming.editions_to_confirm(link),
    }
    return render(request, "courses/confirm.html", context, status=status)


def _over(request: PortalRequest, link: ConfirmationRequest, token: str) -> HttpResponse:
    """The link was used, revoked or is too old: what to do now."""
    new = reverse("confirm:anew", args=[token]) if confirming.can_send_anew(link) else ""
    context = {"link": link, "token": token, "anew": new}
    return keep_private(render(request, "courses/confirm_over.html", context, status=410))


@csrf_exempt
@require_POST
@login_not_required
def anew(request: PortalRequest, token: str) -> HttpResponse:
    """Who has a link that expired asks for another."""
    link = _find(token)
    if confirming.can_send_anew(link) and again.ask(link, partial(confirming.send_anew, link)):
        return again.sent(request)
    return _over(request, _find(token), token)
