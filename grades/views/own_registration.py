"""A student asks for the registration of the own result, and follows it."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from enrolments.views.own import own_case
from grades import form, own_registration, proposing
from grades.forms.registering import FiledForm
from grades.models import Registration, RegistrationState
from grades.services import registering, registration_papers
from grades.services.registration_actions import ActionError
from paperwork.serving import serve
from vx_portal.http import PortalRequest, current_user


def _own(request: PortalRequest, reference: str) -> Registration:
    """The current registration of the student's own case; 404 when there is none."""
    case = own_case(request, reference)
    rows = Registration.objects.visible_to(request.user).filter(enrolment=case).current()
    shown = rows.telling_recorders().select_related(*form.SHOWN)
    return get_object_or_404(shown)


@require_safe
def own(request: PortalRequest, reference: str) -> HttpResponse:
    """What to ask for, with every text ready; and where it stands."""
    return _page(request, _own(request, reference))


@require_POST
def file(request: PortalRequest, reference: str) -> HttpResponse:
    """The student has filed it in uSis, or asks for it here where the faculty takes our form."""
    row = _own(request, reference)
    own_form = row.route == Registration.Route.OWN_FORM
    data = {"filed_on": _today()} if own_form else request.POST
    filed = FiledForm(data, row=row)
    if not filed.is_valid():
        return _page(request, row, filed=filed, status=422)
    try:
        registering.act(row, "file", by=current_user(request), also=filed.also())
    except ActionError as refusal:
        filed.add_error(None if row.filed_on else "filed_on", str(refusal))
        fresh = _own(request, reference)
        return _page(request, fresh, filed=filed, status=409 if fresh.filed_on else 422)
    messages.success(request, _("Noted. Your request is with the Board of Examiners now."))
    return redirect("registration:own", row.enrolment.reference)


def _today() -> str:
    return timezone.localdate().isoformat()


@require_safe
def paper(request: PortalRequest, reference: str, pk: UUID) -> HttpResponse:
    """The evidence, or a form that the portal made of it."""
    row = _own(request, reference)
    rows = registration_papers.papers_of(row).filter(withdrawn_at=None)
    return serve(request, get_object_or_404(rows, pk=pk), inline=True)


def _page(
    request: PortalRequest, row: Registration, *, status: int = 200, filed: Any = None
) -> HttpResponse:
    case = row.enrolment
    is_honours = row.route == Registration.Route.HONOURS
    if is_honours and filed is not None:
        raise Http404
    context = {
        "row": row,
        "case": case,
        "course": case.edition.course,
        "university": case.edition.course.university,
        "is_honours": is_honours,
        "own_form": row.route == Registration.Route.OWN_FORM,
        "to_file": row.state == RegistrationState.REQUESTED
        and row.filed_on is None
        and not row.is_over
        and not is_honours,
        "type": proposing.in_usis(row.request_type) if row.request_type else "",
        "why": row.override_reason or proposing.why(case),
        "listed": proposing.where_listed(row.request_type),
        "words": own_registration.words_for(row),
        "texts": own_registration.texts_for(row) if row.request_type else [],
        "paper": registration_papers.paper_of(row),
        "form": filed or FiledForm(row=row),
    }
    return render(request, "grades/registrations/own.html", context, status=status)
