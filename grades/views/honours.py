"""The honours route: asking the other side to take a case over, and the Academy's link."""

from __future__ import annotations

from functools import partial

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.models import Role
from courses import anew as again
from courses import house
from enrolments.models import Enrolment, Purpose
from enrolments.views.desk import find
from grades.models import HonoursLink, PurposeChange, RegistrationState
from grades.services import honours
from grades.services.registration_actions import ActionError
from paperwork.services.events import Outsider
from paperwork.serving import serve
from vx_portal.http import PortalRequest, current_user, keep_private, needs_role

HANDLERS = (Role.COORDINATOR, Role.HONOURS)


class ChangeForm(forms.Form):
    """As what it should count, and why."""

    use_required_attribute = False

    purpose = forms.ChoiceField(label=gettext_lazy("Then it counts as"))
    reason = forms.CharField(
        label=gettext_lazy("Why; the other coordinator reads it"),
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"required": gettext_lazy("Say why.")},
    )

    def __init__(self, *args: object, case: Enrolment) -> None:
        super().__init__(*args)  # type: ignore[arg-type]
        possible = honours.purposes_for(case)
        self.fields["purpose"].choices = [  # type: ignore[attr-defined]
            (value, str(Purpose(value).label).capitalize()) for value in possible
        ]


@require_http_methods(["GET", "HEAD", "POST"])
@needs_role(*HANDLERS)
def ask(request: PortalRequest, reference: str) -> HttpResponse:
    """Ask the coordinator of the other side whether it may go over, verified or not."""
    case, user = find(request, reference), current_user(request)
    if not honours.may_ask_for(user, case):
        raise Http404
    form = ChangeForm(request.POST if request.method == "POST" else None, case=case)
    row = honours.registration_of(case)
    has_one = row is not None
    name = "registrations:registration" if has_one else "desk:case"
    back = reverse(name, args=[case.reference])
    status = 200
    if form.is_bound and form.is_valid():
        try:
            honours.ask_for(case, **form.cleaned_data, by=user)
        except ActionError as refusal:
            form.add_error(None, str(refusal))
            status = 409
        else:
            messages.success(request, _("Asked. The other coordinator has a message."))
            return redirect(back)
    elif form.is_bound:
        status = 422
    context = {
        "case": case,
        "form": form,
        "has_one": has_one,
        "was_sent": row is not None and row.state == RegistrationState.SENT,
        "back": back,
    }
    return render(request, "grades/registrations/ask_change.html", context, status=status)


@require_http_methods(["GET", "HEAD", "POST"])
@needs_role(*HANDLERS, Role.AUDITOR)
def change(request: PortalRequest, pk: int) -> HttpResponse:
    """What was asked and why; the other side answers here."""
    user = current_user(request)
    rows = PurposeChange.objects.visible_to(user).select_related(
        "asked_by",
        "answered_by",
        "enrolment__student",
        "enrolment__faculty",
        "enrolment__edition__course__university",
    )
    found = get_object_or_404(rows, pk=pk)
    status, said = 200, ""
    if request.method == "POST":
        try:
            honours.answer(found, agreed=request.POST.get("answer") == "yes", by=user)
        except ActionError as refusal:
            status, said = 409, str(refusal)
            found = get_object_or_404(rows, pk=pk)
        else:
            messages.success(request, _("Your answer is sent."))
            return redirect("registrations:change", found.pk)
    context = {
        "change": found,
        "case": found.enrolment,
        "course": found.enrolment.edition.course,
        "may_answer": honours.may_answer(user, found),
        "said": said,
    }
    return render(request, "grades/registrations/change.html", context, status=status)


@require_safe
@login_not_required
def overview(request: PortalRequest, token: str) -> HttpResponse:
    """The Honours Academy opens the overview by its link; `?file` gives the PDF itself."""
    link = honours.find_link(token)
    if link is None:
        raise Http404
    if not link.is_usable:
        return _over(request, link, token)
    paper = honours.overview_of(link)
    if paper is not None and "file" in request.GET:
        by = Outsider(house.names().honours, "honours")
        return keep_private(serve(request, paper, inline=True, by=by))
    context = {"link": link, "paper": paper, "case": link.registration.enrolment, "token": token}
    return keep_private(render(request, "grades/registrations/overview.html", context))


def _over(request: PortalRequest, link: HonoursLink, token: str) -> HttpResponse:
    """The link is too old, or a newer one was sent."""
    new = reverse("honours:anew", args=[token]) if honours.can_send_anew(link) else ""
    context = {"link": link, "anew": new}
    page = render(request, "grades/registrations/overview_over.html", context, status=410)
    return keep_private(page)


# No origin comes from a page without referrer, and who knows the token may ask.
@csrf_exempt
@require_POST
@login_not_required
def anew(request: PortalRequest, token: str) -> HttpResponse:
    """Who has a link that expired asks for another."""
    link = honours.find_link(token)
    if link is None:
        raise Http404
    if honours.can_send_anew(link) and again.ask(link, partial(honours.send_anew, link)):
        return again.sent(request)
    return _over(request, link, token)
