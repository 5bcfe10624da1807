"""Where the office passes on what a host or home university answered by mail."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.utils import translation
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from enrolments.forms.placing import HomeAnswerForm, HostAnswerForm, HostToldForm
from enrolments.services import consent, homes, hosting, telling
from enrolments.services.actions import ActionError
from enrolments.views.asking import find
from paperwork.refusals import FileRefusedError
from vx_portal.http import PortalRequest, current_user, needs_role


@require_http_methods(["GET", "HEAD", "POST"])
@needs_role("office")
def host_answer(request: PortalRequest, reference: str) -> HttpResponse:
    user = current_user(request)
    case = find(request, reference)
    data, files = (request.POST, request.FILES) if request.method == "POST" else (None, None)
    form = HostAnswerForm(data, files, giver=user)
    status = 422 if form.is_bound else 200
    refusal = "" if hosting.awaits_host(case) else _("This application does not wait for a host.")
    if form.is_valid() and not refusal:
        try:
            hosting.answer_by_mail(
                case,
                confirmed=form.confirmed,
                reason=form.cleaned_data["reason"],
                answered_on=form.cleaned_data["answered_on"],
                upload=form.cleaned_data["mail"],
                for_student=form.cleaned_data["for_student"],
                by=user,
            )
        except FileRefusedError as refused:
            form.add_error("mail", str(refused))
        except ActionError as refused:
            refusal, status = str(refused), 409
        else:
            messages.success(request, _("The answer of the host university has been recorded."))
            return redirect("desk:case", case.reference)
    if refusal:
        messages.error(request, refusal)
        return redirect("desk:case", case.reference)
    context = {"case": case, "form": form}
    return render(request, "enrolments/desk/host_answer.html", context, status=status)


@require_http_methods(["GET", "HEAD", "POST"])
@needs_role("office")
def home_answer(request: PortalRequest, reference: str) -> HttpResponse:
    """For an incoming student whose university has nobody with an account."""
    case = find(request, reference)
    data, files = (request.POST, request.FILES) if request.method == "POST" else (None, None)
    form = HomeAnswerForm(data, files, giver=current_user(request))
    refusal = "" if homes.awaits_mail(case) else _("This application does not wait for a mail.")
    if form.is_valid() and not refusal:
        said = form.cleaned_data
        try:
            homes.answer_by_mail(
                case,
                approved=form.approved,
                **{key: said[key] for key in ("name", "reason", "answered_on")},
                upload=said["mail"],
                by=current_user(request),
            )
        except FileRefusedError as refused:
            form.add_error("mail", str(refused))
        except ActionError as refused:
            refusal = str(refused)
        else:
            messages.success(request, _("The answer of the home university has been recorded."))
            return redirect("desk:case", case.reference)
    if refusal:
        messages.error(request, refusal)
        return redirect("desk:case", case.reference)
    context = {"case": case, "form": form}
    status = 422 if form.is_bound else 200
    return render(request, "enrolments/desk/home_answer.html", context, status=status)


@require_http_methods(["GET", "HEAD", "POST"])
@needs_role("office")
def host_told(request: PortalRequest, reference: str) -> HttpResponse:
    """The text for a host that only the office can reach, and that it was told."""
    case = find(request, reference)
    form = HostToldForm(request.POST if request.method == "POST" else None)
    done = not consent.awaits_telling(case)
    if form.is_valid() and not done:
        try:
            consent.host_was_told(case, **form.cleaned_data, by=current_user(request))
        except ActionError:
            done = True
        else:
            messages.success(request, _("Written down: the host university has been told."))
            return redirect("desk:case", case.reference)
    if done:
        messages.info(request, _("The host university has been told already."))
        return redirect("desk:case", case.reference)
    host = case.edition.course.university
    language = telling.language_of(host)
    with translation.override(language):
        text = render_to_string("enrolments/parts/consent_words.txt", telling.context(case))
    context = {"case": case, "host": host, "to_language": language, "text": text, "form": form}
    status = 422 if form.is_bound else 200
    return render(request, "enrolments/desk/host_told.html", context, status=status)
