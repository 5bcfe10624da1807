"""What can happen to a case: from which states, to which, by whom. The one table for writing.

Buttons and server ask the same `actions_for`; `acting.act` moves the case.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import NamedTuple

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import pgettext_lazy

from enrolments import people
from enrolments.models import Enrolment, State
from enrolments.models.enrolment import HOLDING, Board, Kind
from enrolments.rulebook import Permission
from enrolments.services import requests
from paperwork.services.events import Actor

S = State
type Who = Callable[[Actor, Enrolment], str]
type Hinder = Callable[[Enrolment, datetime], str]


class ActionError(Exception):
    """Refused; the message says which rule, and may be shown."""


class StaleError(ActionError):
    """Somebody else has changed the case in the meantime."""


def _nothing(_case: Enrolment, _now: datetime) -> str:
    return ""


def _too_late_to_withdraw(case: Enrolment, now: datetime) -> str:
    last = case.edition.withdraw_until
    if last is None or timezone.localdate(now) <= last or case.state not in HOLDING:
        return ""
    return _(
        "You could withdraw until %(day)s. Ask the programme office if you have a good reason."
    ) % {"day": date_format(last, "DATE_FORMAT")}


def _permission_missing(case: Enrolment, _now: datetime) -> str:
    if case.kind == Kind.INCOMING or case.board == Board.GIVEN:
        return ""
    if case.board == Board.REFUSED:
        return _("The Board of Examiners has refused permission. Reject the application.")
    if requests.answer_for(case).permission == Permission.BOARD:
        return _("The permission of the Board of Examiners is not there yet. Record it first.")
    return ""


def is_settled_at_home(case: Enrolment) -> bool:
    """Whether the home side approved while it waited, and nothing has come in the way since."""
    approved = case.home_approved_at is not None and case.home_approved_by_id is not None
    return approved and not _permission_missing(case, timezone.now())


def _cannot_be_approved_ahead(case: Enrolment, now: datetime) -> str:
    if case.home_approved_at is not None:
        return _("It has been approved already and waits for a place.")
    return _permission_missing(case, now)


def _offer_over(case: Enrolment, now: datetime) -> str:
    if not case.edition.is_offered:
        return _("The course has been withdrawn, so this place can no longer be taken.")
    if case.offer_until is not None and case.offer_until <= now:
        return _("This offer has ended. The place has gone to somebody else.")
    return ""


def consenter_role(actor: Actor, case: Enrolment) -> str:
    return people.student_role(actor, case) if case.consent_at else ""


class Action(NamedTuple):
    """One thing that can happen. `target` None: the service says (a place, or the waiting list)."""

    sources: frozenset[State]
    target: State | None
    who: Who
    label: str | Promise  # the button: verb and object
    done: str | Promise  # the history: what happened
    needs_reason: bool = False
    hinder: Hinder = _nothing
    undo: bool = False  # for ten seconds: nobody else has heard of it yet


def _states(*states: State) -> frozenset[State]:
    return frozenset(states)


LIVE = _states(S.SUBMITTED, S.WAITING, S.OFFERED, S.RETURNED, S.APPROVED, S.ENROLLED)

ACTIONS: dict[str, Action] = {
    "submit": Action(
        _states(S.DRAFT),
        None,
        people.student_role,
        pgettext_lazy("action", "Send application"),
        pgettext_lazy("history", "sent the application"),
    ),
    "approve": Action(
        _states(S.SUBMITTED),
        S.APPROVED,
        people.home_role,
        pgettext_lazy("action", "Approve application"),
        pgettext_lazy("history", "approved the application"),
        hinder=_permission_missing,
        undo=True,
    ),
    "approve_waiting": Action(
        _states(S.WAITING),
        S.WAITING,
        people.home_role,
        pgettext_lazy("action", "Approve in case a place comes free"),
        pgettext_lazy("history", "approved the application, which waits for a place"),
        hinder=_cannot_be_approved_ahead,
        undo=False,
    ),
    "return": Action(
        _states(S.SUBMITTED),
        S.RETURNED,
        people.home_role,
        pgettext_lazy("action", "Ask a question"),
        pgettext_lazy("history", "asked a question"),
        needs_reason=True,
        undo=True,
    ),
    "answer": Action(
        _states(S.RETURNED),
        S.SUBMITTED,
        people.student_role,
        pgettext_lazy("action", "Send answer"),
        pgettext_lazy("history", "answered the question"),
    ),
    "reject": Action(
        _states(S.SUBMITTED, S.WAITING, S.OFFERED, S.RETURNED),
        S.REJECTED,
        people.home_role,
        pgettext_lazy("action", "Reject application"),
        pgettext_lazy("history", "rejected the application"),
        needs_reason=True,
    ),
    "confirm": Action(
        _states(S.APPROVED),
        S.ENROLLED,
        people.host_role,
        pgettext_lazy("action", "Confirm enrolment"),
        pgettext_lazy("history", "confirmed the enrolment"),
    ),
    "decline": Action(
        _states(S.APPROVED, S.ENROLLED),
        S.DECLINED,
        people.host_role,
        pgettext_lazy("action", "Decline student"),
        pgettext_lazy("history", "declined the student"),
        needs_reason=True,
    ),
    "accept": Action(
        _states(S.OFFERED),
        S.SUBMITTED,
        people.student_role,
        pgettext_lazy("action", "Take the place"),
        pgettext_lazy("history", "took the place"),
        hinder=_offer_over,
    ),
    "pass": Action(
        _states(S.WAITING, S.OFFERED),
        S.WITHDRAWN,
        people.student_role,
        pgettext_lazy("action", "No thanks, give the place to somebody else"),
        pgettext_lazy("history", "did not want the place any more"),
    ),
    "withdraw": Action(
        _states(S.DRAFT, *LIVE),
        S.WITHDRAWN,
        people.student_role,
        pgettext_lazy("action", "Withdraw application"),
        pgettext_lazy("history", "withdrew the application"),
        hinder=_too_late_to_withdraw,
    ),
    "withdraw_consent": Action(  # at any time: no last day, and no reason
        LIVE,
        S.WITHDRAWN,
        consenter_role,
        pgettext_lazy("action", "Withdraw consent"),
        pgettext_lazy("history", "withdrew the consent to share data; the application ended"),
    ),
    "withdraw_late": Action(
        LIVE,
        S.WITHDRAWN,
        people.office_role,
        pgettext_lazy("action", "Withdraw for the student"),
        pgettext_lazy("history", "withdrew the application for the student"),
        needs_reason=True,
    ),
    "expire": Action(
        _states(S.DRAFT, S.WAITING, S.RETURNED, S.OFFERED),
        S.EXPIRED,
        people.portal_role,
        pgettext_lazy("action", "Let expire"),
        pgettext_lazy("history", "let the application expire"),
    ),
    "promote": Action(
        _states(S.WAITING),
        None,
        people.portal_role,
        pgettext_lazy("action", "Give the free place"),
        pgettext_lazy("history", "gave a place that came free"),
    ),
    "finish": Action(
        _states(S.ENROLLED),
        S.FINISHED,
        people.portal_role,
        pgettext_lazy("action", "Finish"),
        pgettext_lazy("history", "noted that the course is over"),
    ),
}


def actions_for(actor: Actor, case: Enrolment) -> list[str]:
    """The one answer to "may I?": the buttons and `act` both ask here."""
    now = timezone.now()
    return [
        name
        for name, action in ACTIONS.items()
        if case.state in action.sources and action.who(actor, case) and not action.hinder(case, now)
    ]


def hindrance(name: str, actor: Actor, case: Enrolment) -> str:
    """Why `actor` cannot do now what is theirs to do; empty when they can, or never could."""
    action = ACTIONS[name]
    if case.state not in action.sources or not action.who(actor, case):
        return ""
    return action.hinder(case, timezone.now())
