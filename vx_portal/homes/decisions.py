"""What was decided last, over all apps; one's own decisions can be taken back for a while."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from django.db.models import BigIntegerField, Case, F, OuterRef, Q, Subquery, When
from django.urls import reverse

from enrolments import deciding
from enrolments import queue as requests
from enrolments.models import Enrolment
from grades import reviewing
from grades.models import Registration, Transcript
from grades.services.actions import ACTIONS as OF_TRANSCRIPT
from grades.services.registration_actions import ACTIONS as OF_REGISTRATION
from paperwork.models import Event

if TYPE_CHECKING:
    from collections.abc import Iterable

    from django.db.models import QuerySet

    from accounts.models import User

SHOWN = 5

REQUEST, TRANSCRIPT, REGISTRATION = (
    model._meta.label_lower for model in (Enrolment, Transcript, Registration)
)
BACK = "undo"  # what was taken back is part of the story


class Decision(NamedTuple):
    """One decision, in words; `undo` is the address that takes it back, while there is one."""

    event: Event
    case: Enrolment
    words: str
    address: str
    undo: str


def events_of(user: User) -> list[Event]:
    """The last decisions of `user`, each with the key of its case as `case`. One query."""
    return _last(Event.objects.filter(actor=user), SHOWN)


def last_events(user: User, most: int) -> list[Event]:
    """The same of everybody, for who may read all events."""
    return _last(Event.objects.visible_to(user), most)


def _last(events: QuerySet[Event], most: int) -> list[Event]:
    kinds = (
        Q(subject_kind=REQUEST, action__in=[*requests.DECISIONS, BACK])
        | Q(subject_kind=TRANSCRIPT, action__in=[*OF_TRANSCRIPT, BACK])
        | Q(subject_kind=REGISTRATION, action__in=[*OF_REGISTRATION])
    )
    rows = events.filter(kinds).annotate(
        case=Case(
            When(subject_kind=REQUEST, then=F("subject_id")),
            When(subject_kind=TRANSCRIPT, then=_case_of(Transcript)),
            default=_case_of(Registration),
            output_field=BigIntegerField(),
        )
    )
    return list(rows.order_by("-at", "-pk")[:most])


def _case_of(model: type[Transcript | Registration]) -> Subquery:
    return Subquery(model._default_manager.filter(pk=OuterRef("subject_id")).values("enrolment"))


def decisions(user: User, events: Iterable[Event], cases: dict[int, Enrolment]) -> list[Decision]:
    """`events` in words, those whose case is among `cases`, by key. No query."""
    return [
        _decision(user, event, case)
        for event in events
        if (case := cases.get(event.case))  # type: ignore[attr-defined]  # annotated
    ]


def _decision(user: User, event: Event, case: Enrolment) -> Decision:
    if event.subject_kind == REQUEST:
        page, undo = "desk:case", "desk:undo"
        words, may = deciding.words_of(event), deciding.can_undo(event, user)
    elif event.subject_kind == TRANSCRIPT:
        page, undo = "review:transcript", "review:undo"
        words, may = reviewing.words_of(event), reviewing.can_undo(event, user)
    else:
        page, undo, may = "registrations:registration", "", False
        words = str(OF_REGISTRATION[event.action].done)
    named = [case.reference]
    return Decision(
        event, case, words, reverse(page, args=named), reverse(undo, args=named) if may else ""
    )
