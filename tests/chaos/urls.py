"""The portal's addresses, one that owes a notice with a change, and one that says how all stand."""

from __future__ import annotations

from functools import partial
from uuid import uuid4

from celery import current_app
from django.contrib.auth.decorators import login_not_required
from django.db import transaction
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.urls import path
from django.views.decorators.csrf import csrf_exempt

from accounts.models import User
from courses.telling import Link
from paperwork import centre
from paperwork.models import Event, Notice
from paperwork.services.events import record
from paperwork.services.notices import owe_notice
from tests.chaos.faults import come_to
from tests.chaos.tasks import mail_after_reading, mail_directly
from vx_portal.urls import (
    handler400,
    handler403,
    handler404,
    handler429,
    handler500,
)
from vx_portal.urls import (
    urlpatterns as portals,
)

__all__ = ["handler400", "handler403", "handler404", "handler429", "handler500", "urlpatterns"]


@csrf_exempt
@login_not_required
def change(request: HttpRequest) -> HttpResponse:
    """A change, with the notice that it causes; the other ways than `row` are the controls'.

    `no key`: a row whose key is another each time. `message`: no row, the message alone.
    `read`: the same, and whoever sends it asks the database for the reader, three seconds later.
    """
    key, kind, way = request.GET["key"], request.GET["kind"], request.GET["way"]
    reader = User.objects.get(email="reader@university.example")
    with transaction.atomic():
        record(reader, "changed", by=None, details={"key": key})
        if way in {"row", "no key"}:
            cause = Link("notices:list", query=key)  # by which the reader's page names it
            owe_notice(kind, key if way == "row" else f"{key}:{uuid4()}", reader, {}, link=cause)
        elif way == "read":
            transaction.on_commit(partial(mail_after_reading.apply_async, [key], countdown=3))
        else:
            transaction.on_commit(partial(only_a_message, key))
        come_to("in_transaction", "web", key)
    for _ in range(int(request.GET.get("hints", 0))):
        pk = str(Notice.objects.get(key=key).pk)
        current_app.send_task("paperwork.tasks.send_notice", args=[pk])
    return HttpResponse("changed")


def only_a_message(key: str) -> None:
    come_to("before_hint", "web", key)
    mail_directly.delay(key)


@login_not_required
def state(request: HttpRequest) -> JsonResponse:
    rows = Notice.objects.filter(key__startswith=request.GET["prefix"])
    notices = [
        {"id": str(row.pk), "key": row.key, "kind": row.kind, "state": row.state} for row in rows
    ]
    changes = [
        key
        for details in Event.objects.filter(action="changed").values_list("details", flat=True)
        if (key := details["key"]).startswith(request.GET["prefix"])
    ]
    return JsonResponse({"notices": notices, "changes": changes, "shown": shown(request)})


def shown(request: HttpRequest) -> list[str]:
    """The causes that the reader's page names, each as often as it does."""
    reader = User.objects.get(email="reader@university.example")
    links = centre.listed(reader, {}).values_list("link", flat=True)
    causes = [link.partition("?")[2] for link in links]
    return [cause for cause in causes if cause.startswith(request.GET["prefix"])]


urlpatterns = [path("chaos/change/", change), path("chaos/state/", state), *portals]
