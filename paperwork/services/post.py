"""What paperwork does for courses and accounts, which come before it: see courses/telling.py."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django.db import models

from accounts.models import User
from courses.telling import Address, Delivery, Doer, Link
from paperwork.models import Event, Notice, Owed
from paperwork.models.notice import WIPED
from paperwork.services.chain import let_go
from paperwork.services.events import Outsider, record
from paperwork.services.notices import owe_notice

SAYS = {
    Owed.State.DONE: "sent",
    Owed.State.OFF: "sent",  # it stands in the portal, where its reader wants it
    Owed.State.UNCERTAIN: "unsure",
    Owed.State.DEAD: "failed",
}


def tell(
    kind: str,
    key: str,
    to: User | Address,
    context: Mapping[str, Any],
    *,
    about: models.Model | None = None,
    link: Link | None = None,
    links: Sequence[Link] = (),
    sealed: bool = False,
) -> None:
    """Owe `to` a message in the caller's transaction; the same `key` again changes nothing."""
    owe_notice(kind, key, to, context, about=about, link=link, links=links, sealed=sealed)


def note(
    thing: models.Model,
    action: str,
    *,
    by: Doer,
    role: str = "",
    details: Mapping[str, Any] | None = None,
) -> None:
    """Write down in the caller's transaction that `by` did `action` to `thing`."""
    who = Outsider(by, role) if isinstance(by, str) else by
    record(thing, action, by=who, role=role, details=dict(details or {}))


def forget(thing: models.Model) -> None:
    """Let go of what happened to `thing`, which goes in the caller's transaction."""
    let_go(Event.objects.about(thing))


def deliveries(keys: Iterable[str]) -> dict[str, Delivery]:
    """What came of the messages with these keys, those that were owed. One query."""
    rows = Notice.objects.filter(key__in=list(keys)).exclude(state=Owed.State.CANCELLED)
    found = rows.values_list("key", "state", "done_at", "created_at")
    return {
        key: Delivery(SAYS.get(Owed.State(state), "waiting"), done or made)
        for key, state, done, made in found
    }


def call_off(key: str) -> None:
    """Do not send this message any more, unless it has gone or is being sent.

    What was given up or perhaps sent leaves the office's list with it.
    """
    idle = [Owed.State.NEW, Owed.State.OFF, Owed.State.DEAD, Owed.State.UNCERTAIN]
    Notice.objects.filter(key=key, state__in=idle).update(state=Owed.State.CANCELLED, **WIPED)
