"""What a test's own browser sends, what that changes, and the events that it leaves."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any, NamedTuple

import pytest
from django.conf import settings
from django.contrib.auth import SESSION_KEY
from django.db.models.signals import post_save
from django.http import HttpResponse
from django.test import Client

from paperwork.models import Event
from tests.trail import changed, changes


class Sent(NamedTuple):
    """One form that was sent and taken: by whom (None: nobody signed in), and what came of it."""

    name: str
    by: int | None  # before it, or after, of who signs in by it
    tables: list[str]
    events: list[Event]

    def lacks(self) -> str:
        """What is wrong with it; empty when an event of whoever sent it says what changed."""
        if not self.tables and not self.events:
            return "nothing changed"
        kept = Event.objects.filter(pk__in=[event.pk for event in self.events])
        if not kept:
            return f"no event, changed {self.tables}"
        if not any(self.by in (None, event.actor_id) and event.actor_name for event in kept):
            return f"events {[event.action for event in kept]}, none by who sent it"
        return ""


@contextmanager
def watching() -> Iterator[list[Sent]]:
    """Everything that browsers of this process send meanwhile and that is taken."""
    seen: list[Sent] = []
    real = Client.request

    def request(client: Client, **what: Any) -> HttpResponse:
        if what.get("REQUEST_METHOD") != "POST":
            return real(client, **what)
        events: list[Event] = []
        signed_in = settings.SESSION_COOKIE_NAME in client.cookies
        before = client.session.get(SESSION_KEY) if signed_in else None

        def wrote(instance: Event, **_how: Any) -> None:
            events.append(instance)

        post_save.connect(wrote, sender=Event, weak=False)
        try:
            with changes() as counted:
                answer = real(client, **what)
        finally:
            post_save.disconnect(wrote, sender=Event)
        if answer.status_code < 400:
            name = answer.resolver_match.view_name
            by = int(before) if before else answer.wsgi_request.user.pk
            seen.append(Sent(name, by, changed(counted), events))
        return answer

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Client, "request", request)
        yield seen


def unkept(names: Iterable[str], sent: list[Sent]) -> dict[str, str]:
    """What is wrong with each of these addresses; empty when each was sent once as it must be."""
    wrong = {}
    for name in names:
        lacks = [one.lacks() for one in sent if one.name == name]
        if "" not in lacks:
            wrong[name] = lacks[0] if lacks else "not sent, or not taken"
    return wrong
