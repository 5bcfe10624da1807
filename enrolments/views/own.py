"""The gate of a student's own pages."""

from __future__ import annotations

from django.shortcuts import get_object_or_404

from enrolments.models import Enrolment
from vx_portal.http import PortalRequest, current_user

SHOWN = ("home_university", "faculty", "programme", "rules")


def own_case(request: PortalRequest, reference: str) -> Enrolment:
    """The case of the student who asks, with what its pages show; 404 for everybody else."""
    user = current_user(request)
    mine = Enrolment.objects.visible_to(user).filter(student=user)
    mine = mine.select_related("edition__course__university")
    if request.method != "POST":  # whose answer is another page
        mine = mine.select_related(*SHOWN)
    case = get_object_or_404(mine, reference=reference.upper())
    case.student = user
    return case
