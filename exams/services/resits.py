"""Absence and resits: illness reported before the start, and who may sit the exam again."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import timedelta

from django.db import transaction
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from enrolments.models import Enrolment, State
from enrolments.services.actions import ActionError, StaleError
from exams import people
from exams.models import (
    Attendance,
    Exam,
    Facility,
    Resit,
    Seat,
    Sitting,
    SittingState,
    SlotChoice,
    SlotOffer,
)
from exams.models.exam import FIRST_ATTEMPT
from exams.services import telling
from exams.services.facilities import exam_of
from exams.showing import shown
from paperwork.models import Event
from paperwork.services.events import Actor, record
from paperwork.services.notices import Link, owe_notice, settle

FIRST_RESIT = FIRST_ATTEMPT + 1  # a host gives no third chance by itself
SITTING = (State.ENROLLED, State.FINISHED)  # cases whose student sits the exam
LOOK_BACK = timedelta(days=60)  # for sittings whose absent students were not offered a resit yet


def why_no_resit(case: Enrolment, attempt: int) -> str:
    """Why there is no such resit, in words; empty when there is."""
    if case.state not in SITTING:
        return _("The student no longer takes this course.")
    if case.edition.resit_offered is not True:
        return _("The host gives no resit for this course.")
    exam = exam_of(case, attempt)
    if exam is None and attempt > FIRST_RESIT:
        return _("The host gives no further resit.")
    if exam is not None and exam.latest_end_at <= timezone.now():
        return _("This resit has been.")
    return ""


@transaction.atomic
def offer_resit(
    case: Enrolment, *, because: str, by: Actor = None, attempt: int = FIRST_RESIT
) -> Resit:
    """Offer the student the next attempt, and ask again which facility is needed.

    A second time changes nothing. Raises ActionError where the host gives no resit, or it has been.
    """
    if refusal := why_no_resit(case, attempt):
        raise ActionError(refusal)
    giver = by if isinstance(by, User) else None
    resit, is_new = Resit.objects.get_or_create(
        enrolment=case, attempt=attempt, defaults={"because": because, "offered_by": giver}
    )
    if not is_new:
        return resit
    record(case, "offer_resit", by=by, from_state=case.state, to_state=case.state)
    course, exam = case.edition.course, exam_of(case, attempt)
    if exam is not None:
        exam.edition = case.edition
    owe_notice(
        "exams.resit_offered",
        f"resit-{resit.pk}",
        case.student,
        {"course": course, "exam": exam, "shown": shown(exam) if exam else None},
        about=resit,
        link=Link("exchange-exam:exam", [case.reference]),
        asks=True,
        until=exam.earliest_at if exam else None,
    )
    earlier = Facility.objects.granted().filter(enrolment=case, attempt__lt=attempt)
    if earlier.exists():
        owe_notice(
            "exams.facility_ask_again",
            f"resit-{resit.pk}-facility",
            case.student,
            {"course": course},
            about=resit,
            link=Link("exchange-exam:facility", [case.reference, attempt]),
        )
    return resit


@transaction.atomic
def answer(resit: Resit, *, takes_part: bool, by: User) -> None:
    """The student takes part, or not; it can be changed until the exam has a published seat.

    Who does not, lets go of the moment that they chose. Raises ActionError when `by` is not the
    student, or it is too late.
    """
    case = resit.enrolment
    if case.student_id != by.pk:
        raise ActionError(_("Only the student can answer this."))
    if why_no_resit(case, resit.attempt) or _is_seated(case, resit.attempt):
        raise ActionError(_("This cannot be changed any more. Write to the programme office."))
    now = timezone.now()
    value = Resit.Answer.YES if takes_part else Resit.Answer.NO
    Resit.objects.filter(pk=resit.pk).update(answer=value, answered_at=now)
    resit.answer, resit.answered_at = value, now
    settle(resit)
    if not takes_part:
        _let_go(case, resit.attempt)
    record(
        case,
        "take_resit" if takes_part else "pass_resit",
        by=by,
        role="student",
        from_state=case.state,
        to_state=case.state,
    )


def _is_seated(case: Enrolment, attempt: int) -> bool:
    """Whether a published sitting has a seat for the student."""
    seats = Seat.objects.standing().filter(enrolment=case, sitting__exam__attempt=attempt)
    return seats.exclude(sitting__state=SittingState.PLANNED).exists()


def _let_go(case: Enrolment, attempt: int) -> None:
    """Of the moment that was chosen for this resit."""
    exams = Exam.objects.filter(edition=case.edition_id, attempt=attempt)
    for exam in exams.select_for_update():  # as those who choose do: one after the other
        free_slot(case, exam)


def free_slot(case: Enrolment, exam: Exam) -> None:
    """The moment to come that `case` chose for `exam` comes free; it need not choose one any more.

    In the caller's transaction, which holds the exam's row.
    """
    telling.nothing_to_choose(exam, [case.student_id])
    chosen = SlotChoice.objects.filter(exam=exam, enrolment=case)
    for choice in chosen.filter(slot__starts_at__gt=timezone.now()):
        SlotOffer.objects.filter(pk=choice.slot_id).update(taken=F("taken") - 1)
        choice.delete()


@transaction.atomic
def offer_to_absent(sitting: Sitting, *, by: Actor = None) -> list[Resit]:
    """Offer a resit to everybody who was not at a closed sitting, where the host gives one."""
    seats = Seat.objects.standing().filter(sitting=sitting, attendance=Attendance.ABSENT)
    attempt = sitting.exam.attempt + 1
    offered = []
    for seat in seats.select_related(
        "enrolment__student", "enrolment__edition__course__university"
    ):
        case = seat.enrolment
        if why_no_resit(case, attempt):
            continue
        why = Resit.Because.ILL if seat.ill_reported_at else Resit.Because.ABSENT
        offered.append(offer_resit(case, because=why, by=by, attempt=attempt))
    return offered


def take_back_offer(seat: Seat, *, by: Actor) -> None:
    """Who was there after all needs no resit for not being there; one that is seated stays.

    The moment that was chosen for it comes free. In the caller's transaction.
    """
    case, attempt = seat.enrolment, seat.sitting.exam.attempt + 1
    because = [Resit.Because.ABSENT, Resit.Because.ILL]
    resit = Resit.objects.filter(enrolment=case, attempt=attempt, because__in=because).first()
    if resit is None or _is_seated(case, attempt):
        return
    settle(resit)
    resit.delete()
    _let_go(case, attempt)
    record(case, "take_back_resit", by=by, from_state=case.state, to_state=case.state)


def offer_to_all_absent() -> int:
    """The same for every sitting closed lately; how many offers are new. May run twice."""
    before = Resit.objects.count()
    closed = Sitting.objects.filter(
        state=SittingState.CLOSED, signed_off_at__gt=timezone.now() - LOOK_BACK
    )
    for sitting in closed.select_related("exam"):
        offer_to_absent(sitting)
    return Resit.objects.count() - before


def takers(exams: Iterable[Exam]) -> dict[int, set[int]]:
    """Of each exam that is a resit: the keys of the cases that take part. One query."""
    resits = {(exam.edition_id, exam.attempt): exam.pk for exam in exams if exam.is_resit}
    found: dict[int, set[int]] = defaultdict(set)
    found.update({pk: set() for pk in resits.values()})
    if not resits:
        return dict(found)
    rows = Resit.objects.taking().filter(enrolment__edition__in={pk for pk, _n in resits})
    for case, edition, attempt in rows.values_list("enrolment", "enrolment__edition", "attempt"):
        if (edition, attempt) in resits:
            found[resits[edition, attempt]].add(case)
    return dict(found)


# --- illness --------------------------------------------------------------------------------------
@transaction.atomic
def report_ill(seat: Seat, *, by: User) -> None:
    """The student says before the start that they are ill. Nothing more is asked or kept.

    Raises ActionError when `by` is not the student or the exam has begun, StaleError when it was
    reported already.
    """
    if seat.student_id != by.pk:
        raise ActionError(_("Only the student can report ill."))
    now = timezone.now()
    if seat.starts_at <= now:
        raise ActionError(_("The exam has begun. Write to the programme office."))
    rows = Seat.objects.standing().filter(pk=seat.pk, ill_reported_at=None, starts_at__gt=now)
    if not rows.update(ill_reported_at=now):
        raise StaleError(_("This has been reported already."))
    seat.ill_reported_at = now
    _tell_staff("ill", seat, record(seat, "report_ill", by=by, role="student"))


def _tell_staff(kind: str, seat: Seat, event: Event) -> None:
    exam = seat.sitting.exam
    for reader in people.exam_staff():
        owe_notice(
            f"exams.{kind}",
            f"seat-event-{event.pk}-{reader.pk}",
            reader,
            {"case": seat.enrolment, "course": exam.edition.course},
            about=seat,
            link=Link("exams:exam", [exam.edition_id, exam.attempt]),
        )


@transaction.atomic
def report_well(seat: Seat, *, by: User) -> None:
    """The student comes after all; until the start. Those hear it who heard of the illness."""
    now = timezone.now()
    if seat.student_id != by.pk:
        raise ActionError(_("Only the student can report ill."))
    rows = Seat.objects.standing().filter(pk=seat.pk, starts_at__gt=now)
    if not rows.exclude(ill_reported_at=None).update(ill_reported_at=None):
        raise ActionError(_("The exam has begun. Write to the programme office."))
    seat.ill_reported_at = None
    _tell_staff("well", seat, record(seat, "report_well", by=by, role="student"))
