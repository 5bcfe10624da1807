"""Where a coordinator asks a Board of Examiners by a link, or takes the question back."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from enrolments import hosting
from enrolments.forms.board import AskBoardForm
from enrolments.models import Enrolment
from enrolments.services import asking, board
from enrolments.services.actions import ActionError
from enrolments.views.desk import DESK_ROLES
from vx_portal.http import PortalRequest, current_user, needs_role


def find(request: PortalRequest, reference: str) -> Enrolment:
    """The case, for somebody who has it at the desk; else there is no such page."""
    user = current_user(request)
    rows = Enrolment.objects.visible_to(user).for_desk(user).exclude(student=user)
    rows = rows.select_related(
        "edition__course__university",
        "student",
        "home_university",
        "faculty",
        "programme",
        "home_approved_by",
    )
    return get_object_or_404(rows, reference__in=hosting.references([reference]))


@require_http_methods(["GET", "HEAD", "POST"])
@needs_role(*DESK_ROLES)
def ask(request: PortalRequest, reference: str) -> HttpResponse:
    """Whom to ask; sent, an earlier link stops working."""
    user = current_user(request)
    case = find(request, reference)
    if not board.may_record(user, case):
        raise Http404
    earlier = asking.latest_request(case)
    initial = {
        "email": earlier.email if earlier else "",
        "language": earlier.language if earlier else user.language,
    }
    form = AskBoardForm(request.POST if request.method == "POST" else None, initial=initial)
    status = 422 if form.is_bound else 200
    if form.is_valid():
        try:
            asking.ask(case, by=user, **form.cleaned_data)
        except ActionError as refusal:
            form.add_error(None, str(refusal))
            status = 409
        else:
            messages.success(
                request,
                _("The question has been sent to %(email)s.")
                % {"email": form.cleaned_data["email"]},
            )
            return redirect("desk:case", case.reference)
    context = {"case": case, "form": form, "earlier": earlier}
    return render(request, "enrolments/board/ask.html", context, status=status)


@require_POST
@needs_role(*DESK_ROLES)
def revoke(request: PortalRequest, reference: str) -> HttpResponse:
    """The open link stops working."""
    user = current_user(request)
    case = find(request, reference)
    if not board.may_record(user, case):
        raise Http404
    try:
        asking.revoke(case, by=user)
    except ActionError as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, _("The link to the Board no longer works."))
    return redirect("desk:case", case.reference)
