"""The agreement of a placement at the desk: its versions, renewing it, a signed copy."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from enrolments.forms.placing import SignedForm
from enrolments.models import Enrolment
from enrolments.services import agreements
from enrolments.services.actions import ActionError
from enrolments.views.asking import find
from enrolments.views.desk import DESK_ROLES
from paperwork.refusals import FileRefusedError
from paperwork.serving import serve
from vx_portal.http import PortalRequest, current_user, needs_role


@require_safe
@needs_role(*DESK_ROLES)
def agreement(request: PortalRequest, reference: str) -> HttpResponse:
    """The versions, and the signed copies."""
    return _page(request, find(request, reference), SignedForm(giver=current_user(request)))


@require_POST
@needs_role(*DESK_ROLES)
def sign(request: PortalRequest, reference: str) -> HttpResponse:
    """Add a copy that was signed outside the portal."""
    user = current_user(request)
    case = find(request, reference)
    if not agreements.may_handle(user, case):
        raise Http404
    form = SignedForm(request.POST, request.FILES, giver=user)
    if form.is_valid():
        try:
            agreements.attach_signed(case, form.cleaned_data["copy"], by=user)
        except (ActionError, FileRefusedError) as refusal:
            form.add_error("copy", str(refusal))
        else:
            messages.success(request, _("The signed agreement is kept with the application."))
            return redirect("case:agreement", case.reference)
    return _page(request, case, form, status=422)


def _page(
    request: PortalRequest, case: Enrolment, form: SignedForm, *, status: int = 200
) -> HttpResponse:
    context = {
        "case": case,
        "form": form,
        "versions": agreements.versions_of(case),
        "signed": agreements.signed_copies(case),
        "may_handle": agreements.may_handle(current_user(request), case),
        "is_placed": case.state in agreements.PLACED,
    }
    return render(request, "enrolments/desk/agreement.html", context, status=status)


@require_POST
@needs_role(*DESK_ROLES)
def renew(request: PortalRequest, reference: str) -> HttpResponse:
    """A new version when what it says differs."""
    user = current_user(request)
    case = find(request, reference)
    if not agreements.may_handle(user, case):
        raise Http404
    try:
        made = agreements.renew_agreement(case, by=user)
    except ActionError as refusal:
        messages.error(request, str(refusal))
    else:
        if made is None:
            messages.info(request, _("The agreement says what holds: no new version is needed."))
        else:
            messages.success(request, _("A new version of the agreement is being made."))
    return redirect("case:agreement", case.reference)


@require_safe
@needs_role(*DESK_ROLES)
def document(request: PortalRequest, reference: str, pk: UUID) -> HttpResponse:
    """A document of the case that the portal made."""
    found = agreements.document_of(find(request, reference), pk)
    if found is None:
        raise Http404
    return serve(request, found, inline=True)
