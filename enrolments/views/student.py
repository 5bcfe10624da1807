"""A student's own cases: each on a ticket, and each on a page of its own."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Case, Count, IntegerField, Q, Value, When
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from courses.timetable import slots
from enrolments import following
from enrolments.clashes import CalendarFileError, compare
from enrolments.forms.applying import AnswerForm, LetterForm
from enrolments.forms.timetable import TimetableForm
from enrolments.holding import holder
from enrolments.later import News, news_of
from enrolments.models import Enrolment, State
from enrolments.models.enrolment import OVER
from enrolments.route import place_on, stops
from enrolments.services import answering, board
from enrolments.services.acting import act
from enrolments.services.actions import ACTIONS, ActionError, actions_for, hindrance
from enrolments.turn import STUDENTS_TURN, turn_of
from enrolments.views import saved
from enrolments.views.own import own_case
from paperwork.serving import serve
from vx_portal.http import PortalRequest, current_user

PAGE = 10
VIEWS = {
    "open": ~Q(state__in=OVER | {State.FINISHED}),
    "over": Q(state__in=OVER | {State.FINISHED}),
}


@require_safe
def cases(request: PortalRequest) -> HttpResponse:
    """One ticket for each course: first what is up to the student, last what is over."""
    mine = Enrolment.objects.visible_to(request.user).filter(student=current_user(request))
    counts = mine.aggregate(**{name: Count("pk", filter=which) for name, which in VIEWS.items()})
    view = request.GET.get("view", "")
    group = Case(
        When(state__in=STUDENTS_TURN, then=Value(0)),
        When(VIEWS["over"], then=Value(2)),
        default=Value(1),
        output_field=IntegerField(),
    )
    rows = mine.filter(VIEWS[view]) if view in VIEWS else mine
    rows = rows.annotate(group=group).order_by("group", "due_on", "-created_at", "pk")
    pages = Paginator(rows.for_list(), PAGE)
    pages.count = counts[view] if view in VIEWS else sum(counts.values())
    page = pages.get_page(request.GET.get("page"))
    shown = list(page.object_list)
    news = news_of(shown)
    context = {
        "page_obj": page,
        "tickets": [_ticket(case, news[case.pk]) for case in shown],
        "view": view if view in VIEWS else "",
        "counts": counts if all(counts.values()) else None,
        "any": any(counts.values()),
        **saved.context(request),
    }
    return render(request, "enrolments/cases.html", context)


def _ticket(case: Enrolment, news: News) -> dict[str, Any]:
    line = stops(case, news=news)
    return {
        "case": case,
        "turn": turn_of(case, news),
        "holder": holder(case, news),
        "line": line,
        "place": place_on(line),
        "is_over": case.state in OVER,
    }


@require_safe
def case(request: PortalRequest, reference: str) -> HttpResponse:
    return _case_page(request, own_case(request, reference))


def _case_page(
    request: PortalRequest, case: Enrolment, status: int = 200, **more: Any
) -> HttpResponse:
    user = current_user(request)
    context = {"form": AnswerForm(giver=user), **following.about(case, user), **more}
    if board.may_hand_in(user, case):
        context.setdefault("letter_form", LetterForm(giver=user))
    return render(request, "enrolments/case.html", context, status=status)


@require_safe
def sent(request: PortalRequest, reference: str) -> HttpResponse:
    """The confirmation: what arrived, what happens next, and by when."""
    case = own_case(request, reference)
    if case.submitted_at is None or case.is_over:
        return redirect(case)
    return render(request, "enrolments/sent.html", following.about(case, current_user(request)))


@require_POST
def answer(request: PortalRequest, reference: str) -> HttpResponse:
    """The answer to a question, with a file where that helps."""
    case, user = own_case(request, reference), current_user(request)
    form = AnswerForm(request.POST, request.FILES, giver=user)
    if form.is_valid():
        try:
            answering.answer(case, form.cleaned_data["answer"], form.cleaned_data["file"], by=user)
        except ActionError as error:
            return _stale(request, reference, error, typed=form.cleaned_data["answer"])
        messages.success(request, _("Your answer is sent. Your application goes on."))
        return redirect(case)
    return _case_page(request, case, 422, form=form)


@require_POST
def board_letter(request: PortalRequest, reference: str) -> HttpResponse:
    """The Board of Examiners has answered: its letter."""
    case, user = own_case(request, reference), current_user(request)
    form = LetterForm(request.POST, request.FILES, giver=user)
    if not form.is_valid():
        return _case_page(request, case, 422, letter_form=form)
    try:
        board.hand_in(case, form.cleaned_data["letter"], by=user)
    except ActionError as error:
        return _stale(request, reference, error)
    messages.success(request, _("The letter has arrived. Your coordinator can now decide."))
    return redirect(case)


@require_POST
def accept(request: PortalRequest, reference: str) -> HttpResponse:
    """Take the place that is offered."""
    case, user = own_case(request, reference), current_user(request)
    try:
        act(case, "accept", by=user)
    except ActionError as error:
        return _stale(request, reference, error)
    messages.success(request, _("The place is yours. Your application goes on."))
    return redirect(case)


def _stale(
    request: PortalRequest, reference: str, error: ActionError, typed: str = ""
) -> HttpResponse:
    """The case as it is now, with why the click could do nothing; what was typed is given back."""
    given_back = [(_("Your answer"), typed)] if typed else []
    case = own_case(request, reference)
    return _case_page(request, case, 409, said=str(error), typed=given_back)


@require_http_methods(["GET", "HEAD", "POST"])
def leave(request: PortalRequest, reference: str, action: str) -> HttpResponse:
    """Withdraw, or give up the turn or the place: asks first, and says what follows."""
    case, user = own_case(request, reference), current_user(request)
    if request.method == "POST":
        try:
            act(case, action, by=user)
        except ActionError as error:
            return _stale(request, reference, error)
        messages.success(request, _("Your application is withdrawn."))
        return redirect("exchange:cases")
    if action not in actions_for(user, case) and not hindrance(action, user, case):
        return redirect(case)
    context = {
        "case": case,
        "edition": case.edition,
        "course": case.edition.course,
        "university": case.edition.course.university,
        "label": ACTIONS[action].label,
        "too_late": hindrance(action, user, case),
        "consequences": following.leaving(case),
    }
    return render(request, "enrolments/leave.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def timetable(request: PortalRequest, reference: str) -> HttpResponse:
    """Compare the course with the student's own calendar file, which is read once and not kept."""
    case = own_case(request, reference)
    edition = case.edition
    form = TimetableForm(request.POST, request.FILES) if request.method == "POST" else None
    found = None
    weekly = slots(edition, list(edition.live_sessions.all()), edition.course.university.zone)
    if form is not None and form.is_valid():
        meetings = [meeting for slot in weekly for meeting in slot.meetings]
        try:
            found = compare(form.cleaned_data["calendar"].read(), edition, meetings)
        except CalendarFileError as error:
            form.add_error("calendar", str(error))
    context = {
        "case": case,
        "edition": edition,
        "course": edition.course,
        "university": edition.course.university,
        "form": form or TimetableForm(),
        "found": found,
        "slots": weekly,
    }
    status = 422 if form and form.errors else 200
    return render(request, "enrolments/timetable.html", context, status=status)


@require_safe
def file(request: PortalRequest, reference: str, pk: UUID) -> HttpResponse:
    """A file of the case, as it was given."""
    return serve(
        request, get_object_or_404(following.files_of(own_case(request, reference)), pk=pk)
    )


@require_safe
def document(request: PortalRequest, reference: str, pk: UUID) -> HttpResponse:
    """A document of the case that the portal made."""
    found = get_object_or_404(following.documents_of(own_case(request, reference)), pk=pk)
    return serve(request, found, inline=True)
