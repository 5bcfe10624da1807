"""The office's pages of results of our own courses: enter, one or a list; confirm; send back."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.recent import GRADES, needs_recent_sign_in
from courses.imports.reading import UnreadableError
from courses.models import Edition
from courses.spreadsheets import csv_download
from courses.views.curating import office_writes
from enrolments.models import Enrolment
from enrolments.services.actions import ActionError
from grades import lists, own_results, records
from grades.forms.own_results import EntryForm, ListForm, SendBackForm, sealed, unsealed
from grades.gates import ENDED_WELL
from grades.models import Result
from grades.services import own_results as services
from vx_portal.http import PortalRequest, current_user, needs_role, roles_of

PAGE = 50


@require_safe
@needs_role("office", "auditor")
def home(request: PortalRequest) -> HttpResponse:
    """Our own editions, with how far their results are."""
    rows = own_results.editions(current_user(request))
    wanted = request.GET.get("view", "")
    view = wanted if wanted in own_results.VIEWS else "enter"
    context = {
        "view": view,
        "views": [
            (name, label, own_results.narrowed(rows, name).count())
            for name, label in own_results.VIEWS.items()
        ],
        "page_obj": Paginator(own_results.narrowed(rows, view), PAGE).get_page(
            request.GET.get("page")
        ),
    }
    return render(request, "grades/results/home.html", context)


def _edition(request: PortalRequest, pk: int) -> Edition:
    rows = Edition.objects.visible_to(request.user).filter(course__university__is_home=True)
    return get_object_or_404(rows.select_related("course__university"), pk=pk)


@require_safe
@needs_role("office", "auditor")
def edition(request: PortalRequest, pk: int) -> HttpResponse:
    return _page(request, _edition(request, pk), ListForm(initial=_today()))


def _today() -> dict[str, Any]:
    return {"dated_on": timezone.localdate()}


def _page(
    request: PortalRequest, edition: Edition, form: ListForm, *, status: int = 200
) -> HttpResponse:
    """The students of an edition, with what was entered and what holds."""
    user = current_user(request)
    page = Paginator(own_results.students(user, edition), PAGE).get_page(request.GET.get("page"))
    students = own_results.with_results(user, page.object_list)
    for one in students:
        one.case.edition = edition
    context = {
        "edition": edition,
        "course": edition.course,
        "university": edition.course.university,
        "page_obj": page,
        "students": students,
        "form": form,
        "reader": user,
        "may_write": "office" in roles_of(user),
        "to_confirm": [one for one in students if one.waits and one.waits.recorded_by != user],
        "has_begun": edition.starts_on <= timezone.localdate(),
    }
    return render(request, "grades/results/edition.html", context, status=status)


@require_safe
@needs_role("office", "auditor")
@needs_recent_sign_in(file=True)
def template(request: PortalRequest, pk: int) -> HttpResponse:
    """A list with the students of the edition, to fill in."""
    edition = _edition(request, pk)
    sheet = own_results.template_of(own_results.students(current_user(request), edition))
    name = f"results-{edition.course.slug}-{edition.starts_on:%Y-%m}"
    return csv_download(name, sheet, dutch=True)


def _case(request: PortalRequest, reference: str) -> Enrolment:
    rows = Enrolment.objects.visible_to(request.user).filter(
        edition__course__university__is_home=True, state__in=ENDED_WELL
    )
    shown = rows.select_related(
        "student", "edition__course__university", "home_university", "programme", "faculty"
    )
    return get_object_or_404(shown, reference=reference.upper())


@require_http_methods(["GET", "HEAD", "POST"])
@needs_role("office")
@needs_recent_sign_in(GRADES)
def enter(request: PortalRequest, reference: str) -> HttpResponse:
    """Enter the result of one student, or correct it."""
    case, user = _case(request, reference), current_user(request)
    standing = list(Result.objects.visible_to(user).filter(enrolment=case).standing())
    holds = next((result for result in standing if result.is_confirmed), None)
    waits = next((result for result in standing if not result.is_confirmed), None)
    form = EntryForm(request.POST if request.method == "POST" else None, case=case, holds=holds)
    status = 200
    if form.is_bound and (waits or form.is_stale):
        form.add_error(None, _("Somebody else has entered a result meanwhile: it stands below."))
        status = 409
    elif form.is_bound and form.is_valid():
        try:
            services.enter(case, form.entry(), by=user)
        except ActionError as refusal:
            form.add_error(None, str(refusal))
            status = 409
        else:
            messages.success(
                request,
                _("The result of %(student)s is entered. A colleague confirms it.")
                % {"student": case.student},
            )
            return redirect("results:edition", case.edition_id)
    elif form.is_bound:
        status = 422
    context = {
        "case": case,
        "edition": case.edition,
        "course": case.edition.course,
        "form": form,
        "holds": holds,
        "waits": waits,
    }
    return render(request, "grades/results/enter.html", context, status=status)


@require_POST
@office_writes
def check(request: PortalRequest, pk: int) -> HttpResponse:
    """What would come of each row of a list. Nothing is written."""
    edition = _edition(request, pk)
    form = ListForm(request.POST, request.FILES)
    if not form.is_valid():
        return _page(request, edition, form, status=422)
    file, dated_on = form.cleaned_data["file"], form.cleaned_data["dated_on"]
    try:
        rows = lists.rows_of(file.name, file.read())
    except UnreadableError as problem:
        form.add_error("file", str(problem))
        return _page(request, edition, form, status=422)
    return _preview(request, edition, rows, dated_on, name=file.name)


def _preview(
    request: PortalRequest,
    edition: Edition,
    cells: list[dict[str, str]],
    dated_on: date,
    *,
    name: str = "",
    refusal: str = "",
) -> HttpResponse:
    rows = lists.check(edition, cells, dated_on)
    faults = [row for row in rows if row.outcome == lists.FAULT]
    to_enter = [row for row in rows if row.outcome in {lists.NEW, lists.CORRECTION}]
    context = {
        "edition": edition,
        "course": edition.course,
        "university": edition.course.university,
        "rows": rows,
        "faults": faults,
        "to_enter": to_enter,
        "name": name,
        "refusal": refusal,
        "sealed": sealed(edition, cells, dated_on.isoformat()) if to_enter and not faults else "",
    }
    status = 409 if refusal else 422 if faults else 200
    return render(request, "grades/results/preview.html", context, status=status)


@require_POST
@office_writes
@needs_recent_sign_in(GRADES)
def enter_list(request: PortalRequest, pk: int) -> HttpResponse:
    """Enter all rows of a list that was checked, or none."""
    edition, user = _edition(request, pk), current_user(request)
    held = unsealed(edition, request.POST.get("list", ""))
    if held is None:
        messages.error(request, _("This list was checked too long ago. Upload it again."))
        return redirect("results:edition", pk)
    cells, dated_on = held[0], date.fromisoformat(held[1])
    rows = lists.check(edition, cells, dated_on)
    wrong = [row for row in rows if row.outcome == lists.FAULT]
    entries = [
        (row.case, row.entry)
        for row in rows
        if row.case and row.entry and row.outcome in {lists.NEW, lists.CORRECTION}
    ]
    changed = _("Something has changed since the list was checked. Nothing has been entered.")
    if wrong or not entries:
        return _preview(request, edition, cells, dated_on, refusal=changed)
    try:
        done = services.enter_list(entries, by=user)
    except ActionError as refusal:
        return _preview(request, edition, cells, dated_on, refusal=f"{changed} {refusal}")
    messages.success(
        request,
        ngettext(
            "One result is entered. A colleague confirms it.",
            "%(number)s results are entered. A colleague confirms them.",
            len(done),
        )
        % {"number": len(done)},
    )
    return redirect("results:edition", pk)


@require_POST
@office_writes
@needs_recent_sign_in(GRADES)
def confirm(request: PortalRequest, pk: int) -> HttpResponse:
    """Confirm the results that were ticked: each on its own."""
    edition, user = _edition(request, pk), current_user(request)
    ticked = [text for text in request.POST.getlist("result") if text.isdecimal()][:500]
    rows: QuerySet[Result] = (
        Result.objects.visible_to(user)
        .filter(enrolment__edition=edition, pk__in=[int(text) for text in ticked if len(text) < 19])
        .select_related(*records.SHOWN)
    )
    outcome = services.confirm_several(rows, by=user)
    if number := len(outcome.done):
        messages.success(
            request,
            ngettext(
                "One result is confirmed. The student has been told.",
                "%(number)s results are confirmed. The students have been told.",
                number,
            )
            % {"number": number},
        )
    for result, why in outcome.refused:
        messages.error(request, f"{result.enrolment.student}: {why}")
    if not outcome.done and not outcome.refused:
        messages.info(request, _("Tick at least one result first."))
    return redirect("results:edition", pk)


@require_http_methods(["GET", "HEAD", "POST"])
@needs_role("office")
def send_back(request: PortalRequest, pk: int) -> HttpResponse:
    """Send back what a colleague has entered, with why; or take back one's own."""
    user = current_user(request)
    rows = Result.objects.visible_to(user).to_confirm().select_related(*records.SHOWN)
    result = get_object_or_404(rows, pk=pk)
    form = SendBackForm(request.POST if request.method == "POST" else None)
    if result.recorded_by_id == user.pk:
        form.fields["reason"].required = False
    if form.is_valid():
        try:
            services.send_back(result, by=user, reason=form.cleaned_data["reason"])
        except ActionError as refusal:
            messages.error(request, str(refusal))
        else:
            messages.success(request, _("The result is taken out. Nobody has been told."))
        return redirect("results:edition", result.enrolment.edition_id)
    context = {
        "result": result,
        "case": result.enrolment,
        "course": result.enrolment.edition.course,
        "form": form,
        "is_own": result.recorded_by_id == user.pk,
    }
    status = 422 if form.is_bound else 200
    return render(request, "grades/results/send_back.html", context, status=status)
