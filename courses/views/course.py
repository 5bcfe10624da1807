"""A course's page and its calendar."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

from django.contrib.auth.decorators import login_not_required
from django.db.models import Prefetch
from django.http import HttpResponse, HttpResponsePermanentRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from courses import prospectus
from courses.applying import applying, leading
from courses.calendar import calendar_of, worth_showing
from courses.counting import purposes, without_extracurricular
from courses.models import Course, Edition
from courses.personal import mark_kept
from courses.timetable import difference_in_words, noon, slots
from vx_portal.http import PortalRequest, kept

if TYPE_CHECKING:
    from vx_portal.http import Person


def _found(request: PortalRequest, university: str, slug: str) -> Course:
    """The course at this address, in whichever case it was typed."""
    editions = Edition.objects.visible_to(request.user).prefetch_related("live_sessions")
    courses = (
        Course.objects.visible_to(request.user)
        .select_related("university", "video")
        .prefetch_related(Prefetch("editions", editions))
    )
    return get_object_or_404(courses, university__code=university.upper(), slug=slug.lower())


def _editions(user: Person, course: Course, chosen: str, today: date) -> dict[str, Any]:
    """The edition on the ticket (the one chosen by its first day, else the nearest), the others."""
    every = list(course.editions.all())
    current = [edition for edition in every if edition.ends_on >= today]
    mark_kept(user, current)
    lead = next((e for e in current if str(e.starts_on) == chosen), None)
    lead = lead or leading(current, today)
    others = [(e, applying(course, e, today)) for e in current if e != lead]
    past = [edition for edition in every if edition.ends_on < today]
    zone = course.university.zone
    return {
        "edition": lead,
        "applying": applying(course, lead, today),
        "others": others,
        "previous": past[-1] if past and not current else None,
        "slots": slots(lead, list(lead.live_sessions.all()), zone) if lead else [],
        "assessment": prospectus.assessment(course, lead),
        "study_load": prospectus.study_load(course, lead),
    }


def course_context(request: PortalRequest, found: Course) -> dict[str, Any]:
    """What the page of a course shows; the office's preview shows the same."""
    excluded = without_extracurricular(request.user)
    return {
        "course": found,
        "university": found.university,
        "sections": prospectus.sections(found),
        "purposes": purposes(found, excluded, reader=request.user),
        "transcript": prospectus.text_of(found.university, "transcript"),
        "video_about": prospectus.text_of(found.video, "about") if found.video else None,
        "difference": difference_in_words(found.university.zone, noon(timezone.localdate())),
        **_editions(request.user, found, request.GET.get("edition", ""), timezone.localdate()),
    }


@login_not_required
@require_safe
@kept
def course(request: PortalRequest, university: str, course: str) -> HttpResponse:
    found = _found(request, university, course)
    if request.path != found.get_absolute_url():
        return HttpResponsePermanentRedirect(found.get_absolute_url())
    return render(request, "courses/course.html", course_context(request, found))


@login_not_required
@require_safe
@kept
def calendar(request: PortalRequest, university: str, course: str) -> HttpResponse:
    found = _found(request, university, course)
    address = reverse("courses:calendar", args=[found.university.code.lower(), found.slug])
    if request.path != address:
        return HttpResponsePermanentRedirect(address)
    editions = worth_showing(found.editions.all(), timezone.localdate())
    url = request.build_absolute_uri(found.get_absolute_url())
    name = f"{found.university.code.lower()}-{found.slug}.ics"
    return HttpResponse(
        calendar_of(found, editions, url),
        content_type="text/calendar; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )
