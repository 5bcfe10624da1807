"""Moving a case: compare-and-swap, event and messages in one transaction, or nothing at all."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Any, NamedTuple

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from courses.models import Edition
from enrolments import later, people
from enrolments.holding import is_with_board
from enrolments.models import Enrolment, KeptPlaces, State
from enrolments.models.enrolment import HOLDING, Board, Kind
from enrolments.rulebook import Permission
from enrolments.services import agreements, places, requests, rules, telling
from enrolments.services.actions import (
    ACTIONS,
    ActionError,
    StaleError,
    is_settled_at_home,
)
from paperwork.models import Event, subject_of
from paperwork.services.events import Actor, record
from paperwork.services.notices import UNDO, settle, take_back
from paperwork.working_days import add_working_days

S = State


@transaction.atomic
@rules.one_rulebook()
def act(
    case: Enrolment,
    name: str,
    *,
    by: Actor,
    reason: str = "",
    also: Mapping[str, Any] | None = None,
) -> Event:
    """Move `case`, record it and owe the messages, or raise ActionError and change nothing.

    `reason` is what the student reads where the action needs one. `also` sets further fields of the
    case with the move. StaleError: somebody else was first. `case` is as stored afterwards.
    """
    action = ACTIONS[name]
    now = timezone.now()
    role = action.who(by, case)
    reason = reason.strip()
    if case.state not in action.sources or not role:
        raise ActionError(_("This is not possible for this application now."))
    if hinder := action.hinder(case, now):
        raise ActionError(hinder)
    if action.needs_reason and not reason:
        raise ActionError(_("Say why: the student reads it."))
    fields: dict[str, Any] = dict(also or {})
    if name == "submit":
        fields |= _ready_to_send(case, now)
        telling.know_home(case)
    seen = S(case.state)
    frees_place = seen in HOLDING and action.target not in HOLDING
    touches_line = name == "submit" or frees_place or seen == S.WAITING
    edition = places.lock(case.edition_id) if touches_line else None
    if name == "submit" and edition is not None:
        is_last = False
        if places.are_owed(edition):  # its host has just given more: who waits goes first
            is_last = not _give_out(edition).is_done
            edition = places.lock(edition.pk)
        claim = places.claim(edition, case.home_university_id, is_last=is_last)
        fields |= {"sequence": claim.sequence, "rank": claim.sequence, "kept": claim.kept}
        target = claim.state
    else:
        target = action.target or seen
    event = _move(case, name, target, by=by, role=role, reason=reason, now=now, fields=fields)
    if name == "accept":
        _go_on_if_approved(case)
    elif name == "confirm":
        agreements.owe(case, event, by=by)
    elif seen == S.ENROLLED and target not in HOLDING:
        agreements.end(case, by=by)
        later.leave(case, event)
    if frees_place:
        places.release(case)
        fill(case.edition_id)
    return event


def _ready_to_send(case: Enrolment, now: datetime) -> dict[str, Any]:
    """What sending writes besides; raises ActionError with the first rule in the way."""
    # Two requests of one student: one after the other, so that a cap holds.
    profile = requests.profile_of(case.student_id, lock=True)
    requests.judge_by(case, profile)
    if profile is not None:
        for field, value in requests.identity(profile).items():
            setattr(case, field, value)
    if problems := requests.problems(case, now):
        raise ActionError(problems[0].message)
    fields: dict[str, Any] = {"submitted_at": now, "shared_items": list(requests.SHARED_ITEMS)}
    if profile is not None:
        fields |= requests.identity(profile)
    if case.board == Board.MISSING:
        needs = requests.answer_for(case).permission == Permission.BOARD
        fields["board"] = Board.ASKED if needs else Board.NOT_NEEDED
    return fields


def _move(
    case: Enrolment,
    name: str,
    target: State,
    *,
    by: Actor,
    role: str,
    reason: str,
    now: datetime,
    fields: dict[str, Any],
) -> Event:
    """Swap the state, write the event, tell whom it concerns."""
    seen = S(case.state)
    version = rules.version_of(rules.rulebook())
    fields = {
        **fields,
        **_consequences(case, name, by, reason, now),
        "state": target,
        "since": now if target != seen else case.since,
        "changed_at": now,
        "rules": version,
    }
    fields["due_on"] = due_after(case, target, now, fields)
    # Compare-and-swap: of two clicks the second updates no row, on SQLite as on PostgreSQL.
    as_seen = Enrolment.objects.filter(pk=case.pk, state=seen)
    if name == "submit":  # what is sent is what was judged, not what another device saved since
        as_seen = as_seen.filter(changed_at=case.changed_at)
    if name == "approve_waiting":  # it stays in its state, so that the state alone swaps nothing
        as_seen = as_seen.filter(home_approved_at=None)
    if not as_seen.update(**fields):
        raise StaleError(_("Somebody else has just changed this application."))
    for field, value in fields.items():
        setattr(case, field, value)
    # What was asked before. Everybody writes in this order: edition, case, its messages.
    settle(case)
    event = record(
        case,
        name,
        by=by,
        role=role,
        from_state=seen,
        to_state=target,
        reason=reason,
        details={"rules": version.pk, **_what_is_shared(case, target)},
    )
    telling.tell(event, case)
    return event


def _what_is_shared(case: Enrolment, target: State) -> dict[str, Any]:
    """From an approval on the host may see the student: which data, and which university."""
    if target != S.APPROVED or case.kind == Kind.OWN:
        return {}
    return {"shared": case.shared_items, "with": case.edition.course.university.code}


def _consequences(
    case: Enrolment, name: str, by: Actor, reason: str, now: datetime
) -> dict[str, Any]:
    """The fields that an action sets besides the state."""
    match name:
        case "return":
            return {"question": reason, "answer": ""}
        case "answer" if reason:
            return {"answer": reason}
        case "approve" | "approve_waiting":
            return {
                "home_approved_at": now,
                "home_approved_by": by if isinstance(by, User) else None,
            }
        case _:
            return {}


def due_after(
    case: Enrolment, target: State, now: datetime, fields: Mapping[str, Any]
) -> date | None:
    """By when whoever has the case now should act; None when nobody has to."""
    today = timezone.localdate(now)
    book = rules.rulebook()
    match target:
        case S.SUBMITTED:
            name, usual = ("board_days", 15) if is_with_board(case) else ("decision_days", 5)
            days = book.setting(name, case.faculty_id, case.programme_id) or usual
            return add_working_days(today, days)
        case S.RETURNED:
            return today + timedelta(days=book.portal["answer_days"])
        case S.APPROVED:
            return add_working_days(today, book.portal["host_days"])
        case S.OFFERED:
            return timezone.localdate(fields["offer_until"])
        case _:
            return None


def fill(edition_id: int) -> list[Event]:
    """Give every free place of the edition to the first in line, in the caller's transaction.

    When the start is near it is offered, and the offer ends after the edition's hours. Somebody
    whom the home side has approved already goes on to the host at once. Who would pass a cap on
    credits keeps the turn, and the place goes to the next. Nobody gets one on a withdrawn course.
    """
    return _give_out(places.lock(edition_id)).events


class Given(NamedTuple):
    """What came of giving places out."""

    events: list[Event]
    is_done: bool  # False: the first in line is doing something else, so it stopped for a moment


def _give_out(edition: Edition) -> Given:
    near = places.is_near(edition, rules.rulebook().portal["offer_days"])
    events: list[Event] = []
    passed_over: set[int] = set()
    while promotion := places.next_in_line(edition, passed_over):
        case, kept = promotion
        if requests.has_cap(case) and not requests.lock_if_free(case.student_id):
            places.give_back(edition.pk, kept.pk if kept else None)
            return Given(events, is_done=False)
        if requests.cap_in_the_way(case):
            places.give_back(edition.pk, kept.pk if kept else None)
            passed_over.add(case.pk)
            _note_passed_over(case)
            continue
        events += _promote(case, kept, edition, near=near)
    return Given(events, is_done=True)


def _promote(
    case: Enrolment, kept: KeptPlaces | None, edition: Edition, *, near: bool
) -> list[Event]:
    now = timezone.now()
    fields: dict[str, Any] = {"kept": kept}
    target = S.SUBMITTED
    if near:
        target = S.OFFERED
        fields["offer_until"] = now + timedelta(hours=edition.offer_hours)
    event = _move(
        case, "promote", target, by=None, role="portal", reason="", now=now, fields=fields
    )
    return [event] if near else [event, *_go_on_if_approved(case)]


def _note_passed_over(case: Enrolment) -> None:
    """Say so once; the line is looked at every minute."""
    if Event.objects.about(case).filter(action="passed_over").exists():
        return
    event = record(
        case, "passed_over", by=None, role="portal", from_state=case.state, to_state=case.state
    )
    telling.tell(event, case)


def _go_on_if_approved(case: Enrolment) -> list[Event]:
    """A case that the home side approved while it waited needs no second look."""
    by = case.home_approved_by
    if by is None or not is_settled_at_home(case):
        return []
    return [
        _move(
            case,
            "approve",
            S.APPROVED,
            by=by,
            role=people.home_role(by, case),
            reason="",
            now=timezone.now(),
            fields={},
        )
    ]


@transaction.atomic
def undo(event: Event, *, by: User) -> Enrolment:
    """Take back one's own decision of the last ten seconds, before anybody has heard of it.

    Raises ActionError when it is too late, somebody else's, or the case has moved on.
    """
    case = Enrolment.objects.filter(pk=event.subject_id).first()
    action = ACTIONS.get(event.action)
    ours = event.subject_kind == Enrolment._meta.label_lower and event.actor_id == by.pk
    if case is None or action is None or not (ours and action.undo):
        raise ActionError(_("This cannot be undone."))
    if event.at <= timezone.now() - UNDO:
        raise ActionError(_("It is too late to undo this: ten seconds have passed."))
    before = S(event.from_state)
    latest = Event.objects.about(case).order_by("-at", "-pk").first()
    if latest is None or latest.pk != event.pk or case.state != event.to_state:
        raise StaleError(_("Somebody else has just changed this application."))
    now = timezone.now()
    fields: dict[str, Any] = {"state": before, "since": now, "changed_at": now}
    fields["due_on"] = due_after(case, before, now, fields)
    if event.action == "approve":
        fields |= {"home_approved_at": None, "home_approved_by": None}
    if event.action == "return":
        fields["question"] = ""
    if not Enrolment.objects.filter(pk=case.pk, state=case.state).update(**fields):
        raise StaleError(_("Somebody else has just changed this application."))
    case.refresh_from_db()
    record(
        case,
        "undo",
        by=by,
        role=event.role,
        from_state=event.to_state,
        to_state=before,
        details={"undone": event.action},
    )
    take_back(telling.key_of(event))
    return case


@transaction.atomic
def change_order(edition_id: int, order: list[int], *, by: User, reason: str) -> None:
    """Let the waiting cases have their turn in another order; each keeps who decided it and why.

    Raises ActionError without a reason or role, StaleError when others wait by now.
    """
    edition = places.lock(edition_id)
    waiting = list(
        Enrolment.objects.filter(edition=edition).in_line().select_related("edition__course")
    )
    if not waiting or not people.office_role(by, waiting[0]):
        raise ActionError(_("Only the programme office can change the waiting list."))
    if not reason.strip():
        raise ActionError(_("Say why: the reason is kept."))
    before = {case.pk: number for number, case in enumerate(waiting, 1)}
    if not places.reorder(edition, order):
        raise StaleError(_("The waiting list has changed in the meantime. Look at it again."))
    by_pk = {case.pk: case for case in waiting}
    for number, pk in enumerate(order, 1):
        if before[pk] != number:
            record(
                by_pk[pk],
                "reorder",
                by=by,
                role="office",
                from_state=S.WAITING,
                to_state=S.WAITING,
                reason=reason.strip(),
                details={"from": before[pk], "to": number},
            )


def history(case: Enrolment) -> list[Event]:
    """All that happened to `case`, oldest first. Ask the gate for the case before."""
    kind, pk = subject_of(case)
    return list(Event.objects.filter(subject_kind=kind, subject_id=pk).select_related("actor"))
