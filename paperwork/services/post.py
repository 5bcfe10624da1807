"""What paperwork does for courses and accounts, which come before it: see courses/telling.py."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django.db import models

from accounts.models import User
from courses.telling import Address, Delivery, Link
from paperwork.models import Notice, Owed
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
) -> None:
    """Owe `to` a message in the caller's transaction; the same `key` again changes nothing."""
    owe_notice(kind, key, to, context, about=about, link=link, links=links)


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
    Notice.objects.filter(key=key, state__in=idle).update(
        state=Owed.State.CANCELLED, sealed_link=""
    )
