"""Editions in the office: writing them, making the next from an earlier one, showing them."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.db.models import Q
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from courses import changes, house
from courses.forms.curated import CuratedForm
from courses.forms.edition import EditionForm, SessionRows, one_more_row, session_values
from courses.models import Course, Edition, LiveSession, PublicState
from courses.services import curation
from courses.views.curating import REFUSED, SAVED, STALE, changes_of, office_writes, save_form
from courses.views.office_courses import find as find_course
from vx_portal.http import PortalRequest, current_user, needs_role

PREFIX = "sessions"


def find(request: PortalRequest, pk: int) -> Edition:
    editions = Edition.objects.visible_to(request.user).select_related("course__university")
    return get_object_or_404(editions, pk=pk)


def page(
    request: PortalRequest, edition: Edition, form: CuratedForm, rows: Any, **more: Any
) -> HttpResponse:
    """The form of an edition with its live sessions."""
    status = more.pop("status", 200)
    context = {
        "edition": edition,
        "course": edition.course,
        "form": form,
        "rows": rows,
        "changes": changes_of(form),
        "stale": status == STALE,
        "failed": status == REFUSED,
        "parts": [form, *rows.forms],
        "moves": curation.moves_for(edition) if edition.pk else [],
        **more,
    }
    return render(request, "courses/office/edition.html", context, status=status)


def _sent(request: PortalRequest, edition: Edition, instance: Edition, **more: Any) -> HttpResponse:
    """What came in: one more row, a refusal that keeps what was typed, or saved."""
    form = EditionForm(request.POST, instance=instance)
    if "more" in request.POST:
        rows = SessionRows(one_more_row(request.POST, PREFIX), prefix=PREFIX)
        return page(request, edition, form, rows, unsaved=True, **more)
    rows = SessionRows(request.POST, prefix=PREFIX)
    status = save_form(form, by=current_user(request), rows={"live_sessions": rows})
    if status != SAVED:
        return page(request, edition, form, rows, status=status, **more)
    messages.success(request, _("The edition is saved."))
    return redirect("office:edition", form.instance.pk)


@require_http_methods(["GET", "HEAD", "POST"])
@office_writes
def edition(request: PortalRequest, pk: int) -> HttpResponse:
    found = find(request, pk)
    if request.method == "POST":
        return _sent(request, found, find(request, pk))
    sessions = session_values(list(found.live_sessions.all()))
    rows = SessionRows(initial=sessions, prefix=PREFIX)
    return page(request, found, EditionForm(instance=found), rows)


@require_http_methods(["GET", "HEAD", "POST"])
@needs_role("office")
def new_edition(request: PortalRequest, pk: int) -> HttpResponse:
    """An empty form, or with `?from=` one filled in from an earlier edition, a year on."""
    course = find_course(request, pk)
    if request.method == "POST":
        return _sent(request, _new(course), _new(course))
    earlier, sessions = _earlier(request, course.pk), list[LiveSession]()
    draft, more = _new(course), dict[str, Any]()
    if earlier:
        draft, sessions = curation.next_edition(earlier)
        draft.course, more = course, {"earlier": earlier}
    rows = SessionRows(initial=session_values(sessions), prefix=PREFIX)
    return page(request, draft, EditionForm(instance=draft), rows, **more)


def _new(course: Course) -> Edition:
    return Edition(course=course, offer_hours=house.number("courses.offer_hours"))


def _earlier(request: PortalRequest, course: int) -> Edition | None:
    number = request.GET.get("from", "")
    if not (number.isascii() and number.isdigit() and len(number) < 18):
        return None
    editions = Edition.objects.visible_to(request.user).filter(course_id=course)
    return get_object_or_404(editions.select_related("course"), pk=int(number))


def _refused(request: PortalRequest, pk: int, refusal: Exception) -> HttpResponse:
    found = find(request, pk)
    rows = SessionRows(initial=session_values(list(found.live_sessions.all())), prefix=PREFIX)
    form = EditionForm(instance=found)
    return page(request, found, form, rows, status=409, refusal=str(refusal), stale=False)


@require_POST
@needs_role("office")
def publish(request: PortalRequest, pk: int) -> HttpResponse:
    found = find(request, pk)
    try:
        curation.publish_edition(found, by=current_user(request))
    except curation.CurationError as refusal:
        return _refused(request, pk, refusal)
    messages.success(request, _("The edition is published."))
    return redirect("office:edition", pk)


@require_http_methods(["GET", "HEAD", "POST"])
@needs_role("office")
def withdraw(request: PortalRequest, pk: int) -> HttpResponse:
    found = find(request, pk)
    if request.method != "POST":
        context = {"edition": found, "number": changes.concerned(Q(pk=found.pk))}
        return render(request, "courses/office/withdraw_edition.html", context)
    try:
        curation.withdraw_edition(found, by=current_user(request))
    except curation.CurationError as refusal:
        return _refused(request, pk, refusal)
    messages.success(request, _("The edition is withdrawn. Visitors no longer see it."))
    return redirect("office:course", found.course_id)


@require_http_methods(["GET", "HEAD", "POST"])
@needs_role("office")
def delete(request: PortalRequest, pk: int) -> HttpResponse:
    found = find(request, pk)
    if request.method != "POST":
        context = {
            "name": f"{found.course.local_title}, {date_format(found.starts_on)}",
            "back": reverse("office:edition", args=[pk]),
            "can": found.state == PublicState.DRAFT,
            "why": _("Only a draft can be deleted. Withdraw this edition instead."),
        }
        return render(request, "courses/office/delete.html", context)
    try:
        curation.delete_edition(found, by=current_user(request))
    except curation.CurationError as refusal:
        return _refused(request, pk, refusal)
    messages.success(request, _("The draft edition is deleted."))
    return redirect("office:course", found.course_id)
