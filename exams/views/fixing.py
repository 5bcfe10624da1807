"""Exams as hosts fix them: the list, one exam, the form; and the question to a host by mail."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from courses.models import Edition
from enrolments.forms.host import HostLinkForm
from enrolments.models import Enrolment, State
from enrolments.models.enrolment import Kind
from enrolments.services.actions import ActionError, StaleError
from exams import gates, lists, places
from exams.forms.fixing import FixForm
from exams.models import Exam
from exams.opening import fits_somewhere, openings
from exams.services import fixing
from exams.showing import shown
from vx_portal.http import PortalRequest, current_user, needs_role, roles_of

PAGE = 50
VIEWS = {
    "to-fix": gettext_lazy("To fix"),
    "fixed": gettext_lazy("Fixed"),
    "assignment": gettext_lazy("Final assignment"),
}


@require_safe
@needs_role(*gates.READERS)
def exams(request: PortalRequest) -> HttpResponse:
    """All attempts to come, those that are not fixed first; and courses without an exam."""
    today = timezone.localdate()
    wanted = request.GET.get("view", "")
    view = wanted if wanted in VIEWS else "to-fix"
    rows = lists.rows_of(lists.with_exam(lists.editions(), today), today)
    without = list(lists.with_assignment(lists.editions(), today))
    chosen: dict[str, list[Any]] = {
        "to-fix": [row for row in rows if row.exam is None],
        "fixed": [row for row in rows if row.exam is not None],
        "assignment": without,
    }
    context = {
        "view": view,
        "views": [(name, label, len(chosen[name])) for name, label in VIEWS.items()],
        "page_obj": Paginator(chosen[view], PAGE).get_page(request.GET.get("page")),
        "may_write": _may_write(request),
        "today": today,
    }
    return render(request, "exams/exams.html", context)


def _may_write(request: PortalRequest) -> bool:
    return not roles_of(request.user).isdisjoint(gates.ARRANGERS)


def _edition(pk: int) -> Edition:
    """The edition with its course and university; who comes here sees all exams."""
    return get_object_or_404(lists.editions(), pk=pk)


@require_safe
@needs_role(*gates.READERS)
def exam(request: PortalRequest, pk: int, attempt: int) -> HttpResponse:
    """One attempt: what the host fixed, for whom, and what is still missing."""
    edition = _edition(pk)
    found = Exam.objects.visible_to(request.user).filter(edition=edition, attempt=attempt).first()
    if found is not None:
        found.edition = edition
    context = about(edition, attempt, found)
    cases = Enrolment.objects.visible_to(request.user).filter(
        edition=edition, state__in=[State.ENROLLED, State.FINISHED]
    )
    incoming = cases.filter(kind=Kind.INCOMING).select_related("home_university")
    homes: dict[Any, int] = {}
    for case in incoming.order_by("home_university__name"):
        homes[case.home_university] = homes.get(case.home_university, 0) + 1
    is_here = found is not None and places.is_here(found)
    context |= {
        "students": edition.enrolled,  # type: ignore[attr-defined]  # annotated
        "homes": list(homes.items()),
        "question": next(
            (
                one
                for one in edition.open_questions  # type: ignore[attr-defined]
                if one.attempt == attempt
            ),
            None,
        ),
        "refusal": fixing.why_no_exam(edition, attempt),
        "may_write": _may_write(request),
        "is_here": is_here,
        "no_room": found is not None and is_here and not fits_somewhere(found, openings()),
    }
    return render(request, "exams/exam.html", context)


def about(edition: Edition, attempt: int, found: Exam | None) -> dict[str, Any]:
    """What every page about one attempt shows."""
    return {
        "edition": edition,
        "course": edition.course,
        "university": edition.course.university,
        "attempt": attempt,
        "exam": found,
        "shown": shown(found) if found else None,
    }


@require_http_methods(["GET", "HEAD", "POST"])
@needs_role(*gates.ARRANGERS)
def fix(request: PortalRequest, pk: int, attempt: int) -> HttpResponse:
    """The form, for the office and exam staff, who pass on what a host has said."""
    edition = _edition(pk)
    if fixing.why_no_exam(edition, attempt):
        return redirect("exams:exam", pk, attempt)
    return fix_page(
        request,
        edition,
        attempt,
        by=current_user(request),
        done=lambda: redirect("exams:exam", pk, attempt),
        template="exams/fix.html",
    )


def fix_page(
    request: PortalRequest, edition: Edition, attempt: int, *, by: Any, done: Any, template: str
) -> HttpResponse:
    """Show the form or take it; a stale one comes back with 409 and what was typed."""
    stored = Exam.objects.visible_to(request.user).filter(edition=edition, attempt=attempt)
    stored = stored.select_related("edition__course__university")
    found = stored.first()
    data = request.POST if request.method == "POST" else None
    form = FixForm(
        data, edition=edition, attempt=attempt, exam=found, openings=openings() if data else ()
    )
    status, said = 200, ""
    if data is not None:
        status = 422
        if form.is_valid():
            try:
                fixing.fix(
                    edition,
                    attempt,
                    form.facts(),
                    seen=form.cleaned_data["seen"],
                    by=by,
                    resit_offered=form.resit_offered(),
                )
            except StaleError as error:
                status, said = 409, str(error)
                found = stored.first()
                form.seen_again(found)
            except ActionError as error:
                form.add_error(None, str(error))
            else:
                messages.success(request, _("The exam is fixed. Exam staff have been told."))
                response: HttpResponse = done()
                return response
    context = about(edition, attempt, found) | {"form": form, "said": said}
    return render(request, template, context, status=status)


@require_http_methods(["GET", "HEAD", "POST"])
@needs_role(*gates.ARRANGERS)
def ask(request: PortalRequest, pk: int, attempt: int) -> HttpResponse:
    """Mail the host a link with which it fixes the exam without an account."""
    edition = _edition(pk)
    host = edition.course.university
    language = "nl" if host.country == "NL" else "en"
    initial = {"email": host.contact_email, "language": language}
    form = HostLinkForm(request.POST if request.method == "POST" else None, initial=initial)
    status = 422 if form.is_bound else 200
    if form.is_valid():
        try:
            fixing.ask(edition, attempt, by=current_user(request), **form.cleaned_data)
        except ActionError as error:
            form.add_error(None, str(error))
        else:
            said = _("The question has been sent to %(email)s.")
            messages.success(request, said % {"email": form.cleaned_data["email"]})
            return redirect("exams:exam", pk, attempt)
    context = about(edition, attempt, None) | {"form": form}
    return render(request, "exams/ask.html", context, status=status)
