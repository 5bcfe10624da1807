"""Where a host fixes an exam by a link, without an account."""

from __future__ import annotations

from functools import partial

from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from courses import anew as again
from enrolments.forms.host import NameForm
from enrolments.services.actions import ActionError, StaleError
from exams.forms.fixing import FixForm
from exams.models import ExamLink
from exams.opening import openings
from exams.services import fixing
from exams.views.fixing import about
from vx_portal.http import PortalRequest, keep_private


def _find(token: str) -> ExamLink:
    link = fixing.find(token)
    if link is None:
        raise Http404
    return link


# No origin comes from a page without referrer, and who knows the token may answer: see board.py.
@csrf_exempt
@require_http_methods(["GET", "HEAD", "POST"])
@login_not_required
def fix(request: PortalRequest, token: str) -> HttpResponse:
    link = _find(token)
    edition, attempt = link.edition, link.attempt
    refusal = fixing.why_no_exam(edition, attempt)
    if not link.is_usable or refusal:
        return _over(request, link, refusal)
    found = fixing.exam_of(link)
    data = request.POST if request.method == "POST" else None
    form = FixForm(
        data, edition=edition, attempt=attempt, exam=found, openings=openings() if data else ()
    )
    name = NameForm(data)
    status, said = 200, ""
    if data is not None:
        status = 422
        if form.is_valid() & name.is_valid():
            try:
                fixing.fix_by_link(
                    token,
                    form.facts(),
                    seen=form.cleaned_data["seen"],
                    name=name.cleaned_data["name"],
                    resit_offered=form.resit_offered(),
                )
            except StaleError as error:
                status, said = 409, str(error)
                found = fixing.exam_of(link)
                form.seen_again(found)
            except ActionError as error:
                if not _find(token).is_usable:
                    return _over(request, _find(token))
                form.add_error(None, str(error))
            else:
                return keep_private(redirect("exam-link:fixed", token))
    context = about(edition, attempt, found) | {"form": form, "name_form": name, "link": link}
    context["said"] = said
    return keep_private(render(request, "exams/link/fix.html", context, status=status))


@require_safe
@login_not_required
def fixed(request: PortalRequest, token: str) -> HttpResponse:
    """What was fixed, and what happens next."""
    link = _find(token)
    found = fixing.exam_of(link)
    if link.spent_at is None or found is None:
        return keep_private(redirect("exam-link:fix", token))
    context = about(link.edition, link.attempt, found) | {"link": link}
    return keep_private(render(request, "exams/link/fixed.html", context))


def _over(request: PortalRequest, link: ExamLink, refusal: str = "") -> HttpResponse:
    """The link was used, revoked or is too old: what to do now."""
    match = request.resolver_match
    may = match and link.is_expired and not refusal
    new = reverse("exam-link:anew", args=[match.kwargs["token"]]) if match and may else ""
    context = {"link": link, "university": link.edition.course.university, "refusal": refusal}
    context["anew"] = new
    return keep_private(render(request, "exams/link/over.html", context, status=410))


@csrf_exempt
@require_POST
@login_not_required
def anew(request: PortalRequest, token: str) -> HttpResponse:
    """Who has a link that expired asks for another."""
    link = _find(token)
    refusal = fixing.why_no_exam(link.edition, link.attempt)
    if not refusal and again.ask(link, partial(fixing.send_anew, link)):
        return again.sent(request)
    return _over(request, _find(token), refusal)
