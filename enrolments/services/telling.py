"""Whom an event concerns, and what they are told: owed in the transaction of the event."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from functools import partial
from typing import TYPE_CHECKING, Any

from django.utils import timezone

from accounts.models import User
from enrolments import people
from enrolments.models import State
from enrolments.services import places
from paperwork.services.notices import UNDO, Link, owe_notice, owed_together, settle

if TYPE_CHECKING:
    from enrolments.models import Enrolment
    from paperwork.models import Event


def key_of(event: Event) -> str:
    """What the keys of an event's notices begin with."""
    return f"enrolment-event-{event.pk}-"


def tell(event: Event, case: Enrolment) -> None:
    """Owe the messages about `event`; what the case asked for before is settled."""
    settle(case)
    teller = _TELLERS.get(event.action)
    if teller is not None:
        with owed_together():
            teller(event, case)


def _owe(
    event: Event,
    case: Enrolment,
    kind: str,
    readers: Iterable[User],
    link: Link,
    *,
    asks: bool = False,
    until: datetime | None = None,
    wait: timedelta = timedelta(0),
) -> None:
    for reader in readers:
        if event.actor_id == reader.pk:
            continue  # who did it knows
        owe_notice(
            f"enrolments.{kind}",
            f"{key_of(event)}{kind}-{reader.pk}",
            reader,
            context(case, event),
            about=case,
            link=link,
            asks=asks,
            until=until,
            wait=wait,
        )


def context(case: Enrolment, event: Event | None = None) -> dict[str, Any]:
    """What the texts may say."""
    course = case.edition.course
    return {
        "case": case,
        "edition": case.edition,
        "course": course,
        "host": course.university,
        "reason": event.reason if event else "",
        "position": partial(places.position, case),  # counted where a text says it
        "event": event,
    }


def to_student(case: Enrolment) -> Link:
    return Link("exchange:case", [case.reference])


def to_desk(case: Enrolment) -> Link:
    return Link("desk:case", [case.reference])


def to_host(case: Enrolment) -> Link:
    """Our own courses are placed by the office, at the desk."""
    if case.edition.course.university.is_home:
        return to_desk(case)
    return Link("partner:home")


def _end_of(case: Enrolment) -> datetime | None:
    """The end of the day by which whoever has the case should act."""
    if case.due_on is None:
        return None
    start = datetime.combine(case.due_on, datetime.min.time(), timezone.get_current_timezone())
    return start + timedelta(days=1)


def _student(event: Event, case: Enrolment, kind: str, **how: Any) -> None:
    """Tell the student, also what they did themselves: it is the confirmation."""
    owe_notice(
        f"enrolments.{kind}",
        f"{key_of(event)}{kind}-{case.student_id}",
        case.student,
        context(case, event),
        about=case,
        link=to_student(case),
        **how,
    )


def _home(event: Event, case: Enrolment, kind: str, **how: Any) -> None:
    _owe(event, case, kind, people.home_side(case), to_desk(case), **how)


def _host(event: Event, case: Enrolment, kind: str, **how: Any) -> None:
    _owe(event, case, kind, people.host_side(case), to_host(case), **how)


def _submitted(event: Event, case: Enrolment) -> None:
    if case.state == State.WAITING:
        _student(event, case, "waiting")
    else:
        _student(event, case, "sent")
    _home(event, case, "to_check", asks=True, until=_end_of(case))


def _approved(event: Event, case: Enrolment) -> None:
    _student(event, case, "approved", wait=UNDO)
    _host(event, case, "to_confirm", asks=True, until=_end_of(case), wait=UNDO)
    host = case.edition.course.university
    if not (host.is_home or host.contact_email or people.host_side(case).exists()):
        # Nobody there can be written to: the office asks the host, and answers for it.
        link, until = to_desk(case), _end_of(case)
        _owe(event, case, "to_confirm", people.office(), link, asks=True, until=until, wait=UNDO)


def _returned(event: Event, case: Enrolment) -> None:
    _student(event, case, "question", asks=True, until=_end_of(case), wait=UNDO)


def _answered(event: Event, case: Enrolment) -> None:
    _home(event, case, "answered", asks=True, until=_end_of(case))


def _rejected(event: Event, case: Enrolment) -> None:
    _student(event, case, "rejected")


def _promoted(event: Event, case: Enrolment) -> None:
    if case.state == State.OFFERED:
        _student(event, case, "offered", asks=True, until=case.offer_until)
    else:
        _student(event, case, "promoted")
        if case.home_approved_at is None:
            _home(event, case, "to_check", asks=True, until=_end_of(case))


def _accepted(event: Event, case: Enrolment) -> None:
    _home(event, case, "to_check", asks=True, until=_end_of(case))


def _confirmed(event: Event, case: Enrolment) -> None:
    _student(event, case, "enrolled")
    _home(event, case, "placed")


def _declined(event: Event, case: Enrolment) -> None:
    _student(event, case, "declined")
    _home(event, case, "placed")


def _withdrawn(event: Event, case: Enrolment) -> None:
    if event.from_state == State.DRAFT:
        return  # nobody knew of it
    _student(event, case, "withdrawn")
    _home(event, case, "gone")
    if event.from_state in {State.APPROVED, State.ENROLLED}:
        _host(event, case, "gone")


def _expired(event: Event, case: Enrolment) -> None:
    _student(event, case, "expired")


_TELLERS = {
    "submit": _submitted,
    "approve": _approved,
    "return": _returned,
    "answer": _answered,
    "reject": _rejected,
    "promote": _promoted,
    "accept": _accepted,
    "confirm": _confirmed,
    "decline": _declined,
    "withdraw": _withdrawn,
    "withdraw_late": _withdrawn,
    "pass": _withdrawn,
    "expire": _expired,
}
