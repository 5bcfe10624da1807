"""What a Board of Examiners decided about a case, however its answer came."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from enrolments import people
from enrolments.models import Enrolment, State
from enrolments.models.enrolment import Board, Kind
from enrolments.services import acting, rules, telling
from enrolments.services.actions import ActionError, StaleError
from paperwork.models import Event
from paperwork.services.events import Actor, record
from paperwork.services.files import keep
from paperwork.services.notices import owe_notice, settle
from paperwork.uploads import Upload

OPEN = frozenset({State.SUBMITTED, State.WAITING, State.OFFERED, State.RETURNED})


def may_record(actor: Actor, case: Enrolment) -> str:
    """In which role `actor` may write down what the Board decided; empty when they may not.

    Who approves at home, the office, or the Board's member by a signed link (an `Outsider` with
    the role `board`, made by the link's service).
    """
    if case.kind == Kind.INCOMING or case.is_honours or case.state not in OPEN:
        return ""
    if not isinstance(actor, User):
        return "board" if actor is not None and actor.role == "board" else ""
    return people.home_role(actor, case) or people.office_role(actor, case)


@transaction.atomic
@rules.one_rulebook()
def record_board(
    case: Enrolment,
    *,
    by: Actor,
    granted: bool,
    decided_on: date,
    name: str,
    reference: str = "",
    reason: str = "",
) -> Event:
    """Write down that the Board gave or refused permission, and tell student and home side.

    `name` is who decided for the Board. A second time corrects the first; both stay in the history.
    From now on the case waits for the home side again, with its full number of days. Raises
    ActionError when `by` may not, StaleError when the case has moved on.
    """
    role = may_record(by, case)
    if not role:
        raise ActionError(_("This is not possible for this application now."))
    now = timezone.now()
    before = Board(case.board)
    waits_again = case.state == State.SUBMITTED and before == Board.ASKED
    case.board = Board.GIVEN if granted else Board.REFUSED
    fields: dict[str, Any] = {
        "board": case.board,
        "board_decided_on": decided_on,
        "board_reference": reference.strip(),
        "board_name": name.strip(),
        "changed_at": now,
    }
    case.board = fields["board"]
    if waits_again:  # for the home side, no longer for the Board
        fields |= {"since": now, "due_on": acting.due_after(case, State.SUBMITTED, now, fields)}
    rows = Enrolment.objects.filter(pk=case.pk, state=case.state, board=before)
    if not rows.update(**fields):
        raise StaleError(_("Somebody else has just changed this application."))
    for field, value in fields.items():
        setattr(case, field, value)
    event = record(
        case,
        "board",
        by=by,
        role=role,
        from_state=case.state,
        to_state=case.state,
        reason=reason.strip(),
        details={
            "granted": granted,
            "decided_on": decided_on.isoformat(),
            "name": name.strip(),
            "reference": reference.strip(),
            "rules": rules.version_of(rules.rulebook()).pk,
        },
    )
    settle(case, "enrolments.board_answered")
    _tell(event, case)
    return event


def may_hand_in(actor: Actor, case: Enrolment) -> str:
    """Whether `actor` is the student who asked the Board and may send what it answered."""
    if case.kind == Kind.INCOMING or case.board != Board.ASKED or case.state not in OPEN:
        return ""
    return people.student_role(actor, case)


@transaction.atomic
def hand_in(case: Enrolment, letter: Upload, *, by: User) -> Event:
    """The student sends the Board's letter after the application: as good as sent along with it.

    The home side looks at it and decides; it has its full number of days from now. Raises
    ActionError when nothing is awaited of the Board, StaleError when somebody was first,
    FileRefusedError.
    """
    role = may_hand_in(by, case)
    if not role:
        raise ActionError(_("This is not possible for this application now."))
    now = timezone.now()
    fields: dict[str, Any] = {"board": Board.GIVEN, "changed_at": now}
    case.board = Board.GIVEN
    if case.state == State.SUBMITTED:
        fields |= {"since": now, "due_on": acting.due_after(case, State.SUBMITTED, now, fields)}
    rows = Enrolment.objects.filter(pk=case.pk, state=case.state, board=Board.ASKED)
    if not rows.update(**fields):
        raise StaleError(_("Somebody else has just changed this application."))
    for field, value in fields.items():
        setattr(case, field, value)
    kept = keep(letter, purpose="board_permission", by=by, about=case)
    event = record(
        case,
        "board_letter",
        by=by,
        role=role,
        from_state=case.state,
        to_state=case.state,
        details={"file": str(kept.pk)},
    )
    settle(case, "enrolments.board_awaited")
    for reader in people.home_side(case):
        owe_notice(
            "enrolments.board_letter",
            f"{telling.key_of(event)}board_letter-{reader.pk}",
            reader,
            telling.context(case, event),
            about=case,
            link=telling.to_desk(case),
            asks=case.state == State.SUBMITTED,
        )
    return event


def _tell(event: Event, case: Enrolment) -> None:
    """The student, and those who decide next unless they wrote it down themselves."""
    readers = [(case.student, telling.to_student(case), False)]
    readers += [(user, telling.to_desk(case), True) for user in people.home_side(case)]
    for reader, link, asks in readers:
        if reader.pk == event.actor_id:
            continue
        owe_notice(
            "enrolments.board_answered",
            f"{telling.key_of(event)}board_answered-{reader.pk}",
            reader,
            telling.context(case, event) | {"is_student": not asks},
            about=case,
            link=link,
            asks=asks and case.state == State.SUBMITTED,
        )
