"""The desk: applications that wait for a decision, and each of them on one page."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import structlog
from django.conf import settings
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.cache import patch_vary_headers
from django.utils.functional import cached_property
from django.views.decorators.http import require_safe

from accounts.recent import needs_recent_sign_in
from courses.spreadsheets import csv_download
from enrolments import colleagues, deciding, evidence, exporting, holding, people, queue
from enrolments.clock import Clock, clock
from enrolments.forms.desk import BoardForm, NoteForm, QueueFilter, query_of
from enrolments.later import history_of, news_of
from enrolments.models import Enrolment, State
from enrolments.models.enrolment import Kind
from enrolments.route import stops
from enrolments.services import actions, board, bulk, places, requests, rules, working
from enrolments.services.actions import ACTIONS
from paperwork.models import Event
from vx_portal.http import PortalRequest, current_user, needs_role

if TYPE_CHECKING:
    from accounts.models import User

DESK_ROLES = ("coordinator", "honours", "administration", "office", "auditor", "partner")
# In this order as buttons; the rest happens elsewhere or by itself.
AT_DESK = ("approve", "approve_waiting", "confirm", "return", "reject", "decline", "withdraw_late")
BY_THE_HOST = frozenset({"confirm", "decline"})
PAGE = 25

log = structlog.get_logger("enrolments.desk")


class Counted(Paginator):  # type: ignore[type-arg]
    """A paginator that knows how many there are."""

    def __init__(self, rows: Any, number: int, page: int = PAGE) -> None:
        super().__init__(rows, page)
        self.__dict__["count"] = number

    count: cached_property[int]


def filters_of(request: PortalRequest) -> dict[str, Any]:
    """The queue that a page of the desk belongs to, from its address."""
    return QueueFilter(request.GET, by=current_user(request)).filters()


@require_safe
@needs_role(*DESK_ROLES)
def desk(request: PortalRequest) -> HttpResponse:
    user = current_user(request)
    form = QueueFilter(request.GET, by=user)
    filters = form.filters()
    saved = queue.saved_views(user)
    kept = {view.pk: QueueFilter(QueryDict(view.query), by=user).filters() for view in saved}
    found = queue.find(user, filters, {} if request.htmx else kept)
    page = Counted(found.rows, found.number).get_page(request.GET.get("page"))
    first = page.start_index() - 1
    listed = queue.shown(found.rows, max(first, 0), page.end_index(), queue.sort_of(filters))
    rows = [_row(user, case) for case in listed] if found.number else []
    query = query_of(filters)
    context = {
        "form": form,
        "filters": filters,
        "narrowed": set(filters) - {"view", "sort"},
        "opened": bool(set(filters) - {"view", "q", "course", "edition"}),
        "query": query,
        "page_obj": page,
        "rows": rows,
        "views": _views(found.counts, filters),
        "saved": [(view, found.saved.get(view.pk), view.query == query) for view in saved],
        "absent": queue.absent_colleagues(user),
        "decides": queue.decides(user),
        "tick_all": request.GET.get("tick") == "all",
        "may_arrange": working.may_arrange(user),
        "today": timezone.localdate(),
        "keys": keys_on(request),
        "done": just_done(request),
        "week": {} if rows or filters["view"] != "mine" else queue.last_week(user),
    }
    template = "enrolments/desk/queue.html"
    response = render(request, f"{template}#results" if request.htmx else template, context)
    patch_vary_headers(response, ["HX-Request"])
    return response


class Row(NamedTuple):
    """A row of the queue, with the name of the action that approves it for this reader."""

    case: Enrolment
    holder: holding.Holder
    clock: Clock
    approve: str


def _row(user: User, case: Enrolment) -> Row:
    is_open = case.state in {State.SUBMITTED, State.WAITING}
    is_done = case.state == State.WAITING and case.home_approved_at is not None
    is_mine = is_open and not is_done and people.home_role(user, case)
    approve = bulk.approval_of(case) if is_mine else ""
    return Row(case, holding.holder(case), clock(case), approve)


def _views(counts: dict[str, int], filters: dict[str, Any]) -> list[dict[str, Any]]:
    """The built-in views with how many cases each has; what was put aside only when there is any.

    None is current while a filter narrows the list: then it is another list.
    """
    return [
        {"view": view, "number": counts[name], "current": filters == {"view": name}}
        for name, view in queue.VIEWS.items()
        if name != "aside" or counts[name]
    ]


def keys_on(request: PortalRequest) -> bool:
    """Whether single letters do something here: they can be switched off (WCAG 2.1.4)."""
    return request.COOKIES.get(settings.KEYS_COOKIE_NAME) != "off"


@require_safe
@needs_role(*DESK_ROLES)
@needs_recent_sign_in(file=True)
def export(request: PortalRequest) -> HttpResponse:
    """The list as it is filtered, for a spreadsheet."""
    user = current_user(request)
    found = queue.find(user, filters_of(request))
    log.info("applications exported", by=user.pk, rows=found.number)
    name = f"applications-{timezone.localdate():%Y-%m-%d}"
    return csv_download(name, exporting.sheet_of(found.rows.for_list()))


def find(request: PortalRequest, reference: str) -> Enrolment:
    """The case, for somebody who may see all of it; else there is no such page."""
    if not queue.is_reference(reference):
        raise Http404
    user = current_user(request)
    shown = queue.on_desk(user).select_related(
        "student__student",
        "edition__course__university",
        "faculty",
        "programme",
        "home_university",
        "kept",
        "home_approved_by",
    )
    return get_object_or_404(shown, reference=reference.upper())


def just_done(request: PortalRequest) -> dict[str, Any] | None:
    """What the reader did a moment ago, for the banner that offers to take it back."""
    number = request.GET.get("done", "")
    if not (number.isascii() and number.isdigit() and len(number) < 19):
        return None
    user = current_user(request)
    event = queue.own_event(user, int(number))
    if event is None:
        return None
    case = (
        queue.on_desk(user)
        .filter(pk=event.subject_id)
        .select_related("student", "edition__course")
        .first()
    )
    if case is None:
        return None
    return {
        "event": event,
        "case": case,
        "words": deciding.words_of(event),
        "can_undo": deciding.can_undo(event, user),
    }


def decided_here(case: Enrolment) -> list[str]:
    """What is decided at the desk; for a host elsewhere the office records its mail instead."""
    is_elsewhere = case.kind == Kind.OUTGOING
    return [name for name in AT_DESK if not (is_elsewhere and name in BY_THE_HOST)]


@require_safe
@needs_role(*DESK_ROLES)
def case(request: PortalRequest, reference: str) -> HttpResponse:
    return case_page(request, find(request, reference))


@rules.one_rulebook()
def case_page(
    request: PortalRequest, case: Enrolment, *, status: int = 200, **more: Any
) -> HttpResponse:
    """Everything that whoever decides about `case` needs to know."""
    user, profile = current_user(request), getattr(case.student, "student", None)
    requests.judge_by(case, profile)
    possible = actions.actions_for(user, case)
    here = decided_here(case)
    hindered = {name: why for name in here if (why := actions.hindrance(name, user, case))}
    filters = filters_of(request)
    news = news_of([case])[case.pk]
    context = {
        "case": case,
        "student": profile,
        "seen": case.changed_at.isoformat(),
        "holder": holding.holder(case, news),
        "stops": stops(case, news=news) if news.steps else [],
        "clock": clock(case),
        "buttons": [(name, ACTIONS[name]) for name in here if name in possible],
        "hindered": [(ACTIONS[name], why) for name, why in hindered.items()],
        "rules": deciding.what_the_rules_say(case),
        "before": deciding.decided_before(user, case) if case.faculty_id else None,
        "words": requests.count_words(case.motivation),
        "position": places.position(case),
        **evidence.by_section(case),
        "may_record_board": bool(board.may_record(user, case)),
        "may_put_aside": working.may_put_aside(user, case),
        "may_note": working.may_note(user, case),
        "is_colleague": colleagues.is_colleague(user, case),
        "notes": working.notes_of(case, user),
        "history": deciding.history_in_words(case, user, history_of(case, user)),
        "board_form": BoardForm(auto_id="id_board_%s"),
        "note_form": NoteForm(auto_id="id_note_%s"),
        "query": query_of(filters),
        "view": queue.VIEWS[filters["view"]],
        "back": f"{reverse('desk:queue')}?{query_of(filters)}",
        "keys": keys_on(request),
        "done": just_done(request),
        "today": timezone.localdate(),
        **more,
    }
    return render(request, "enrolments/desk/case.html", context, status=status)


def event_of(request: PortalRequest, case: Enrolment) -> Event:
    """The event of `case` that the sent form names."""
    number = request.POST.get("event", "")
    if not (number.isascii() and number.isdigit() and len(number) < 19):
        raise Http404
    event = queue.own_event(current_user(request), int(number))
    if event is None or event.subject_id != case.pk:
        raise Http404
    return event
