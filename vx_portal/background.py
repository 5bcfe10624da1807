"""The office's page of background work: what waits, what came to a stop, and trying it again."""

from __future__ import annotations

import uuid
from datetime import date
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Q
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from paperwork import background as listing
from paperwork import restored
from paperwork.models import Notice, Owed
from paperwork.services import background as services
from paperwork.services.notices import Link, owe_notice
from vx_portal.health import check_worker
from vx_portal.http import PortalRequest, current_user, needs_role

PAGE = 50
MOST_AT_ONCE = 500  # that one click tries again
HELD = Q(state=Owed.State.UNCERTAIN, error=restored.ERROR)


@require_safe
@needs_role("office", "auditor")
def background(request: PortalRequest) -> HttpResponse:
    return _page(request, filters_of(request.GET))


def filters_of(asked: Any) -> dict[str, str]:
    """What to list; what is not understood is the first there is."""
    what, view = asked.get("what", ""), asked.get("view", "")
    return {
        "what": what if what in listing.WORKS else "notices",
        "view": view if view in listing.VIEWS else "stopped",
        "kind": asked.get("kind", "")[:60],
        **_narrower(asked),
    }


def _narrower(asked: Any) -> dict[str, str]:
    """From which day, how often tried, and a word of the problem; nonsense is left out."""
    since, attempts = asked.get("since", ""), asked.get("attempts", "")
    word = " ".join(asked.get("word", "").replace("\0", " ").split())[:60]
    try:
        since = date.fromisoformat(since).isoformat()
    except ValueError:
        since = ""
    known = attempts.isascii() and attempts.isdigit() and len(attempts) < 3
    return {"since": since, "attempts": attempts if known else "", "word": word}


def _page(
    request: PortalRequest, filters: dict[str, str], *, refusal: str = "", status: int = 200
) -> HttpResponse:
    """How all of it goes, and the list that the filters leave."""
    kinds = listing.kinds(request.user)
    rows = listing.listed(request.user, filters)
    page = Paginator(rows, PAGE).get_page(request.GET.get("page"))
    labels = listing.WORKS[filters["what"]].labels
    for row in page:
        row.label = labels(row.kind)
    tests = Notice.objects.visible_to(request.user).filter(kind="test")
    context = {
        "kinds": kinds,
        "waiting": sum(kind.waiting for kind in kinds),
        "oldest": min((kind.oldest for kind in kinds if kind.oldest), default=None),
        "dead": sum(kind.dead for kind in kinds),
        "uncertain": sum(kind.uncertain for kind in kinds),
        "worker": check_worker(),
        "page_obj": page,
        "filters": filters,
        "here": _address(filters),
        "without_kind": _address({**filters, "kind": ""}),
        "narrowed": any(filters[name] for name in ("since", "attempts", "word")),
        "plain": _address({**filters, "since": "", "attempts": "", "word": ""}),
        "whats": _links(
            filters, "what", {work.name: work.label for work in listing.WORKS.values()}
        ),
        "views": _links(filters, "view", {name: view[0] for name, view in listing.VIEWS.items()}),
        "kind_label": labels(filters["kind"]) if filters["kind"] else "",
        "test": tests.order_by("-created_at").first(),
        "refusal": refusal,
        "states": Owed.State,
        "held": any((row.state, row.error) == ("uncertain", restored.ERROR) for row in page),
    }
    return render(request, "paperwork/background.html", context, status=status)


def _address(filters: dict[str, str]) -> str:
    given = {name: value for name, value in filters.items() if value}
    return f"{reverse('background')}?{urlencode(given)}"


def _links(
    filters: dict[str, str], name: str, labels: dict[str, Any]
) -> list[tuple[str, str, bool]]:
    """The address and words of each value of one filter, and whether it is the present one."""
    return [
        (_address({**filters, name: value}), str(label), filters[name] == value)
        for value, label in labels.items()
    ]


def _find(request: PortalRequest, what: str) -> Any:
    """What was named; None when it is gone."""
    try:
        pk = uuid.UUID(request.POST.get("pk", ""))
    except ValueError:
        return None
    return listing.rows_of(request.user, what).filter(pk=pk).first()


@require_POST
@needs_role("office")
def again(request: PortalRequest) -> HttpResponse:
    """Try one again; or of what the filters show all that was given up, or that a restore held."""
    by, filters = current_user(request), filters_of(request.POST)
    if "all" in request.POST:
        rows = listing.listed(request.user, {**filters, "view": "stopped"})
        held = request.POST["all"] == "held"
        rows = rows.filter(HELD if held else Q(state=Owed.State.DEAD))[:MOST_AT_ONCE]
        count = sum(services.try_again(row, by=by) for row in list(rows))
        text = ngettext("%(count)s is tried again.", "%(count)s are tried again.", count)
        messages.success(request, text % {"count": count})
        return redirect(_address(filters))
    row = _find(request, filters["what"])
    if row is None or not services.try_again(row, by=by):
        return _stale(request, filters)
    messages.success(request, _("It is tried again. What came of it shows here in a moment."))
    return redirect(_address(filters))


@require_POST
@needs_role("office")
def sent(request: PortalRequest) -> HttpResponse:
    """The office knows that a message of which the portal is not sure has arrived."""
    filters = filters_of(request.POST)
    notice = _find(request, "notices")
    if notice is None or not services.say_sent(notice, by=current_user(request)):
        return _stale(request, filters)
    messages.success(request, _("Noted: it has arrived."))
    return redirect(_address(filters))


def _stale(request: PortalRequest, filters: dict[str, str]) -> HttpResponse:
    refusal = _("Its state has changed in the meantime, by itself or by a colleague.")
    return _page(request, filters, refusal=refusal, status=409)


@require_POST
@needs_role("office")
def send_test(request: PortalRequest) -> HttpResponse:
    """A message to oneself, the way of all messages."""
    user = current_user(request)
    owe_notice("test", f"test-{user.pk}-{uuid.uuid4()}", user, {}, link=Link("home"))
    messages.success(request, _("A test message is on its way to you. Load this page again soon."))
    return redirect("background")
