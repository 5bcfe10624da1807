"""The gate of a student's own pages."""

from __future__ import annotations

from django.http import Http404

from enrolments import gates
from enrolments.models import Enrolment
from vx_portal.http import PortalRequest, current_user


def own_case(request: PortalRequest, reference: str) -> Enrolment:
    """The case of the student who asks, with what its pages show; 404 for everybody else."""
    # The answer to a POST is another page.
    shown = request.method != "POST"
    case = gates.own_case(current_user(request), reference.upper(), shown=shown)
    if case is None:
        raise Http404
    return case
