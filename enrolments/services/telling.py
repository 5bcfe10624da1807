"""Whom an event concerns, and what they are told: owed in the transaction of the event."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from enum import Enum
from functools import partial
from typing import TYPE_CHECKING, Any, NamedTuple

from django.utils import timezone

from accounts.models import User
from enrolments import people
from enrolments.models import HostLink, State
from enrolments.services import places, requests
from enrolments.services.actions import is_settled_at_home
from paperwork.services.notices import (
    UNDO,
    Address,
    Choices,
    Link,
    choices_of,
    owe_notice,
    owed_together,
)

if TYPE_CHECKING:
    from courses.models import University
    from enrolments.models import Enrolment
    from paperwork.models import Event


TOLD_OF = frozenset({State.ENROLLED, State.FINISHED, State.DECLINED})  # which a host has seen


def key_of(event: Event) -> str:
    """What the keys of an event's notices begin with."""
    return f"enrolment-event-{event.pk}-"


class _Known(NamedTuple):
    """What telling of a case needs, read before somebody waited for it."""

    home: list[User]
    choices: Choices


def know_home(case: Enrolment) -> None:
    """Read who hears at home that `case` was sent, and how all who hear of it want their mail.

    For before the edition is locked: everybody else who applies waits until it is free again.
    """
    home = people.told_at_home(case)
    readers = {case.student_id, *(reader.pk for reader in home)}
    kinds = {f"enrolments.{kind}" for kind in ("sent", "waiting", "to_check")}
    case.__dict__["_known"] = _Known(home, choices_of(readers, kinds))


def tell(event: Event, case: Enrolment) -> None:
    """Owe the messages about `event`."""
    teller = _TELLERS.get(event.action)
    if teller is not None:
        known: _Known | None = case.__dict__.get("_known")
        with owed_together(known.choices if known else None):
            teller(event, case)
        case.__dict__.pop("_known", None)


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
        "line_ends": partial(places.last_day_of_line, case.edition),
        "cap": partial(requests.cap_in_the_way, case),
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
    known: _Known | None = case.__dict__.get("_known")
    readers = known.home if known else people.told_at_home(case)
    if how.get("asks") and not readers:
        _owe(event, case, "nobody_checks", people.office(), to_desk(case), **how)
    _owe(event, case, kind, readers, to_desk(case), **how)


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
        _to_check(event, case)


def _accepted(event: Event, case: Enrolment) -> None:
    _to_check(event, case)


def _to_check(event: Event, case: Enrolment) -> None:
    """Who approved it while it waited need not look again: it goes on to the host."""
    if not is_settled_at_home(case):
        _home(event, case, "to_check", asks=True, until=_end_of(case))


def _passed_over(event: Event, case: Enrolment) -> None:
    """In the reader's language: which cap it is stands in the message."""
    _student(event, case, "passed_over")


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
    _host_gone(event, case)


def host_hears(case: Enrolment, state: str) -> bool:
    """Whether the host knows of `case` in `state`, so that it must hear that nobody comes.

    Without an account it knows of who is approved only from a link that held since then.
    """
    if state == State.ENROLLED:
        return True
    university = case.edition.course.university
    by_mail = bool(university.contact_email) and not people.host_side(case).exists()
    if state != State.APPROVED or not by_mail:
        return state == State.APPROVED
    approved = case.home_approved_at or case.since
    links = HostLink.objects.filter(
        university=university, purpose=HostLink.Purpose.STUDENTS, expires_at__gt=approved
    )
    return links.exclude(revoked_at__lt=approved).exists()


class Way(Enum):
    """How a host hears something about a student of whom it knows."""

    ACCOUNT = "account"
    ADDRESS = "address"
    OFFICE = "office"  # it has neither: the office passes it on
    NONE = ""  # it does not know of the student, so it must hear nothing


def way_to_host(case: Enrolment, state: str) -> Way:
    """How the host of `case`, which was with it in `state`, is told."""
    if people.host_side(case).exists():
        return Way.ACCOUNT
    if state == State.APPROVED and not host_hears(case, state):
        return Way.NONE
    return Way.ADDRESS if host_address(case.edition.course.university) else Way.OFFICE


def host_address(university: University) -> Address | None:
    """Where a host without an account is written to about its students.

    Where its last link to them went, else its contact; one for transcripts may be somebody else's.
    """
    links = HostLink.objects.filter(university=university, purpose=HostLink.Purpose.STUDENTS)
    last = links.filter(revoked_at=None).first()
    if last is not None:
        return Address(last.email, last.language)
    if not university.contact_email:
        return None
    return Address(university.contact_email, language_of(university))


def language_of(university: University) -> str:
    """In which language people of `university` are written to who have no account."""
    return "nl" if university.country == "NL" else "en"


def _host_gone(event: Event, case: Enrolment) -> None:
    """The host by its account or its address; when it has neither, the office passes it on."""
    if event.from_state not in {State.APPROVED, State.ENROLLED}:
        return
    match way_to_host(case, event.from_state):
        case Way.ACCOUNT:
            _host(event, case, "gone")
        case Way.ADDRESS:
            _outside(event, case, "gone_outside")
        case Way.OFFICE:
            facts = context(case, event) | {"pass_on": True}
            for reader in people.office():  # also who did it: the host does not know yet
                key = f"{key_of(event)}gone-{reader.pk}"
                owe_notice("enrolments.gone", key, reader, facts, about=case, link=to_desk(case))


def _outside(event: Event, case: Enrolment, kind: str) -> None:
    """Mail the host at its address; there is one."""
    address = host_address(case.edition.course.university)
    if address is not None:
        key = f"{key_of(event)}{kind}"
        owe_notice(f"enrolments.{kind}", key, address, context(case, event), about=case)


def _consent_withdrawn(event: Event, case: Enrolment) -> None:
    """Who has seen the data hears what to do; where nobody can be written to, the office."""
    _student(event, case, "consent_confirmed")
    if event.action == "withdraw_consent":  # the case ends with it
        _home(event, case, "gone")
        if event.from_state not in {State.APPROVED, *TOLD_OF}:
            return
    match way_to_host(case, event.from_state):
        case Way.ACCOUNT:
            _owe(event, case, "consent_gone", people.host_side(case), to_host(case))
        case Way.ADDRESS:
            _outside(event, case, "consent_gone_outside")
        case Way.OFFICE:
            page = Link("case:host-told", [case.reference])
            _owe(event, case, "consent_pass_on", people.office(), page, asks=True)


def _expired(event: Event, case: Enrolment) -> None:
    _student(event, case, "expired")
    if event.from_state == State.RETURNED:
        _home(event, case, "unanswered")


_TELLERS = {
    "submit": _submitted,
    "approve": _approved,
    "return": _returned,
    "answer": _answered,
    "reject": _rejected,
    "promote": _promoted,
    "passed_over": _passed_over,
    "accept": _accepted,
    "confirm": _confirmed,
    "decline": _declined,
    "withdraw": _withdrawn,
    "withdraw_late": _withdrawn,
    "withdraw_consent": _consent_withdrawn,
    "consent_withdrawn": _consent_withdrawn,
    "pass": _withdrawn,
    "expire": _expired,
}
