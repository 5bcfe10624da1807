"""Cases whose transcript is awaited; and those of which none comes.

Their student was at no exam, or a coordinator said so.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from django.db.models import Exists, OuterRef, Q

from enrolments.models import Enrolment, State
from enrolments.models.enrolment import Kind
from exams.models import Attendance, Resit, Seat
from grades.models import NoTranscript, Transcript, TranscriptState

if TYPE_CHECKING:
    from django.db.models import QuerySet

S = TranscriptState


def not_there() -> Q:
    """Of cases: a seat at an exam, at none of them was the student there, and no resit is open."""
    seats = Seat.objects.standing().filter(enrolment=OuterRef("pk"))
    absent = Q(attendance=Attendance.ABSENT)
    sat = Seat.objects.standing().filter(
        enrolment=OuterRef("enrolment"), sitting__exam__attempt=OuterRef("attempt")
    )
    resits = Resit.objects.open().filter(~Exists(sat), enrolment=OuterRef("pk"))
    return Q(Exists(seats.filter(absent)), ~Exists(seats.exclude(absent)), ~Exists(resits))


def awaited() -> QuerySet[Enrolment]:
    """Cases of courses that are over, of which no transcript is here that could be used.

    Not those of which none comes: not there at the exam, or a coordinator said so.
    """
    here = Transcript.objects.filter(enrolment=OuterRef("pk"), state__in=[S.RECEIVED, S.VERIFIED])
    return Enrolment.objects.filter(
        ~Exists(here),
        ~not_there(),
        kind=Kind.OUTGOING,
        state=State.FINISHED,
        no_transcript=None,
    ).select_related("edition__course__university", "student")


def ended_without(keys: Iterable[int]) -> dict[int, NoTranscript | None]:
    """Those of these cases of which none comes, with what was said; None: not there. One query."""
    rows = Enrolment.objects.filter(pk__in=list(keys))
    rows = rows.filter(not_there() | Q(no_transcript__isnull=False))
    return {
        row.pk: getattr(row, "no_transcript", None) for row in rows.select_related("no_transcript")
    }
