"""Registrations at the desk: the queue, each on one page, and what can be done with it."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.cache import patch_vary_headers
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accounts.models import Role
from accounts.recent import GRADES, needs_recent_sign_in
from enrolments.forms.desk import query_of
from enrolments.queue import is_reference
from enrolments.views.desk import Counted
from grades import form, proposing, registrars, registrations
from grades.files import originals_of
from grades.forms.queue import RegistrationFilter
from grades.forms.registering import StepForm, form_for
from grades.models import Registration, RegistrationState, Transcript
from grades.registration_holding import holder
from grades.registration_words import history_in_words
from grades.services import honours, reconciling, registering, registration_papers
from grades.services.registration_actions import (
    ACTIONS,
    ActionError,
    StaleError,
    actions_for,
    hindrance,
)
from paperwork.models import Attachment
from paperwork.serving import serve
from vx_portal.http import PortalRequest, WrongRoleError, current_user, needs_role

S = RegistrationState
DESK_ROLES = (Role.COORDINATOR, Role.HONOURS, Role.ADMINISTRATION, Role.AUDITOR)
# In this order on the page: first what brings it further.
STEPS = ("take", "decide", "prepare", "send", "register", "reconcile", "file", "choose", "amend")
ASIDE = ("back", "refuse", "decline", "again")


@require_safe
@needs_role(*DESK_ROLES)
def queue(request: PortalRequest) -> HttpResponse:
    """The list, with its views and filters."""
    user = current_user(request)
    asked = RegistrationFilter(request.GET, by=user)
    filters = asked.filters()
    found = registrations.find(user, filters)
    page = Counted(found.rows, found.number).get_page(request.GET.get("page"))
    first = max(page.start_index() - 1, 0)
    sort = registrations.sort_of(filters)
    listed = registrations.shown(found.rows, first, page.end_index(), sort) if found.number else []
    context = {
        "form": asked,
        "filters": filters,
        "narrowed": set(filters) - {"view", "sort"},
        "opened": bool(set(filters) - {"view", "q"}),
        "query": query_of(filters),
        "page_obj": page,
        "rows": [(row, holder(row)) for row in listed],
        "views": [
            (view, found.counts[view.name], filters == {"view": view.name})
            for view in registrations.views_for(user)
        ],
        "coordinates": Role.COORDINATOR in user.roles,
        "batches": user.roles != {str(Role.HONOURS)},
    }
    template = "grades/registrations/queue.html"
    response = render(request, f"{template}#results" if request.htmx else template, context)
    patch_vary_headers(response, ["HX-Request"])
    return response


def find(request: PortalRequest, reference: str) -> Registration:
    """The registration of a case, for somebody who may see it at the desk; else 404."""
    if not is_reference(reference):
        raise Http404
    rows = registrations.on_desk(current_user(request)).telling_recorders()
    rows = rows.select_related(*form.SHOWN)
    return get_object_or_404(rows, enrolment__reference=reference.upper())


@require_safe
@needs_role(*DESK_ROLES)
def registration(request: PortalRequest, reference: str) -> HttpResponse:
    """All of one registration, and what the reader can do with it.

    Where none holds that the reader sees, the one that was sent before the correction.
    """
    try:
        row = find(request, reference)
    except Http404:
        before = registrations.superseded(current_user(request))
        last = before.filter(enrolment__reference=reference.upper()).first()
        if last is None or not is_reference(reference):
            raise
        return redirect("registrations:earlier", reference.upper(), last.pk)
    return page(request, row)


def page(
    request: PortalRequest,
    row: Registration,
    *,
    status: int = 200,
    failed: dict[str, StepForm] | None = None,
    said: str = "",
) -> HttpResponse:
    """The page of one registration; `failed` are forms as they were sent."""
    user = current_user(request)
    possible = actions_for(user, row)
    steps = [
        (name, ACTIONS[name], (failed or {}).get(name) or form_for(name, row))
        for name in (*STEPS, *ASIDE)
        if name in possible
    ]
    filters = RegistrationFilter(request.GET, by=user).filters()
    values = form.values_of(row)
    context = {
        "row": row,
        "case": row.enrolment,
        "course": row.enrolment.edition.course,
        "university": row.enrolment.edition.course.university,
        "holder": holder(row),
        "seen": row.changed_at.isoformat(),
        "main": [step for step in steps if step[0] in STEPS[:6]],
        "others": [step for step in steps if step[0] not in STEPS[:6]],
        "hindered": [
            (ACTIONS[name], why) for name in STEPS[:6] if (why := hindrance(name, user, row))
        ],
        "is_honours": row.route == Registration.Route.HONOURS,
        "type": proposing.in_usis(row.request_type) if row.request_type else "",
        "proposed": proposing.in_usis(row.proposed_type) if row.proposed_type else "",
        "why": proposing.why(row.enrolment),
        "listed": proposing.where_listed(row.request_type),
        "facts": [(field.label, form.as_text(values[field.name])) for field in form.FIELDS],
        "missing": form.missing(row),
        "blank": form.lacking(row, needed=False),
        "paper": registration_papers.paper_of(row),
        "transcript": (paper := _transcript(request, row)),
        "photographs": _photographs(paper),
        "differences": [
            reconciling.difference_in_words(one) for one in registration_papers.differences_of(row)
        ],
        "change": honours.open_change(row),
        "may_ask_change": honours.may_ask(user, row),
        "nobody": row.state in {S.PREPARED, S.SENT} and not registrars.recorders(row).exists(),
        "no_administration": not row.is_administered,
        "history": history_in_words(registering.history(row)),
        "earlier": list(
            registrations.superseded(user)
            .filter(enrolment=row.enrolment_id)
            .select_related("result")
        ),
        "query": query_of(filters),
        "back": f"{reverse('registrations:queue')}?{query_of(filters)}",
        "failed": failed,
        "form": next(iter((failed or {}).values()), None),
        "said": said,
    }
    return render(request, "grades/registrations/registration.html", context, status=status)


def _transcript(request: PortalRequest, row: Registration) -> Transcript | None:
    if row.result.transcript_id is None:
        return None
    return Transcript.objects.visible_to(request.user).filter(pk=row.result.transcript_id).first()


@require_POST
@needs_role(*DESK_ROLES)
@needs_recent_sign_in(GRADES)
def act(request: PortalRequest, reference: str, name: str) -> HttpResponse:
    """Do it, then go on to the next one of the queue; what fails is said where it stands."""
    if name not in ACTIONS:
        raise Http404
    row, user = find(request, reference), current_user(request)
    action = ACTIONS[name]
    if not action.who(user, row):
        raise WrongRoleError(*roles_for(name, row))
    stale = request.POST.get("seen", "") not in {"", row.changed_at.isoformat()}
    if row.state not in action.sources or stale:
        return page(request, row, status=409, said=_("Somebody else was first."))
    if why := hindrance(name, user, row):
        return page(request, row, status=409, said=why)
    sent = form_for(name, row, request.POST)
    if sent is not None and not sent.is_valid():
        return page(request, row, status=422, failed={name: sent})
    filters = RegistrationFilter(request.GET, by=user).filters()
    following = registrations.after(user, row, filters)
    also, reason = (sent.also(), sent.why()) if sent is not None else ({}, "")
    try:
        if name == "send" and row.route == Registration.Route.HONOURS:
            honours.send_overview(row, by=user)
        else:
            registering.act(row, name, by=user, reason=reason, also=also)
    except StaleError as refusal:
        return page(request, find(request, reference), status=409, said=str(refusal))
    except ActionError as refusal:
        if sent is None:
            return page(request, find(request, reference), status=409, said=str(refusal))
        sent.add_error(next(iter(sent.fields)), str(refusal))
        return page(request, find(request, reference), status=422, failed={name: sent})
    return _onward(request, row, name, following, query_of(filters))


def _onward(
    request: PortalRequest, row: Registration, name: str, following: str, query: str
) -> HttpResponse:
    """To the next one after a step that hands it over; else to this one again."""
    who = str(row.enrolment.student)
    messages.success(request, f"{who}: {row.get_state_display()}.")
    onward = name in {"send", "register"} and following
    reference = following if onward else row.enrolment.reference
    return redirect(f"{reverse('registrations:registration', args=[reference])}?{query}")


def roles_for(name: str, row: Registration) -> tuple[str, ...]:
    """Whose action `name` is, for the page that refuses others."""
    if row.route == Registration.Route.HONOURS:
        return (Role.HONOURS,)
    recorded = name in {"take", "back", "register", "amend", "reconcile"}
    return (Role.ADMINISTRATION,) if recorded else (Role.COORDINATOR,)


@require_safe
@needs_role(*DESK_ROLES)
def paper(request: PortalRequest, reference: str, pk: UUID) -> HttpResponse:
    """A document of the registration that the portal made, or of one before a correction."""
    if not is_reference(reference):
        raise Http404
    rows = registrations.in_sight(current_user(request))
    for row in rows.filter(enrolment__reference=reference.upper()):
        if found := registration_papers.papers_of(row).filter(pk=pk).first():
            return serve(request, found, inline=True)
    raise Http404


@require_safe
@needs_role(*DESK_ROLES)
def transcript(request: PortalRequest, reference: str) -> HttpResponse:
    """The transcript itself, as it was given; `?photo=` one of the photographs, by its place."""
    found = _transcript(request, find(request, reference))
    if found is None or found.file is None:
        raise Http404
    wanted = request.GET.get("photo", "")
    if not wanted:
        return serve(request, found.file)
    photographs = _photographs(found)
    if not (wanted.isascii() and wanted.isdigit() and 0 < int(wanted[:3]) <= len(photographs)):
        raise Http404
    return serve(request, photographs[int(wanted[:3]) - 1])


def _photographs(row: Transcript | None) -> list[Attachment]:
    """The photographs that the shown PDF was made of, as they were given; none of a PDF."""
    if row is None:
        return []
    return [one for one in originals_of(row) if one.pk != row.file_id]
