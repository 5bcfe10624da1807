"""The gate of a student's own pages."""

from __future__ import annotations

from django.shortcuts import get_object_or_404

from enrolments.models import Enrolment
from vx_portal.http import PortalRequest, current_user


def own_case(request: PortalRequest, reference: str) -> Enrolment:
    """The case of the student who asks, with what its pages show; 404 for everybody else."""
    user = current_user(request)
    mine = (
        Enrolment.objects.visible_to(user)
        .filter(student=user)
        .select_related(
            "student",
            "edition__course__university",
            "home_university",
            "faculty",
            "programme",
            "rules",
        )
        .prefetch_related("edition__live_sessions")
    )
    return get_object_or_404(mine, reference=reference.upper())
