"""What can happen to a registration: from which states, to which, by whom. The one table."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from django.utils.functional import Promise

from accounts.models import User
from courses.wording import gettext as _
from courses.wording import pgettext_lazy
from enrolments.services.actions import ActionError, StaleError
from grades import form, registrars
from grades.models import Registration, RegistrationState
from paperwork.services.events import Actor

__all__ = ["ACTIONS", "ActionError", "StaleError", "actions_for", "hindrance"]

S = RegistrationState
Route = Registration.Route
type Who = Callable[[Actor, Registration], str]
type Hinder = Callable[[Registration, Actor], str]


def _nothing(_row: Registration, _by: Actor) -> str:
    return ""


def _filed_already(row: Registration, _by: Actor) -> str:
    return _("The request has been filed already.") if row.filed_on else ""


def _not_filed(row: Registration, _by: Actor) -> str:
    if row.route == Route.HONOURS:
        return _("The honours route needs no decision of the Board.")
    if row.filed_on is None:
        return _("The student has not filed the request yet. Has it been filed? Record the day.")
    return ""


def _incomplete(row: Registration, _by: Actor) -> str:
    if lacking := form.missing(row):
        return _("The form still lacks: %(what)s.") % {"what": ", ".join(lacking)}
    return ""


def _verified_it(row: Registration, by: Actor) -> str:
    if isinstance(by, User) and by.pk == row.verified_by_id:
        return _("You verified the result, so a colleague records the registration.")
    return ""


def _taken(row: Registration, by: Actor) -> str:
    if isinstance(by, User) and row.taken_by_id == by.pk:
        return _("You have taken it over already.")
    if row.taken_by_id is not None:
        return _("%(name)s has taken it over already.") % {"name": row.taken_by}
    return _verified_it(row, by)


class Action(NamedTuple):
    """One thing that can happen to a registration."""

    sources: frozenset[RegistrationState]
    target: RegistrationState | None  # None: it stays as it is
    who: Who
    label: str | Promise  # the button: verb and object
    done: str | Promise  # the history: what happened
    needs_reason: bool = False
    hinder: Hinder = _nothing


def _in(*states: RegistrationState) -> frozenset[RegistrationState]:
    return frozenset(states)


ACTIONS: dict[str, Action] = {
    "file": Action(
        _in(S.REQUESTED),
        None,
        registrars.filer_role,
        pgettext_lazy("action", "Record that it is filed"),
        pgettext_lazy("history", "filed the request"),
        hinder=_filed_already,
    ),
    "choose": Action(
        _in(S.REQUESTED),
        None,
        registrars.type_role,
        pgettext_lazy("action", "Choose another type"),
        pgettext_lazy("history", "chose the type of request"),
    ),
    "decide": Action(
        _in(S.REQUESTED),
        S.PREPARED,
        registrars.type_role,
        pgettext_lazy("action", "Record the decision"),
        pgettext_lazy("history", "recorded the decision of the Board of Examiners"),
        hinder=_not_filed,
    ),
    "prepare": Action(
        _in(S.REQUESTED),
        S.PREPARED,
        registrars.honours_role,
        pgettext_lazy("action", "Make the overview"),
        pgettext_lazy("history", "made the overview for the honours programme"),
    ),
    "send": Action(
        _in(S.PREPARED),
        S.SENT,
        registrars.handler_role,
        pgettext_lazy("action", "Send the paperwork"),
        pgettext_lazy("history", "sent the paperwork"),
        hinder=_incomplete,
    ),
    "take": Action(
        _in(S.SENT),
        None,
        registrars.recorder_role,
        pgettext_lazy("action", "Take over"),
        pgettext_lazy("history", "took over the paperwork"),
        hinder=_taken,
    ),
    "back": Action(
        _in(S.SENT),
        S.PREPARED,
        registrars.recorder_role,
        pgettext_lazy("action", "Send back with a question"),
        pgettext_lazy("history", "sent the paperwork back"),
        needs_reason=True,
    ),
    "register": Action(
        _in(S.SENT),
        S.REGISTERED,
        registrars.recorder_role,
        pgettext_lazy("action", "Record the registration"),
        pgettext_lazy("history", "recorded the registration"),
        hinder=_verified_it,
    ),
    "amend": Action(
        _in(S.REGISTERED),
        None,
        registrars.recorder_role,
        pgettext_lazy("action", "Correct what was recorded"),
        pgettext_lazy("history", "corrected what was recorded"),
        hinder=_verified_it,
    ),
    "reconcile": Action(
        _in(S.REGISTERED),
        S.RECONCILED,
        registrars.recorder_role,
        pgettext_lazy("action", "Mark as found in {system}"),
        pgettext_lazy("history", "found the registration in {system} as it was sent"),
        hinder=_verified_it,
    ),
    "refuse": Action(
        _in(S.REQUESTED, S.PREPARED),
        S.REFUSED,
        registrars.handler_role,
        pgettext_lazy("action", "Record a refusal"),
        pgettext_lazy("history", "recorded that the request was refused"),
        needs_reason=True,
    ),
    "decline": Action(
        _in(S.SENT),
        S.REFUSED,
        registrars.honours_recorder_role,
        pgettext_lazy("action", "Record that the {honours} says no"),
        pgettext_lazy("history", "recorded that the {honours} said no"),
        needs_reason=True,
        hinder=_verified_it,
    ),
    "again": Action(
        _in(S.REFUSED),
        S.REQUESTED,
        registrars.handler_role,
        pgettext_lazy("action", "Ask once more"),
        pgettext_lazy("history", "began the request once more"),
        needs_reason=True,
    ),
}


def actions_for(actor: Actor, row: Registration) -> list[str]:
    """The one answer to "may I?": the buttons and the services both ask here."""
    return [
        name
        for name, action in ACTIONS.items()
        if row.current
        and not row.is_over
        and row.state in action.sources
        and action.who(actor, row)
        and not action.hinder(row, actor)
    ]


def hindrance(name: str, actor: Actor, row: Registration) -> str:
    """Why `actor` cannot do now what is theirs to do; empty when they can, or never could."""
    action = ACTIONS[name]
    possible = row.current and not row.is_over and row.state in action.sources
    if not possible or not action.who(actor, row):
        return ""
    return action.hinder(row, actor)
