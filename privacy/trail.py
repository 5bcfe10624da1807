"""The audit trail as the auditor reads it: which events, of what, and as a file."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from itertools import batched
from typing import Any, NamedTuple

from django.apps import apps
from django.utils import timezone
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from accounts.models import User
from courses.spreadsheets import Cell, Sheet
from paperwork.models import Event
from paperwork.models.event import EventQuerySet
from paperwork.openings import role_in_words
from paperwork.registry import EVENTS, happened
from privacy import casefile

AT_A_TIME = 500  # events of a file in memory
COLUMNS = (
    *("number", "at", "who", "account", "role", "action", "kind", "of", "reference", "from", "to"),
    *("reason", "details", "request_id"),
)


class Line(NamedTuple):
    """One event in words."""

    event: Event
    who: str
    role: str
    words: str
    kind: str
    reference: str


def found(user: User, filters: dict[str, Any]) -> EventQuerySet:
    """The events that fit, the latest first."""
    rows = Event.objects.visible_to(user)
    if who := filters.get("who"):
        rows = rows.filter(actor_name__icontains=who)
    if what := filters.get("what"):
        kind, _colon, action = what.partition(":")
        rows = rows.filter(subject_kind=kind)
        rows = rows.filter(action=action) if action else rows
    if first := filters.get("first"):
        rows = rows.filter(at__gte=_start_of(first))
    if last := filters.get("last"):
        rows = rows.filter(at__lt=_start_of(last + timedelta(days=1)))
    if reference := filters.get("reference"):
        case = casefile.case_by_reference(reference)
        subjects = casefile.subjects_of([case]) if case else {}
        of_others = casefile.naming(reference.strip().upper())
        rows = rows.filter(casefile.about(subjects) | of_others)
    return rows.order_by("-at", "-pk")


def _start_of(day: Any) -> datetime:
    return timezone.make_aware(datetime.combine(day, datetime.min.time()))


def kind_in_words(kind: str) -> str:
    """What a kind of thing is called."""
    try:
        return capfirst(str(apps.get_model(kind)._meta.verbose_name))
    except (LookupError, ValueError):
        return kind


def choices() -> list[Any]:
    """Kinds of things, each with what can happen to them: for a list to choose from."""
    groups = []
    for kind in sorted(EVENTS, key=kind_in_words):
        whole = (kind, _("%(kind)s: all") % {"kind": kind_in_words(kind)})
        actions = [(f"{kind}:{action}", str(words)) for action, words in EVENTS[kind].items()]
        by_words = sorted(actions, key=lambda one: one[1])
        groups.append((kind_in_words(kind), [whole, *by_words]))
    return groups


def in_words(events: Iterable[Event]) -> list[Line]:
    """These events as people read them."""
    events = list(events)
    known = casefile.references((event.subject_kind, event.subject_id) for event in events)
    return [
        Line(
            event,
            event.actor_name or _("The portal"),
            role_in_words(event.role),
            happened(event.subject_kind, event.action),
            kind_in_words(event.subject_kind),
            known.get((event.subject_kind, event.subject_id)) or _told_reference(event),
        )
        for event in events
    ]


def _told_reference(event: Event) -> str:
    """A reference that an event names itself: the thing has gone, or belongs to no case."""
    told = event.details.get("case", "") if isinstance(event.details, dict) else ""
    return told if isinstance(told, str) else ""


def sheet_of(events: EventQuerySet) -> Sheet:
    """All of them as a table for spreadsheets, read part by part."""
    return Sheet(COLUMNS, _rows(events))


def _rows(events: EventQuerySet) -> Iterator[list[Cell]]:
    for some in batched(events.iterator(chunk_size=AT_A_TIME), AT_A_TIME):
        for line in in_words(some):
            event = line.event
            yield [
                str(event.pk),
                event.at.isoformat(),
                event.actor_name,
                str(event.actor_id or ""),
                event.role,
                event.action,
                event.subject_kind,
                str(event.subject_id),
                line.reference,
                event.from_state,
                event.to_state,
                event.reason,
                json.dumps(event.details, ensure_ascii=False) if event.details else "",
                event.request_id,
            ]
