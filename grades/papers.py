"""What there is of a case after its exam: transcript, result, registration, read in one go."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from django.utils import timezone

from enrolments.models.enrolment import State
from grades.models import NoTranscript, Registration, Result, Transcript, TranscriptState
from grades.no_transcript import ended_without
from paperwork.services.notices import UNDO

if TYPE_CHECKING:
    from enrolments.models import Enrolment

T = TranscriptState


@dataclass
class Papers:
    """What there is of one case; decisions of the last ten seconds are left out."""

    case: Enrolment
    transcript: Transcript | None = None
    result: Result | None = None
    registration: Registration | None = None
    is_over: bool = False  # no transcript comes: not there at the exam, or somebody said so
    given_up: NoTranscript | None = None

    @property
    def over_on(self) -> date:
        """When the exam was, or the course ended."""
        return self.case.edition.exam_on or self.case.edition.ends_on

    @property
    def is_verified(self) -> bool:
        return self.transcript is not None and self.transcript.state == T.VERIFIED


def papers_of(cases: Iterable[Enrolment]) -> list[Papers]:
    """What there is of each of `cases`. Four queries at most, however many there are."""
    found = {case.pk: Papers(case) for case in cases}
    settled = timezone.now() - UNDO
    for transcript in Transcript.objects.filter(enrolment__in=found).counting():
        found[transcript.enrolment_id].transcript = as_known(transcript)
    for result in Result.objects.filter(enrolment__in=found, recorded_at__lte=settled).current():
        found[result.enrolment_id].result = result
    rows = Registration.objects.filter(enrolment__in=found, created_at__lte=settled).current()
    for registration in rows.telling_recorders():
        found[registration.enrolment_id].registration = registration
    without = [pk for pk, papers in found.items() if _waits_for_paper(papers)]
    for pk, given_up in (ended_without(without) if without else {}).items():
        found[pk].is_over, found[pk].given_up = True, given_up
    return list(found.values())


def as_known(row: Transcript) -> Transcript:
    """`row` as others are told of it: what can still be taken back has not been decided yet."""
    if row.changed_at > timezone.now() - UNDO:
        row.state = T.RECEIVED
    return row


def _waits_for_paper(papers: Papers) -> bool:
    case, row = papers.case, papers.transcript
    is_over = case.state == State.FINISHED and papers.result is None
    return is_over and (row is None or row.state == T.RETURNED)
