"""A registration whose result was corrected after it was sent: to read, and to end."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from enrolments.forms.desk import query_of
from enrolments.queue import is_reference
from grades import corrections, form, registrations
from grades.forms.queue import RegistrationFilter
from grades.models import Registration
from grades.registration_words import history_in_words
from grades.services import registering, registration_papers, superseding
from grades.services.registration_actions import ActionError
from grades.views.registrations import DESK_ROLES
from vx_portal.http import PortalRequest, current_user, needs_role


@require_http_methods(["GET", "HEAD", "POST"])
@needs_role(*DESK_ROLES)
def earlier(request: PortalRequest, reference: str, pk: int) -> HttpResponse:
    """What was sent beside what holds now; on POST, that uSis follows the correction."""
    if not is_reference(reference):
        raise Http404
    user = current_user(request)
    rows = registrations.superseded(user).select_related(*form.SHOWN)
    row = get_object_or_404(rows, pk=pk, enrolment__reference=reference.upper())
    if request.method != "POST":
        return _page(request, row)
    try:
        superseding.deal_with(row, by=user)
    except ActionError as refusal:
        return _page(request, row, status=409, said=str(refusal))
    messages.success(request, _("Recorded: nothing is left to do for this registration."))
    return redirect("registrations:earlier", row.enrolment.reference, row.pk)


def _page(
    request: PortalRequest, row: Registration, *, status: int = 200, said: str = ""
) -> HttpResponse:
    user = current_user(request)
    case = row.enrolment
    now = corrections.result_now(row)
    holds = registrations.on_desk(user).filter(enrolment=case).exists()
    query = query_of(RegistrationFilter(request.GET, by=user).filters())
    context = {
        "row": row,
        "case": case,
        "course": case.edition.course,
        "university": case.edition.course.university,
        "now": now,
        "changes": corrections.changes_of(row, now) if now else [],
        "holds": holds,
        "follow_up": superseding.follow_up_of(row),
        "is_honours": row.route == Registration.Route.HONOURS,
        "may_deal_with": superseding.may_deal_with(user, row),
        "papers": list(registration_papers.papers_of(row).defer("data")),
        "facts": [(field.label, form.as_text(field.of(row))) for field in form.FIELDS],
        "history": history_in_words(registering.history(row)),
        "query": query,
        "back": f"{reverse('registrations:queue')}?{query}",
        "said": said,
    }
    return render(request, "grades/registrations/earlier.html", context, status=status)
