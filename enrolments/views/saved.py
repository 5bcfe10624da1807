"""The list of courses that a student keeps in mind: shown with the applications."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from accounts.models import STUDENT
from courses.models import Course
from enrolments.saved import savable, saved_by
from enrolments.services import saving
from vx_portal.http import PortalRequest, current_user, needs_role


@require_POST
@needs_role(STUDENT)
def save(request: PortalRequest, university: str, course: str) -> HttpResponse:
    """Save a course, or take it off the list; back to where the button was."""
    user = current_user(request)
    found = get_object_or_404(
        savable(user), university__code=university.upper(), slug=course.lower()
    )
    dropped = request.POST.get("do") == "drop"
    if dropped:
        saving.drop(found, by=user)
    elif not saving.save(found, by=user):
        text = _("Your list is full: it holds %(most)s courses. Take one off first.")
        messages.warning(request, text % {"most": saving.MOST})
        return redirect(f"{reverse('exchange:cases')}#saved")
    if request.POST.get("from") == "list":
        note = f"?dropped={found.pk}" if dropped else ""
        return redirect(f"{reverse('exchange:cases')}{note}#saved")
    return redirect(f"{found.get_absolute_url()}#save")


def context(request: PortalRequest) -> dict[str, Any]:
    """What the list shows: the courses, and the one that was just taken off."""
    saved = saved_by(current_user(request))
    return {"saved": saved, "dropped": _dropped(request, {one.course.pk for one in saved})}


def _dropped(request: PortalRequest, still: set[int]) -> Course | None:
    text = request.GET.get("dropped", "")
    if not (text.isascii() and text.isdigit() and len(text) < 10) or int(text) in still:
        return None
    rows = Course.objects.visible_to(request.user).select_related("university")
    return rows.filter(pk=int(text)).first()
