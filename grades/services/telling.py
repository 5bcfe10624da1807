"""Whom a transcript concerns, and what they are told: owed in the transaction of the event."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from django.utils import timezone

from accounts.models import User
from enrolments import people
from grades.models import Result
from paperwork.models import Notice
from paperwork.services.notices import UNDO, Link, owe_notice, settle, take_back

if TYPE_CHECKING:
    from enrolments.models import Enrolment
    from grades.models import Transcript
    from paperwork.models import Event


def key_of(event: Event) -> str:
    """What the keys of an event's notices begin with."""
    return f"transcript-event-{event.pk}-"


def context(case: Enrolment, **more: Any) -> dict[str, Any]:
    """What the texts may say."""
    course = case.edition.course
    return {
        "case": case,
        "edition": case.edition,
        "course": course,
        "host": course.university,
        **more,
    }


def to_upload(case: Enrolment) -> Link:
    return Link("transcript:upload", [case.reference])


def to_review(case: Enrolment) -> Link:
    return Link("review:transcript", [case.reference])


def end_of(transcript: Transcript) -> datetime | None:
    """The end of the day by which it should be verified."""
    if transcript.due_on is None:
        return None
    zone = timezone.get_current_timezone()
    return datetime.combine(transcript.due_on, datetime.min.time(), zone) + timedelta(days=1)


def no_longer_wanted(case: Enrolment) -> None:
    """What asked the student for a transcript of `case` asks no more."""
    settle(case, "grades.transcript_wanted")


def handlers(case: Enrolment) -> list[User]:
    """The people who see its result through; when there are none, the office hears that."""
    found = list(people.home_side(case))
    if not found:
        nobody(case)
    return found


def nobody(case: Enrolment) -> None:
    """No one handles the result of `case`: the office hears it."""
    office_gives_a_role("handler_missing", case, context(case), is_honours=case.is_honours)


def office_gives_a_role(
    kind: str, case: Enrolment, facts: dict[str, Any], *, is_honours: bool
) -> None:
    """Tell the office, once a week for each faculty or for honours, with the way to the people."""
    whose = f"{is_honours:d}-{case.faculty_id}"
    week = timezone.localdate().strftime("%G-%V")
    for reader in people.office():
        owe_notice(
            f"grades.{kind}",
            f"{kind.replace('_', '-')}-{whose}-{week}-{reader.pk}",
            reader,
            facts,
            link=Link("people:people"),
        )


def received(event: Event, transcript: Transcript) -> None:
    """The student gets a copy, whoever sent it; the home side has something to verify."""
    case = transcript.enrolment
    more = {"transcript": transcript, "by_student": transcript.given_by_id == case.student_id}
    owe_notice(
        "grades.transcript_received",
        f"{key_of(event)}received",
        case.student,
        context(case, **more),
        about=transcript,
        link=Link("transcript:sent", [case.reference]),
    )
    _owe(
        event,
        transcript,
        "transcript_to_verify",
        handlers(case),
        asks=True,
        until=end_of(transcript),
    )


def to_verify(transcript: Transcript, key: str, *, by: User) -> None:
    """Who verifies it now has it to do; `key`: why they only hear it now."""
    case = transcript.enrolment
    for reader in people.home_side(case).exclude(pk=by.pk):
        owe_notice(
            "grades.transcript_to_verify",
            f"{key}transcript-{transcript.pk}-{reader.pk}",
            reader,
            context(case, transcript=transcript),
            about=transcript,
            link=to_review(case),
            asks=True,
            until=end_of(transcript),
        )


def decided(event: Event, transcript: Transcript, *, wait: timedelta = UNDO) -> None:
    """The student hears that the result is verified, corrected, or why the file came back."""
    settle(transcript)
    case = transcript.enrolment
    kind = {
        "verify": "transcript_verified",
        "keep": "transcript_verified",
        "return": "transcript_returned",
        "correct": "result_corrected",
    }[event.action]
    result = Result.objects.filter(enrolment=case).current().first()
    is_returned = event.action == "return"
    owe_notice(
        f"grades.{kind}",
        f"{key_of(event)}{kind}",
        case.student,
        context(case, reason=event.reason, result=result, is_same=event.action == "keep"),
        about=transcript,
        link=to_upload(case) if is_returned else Link("exchange:case", [case.reference]),
        asks=is_returned,
        wait=wait,
    )


def undone(event: Event, transcript: Transcript) -> None:
    """`event` was taken back in time: nobody hears of it, what was asked is asked as before."""
    take_back(key_of(event))
    settled = Notice.objects.about(transcript).filter(settled_at__gte=event.at)
    settled.update(settled_at=None)


def _owe(
    event: Event, transcript: Transcript, kind: str, readers: Iterable[User], **how: Any
) -> None:
    case = transcript.enrolment
    for reader in readers:
        if event.actor_id == reader.pk:
            continue  # who did it knows
        owe_notice(
            f"grades.{kind}",
            f"{key_of(event)}{kind}-{reader.pk}",
            reader,
            context(case, transcript=transcript),
            about=transcript,
            link=to_review(case),
            **how,
        )
