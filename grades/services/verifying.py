"""Verifying a transcript: the result is recorded with it, or the file goes back with a reason."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, fields
from datetime import date
from decimal import Decimal
from functools import partial
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from enrolments.models import Enrolment
from grades.dutch import Recorded
from grades.models import Result, Transcript, TranscriptState
from grades.services import registering, telling
from grades.services.actions import ACTIONS, ActionError, StaleError, actions_for
from paperwork.models import Event
from paperwork.services.events import record
from paperwork.services.notices import UNDO

S = TranscriptState


@dataclass(frozen=True)
class Statement:
    """A result as printed, word for word, and as it is to be recorded. Entered by a person."""

    grade_printed: str
    credits_printed: str
    title_printed: str
    dated_on: date
    recorded: Recorded
    ec: Decimal
    scale: str = ""
    credit_system: str = ""
    code_printed: str = ""
    exam_on: date | None = None
    attempt: str = Result.Attempt.FIRST

    def says_the_same_as(self, result: Result) -> bool:
        """Whether nothing would change: neither what is recorded nor what was printed."""
        said = {field.name: getattr(self, field.name) for field in fields(self)}
        recorded = said.pop("recorded")
        return (recorded.grade, recorded.mark) == (result.grade, result.mark) and all(
            getattr(result, name) == value for name, value in said.items()
        )


def _lock(case: Enrolment) -> None:
    """Everybody locks the case first, then its transcript: receiving, too, does so.

    Its state is as stored afterwards: its student may have left since it was read.
    """
    now = Enrolment.objects.select_for_update(of=("self",), no_key=True).filter(pk=case.pk)
    case.state = now.values_list("state", flat=True).get()


def _may(name: str, transcript: Transcript, by: User) -> str:
    """The role in which `by` does it. Raises ActionError, StaleError when it is superseded.

    The case is locked, as long as the caller's transaction lasts.
    """
    _lock(transcript.enrolment)
    if transcript.state == S.SUPERSEDED:
        raise StaleError(_("A newer version of this transcript has come."))
    if name not in actions_for(by, transcript):
        raise ActionError(_("This is not possible for this transcript now."))
    return ACTIONS[name].who(by, transcript.enrolment)


def _move(
    transcript: Transcript,
    name: str,
    *,
    by: User,
    role: str,
    reason: str = "",
    fields: dict[str, Any] | None = None,
    with_result: Callable[[], Result] | None = None,
) -> Event:
    """Compare-and-swap by the state and the moment that was seen; the event of it.

    The result is recorded after the swap: of two at once the second finds that it was second,
    before the database would have to refuse its result.
    """
    action, seen, now = ACTIONS[name], transcript.state, timezone.now()
    values = {"state": action.target, "changed_at": now, **(fields or {})}
    rows = Transcript.objects.filter(pk=transcript.pk, state=seen, changed_at=transcript.changed_at)
    if not rows.update(**values):
        raise StaleError(_("Somebody else has just changed this transcript."))
    details = {"result": with_result().pk} if with_result else {}
    for field, value in values.items():
        setattr(transcript, field, value)
    return record(
        transcript,
        name,
        by=by,
        role=role,
        from_state=seen,
        to_state=action.target,
        reason=reason,
        details=details,
    )


@transaction.atomic
def verify(transcript: Transcript, said: Statement, *, by: User, reason: str = "") -> Event:
    """Record the result that `transcript` proves. `reason`: why, where a result was there before.

    Raises ActionError, StaleError; then nothing is changed. The student hears it ten seconds later.
    A newer version that says in all the same as the result changes nothing: it is kept.
    """
    role = _may("verify", transcript, by)
    before = Result.objects.filter(enrolment=transcript.enrolment_id).current().first()
    if before is not None and said.says_the_same_as(before):
        return keep(transcript, by=by)
    event = _move(
        transcript,
        "verify",
        by=by,
        role=role,
        reason=reason,
        fields={"verified_by": by, "verified_at": timezone.now(), "snoozed_until": None},
        with_result=partial(_record, transcript, said, by=by, reason=reason),
    )
    telling.decided(event, transcript)
    return event


@transaction.atomic
def keep(transcript: Transcript, *, by: User) -> Event:
    """A newer version says nothing new: it is verified, result and registration stay as they are.

    Raises ActionError when there is no result yet, StaleError.
    """
    role = _may("keep", transcript, by)
    if not Result.objects.filter(enrolment=transcript.enrolment_id).current().exists():
        raise ActionError(_("There is no result yet that could stay as it is."))
    seen = {"verified_by": by, "verified_at": timezone.now(), "snoozed_until": None}
    event = _move(transcript, "keep", by=by, role=role, fields=seen)
    telling.decided(event, transcript)
    return event


@transaction.atomic
def correct(transcript: Transcript, said: Statement, *, by: User, reason: str) -> Event:
    """Record another result of a verified transcript: a new row, the one before stays.

    Raises ActionError without a reason. What was sent already begins anew: open_registration.
    """
    role = _may("correct", transcript, by)
    event = _move(
        transcript,
        "correct",
        by=by,
        role=role,
        reason=reason.strip(),
        fields={"verified_by": by, "verified_at": timezone.now()},
        with_result=partial(_record, transcript, said, by=by, reason=reason),
    )
    telling.decided(event, transcript)
    return event


@transaction.atomic
def send_back(transcript: Transcript, *, by: User, reason: str) -> Event:
    """Return it to its student with a reason that they read. Raises ActionError, StaleError."""
    role = _may("return", transcript, by)
    if not reason.strip():
        raise ActionError(_("Say why: the student reads it."))
    reason = reason.strip()
    event = _move(transcript, "return", by=by, role=role, reason=reason, fields={"reason": reason})
    telling.decided(event, transcript)
    return event


def _record(transcript: Transcript, said: Statement, *, by: User, reason: str) -> Result:
    case = transcript.enrolment
    _refuse_the_impossible(transcript, said)
    before = Result.objects.select_for_update().filter(enrolment=case).current().first()
    if before is not None and not reason.strip():
        raise ActionError(_("Say why the result is corrected."))
    if before is not None:
        Result.objects.filter(pk=before.pk).update(current=False)
    result = Result(
        enrolment=case,
        transcript=transcript,
        source=Result.Source.TRANSCRIPT,
        grade_printed=said.grade_printed,
        scale=said.scale,
        credits_printed=said.credits_printed,
        credit_system=said.credit_system,
        title_printed=said.title_printed,
        code_printed=said.code_printed,
        dated_on=said.dated_on,
        exam_on=said.exam_on,
        attempt=said.attempt,
        grade=said.recorded.grade,
        mark=said.recorded.mark,
        passed=said.recorded.passed,
        ec=said.ec,
        replaces=before,
        reason=reason.strip() if before is not None else "",
        recorded_by=by,
    )
    result.save(force_insert=True)
    registering.open_registration(result)
    return result


def _refuse_the_impossible(transcript: Transcript, said: Statement) -> None:
    edition = transcript.enrolment.edition
    if said.dated_on < edition.starts_on:
        raise ActionError(_("The date of the result lies before the course began."))
    if said.dated_on > timezone.localdate():
        raise ActionError(_("The date of the result has yet to come."))
    if said.exam_on and said.exam_on < edition.starts_on:
        raise ActionError(_("The exam lies before the course began."))
    if said.exam_on and said.exam_on > said.dated_on:
        raise ActionError(_("The exam lies after the date of the result."))
    if not 0 < said.ec < 60:
        raise ActionError(_("A course has more than 0 and less than 60 EC."))


@transaction.atomic
def undo(event: Event, transcript: Transcript, *, by: User) -> None:
    """Take back one's own decision of the last ten seconds, before anybody has heard of it.

    Raises ActionError when it is too late, somebody else's, or more has happened since.
    """
    if not (event.actor_id == by.pk and ACTIONS.get(event.action, ACTIONS["correct"]).undo):
        raise ActionError(_("This cannot be undone."))
    if event.at <= timezone.now() - UNDO:
        raise ActionError(_("It is too late to undo this: ten seconds have passed."))
    _lock(transcript.enrolment)
    latest = Event.objects.about(transcript).exclude(action="opened").order_by("-at", "-pk").first()
    if latest is None or latest.pk != event.pk or transcript.state != event.to_state:
        raise StaleError(_("Somebody else has just changed this transcript."))
    if number := event.details.get("result"):
        _unrecord(Result.objects.get(pk=number))
    rows = Transcript.objects.filter(pk=transcript.pk, state=event.to_state)
    none = {"verified_by": None, "verified_at": None, "reason": ""}
    if not rows.update(state=event.from_state, changed_at=timezone.now(), **none):
        raise StaleError(_("Somebody else has just changed this transcript."))
    transcript.refresh_from_db()
    record(
        transcript,
        "undo",
        by=by,
        role=event.role,
        from_state=event.to_state,
        to_state=event.from_state,
        details={"undone": event.action},
    )
    telling.undone(event, transcript)


def _unrecord(result: Result) -> None:
    """Nobody has heard of it: the row goes, and the one before holds again."""
    registering.forget_registration(result)
    before = result.replaces
    result.delete()
    if before is not None:
        Result.objects.filter(pk=before.pk).update(current=True)
