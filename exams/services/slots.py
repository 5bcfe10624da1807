"""Moments within a host's window: staff offer them, each student picks one, first come first."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import IntegrityError, transaction
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from enrolments.models import Enrolment
from enrolments.services.actions import ActionError, StaleError
from exams import people
from exams.models import Exam, Mode, Seat, SittingState, SlotChoice, SlotOffer
from exams.places import is_away
from exams.services import done, telling
from exams.services.resits import SITTING, takers
from exams.showing import at, shown
from paperwork.models import Event
from paperwork.services.events import record
from paperwork.services.notices import Link, owe_notice, settle


def cases_of(exam: Exam) -> list[Enrolment]:
    """The cases whose students sit `exam` in our rooms: those of a resit have said so."""
    rows = Enrolment.objects.filter(edition=exam.edition_id, state__in=SITTING)
    if exam.is_resit:
        rows = rows.filter(pk__in=takers([exam])[exam.pk])
    cases = rows.select_related("student").order_by("student__name", "pk")
    return [case for case in cases if not is_away(exam, case.kind)]


def why_not_offered(exam: Exam, starts_at: datetime) -> str:
    """Why students cannot be offered this moment, in words; empty when they can."""
    if exam.mode != Mode.WINDOW or exam.window_from is None or exam.window_until is None:
        return _("The host has fixed the moment: there is nothing to choose.")
    if starts_at <= timezone.now():
        return _("This moment is over.")
    ends_at = starts_at + timedelta(minutes=exam.minutes)
    if starts_at < exam.window_from or ends_at > exam.window_until:
        return _("This lies outside the period that the host gives.")
    return ""


@transaction.atomic
def offer(exam: Exam, starts_at: datetime, places: int, *, by: User) -> SlotOffer:
    """Offer a moment with so many places. Raises ActionError when it does not fit the window."""
    if not people.arranger_role(by):
        raise ActionError(_("You cannot offer this."))
    if refusal := why_not_offered(exam, starts_at):
        raise ActionError(refusal)
    try:
        with transaction.atomic():
            slot = SlotOffer.objects.create(exam=exam, starts_at=starts_at, places=places)
    except IntegrityError:
        raise ActionError(_("This moment is offered already.")) from None
    record(exam, "offer_slot", by=by, role=people.arranger_role(by))
    done.settle_done()
    return slot


@transaction.atomic
def take_back(slot: SlotOffer, *, by: User) -> None:
    """No longer offer a moment that nobody has chosen; raises ActionError when somebody has."""
    if not people.arranger_role(by):
        raise ActionError(_("You cannot offer this."))
    gone, _of = SlotOffer.objects.filter(pk=slot.pk, taken=0).delete()
    if not gone:
        raise ActionError(_("Students have chosen this moment. Offer another one beside it."))
    record(slot.exam, "take_back_slot", by=by, role=people.arranger_role(by))


@transaction.atomic
def tell(exam: Exam, *, by: User) -> int:
    """Ask the students to choose who have not, and know of no seat yet; how many were asked."""
    if not people.arranger_role(by):
        raise ActionError(_("You cannot offer this."))
    done_with = _seated(exam).union(exam.slot_choices.values_list("enrolment", flat=True))
    waiting = [case for case in cases_of(exam) if case.pk not in done_with]
    today = timezone.localdate()
    for case in waiting:
        owe_notice(
            "exams.slots",
            f"slots-{exam.pk}-{case.pk}-{today:%Y%m%d}",  # asked again on another day
            case.student,
            {"course": exam.edition.course},
            about=exam,
            link=Link("exchange-exam:exam", [case.reference]),
            asks=True,
            until=exam.window_until,
        )
    record(exam, "tell_slots", by=by, role=people.arranger_role(by))
    return len(waiting)


def keep_to(exam: Exam, event: Event) -> int:
    """Take back the moments to come that `exam` no longer allows, after its host changed it.

    Who had chosen one hears it. A seat that was told stays until exam staff move it: they have it
    to do. In the caller's transaction, which holds the exam's row. How many.
    """
    coming = exam.slots.filter(starts_at__gt=timezone.now())
    gone = [slot for slot in coming if why_not_offered(exam, slot.starts_at)]
    if not gone:
        return 0
    seated = _seated(exam)
    choices = list(
        SlotChoice.objects.filter(slot__in=gone).select_related("enrolment__student", "slot")
    )
    SlotChoice.objects.filter(pk__in=[one.pk for one in choices]).delete()
    SlotOffer.objects.filter(pk__in=[slot.pk for slot in gone]).delete()
    may_choose = SlotOffer.objects.free().filter(exam=exam, starts_at__gt=timezone.now()).exists()
    for choice in choices:
        if choice.enrolment_id not in seated:
            _tell_gone(exam, choice, event, may_choose=may_choose)
    if exam.mode != Mode.WINDOW:
        settle(exam, "exams.slots")
    record(exam, "take_back_slot", by=event.actor, role=event.role, details={"number": len(gone)})
    return len(gone)


def _seated(exam: Exam) -> set[int]:
    """The cases whose students know of their seat."""
    seats = Seat.objects.standing().filter(sitting__exam=exam, sitting__published_at__isnull=False)
    return set(seats.values_list("enrolment", flat=True))


def _tell_gone(exam: Exam, choice: SlotChoice, event: Event, *, may_choose: bool) -> None:
    case, host = choice.enrolment, exam.edition.course.university
    owe_notice(
        "exams.slot_gone",
        f"slot-gone-{event.pk}-{case.pk}",
        case.student,
        {
            "course": exam.edition.course,
            "host": host,
            "was": at(choice.slot.starts_at, host),
            "shown": shown(exam),
            "is_fixed": exam.mode != Mode.WINDOW,
            "may_choose": may_choose,
        },
        about=exam,
        link=Link("exchange-exam:exam", [case.reference]),
        asks=may_choose,
        until=exam.window_until,
    )


@transaction.atomic
def choose(case: Enrolment, slot: SlotOffer, *, by: User) -> SlotChoice:
    """Pick a moment, or another one instead; its place is claimed, the one before comes free.

    Raises ActionError when it is full, over, or a seat was published already. Of two for the last
    place one gets it.
    """
    if case.student_id != by.pk or slot.exam.edition_id != case.edition_id:
        raise ActionError(_("You cannot choose this."))
    exam = Exam.objects.select_for_update().get(pk=slot.exam_id)  # one choice after the other
    if not Enrolment.objects.filter(pk=case.pk, state__in=SITTING).exists():
        raise ActionError(_("You cannot choose this."))
    if is_away(exam, case.kind):
        raise ActionError(_("You sit this exam at your own university."))
    if refusal := why_not_offered(exam, slot.starts_at):
        raise ActionError(refusal)
    if exam.is_resit and case.pk not in takers([exam])[exam.pk]:
        raise ActionError(_("Say first that you take the resit."))
    told = Seat.objects.standing().filter(enrolment=case, sitting__exam=exam)
    if told.exclude(sitting__state=SittingState.PLANNED).exists():
        raise ActionError(_("Your seat is known already. Write to the programme office."))
    before = SlotChoice.objects.filter(exam=exam, enrolment=case).first()
    if before is not None and before.slot_id == slot.pk:
        return before
    if not SlotOffer.objects.free().filter(pk=slot.pk).update(taken=F("taken") + 1):
        raise StaleError(_("This moment is full now. Choose another one."))
    if before is None:
        before = SlotChoice(exam=exam, enrolment=case)
    else:
        SlotOffer.objects.filter(pk=before.slot_id).update(taken=F("taken") - 1)
    before.slot, before.chosen_at = slot, timezone.now()
    before.save()
    telling.nothing_to_choose(exam, [by.pk])
    record(case, "choose_slot", by=by, role="student", from_state=case.state, to_state=case.state)
    return before
