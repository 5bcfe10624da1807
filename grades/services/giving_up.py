"""No transcript comes: said by who would verify it, with a reason that the student reads."""

from __future__ import annotations

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from accounts.models import User
from enrolments.models import Enrolment
from enrolments.services.actions import ActionError, StaleError
from grades.models import NoTranscript, Transcript, TranscriptState
from grades.no_transcript import awaited
from grades.people import verifier_role
from grades.services import telling
from paperwork.services.events import record
from paperwork.services.notices import Link, owe_notice, settle


def may_give_up(user: User, case: Enrolment) -> bool:
    """Whether `user` would verify a transcript of `case`, and none is here."""
    return bool(verifier_role(user, case)) and awaited().filter(pk=case.pk).exists()


@transaction.atomic
def give_up(case: Enrolment, *, by: User, reason: str) -> NoTranscript:
    """Nobody waits for its transcript, or is asked for it, from now on. The student hears why.

    Raises ActionError; StaleError when somebody else has just said so. A transcript that comes all
    the same is taken in as ever.
    """
    role, reason = verifier_role(by, case), reason.strip()
    if not reason:
        raise ActionError(_("Say why: the student reads it."))
    if not may_give_up(by, case):
        raise ActionError(_("No transcript of this application is awaited."))
    try:
        with transaction.atomic():
            row = NoTranscript.objects.create(enrolment=case, reason=reason, by=by)
    except IntegrityError:
        raise StaleError(_("A colleague has just recorded this.")) from None
    event = record(
        case,
        "no_transcript",
        by=by,
        role=role,
        from_state=case.state,
        to_state=case.state,
        reason=reason,
    )
    telling.no_longer_wanted(case)
    for returned in Transcript.objects.filter(enrolment=case, state=TranscriptState.RETURNED):
        settle(returned)  # which asked for another
    owe_notice(
        "grades.transcript_given_up",
        f"transcript-given-up-{event.pk}",
        case.student,
        telling.context(case, reason=reason),
        about=case,
        link=Link("exchange:case", [case.reference]),
    )
    return row


@transaction.atomic
def expect_again(case: Enrolment, *, by: User) -> None:
    """A transcript is awaited after all. Raises ActionError, StaleError."""
    role = verifier_role(by, case)
    if not role:
        raise ActionError(_("This is not possible for this application now."))
    gone, _rows = NoTranscript.objects.filter(enrolment=case).delete()
    if not gone:
        raise StaleError(_("A colleague has just taken this back."))
    record(
        case, "transcript_expected", by=by, role=role, from_state=case.state, to_state=case.state
    )
