"""The participating universities."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from fractions import Fraction
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from django.contrib.auth.decorators import login_not_required
from django.core.paginator import Paginator
from django.db.models import Count, Prefetch, Q
from django.http import HttpResponse, HttpResponsePermanentRedirect
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from courses.applying import Applying, applying, leading
from courses.models import Course, Edition, University
from courses.models.course import PublicState
from courses.personal import mark_kept
from courses.prospectus import text_of
from courses.timetable import difference_in_words, difference_now, hours_ahead
from vx_portal.http import PortalRequest, kept

if TYPE_CHECKING:
    from vx_portal.http import Person

A_PAGE = 30  # courses on a university's page
STOPS_A_PAGE = 50  # of all universities: few enough to look through, and the search is above them
SORTS = {
    "name": _("Name"),
    "clock": _("Time difference"),
    "courses": _("Number of courses"),
}


@dataclass(frozen=True, slots=True)
class Stop:
    """A university on the board, with its clock at the moment of the page."""

    university: University
    hours: Fraction
    difference: str
    local: datetime  # on its own clock, without a zone: shown as it is
    courses: int


def _folded(text: str) -> str:
    """Without accents and capitals: what a search compares."""
    plain = unicodedata.normalize("NFKD", text)
    return "".join(c for c in plain if not unicodedata.combining(c)).casefold()


def _stops(universities: Iterable[University], at: datetime) -> list[Stop]:
    return [
        Stop(
            university,
            hours_ahead(university.zone, at),
            difference_now(university.zone, at),
            university.local_time(at).replace(tzinfo=None),
            university.course_count,  # type: ignore[attr-defined]  # annotated in the view
        )
        for university in universities
    ]


def _matches(stop: Stop, words: list[str]) -> bool:
    university = stop.university
    names = f"{university.code} {university.name} {university.local_name}"
    text = _folded(f"{names} {university.local_city} {university.city} {university.country_name}")
    return all(word in text for word in words)


def _sorted(stops: list[Stop], order: str) -> list[Stop]:
    by_name = sorted(stops, key=lambda stop: _folded(stop.university.local_name))
    if order == "clock":
        return sorted(by_name, key=lambda stop: stop.hours)
    if order == "courses":
        return sorted(by_name, key=lambda stop: -stop.courses)
    return by_name


@login_not_required
@require_safe
@kept(clock=True)
def universities(request: PortalRequest) -> HttpResponse:
    rows = University.objects.visible_to(request.user).annotate(
        course_count=Count("courses", filter=Q(courses__state=PublicState.PUBLISHED))
    )
    stops = _stops(rows, timezone.now())
    asked = request.GET.get("q", "")[:100].strip()
    order = request.GET.get("sort", "")
    found = [stop for stop in stops if _matches(stop, _folded(asked).split())]
    context = {
        "universities": [stop.university for stop in stops],
        "page_obj": Paginator(_sorted(found, order), STOPS_A_PAGE).get_page(
            request.GET.get("page")
        ),
        "asked": asked,
        "sorts": SORTS,
        "order": order if order in SORTS else "name",
    }
    return render(request, "courses/universities.html", context)


def _departures(
    user: Person, courses: list[Course]
) -> list[tuple[Course, Edition | None, Applying]]:
    today = timezone.localdate()
    mark_kept(user, [edition for course in courses for edition in course.editions.all()])
    rows = []
    for course in courses:
        lead = leading((e for e in course.editions.all() if e.ends_on >= today), today)
        rows.append((course, lead, applying(course, lead, today)))
    return rows


@login_not_required
@require_safe
@kept(clock=True)
def university(request: PortalRequest, code: str) -> HttpResponse:
    everywhere = University.objects.visible_to(request.user).select_related("video")
    found = get_object_or_404(everywhere, code=code.upper())
    if request.path != found.get_absolute_url():
        return HttpResponsePermanentRedirect(found.get_absolute_url())
    editions = Prefetch("editions", Edition.objects.visible_to(request.user).current())
    courses = (
        Course.objects.visible_to(request.user)
        .filter(university=found)
        .select_related("university")
        .prefetch_related(editions)
    )
    page = Paginator(courses, A_PAGE).get_page(request.GET.get("page"))
    context = {
        "university": found,
        "site": (urlsplit(found.website).hostname or "").removeprefix("www."),
        "about": text_of(found, "about"),
        "transcript": text_of(found, "transcript"),
        "video_about": text_of(found.video, "about") if found.video else None,
        "universities": list(everywhere),
        "difference": difference_in_words(found.zone, timezone.now()),
        "difference_now": difference_now(found.zone, timezone.now()),
        "local": found.local_time().replace(tzinfo=None),
        "page_obj": page,
        "rows": _departures(request.user, list(page.object_list)),
    }
    return render(request, "courses/university.html", context)
