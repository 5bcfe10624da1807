"""What becomes of the data of one case: who opened its files, and the consent to share them."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from enrolments.models import Enrolment
from enrolments.services.actions import ActionError
from enrolments.services.consent import can_be_withdrawn, consequences, withdraw
from enrolments.views.desk import DESK_ROLES, find
from enrolments.views.own import own_case
from privacy.opened import opened
from vx_portal.http import PortalRequest, current_user, needs_role


@require_safe
def own(request: PortalRequest, reference: str) -> HttpResponse:
    """For its student."""
    case = own_case(request, reference)
    context = _about(request, case) | {"can_withdraw": can_be_withdrawn(case)}
    return render(request, "privacy/case/own.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def consent(request: PortalRequest, reference: str) -> HttpResponse:
    """Take back the consent to share data: asks first, and says what follows."""
    case = own_case(request, reference)
    if request.method == "POST":
        try:
            withdraw(case, by=current_user(request))
        except ActionError as error:
            return _consent_page(request, own_case(request, reference), 409, refusal=str(error))
        messages.success(request, _("Your consent is withdrawn. Whoever has your data is told."))
        return redirect("own-data:case", reference=case.reference)
    if not can_be_withdrawn(case):
        return redirect("own-data:case", reference=case.reference)
    return _consent_page(request, case, 200)


def _consent_page(
    request: PortalRequest, case: Enrolment, status: int, refusal: str = ""
) -> HttpResponse:
    context = {"case": case, "refusal": refusal, "consequences": consequences(case)}
    return render(request, "privacy/case/consent.html", context, status=status)


@require_safe
@needs_role(*DESK_ROLES)
def staff(request: PortalRequest, reference: str) -> HttpResponse:
    """For whoever may open the case at the desk: of its files those that they may open."""
    case = find(request, reference)
    return render(request, "privacy/case/staff.html", _about(request, case))


def _about(request: PortalRequest, case: Enrolment) -> dict[str, Any]:
    return {"case": case, "files": opened(case, current_user(request))}
