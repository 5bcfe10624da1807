"""Deciding at the desk: one case, several at once, and taking a decision back."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.models import Role
from enrolments import deciding, evidence, queue
from enrolments.forms.desk import BoardForm, NoteForm, ReasonForm, query_of
from enrolments.models import Enrolment
from enrolments.models.enrolment import Kind
from enrolments.services import acting, actions, board, bulk, working
from enrolments.services.actions import ACTIONS, ActionError
from enrolments.views.desk import (
    DESK_ROLES,
    case_page,
    decided_here,
    event_of,
    filters_of,
    find,
    keys_on,
)
from paperwork import previews
from paperwork.models import Attachment, Event
from paperwork.serving import serve
from vx_portal.http import PortalRequest, WrongRoleError, current_user, needs_role, roles_of

LONGEST_NUMBER = 19  # digits: a longer one is the number of nothing

# What the page that asks first says: the question, the label of the text, and its hint.
ASKS = {
    "return": (
        gettext_lazy("Your question to the student"),
        gettext_lazy("The student reads it as you write it, keeps the place, and has to answer."),
    ),
    "reject": (
        gettext_lazy("Why the application is rejected"),
        gettext_lazy("The student reads it as you write it. This cannot be taken back."),
    ),
    "decline": (
        gettext_lazy("Why the student is declined"),
        gettext_lazy("The student reads it as you write it. This cannot be taken back."),
    ),
    "withdraw_late": (
        gettext_lazy("Why it is withdrawn"),
        gettext_lazy("The student reads it. The place goes to the next in line."),
    ),
}


def roles_for(name: str, case: Enrolment) -> tuple[str, ...]:
    """Whose action `name` is in `case`, for the page that refuses others."""
    if name == "withdraw_late":
        return (Role.OFFICE,)
    if name in {"confirm", "decline"}:
        return (Role.PARTNER, Role.OFFICE)
    if case.kind == Kind.INCOMING:
        return (Role.PARTNER,)
    return (Role.HONOURS if case.is_honours else Role.COORDINATOR,)


@require_http_methods(["GET", "HEAD", "POST"])
@needs_role(*DESK_ROLES)
def act(request: PortalRequest, reference: str, name: str) -> HttpResponse:
    """Ask first on GET; decide on POST, then go on to the next case of the queue."""
    case, user = find(request, reference), current_user(request)
    if name not in decided_here(case):
        raise Http404
    action = ACTIONS[name]
    if not action.who(user, case):
        raise WrongRoleError(*roles_for(name, case))
    if case.state not in action.sources or is_stale(request, case):
        return stale(request, case)
    if why := actions.hindrance(name, user, case):
        return case_page(request, case, status=409, refusal=why)
    form = _reason_form(request, name)
    if request.method != "POST" or (form is not None and not form.is_valid()):
        return _ask(request, case, name, form)
    filters = filters_of(request)
    following = queue.after(user, case, filters)
    reason = form.cleaned_data["reason"] if form is not None else ""
    try:
        event = acting.act(case, name, by=user, reason=reason, also={"snoozed_until": None})
    except ActionError as refusal:
        return stale(request, find(request, reference), why=str(refusal))
    return _onward(request, following, filters, event)


def _reason_form(request: PortalRequest, name: str) -> ReasonForm | None:
    if name not in ASKS:
        return None
    label, hint = ASKS[name]
    data = request.POST if request.method == "POST" else None
    again = request.GET.get("again", "")
    initial = {}
    if data is None and again in {"1", "2", "3"}:
        earlier = queue.earlier_reasons(current_user(request), name)
        initial = {"reason": next(iter(earlier[int(again) - 1 :]), "")}
    return ReasonForm(data, label=label, hint=hint, initial=initial)


def _ask(
    request: PortalRequest, case: Enrolment, name: str, form: ReasonForm | None
) -> HttpResponse:
    context = {
        "case": case,
        "name": name,
        "action": ACTIONS[name],
        "form": form,
        "query": query_of(filters_of(request)),
        "seen": case.changed_at.isoformat(),
        "earlier": queue.earlier_reasons(current_user(request), name) if form else [],
    }
    status = 422 if form is not None and form.is_bound else 200
    return render(request, "enrolments/desk/ask.html", context, status=status)


def is_stale(request: PortalRequest, case: Enrolment) -> bool:
    """Whether the case has changed since the page that sent this was shown."""
    seen = request.POST.get("seen", "")
    return bool(seen) and seen != case.changed_at.isoformat()


def stale(request: PortalRequest, case: Enrolment, why: str = "") -> HttpResponse:
    """409: the case as it is now, with what was typed."""
    return case_page(
        request,
        case,
        status=409,
        stale=True,
        refusal=why or _("The application has changed since you opened it. Nothing was done."),
        typed=request.POST.get("reason", ""),
    )


def _onward(
    request: PortalRequest, following: str, filters: dict[str, Any], event: Event
) -> HttpResponse:
    """To the next case, or to the queue when there is none or one decides there."""
    query = f"{query_of(filters)}&done={event.pk}"
    if request.GET.get("then") == "queue" or not following:
        fragment = f"#{following}" if following else ""
        return HttpResponseRedirect(f"{reverse('desk:queue')}?{query}{fragment}")
    return HttpResponseRedirect(f"{reverse('desk:case', args=[following])}?{query}")


@require_POST
@needs_role(*DESK_ROLES)
def undo(request: PortalRequest, reference: str) -> HttpResponse:
    """Take back what one decided in the last ten seconds."""
    case = find(request, reference)
    try:
        acting.undo(event_of(request, case), by=current_user(request))
    except ActionError as refusal:
        return case_page(request, find(request, reference), status=409, refusal=str(refusal))
    messages.success(request, _("Taken back. Nobody has heard of it."))
    return _to_case(request, reference)


def _to_case(request: PortalRequest, reference: str) -> HttpResponse:
    address = reverse("desk:case", args=[reference.upper()])
    return HttpResponseRedirect(f"{address}?{query_of(filters_of(request))}")


@require_POST
@needs_role(*DESK_ROLES)
def record_board(request: PortalRequest, reference: str) -> HttpResponse:
    """Write down by hand what the Board of Examiners decided."""
    case, user = find(request, reference), current_user(request)
    if not board.may_record(user, case) and roles_of(user) <= {"auditor", "administration"}:
        raise WrongRoleError(Role.COORDINATOR, Role.OFFICE)
    form = BoardForm(request.POST, auto_id="id_board_%s")
    if is_stale(request, case):
        return stale(request, case)
    if not form.is_valid():
        return case_page(request, case, status=422, board_form=form, form=form)
    said = form.cleaned_data
    try:
        board.record_board(
            case,
            by=user,
            granted=said["answer"] == "granted",
            decided_on=said["decided_on"],
            name=said["name"],
            reference=said["reference"],
            reason=said["reason"],
        )
    except ActionError as refusal:
        return stale(request, find(request, reference), why=str(refusal))
    messages.success(request, _("Recorded. The student is told."))
    return _to_case(request, reference)


@require_POST
@needs_role(*DESK_ROLES)
def note(request: PortalRequest, reference: str) -> HttpResponse:
    """Leave a note for colleagues."""
    case, user = find(request, reference), current_user(request)
    if not working.may_note(user, case):
        raise WrongRoleError(Role.COORDINATOR, Role.HONOURS, Role.ADMINISTRATION, Role.OFFICE)
    form = NoteForm(request.POST, auto_id="id_note_%s")
    if not form.is_valid():
        return case_page(request, case, status=422, note_form=form, form=form)
    working.add_note(case, form.cleaned_data["text"], by=user)
    messages.success(request, _("Your note is kept."))
    return _to_case(request, reference)


@require_http_methods(["GET", "HEAD", "POST"])
@needs_role(*DESK_ROLES)
def aside(request: PortalRequest, reference: str) -> HttpResponse:
    """Put a case aside until tomorrow or next week, or take it back into the queue."""
    case, user = find(request, reference), current_user(request)
    days = {"tomorrow": working.next_morning(), "week": working.next_week(), "back": None}
    if not working.may_put_aside(user, case):
        if not ACTIONS["approve"].who(user, case):
            raise WrongRoleError(*roles_for("approve", case))
        return stale(request, case)
    filters = filters_of(request)
    until = request.POST.get("until", "")
    if until not in days:
        status = 422 if request.method == "POST" else 200
        context = {
            "case": case,
            "days": days,
            "query": query_of(filters),
            "keys": keys_on(request),
        }
        return render(request, "enrolments/desk/aside.html", context, status=status)
    following = queue.after(user, case, filters)
    try:
        working.put_aside(case, days[until], by=user)
    except ActionError as refusal:
        return stale(request, find(request, reference), why=str(refusal))
    if until == "back":
        messages.success(request, _("Back in the queue."))
        return _to_case(request, reference)
    messages.success(request, _("Put aside. You find it under “Put aside”."))
    query = query_of(filters)
    if request.GET.get("then") == "queue" or not following:
        return HttpResponseRedirect(f"{reverse('desk:queue')}?{query}#{following}")
    return HttpResponseRedirect(f"{reverse('desk:case', args=[following])}?{query}")


@require_http_methods(["GET", "HEAD", "POST"])
@needs_role(*DESK_ROLES)
def several(request: PortalRequest) -> HttpResponse:
    """Of the ticked cases: first which can be approved and why others cannot; then that."""
    user, filters = current_user(request), filters_of(request)
    sent = request.POST if request.method == "POST" else request.GET
    asked = list(dict.fromkeys(sent.getlist("case")))
    cases = queue.by_reference(user, asked[: bulk.MOST])
    context: dict[str, Any] = {
        "query": query_of(filters),
        "too_many": len(asked) > bulk.MOST,
        "most": bulk.MOST,
    }
    if request.method != "POST":
        verdicts = bulk.judge(cases, by=user)
    elif roles_of(user).isdisjoint({Role.COORDINATOR, Role.HONOURS, Role.PARTNER}):
        raise WrongRoleError(Role.COORDINATOR, Role.HONOURS)
    else:
        verdicts = bulk.approve_all(cases, by=user)
    context["can"] = [verdict for verdict in verdicts if not verdict.why]
    context["cannot"] = [verdict for verdict in verdicts if verdict.why]
    done = request.method == "POST"
    events = [verdict.event for verdict in verdicts if verdict.event]
    context["undoable"] = [event for event in events if deciding.can_undo(event, user)]
    template = "enrolments/desk/several_done.html" if done else "enrolments/desk/several.html"
    return render(request, template, context)


@require_POST
@needs_role(*DESK_ROLES)
def undo_several(request: PortalRequest) -> HttpResponse:
    """Take back what one has just approved together, as far as nobody has heard of it."""
    user, filters = current_user(request), filters_of(request)
    sent = [one for one in request.POST.getlist("event") if one.isascii() and one.isdigit()]
    numbers = [int(one) for one in sent[: bulk.MOST] if len(one) < LONGEST_NUMBER]
    verdicts = bulk.undo_all(queue.own_events(user, numbers), by=user)
    refused = [verdict for verdict in verdicts if verdict.why]
    if number := len(verdicts) - len(refused):
        words = ngettext(
            "%(n)s approval is taken back. Nobody has heard of it.",
            "%(n)s approvals are taken back. Nobody has heard of them.",
            number,
        )
        messages.success(request, words % {"n": number})
    for verdict in refused:
        said = {"reference": verdict.case.reference, "why": verdict.why}
        messages.error(request, _("%(reference)s is not taken back. %(why)s") % said)
    return HttpResponseRedirect(f"{reverse('desk:queue')}?{query_of(filters)}")


@require_safe
@needs_role(*DESK_ROLES)
def file(request: PortalRequest, reference: str, pk: UUID) -> HttpResponse:
    """The pages of a file that the student gave."""
    case, attachment = _file(request, reference, pk)

    def address(number: int) -> str:
        return reverse("desk:file-page", args=[case.reference, pk, number])

    context = {
        "case": case,
        "file": attachment,
        "pages": previews.pages(request, attachment, address),
        "original": reverse("desk:file-download", args=[case.reference, pk]),
        "query": query_of(filters_of(request)),
    }
    return render(request, "enrolments/desk/file.html", context)


@require_safe
@needs_role(*DESK_ROLES)
def file_page(request: PortalRequest, reference: str, pk: UUID, number: int) -> HttpResponse:
    """The picture of one page."""
    return previews.respond(request, _file(request, reference, pk)[1], number)


@require_safe
@needs_role(*DESK_ROLES)
def file_download(request: PortalRequest, reference: str, pk: UUID) -> HttpResponse:
    """The file as it was given."""
    return serve(request, _file(request, reference, pk)[1])


def _file(request: PortalRequest, reference: str, pk: UUID) -> tuple[Enrolment, Attachment]:
    case = find(request, reference)
    attachment = evidence.file_of(case, pk)
    if attachment is None:
        raise Http404
    return case, attachment
