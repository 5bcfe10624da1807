"""Whom a registration concerns, and what they are told: owed in the transaction of the event."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from django.utils import timezone

from accounts.models import User
from grades import proposing, registrars
from grades.models import Batch, HonoursLink, Registration, RegistrationState
from grades.services import telling as transcripts
from paperwork.models import Event, Notice
from paperwork.services.notices import (
    UNDO,
    Address,
    Link,
    owe_notice,
    owed_together,
    settle,
    take_back,
)

if TYPE_CHECKING:
    from grades.models import Result

S = RegistrationState
Route = Registration.Route


def key_of(event: Event) -> str:
    """What the keys of an event's notices begin with."""
    return f"registration-event-{event.pk}-"


def tell(event: Event, row: Registration) -> None:
    """Owe the messages about `event`; what the registration asked for before is settled."""
    settle(row)
    if event.action == "send":  # what is sent now has the correction in it
        for earlier in Registration.objects.filter(enrolment=row.enrolment_id, current=False):
            settle(earlier)
    teller = _TELLERS.get(event.action)
    if teller is not None:
        with owed_together():
            teller(event, row)


def context(row: Registration, **more: Any) -> dict[str, Any]:
    """What the texts may say."""
    course = row.enrolment.edition.course
    return {
        "row": row,
        "case": row.enrolment,
        "course": course,
        "host": course.university,
        "is_honours": row.route == Route.HONOURS,
        "own_form": row.route == Route.OWN_FORM,
        "type": proposing.in_usis(row.request_type) if row.request_type else "",
        "listed": proposing.where_listed(row.request_type),
        **more,
    }


def to_student(row: Registration) -> Link:
    return Link("registration:own", [row.enrolment.reference])


def to_desk(row: Registration) -> Link:
    return Link("registrations:registration", [row.enrolment.reference])


def _end_of(row: Registration) -> datetime | None:
    """The end of the day by which whoever has it should act."""
    if row.due_on is None:
        return None
    zone = timezone.get_current_timezone()
    return datetime.combine(row.due_on, datetime.min.time(), zone) + timedelta(days=1)


def student(event: Event, row: Registration, kind: str, **how: Any) -> None:
    """Tell the student."""
    owe_notice(
        f"grades.{kind}",
        f"{key_of(event)}{kind}-{row.enrolment.student_id}",
        row.enrolment.student,
        context(row, reason=event.reason),
        about=row,
        link=to_student(row),
        **how,
    )


def staff(event: Event, row: Registration, kind: str, to: Iterable[User], **how: Any) -> None:
    """Tell those of `to` who did not do it themselves."""
    for reader in to:
        if event.actor_id == reader.pk:
            continue
        owe_notice(
            f"grades.{kind}",
            f"{key_of(event)}{kind}-{reader.pk}",
            reader,
            context(row, reason=event.reason, is_new=event.action == "open"),
            about=row,
            link=to_desk(row),
            **how,
        )


def _opened(event: Event, row: Registration) -> None:
    if row.route == Route.HONOURS:
        return  # the coordinator who verified it goes on; the student hears at the end
    # Until the ten seconds are over the result itself can be taken back.
    if row.filed_on is None:
        student(event, row, "registration_to_file", asks=True, until=_end_of(row), wait=UNDO)
        return
    # Filed for the result that this one corrects: the student has nothing to do.
    home = transcripts.handlers(row.enrolment)
    staff(event, row, "registration_filed", home, asks=True, until=_end_of(row), wait=UNDO)


def _filed(event: Event, row: Registration) -> None:
    home = transcripts.handlers(row.enrolment)
    staff(event, row, "registration_filed", home, asks=True, until=_end_of(row))


def _chosen(event: Event, row: Registration) -> None:
    if row.filed_on is None:
        student(event, row, "registration_to_file", asks=True, until=_end_of(row))


def _sent(event: Event, row: Registration) -> None:
    if row.batch_id is not None:
        return  # of all in it there is one message
    to = list(registrars.recorders(row))
    staff(event, row, "registration_sent", to, asks=True, until=_end_of(row))
    if not to:
        nobody(row)


def sent_in_batch(row: Registration, to: Iterable[User]) -> None:
    """Tell those who record `row`, when none of them hears of its batch."""
    for event in Event.objects.about(row).filter(action="send").order_by("-at", "-pk")[:1]:
        staff(event, row, "registration_sent", to, asks=True, until=_end_of(row))


def nobody(row: Registration) -> None:
    """No one can record `row`: the office hears it."""
    is_honours = row.route == Route.HONOURS
    transcripts.office_gives_a_role(
        "registration_nobody", row.enrolment, context(row), is_honours=is_honours
    )


def no_longer_sent(batch: int | None) -> None:
    """One of the batch with this key need not be entered any more: after the last, nobody is asked.

    Of two at once the second sees what the first did.
    """
    if batch is None:
        return
    whole = Batch.objects.select_for_update(no_key=True).filter(pk=batch).first()
    if whole and not whole.registrations.current().filter(state=S.SENT).exists():
        settle(whole)


def _back(event: Event, row: Registration) -> None:
    home = transcripts.handlers(row.enrolment)
    staff(event, row, "registration_back", home, asks=not row.is_over, until=_end_of(row))


def _registered(event: Event, row: Registration) -> None:
    student(event, row, "registration_done")


def _refused(event: Event, row: Registration) -> None:
    student(event, row, "registration_refused")


def _again(event: Event, row: Registration) -> None:
    if row.route != Route.HONOURS:
        student(event, row, "registration_to_file", asks=True, until=_end_of(row))


_TELLERS = {
    "open": _opened,
    "file": _filed,
    "choose": _chosen,
    "send": _sent,
    "back": _back,
    "register": _registered,
    "refuse": _refused,
    "decline": _refused,
    "again": _again,
    "purpose": _again,
}


def whoever_has(row: Registration) -> list[User | Address]:
    """Who was sent its paperwork and has not recorded the end: people, and the Honours Academy."""
    if row.state != S.SENT:
        return []
    links = HonoursLink.objects.filter(registration=row, spent_at=None, revoked_at=None)
    academy = [Address(link.email, "nl") for link in links]
    return [*registrars.recorders(row), *academy]


def not_theirs_any_more(event: Event, row: Registration, had_it: Iterable[User | Address]) -> None:
    """Tell those who had its paperwork that the case takes the other route."""
    for reader in had_it:
        if isinstance(reader, Address):
            kind, name = "honours_overview_ended", "academy"
        elif event.actor_id == reader.pk:
            continue
        else:
            kind, name = "registration_other_route", str(reader.pk)
        owe_notice(
            f"grades.{kind}",
            f"{key_of(event)}{kind}-{name}",
            reader,
            context(row, by=str(event.actor), email=event.actor.email if event.actor else ""),
            about=row,
        )


def no_longer(row: Registration, result: Result) -> None:
    """`row` rests on a result that was corrected: who has its paperwork must know."""
    settle(row)
    no_longer_sent(row.batch_id)
    take_back_all(row)
    if row.state not in {S.SENT, S.REGISTERED, S.RECONCILED}:
        return
    for reader in registrars.recorders(row):
        owe_notice(
            "grades.registration_corrected",
            f"{_corrected(row, result)}{reader.pk}",
            reader,
            context(row, reason=result.reason, follows=result.passed),
            about=row,
            link=Link("registrations:earlier", [row.enrolment.reference, row.pk]),
            asks=True,
            wait=UNDO,
        )


def _corrected(row: Registration, result: Result) -> str:
    """What the keys of the notices begin with that say so."""
    return f"registration-{row.pk}-corrected-{result.pk}-"


def holds_again(row: Registration, result: Result) -> None:
    """`result` was taken back in time: nobody hears of it, what was asked is asked as before."""
    take_back(_corrected(row, result))
    waits = row.batch if row.state == S.SENT else None
    for about in filter(None, (row, waits)):
        settled = Notice.objects.about(about).filter(settled_at__gte=result.recorded_at)
        settled.update(settled_at=None)


def take_back_all(row: Registration) -> None:
    """What is owed about `row` and has not gone yet does not go."""
    for event in Event.objects.about(row):
        take_back(key_of(event))


def overdue(number_of: dict[tuple[User, str], int], day: object) -> None:
    """One message to each person with registrations that wait too long."""
    for (reader, kind), number in number_of.items():
        owe_notice(
            "grades.registrations_overdue",
            f"registrations-overdue-{reader.pk}-{kind}-{day}",
            reader,
            {"number": number, "what": kind},
            link=Link("registrations:queue"),
        )


def remind(row: Registration, occasion: str) -> None:
    """The student who has not filed yet hears it again, once for each `occasion`."""
    owe_notice(
        "grades.registration_to_file",
        f"registration-{row.pk}-remind-{occasion}",
        row.enrolment.student,
        context(row, again=True),
        about=row,
        link=to_student(row),
        asks=True,
        until=_end_of(row),
    )
