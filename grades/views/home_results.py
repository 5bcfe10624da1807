"""What a partner university gets back: transcripts of records of its own students."""

from __future__ import annotations

from uuid import UUID

from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from enrolments.models import Enrolment
from grades import own_results
from paperwork.serving import serve
from vx_portal.http import PortalRequest, current_user, needs_role

PAGE = 50


@require_safe
@needs_role("partner")
def results(request: PortalRequest) -> HttpResponse:
    """The confirmed results of the reader's own students, the latest first."""
    rows = own_results.of_home_universities(current_user(request))
    page = Paginator(rows, PAGE).get_page(request.GET.get("page"))
    shown = list(page.object_list)
    documents = {
        one.subject_id: one
        for one in own_results.documents_of(result.enrolment_id for result in shown)
    }
    context = {
        "page_obj": page,
        "rows": [(result, documents.get(result.enrolment_id)) for result in shown],
    }
    return render(request, "grades/home_results.html", context)


@require_safe
@needs_role("partner", "office", "auditor")
def document(request: PortalRequest, reference: str, pk: UUID) -> HttpResponse:
    """A student's transcript of records: for the home university, and the office."""
    user = current_user(request)
    cases = Enrolment.objects.visible_to(user).filter(
        results__in=own_results.results_to_read(user), reference=reference.upper()
    )
    case = get_object_or_404(cases.distinct())
    return serve(
        request, get_object_or_404(own_results.documents_of([case.pk]), pk=pk), inline=True
    )
