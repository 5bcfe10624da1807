"""What can happen to a transcript: from which states, to which, by whom. The one table."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from django.utils.functional import Promise
from django.utils.translation import pgettext_lazy

from enrolments.models import Enrolment
from enrolments.services.actions import ActionError, StaleError
from grades.models import Transcript, TranscriptState
from grades.people import verifier_role
from paperwork.services.events import Actor

__all__ = ["ACTIONS", "ActionError", "StaleError", "actions_for"]

S = TranscriptState
type Who = Callable[[Actor, Enrolment], str]


class Action(NamedTuple):
    """One thing that can happen to a transcript."""

    sources: frozenset[TranscriptState]
    target: TranscriptState
    who: Who
    label: str | Promise  # the button: verb and object
    done: str | Promise  # the history: what happened
    needs_reason: bool = False
    undo: bool = False  # for ten seconds: nobody else has heard of it yet


ACTIONS: dict[str, Action] = {
    "verify": Action(
        frozenset({S.RECEIVED}),
        S.VERIFIED,
        verifier_role,
        pgettext_lazy("action", "Verify result"),
        pgettext_lazy("history", "verified the result"),
        undo=True,
    ),
    "keep": Action(  # of a case that has a result already
        frozenset({S.RECEIVED}),
        S.VERIFIED,
        verifier_role,
        pgettext_lazy("action", "Nothing changes"),
        pgettext_lazy("history", "looked at the transcript: the result stays as it is"),
        undo=True,
    ),
    "return": Action(
        frozenset({S.RECEIVED}),
        S.RETURNED,
        verifier_role,
        pgettext_lazy("action", "Return transcript"),
        pgettext_lazy("history", "returned the transcript"),
        needs_reason=True,
        undo=True,
    ),
    "correct": Action(
        frozenset({S.VERIFIED}),
        S.VERIFIED,
        verifier_role,
        pgettext_lazy("action", "Correct result"),
        pgettext_lazy("history", "corrected the result"),
        needs_reason=True,
    ),
}


def actions_for(actor: Actor, transcript: Transcript) -> list[str]:
    """The one answer to "may I?": the buttons and the services both ask here."""
    if transcript.is_over:
        return []
    return [
        name
        for name, action in ACTIONS.items()
        if transcript.state in action.sources and action.who(actor, transcript.enrolment)
    ]
