"""Writing down what happened, in the transaction in which it happens."""

from __future__ import annotations

from datetime import datetime
from typing import Any, NamedTuple

import structlog
from django.db import models
from django.utils import timezone

from accounts.models import User
from paperwork import chain
from paperwork.models import Event, subject_of
from paperwork.registry import EVENTS


class Outsider(NamedTuple):
    """Somebody without an account, who came by a signed link: a Board member, a partner."""

    name: str
    role: str
    through: models.Model | None = None  # whose link it is, and whose quota the files count to


type Actor = User | Outsider | None  # None: the portal itself


def request_id() -> str:
    """The id of the request that is being answered; empty in the background."""
    return str(structlog.contextvars.get_contextvars().get("request_id", ""))[:64]


def record(
    thing: models.Model,
    action: str,
    *,
    by: Actor,
    role: str = "",
    from_state: str = "",
    to_state: str = "",
    reason: str = "",
    details: dict[str, Any] | None = None,
    at: datetime | None = None,
) -> Event:
    """Write that `by` did `action` to `thing`; the caller's transaction keeps or drops it.

    `at`: when that was, of what is written down later. What can happen to which kind of thing
    stands in each app's `happenings.py`.
    """
    kind, pk = subject_of(thing)
    if action not in EVENTS.get(kind, {}):
        raise ValueError(f"no event of {kind} is called {action}")
    event = Event(
        subject_kind=kind,
        subject_id=pk,
        action=action,
        from_state=from_state,
        to_state=to_state,
        actor=by if isinstance(by, User) else None,
        actor_name=(str(by) if isinstance(by, User) else by.name if by else "")[:150],
        role=role or (by.role if isinstance(by, Outsider) else ""),
        reason=reason,
        details=details or {},
        request_id=request_id(),
        at=at or timezone.now(),
    )
    chain.sign(event).save(force_insert=True)
    return event
