"""The home page."""

from __future__ import annotations

from django.contrib.auth.decorators import login_not_required
from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from courses.models import Edition, University
from courses.models.course import PublicState
from enrolments.fitting import studies_of
from enrolments.turn import turns_of
from vx_portal.http import PortalRequest, kept
from vx_portal.linemap import line_map

CLOSING_SOON = 5  # rows on the board


@login_not_required
@require_safe
@kept(clock=True)
def home(request: PortalRequest) -> HttpResponse:
    """What Virtual Exchange is, where it goes, and which courses close first."""
    today = timezone.localdate()
    universities = list(University.objects.visible_to(request.user))
    studies = studies_of(request.user)
    guest = studies is not None and not studies.is_ours
    open_now = (
        Edition.objects.visible_to(request.user)
        .filter(
            applications_open_on__lte=today,
            applications_close_on__gte=today,
            state=PublicState.PUBLISHED,  # curators would see drafts
            course__state=PublicState.PUBLISHED,
        )
        .select_related("course__university")
        .order_by("applications_close_on", "starts_on", "pk")
    )
    if guest:  # who may come to our own courses alone
        open_now = open_now.filter(course__university__is_home=True)
    context = {
        "map": line_map(universities, timezone.now()),
        "partners": [university for university in universities if not university.is_home],
        "closing": open_now[:CLOSING_SOON],
        "guest": guest,
        "turns": turns_of(request.user),
    }
    return render(request, "home.html", context)
