"""A transcript to try the demo with: made for one's own case. Exists only while DEMO=1."""

from __future__ import annotations

from django.conf import settings
from django.http import Http404, HttpResponse
from django.views.decorators.http import require_safe

from enrolments.views.own import own_case
from grades import demo, demo_papers
from vx_portal.http import PortalRequest


@require_safe
def example(request: PortalRequest, reference: str) -> HttpResponse:
    """What the host of the case could have printed, as a download."""
    if not settings.DEMO:
        raise Http404
    case = own_case(request, reference)
    host = case.edition.course.university.code
    said = demo_papers.said_of(case, demo.GRADES.get(host, ("7.5", ""))[0])
    response = HttpResponse(demo_papers.printed(said, host), content_type="application/pdf")
    response.headers["Content-Disposition"] = f'attachment; filename="transcript-{host}.pdf"'
    return response
