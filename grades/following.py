"""What a student sees of the transcript on the case's page, and what is up to them."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import NamedTuple

from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from accounts.models import User
from enrolments.later import Part
from enrolments.models import Enrolment, State
from enrolments.models.enrolment import Kind
from enrolments.turn import Turn
from grades.models import NoTranscript, Result, Transcript, TranscriptState
from grades.no_transcript import ended_without
from grades.papers import Papers, as_known
from grades.people import may_give
from grades.services import chasing
from paperwork.services.notices import UNDO

S = TranscriptState


class Facts(NamedTuple):
    """What the part of the page shows."""

    case: Enrolment
    transcript: Transcript | None
    result: Result | None
    due_on: date
    may_send: bool
    is_over: bool = False  # none comes: not there at the exam, or somebody said so
    given_up: NoTranscript | None = None


def parts(case: Enrolment, user: User) -> Iterable[Part]:
    """The transcript and the result, from the day the course has begun. Three queries at most."""
    if case.kind != Kind.OUTGOING or case.state not in {State.ENROLLED, State.FINISHED}:
        return
    rows = Transcript.objects.visible_to(user).filter(enrolment=case)
    newest = rows.counting().first()
    if newest is None and not may_give(user, case):
        return
    results = Result.objects.visible_to(user).filter(enrolment=case).current()
    # What can still be taken back has not happened yet.
    known = results.filter(recorded_at__lte=timezone.now() - UNDO).first()
    none_yet = case.state == State.FINISHED and (newest is None or newest.state == S.RETURNED)
    over = ended_without([case.pk]) if none_yet else {}
    facts = Facts(
        case,
        as_known(newest) if newest else None,
        known,
        chasing.due_on(case),
        may_give(user, case),
        case.pk in over,
        over.get(case.pk),
    )
    yield Part("grades/parts/case.html", facts)


def turn_of(papers: Papers) -> Turn | None:
    """The course is over, and the student should send a transcript, or another one."""
    case, row = papers.case, papers.transcript
    wanted = row is None or row.state == S.RETURNED
    if case.kind != Kind.OUTGOING or case.state != State.FINISHED or not wanted or papers.is_over:
        return None
    return _turn(case, row) if case.edition.ends_on < timezone.localdate() else None


def _turn(case: Enrolment, returned: Transcript | None) -> Turn:
    day = date_format(chasing.due_on(case), "DATE_FORMAT")
    host = case.edition.course.university.local_name
    return Turn(
        case,
        _("Send another transcript") if returned else _("Send your transcript"),
        _("The one that you sent has come back. Read why, and send another.")
        if returned
        else _("The course is over. With the transcript of %(host)s your result can be registered.")
        % {"host": host},
        _("Send transcript"),
        reverse("transcript:upload", args=[case.reference]),
        _("by %(day)s") % {"day": day},
    )
