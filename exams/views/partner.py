"""A partner's exams: what its contacts have fixed, and have still to fix."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from enrolments.scopes import scopes_of
from exams import lists
from exams.services import fixing
from exams.views.fixing import fix_page
from vx_portal.http import PortalRequest, current_user, needs_role


@require_safe
@needs_role("partner")
def exams(request: PortalRequest) -> HttpResponse:
    """The attempts to come of one's own university's courses."""
    mine = lists.editions(scopes_of(current_user(request)).partner_of)
    today = timezone.localdate()
    context = {
        "rows": lists.rows_of(lists.with_exam(mine, today), today),
        "without": list(lists.with_assignment(mine, today)),
    }
    return render(request, "exams/partner/exams.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@needs_role("partner")
def fix(request: PortalRequest, pk: int, attempt: int) -> HttpResponse:
    """The form, for the host itself."""
    user = current_user(request)
    edition = get_object_or_404(lists.editions(scopes_of(user).partner_of), pk=pk)
    if fixing.why_no_exam(edition, attempt):
        return redirect("partner-exams:exams")
    return fix_page(
        request,
        edition,
        attempt,
        by=user,
        done=lambda: redirect("partner-exams:exams"),
        template="exams/partner/fix.html",
    )
