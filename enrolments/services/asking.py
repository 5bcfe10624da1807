"""Asking a Board of Examiners by a link: one member, one decision, no account."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from courses import anew, house
from courses.models import SignedLink
from enrolments.models import BoardRequest, Enrolment, State
from enrolments.models.enrolment import Board
from enrolments.services import acting, board, telling
from enrolments.services.actions import ActionError, StaleError
from paperwork.models import Event
from paperwork.services.events import Outsider, record
from paperwork.services.notices import Address, Link, owe_notice
from paperwork.working_days import add_working_days

REMIND_AFTER = ("applying.board_first_days", "applying.board_second_days")  # without an answer
DECIDED = frozenset({Board.GIVEN, Board.REFUSED})


def latest_request(case: Enrolment) -> BoardRequest | None:
    """The question that was asked last, whatever has become of it. Ask the case's gate before."""
    return BoardRequest.objects.filter(enrolment=case).select_related("asked_by").first()


def is_open(request: BoardRequest) -> bool:
    """Whether its link still decides: not used, revoked or expired, and nothing else decided."""
    case = request.enrolment
    return request.is_usable and case.state in board.OPEN and case.board not in DECIDED


@transaction.atomic
def ask(case: Enrolment, *, email: str, language: str, message: str, by: User) -> BoardRequest:
    """Send a member of the Board a link to decide; an earlier open link stops working.

    From now on the case waits for the Board, with its full number of days. Raises ActionError when
    `by` may not or the Board has decided already, StaleError when the case has moved on.
    """
    if not board.may_record(by, case):
        raise ActionError(_("This is not possible for this application now."))
    if case.board in DECIDED:
        raise ActionError(_("The Board has decided already."))
    now = timezone.now()
    _revoke_open(case)
    token = SignedLink.new_token()
    request = BoardRequest(
        enrolment=case,
        digest=SignedLink.digest_of(token),
        expires_at=now + house.span("applying.link_days"),
        email=email,
        language=language,
        asked_by=by,
        message=message.strip(),
    )
    request.full_clean()
    try:
        with transaction.atomic():
            request.save()
    except IntegrityError:
        raise StaleError(_("Somebody else has just asked the Board.")) from None
    asked = {"board": Board.ASKED, "board_asked_on": timezone.localdate(now)}
    _set(case, asked, before=case.board)
    role = board.may_record(by, case)
    record(case, "ask_board", by=by, role=role, from_state=case.state, to_state=case.state)
    _send(request, token, occasion="asked")
    return request


def _set(case: Enrolment, fields: dict[str, Any], *, before: str) -> None:
    """What the case says of its Board; who has it now gets all of their days.

    Raises StaleError unless its state and its Board are as they were seen.
    """
    now = timezone.now()
    fields = fields | {"changed_at": now}
    for field, value in fields.items():
        setattr(case, field, value)
    if case.state == State.SUBMITTED:
        case.since, case.due_on = now, acting.due_after(case, State.SUBMITTED, now, fields)
        fields |= {"since": case.since, "due_on": case.due_on}
    rows = Enrolment.objects.filter(pk=case.pk, state=case.state, board=before)
    if not rows.update(**fields):
        raise StaleError(_("Somebody else has just changed this application."))


def _send(request: BoardRequest, token: str, *, occasion: str) -> None:
    case = request.enrolment
    owe_notice(
        "enrolments.board_asked",
        f"board-request-{request.pk}-{occasion}",
        Address(request.email, request.language),
        telling.context(case)
        | {"request": request, "by": request.asked_by, "reminder": occasion != "asked"},
        about=case,
        link=Link("board:decide", [token], secret=True),
        until=request.expires_at,
    )


def can_send_anew(request: BoardRequest) -> bool:
    """Whether it has expired and the Board has still to decide."""
    case = request.enrolment
    return request.is_expired and case.state in board.OPEN and case.board == Board.ASKED


def send_anew(request: BoardRequest) -> None:
    """Put the same question to the same member once more."""
    case, token = request.enrolment, SignedLink.new_token()
    new = BoardRequest.objects.create(
        enrolment=case,
        digest=SignedLink.digest_of(token),
        expires_at=timezone.now() + house.span("applying.link_days"),
        email=request.email,
        language=request.language,
        asked_by=request.asked_by,
        message=request.message,
    )
    by = Outsider(anew.holder(), "board")
    record(case, "ask_board", by=by, role="board", from_state=case.state, to_state=case.state)
    _send(new, token, occasion="asked")


def _revoke_open(case: Enrolment) -> int:
    unspent = BoardRequest.objects.filter(enrolment=case, spent_at=None, revoked_at=None)
    return unspent.update(revoked_at=timezone.now())


@transaction.atomic
def revoke(case: Enrolment, *, by: User) -> None:
    """Make the open link stop working: whoever handles the case has yet to ask again.

    Raises ActionError when `by` may not, StaleError when there is no such link any more.
    """
    role = board.may_record(by, case)
    if not role:
        raise ActionError(_("This is not possible for this application now."))
    if not _revoke_open(case):
        raise StaleError(_("This link was used or revoked already."))
    if case.board == Board.ASKED:
        _set(case, {"board_asked_on": None}, before=case.board)
    record(case, "revoke_board", by=by, role=role, from_state=case.state, to_state=case.state)


def find(token: str) -> BoardRequest | None:
    """The link with this token, whether it can be used or not."""
    rows = BoardRequest.objects.select_related(
        "asked_by",
        "enrolment__student",
        "enrolment__programme",
        "enrolment__faculty",
        "enrolment__edition__course__university",
    )
    return rows.filter(digest=SignedLink.digest_of(token)).first()


@transaction.atomic
def answer(token: str, *, granted: bool, name: str, reference: str, reason: str) -> Event:
    """Spend the link: the Board's decision is recorded with the name of who took it.

    Raises ActionError when the link cannot be used any more, or the case has moved on. Of two
    answers at the same moment one is taken, the other is refused.
    """
    now = timezone.now()
    kind = BoardRequest.Answer.GRANTED if granted else BoardRequest.Answer.REFUSED
    # Compare-and-swap on what makes a link usable: the second answer updates no row.
    if not BoardRequest.objects.usable(token, at=now).update(
        spent_at=now,
        answer=kind,
        name=name.strip(),
        reference=reference.strip(),
        reason=reason.strip(),
    ):
        raise ActionError(_("This link can no longer be used."))
    request = find(token)
    if request is None or request.enrolment.board in DECIDED:
        raise ActionError(_("This link can no longer be used."))
    return board.record_board(
        request.enrolment,
        by=Outsider(name.strip(), "board"),
        granted=granted,
        decided_on=timezone.localdate(now),
        name=name,
        reference=reference,
        reason=reason,
    )


def remind(today: date | None = None) -> int:
    """Remind members who have not answered for some working days, twice; how many were.

    A reminder holds a new link, which is valid as long as the first: only a hash of that is kept.
    """
    day = today or timezone.localdate()
    open_ones = BoardRequest.objects.filter(
        spent_at=None,
        revoked_at=None,
        expires_at__gt=timezone.now(),
        reminded__lt=len(REMIND_AFTER),
        enrolment__state__in=board.OPEN,
        enrolment__board=Board.ASKED,
    )
    reminded = 0
    for pk, made, number in open_ones.values_list("pk", "created_at", "reminded"):
        asked = timezone.localdate(made)
        due = sum(day >= add_working_days(asked, days) for days in map(house.number, REMIND_AFTER))
        if due > number:  # after a pause one message, not two
            reminded += _remind(pk, number, due)
    return reminded


@transaction.atomic
def _remind(pk: int, number: int, due: int) -> int:
    token = SignedLink.new_token()
    mine = BoardRequest.objects.filter(pk=pk, reminded=number, spent_at=None, revoked_at=None)
    if not mine.update(reminded=due, digest=SignedLink.digest_of(token)):
        return 0
    request = find(token)
    if request is None:
        return 0
    _send(request, token, occasion=f"reminder-{due}")
    return 1
