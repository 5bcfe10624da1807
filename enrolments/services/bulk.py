"""Approving several cases, and taking that back: one that cannot does not stop the rest."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from django.utils.translation import gettext as _

from accounts.models import User
from enrolments.models import Enrolment, State
from enrolments.services import acting, actions
from enrolments.services.actions import ACTIONS, ActionError
from paperwork.models import Event

MOST = 100  # at once


class Verdict(NamedTuple):
    """What can be done with one case, or was: without `why` it can or did."""

    case: Enrolment
    why: str
    event: Event | None = None


def approval_of(case: Enrolment) -> str:
    """Which action approves `case` where it stands."""
    return "approve_waiting" if case.state == State.WAITING else "approve"


def judge(cases: Iterable[Enrolment], *, by: User) -> list[Verdict]:
    """Which of `cases` can be approved by `by` now, and why the others cannot."""
    return [Verdict(case, why_not(case, by=by)) for case in cases]


def why_not(case: Enrolment, *, by: User) -> str:
    """Why `by` cannot approve `case` now, in words; empty when they can."""
    name = approval_of(case)
    action = ACTIONS[name]
    if case.state not in action.sources:
        return _("It is not being checked: %(state)s.") % {"state": case.get_state_display()}
    if not action.who(by, case):
        return _("Somebody else decides about it.")
    return actions.hindrance(name, by, case)


def approve_all(cases: Iterable[Enrolment], *, by: User) -> list[Verdict]:
    """Approve each of `cases` in a transaction of its own; what was done, and why not the rest."""
    done = []
    for case in cases:
        if why := why_not(case, by=by):
            done.append(Verdict(case, why))
            continue
        try:
            event = acting.act(case, approval_of(case), by=by, also={"snoozed_until": None})
        except ActionError as refusal:
            case.refresh_from_db(fields=["state"])
            done.append(Verdict(case, str(refusal)))
        else:
            done.append(Verdict(case, "", event))
    return done


def undo_all(events: Iterable[Event], *, by: User) -> list[Verdict]:
    """Take each of `events` back in a transaction of its own; what was, and why not the rest."""
    wanted = list(events)
    cases = Enrolment.objects.in_bulk([event.subject_id for event in wanted])
    done = []
    for event in wanted:
        try:
            done.append(Verdict(acting.undo(event, by=by), "", event))
        except ActionError as refusal:
            done.append(Verdict(cases[event.subject_id], str(refusal), event))
    return done
