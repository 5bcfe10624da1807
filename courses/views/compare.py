"""Courses side by side, at an address that can be shared and printed."""

from __future__ import annotations

from collections.abc import Iterable
from functools import reduce
from operator import or_
from urllib.parse import urlencode

from django.contrib.auth.decorators import login_not_required
from django.db.models import Prefetch, Q
from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from courses import comparison
from courses.comparison import MOST, Named, read_names
from courses.counting import without_extracurricular
from courses.models import Course, Edition
from courses.personal import mark_kept
from vx_portal.http import PortalRequest


@login_not_required
@require_safe
def compare(request: PortalRequest) -> HttpResponse:
    """The courses that the address names, at most MOST of them, in the order of the address."""
    names = read_names(request.GET.getlist("c"))
    courses = _found(request, names[:MOST])
    mark_kept(request.user, [one for course in courses.values() for one in course.editions.all()])
    without = without_extracurricular(request.user)
    found = comparison.compare(
        list(courses.values()), without, timezone.localdate(), reader=request.user
    )
    context = {
        "columns": [
            {"column": column, "rest": _query(name for name in courses if name != own)}
            for own, column in zip(courses, found.columns, strict=True)
        ],
        "rows": found.rows,
        "too_many": max(0, len(names) - MOST),
        "unknown": len(names[:MOST]) - len(courses),
        "most": MOST,
    }
    return render(request, "courses/compare.html", context)


def _found(request: PortalRequest, names: list[Named]) -> dict[Named, Course]:
    if not names:
        return {}
    which = [Q(university__code=name.university.upper(), slug=name.slug) for name in names]
    editions = Prefetch("editions", Edition.objects.visible_to(request.user))
    courses = Course.objects.visible_to(request.user).filter(reduce(or_, which))
    rows = courses.select_related("university").prefetch_related(editions)
    by_name = {Named(row.university.code.lower(), row.slug): row for row in rows}
    return {name: by_name[name] for name in names if name in by_name}


def _query(names: Iterable[Named]) -> str:
    return urlencode([("c", str(name)) for name in names], safe="/")
