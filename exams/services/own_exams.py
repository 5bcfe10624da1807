"""A student says when they have exams of their own, and takes it back; plans go around it."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from enrolments.models import Enrolment
from enrolments.services.actions import ActionError
from exams.models import Exam, OwnExam, Seat
from paperwork.services.events import record

MOST = 20  # of one case


@transaction.atomic
def add(case: Enrolment, starts_at: datetime, ends_at: datetime, *, by: User) -> OwnExam:
    """Say it; a second time changes nothing.

    Raises ActionError when `by` is not the student, or when it is one too many.
    """
    if case.student_id != by.pk:
        raise ActionError(_("Only the student can answer this."))
    Enrolment.objects.select_for_update().get(pk=case.pk)
    if OwnExam.objects.filter(enrolment=case).count() >= MOST:
        raise ActionError(_("You have said many already. Take off what is over first."))
    said, is_new = OwnExam.objects.get_or_create(
        enrolment=case, starts_at=starts_at, ends_at=ends_at
    )
    if is_new:
        _record(case, "say_own_exam", by)
    return said


@transaction.atomic
def remove(said: OwnExam, *, by: User) -> None:
    """It is not then after all. Raises ActionError when `by` is not the student."""
    case = said.enrolment
    if case.student_id != by.pk:
        raise ActionError(_("Only the student can answer this."))
    said.delete()
    _record(case, "unsay_own_exam", by)


def _record(case: Enrolment, action: str, by: User) -> None:
    record(case, action, by=by, role="student", from_state=case.state, to_state=case.state)


def hit(said: OwnExam, exams: list[Exam], seats: list[Seat]) -> bool:
    """Whether it is at the time of one of the student's `exams` or `seats`, as far as known."""
    spans = [(seat.starts_at, seat.ends_at) for seat in seats]
    spans += [
        (exam.starts_at, exam.starts_at + timedelta(minutes=exam.minutes))
        for exam in exams
        if exam.starts_at is not None
    ]
    return any(start < said.ends_at and end > said.starts_at for start, end in spans)
