"""What a student has to do, and may do, about an exam: on the case's page and at the own cases."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from django.db.models import F, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from accounts.models import User
from courses.models import Assessment, Edition, University
from enrolments.later import Happened, News, Part
from enrolments.models import Enrolment, State
from enrolments.models.enrolment import WITH_HOST
from enrolments.turn import Turn
from exams.models import Exam, Facility, OwnExam, Resit, Seat, SlotChoice, SlotOffer
from exams.models.exam import FIRST_ATTEMPT
from exams.models.sitting import TOLD
from exams.places import is_away
from exams.services.facilities import why_not, words_of
from exams.services.own_exams import hit
from exams.services.resits import SITTING, why_no_resit
from exams.services.slots import why_not_offered
from exams.showing import Shown, at, between, shown


class Link(NamedTuple):
    """What the part of the case's page shows."""

    case: Enrolment
    fixed: Exam | None
    shown: Shown | None


def parts(case: Enrolment, user: User) -> Iterable[Part]:
    """The way to the exam's page while one is ahead; or that there is none.

    One query for a course with an exam.
    """
    if case.state not in WITH_HOST:
        return
    if case.edition.assessment == Assessment.ASSIGNMENT:
        yield Part("exams/parts/own.html", Link(case, None, None))
    if not case.edition.has_exam:
        return
    resits = Resit.objects.filter(enrolment=case).exclude(answer=Resit.Answer.NO)
    own = Q(attempt=FIRST_ATTEMPT) | Q(attempt__in=resits.values("attempt"))
    rows = Exam.objects.visible_to(user).upcoming().filter(own, edition=case.edition_id)
    coming = rows.first()
    if coming is not None:
        coming.edition = case.edition
    elif case.state == State.FINISHED or _is_over(case.edition):
        return
    yield Part("exams/parts/own.html", Link(case, coming, _shown(coming, case) if coming else None))


def home_of(exam: Exam, case: Enrolment) -> University | None:
    """The home university that holds this exam of ours for its student; none: it is in Leiden."""
    return case.home_university if is_away(exam, case.kind) else None


def _shown(exam: Exam, case: Enrolment) -> Shown:
    return shown(exam, home_of(exam, case))


def _is_over(edition: Edition) -> bool:
    return edition.exam_on is not None and edition.exam_on < timezone.localdate()


def news(cases: Sequence[Enrolment]) -> dict[int, News]:
    """What is up to these students: to choose a moment, or to say whether they take a resit.

    Nobody has to choose who knows of a seat, or where no place is free. Four queries when some of
    them sit an exam, however many there are.
    """
    known = {case.pk: case for case in cases if case.state in SITTING and case.edition.has_exam}
    if not known:
        return {}
    found: dict[int, News] = {}
    for resit in Resit.objects.open().filter(enrolment__in=known, answer=""):
        case = known[resit.enrolment_id]
        found[case.pk] = News(turn=_turn(case, _("Say whether you take the resit"), "", ""))
    now = timezone.now()
    open_ones = Exam.objects.filter(
        edition__in={case.edition_id for case in known.values()},
        attempt=FIRST_ATTEMPT,
        window_until__gt=now,
        slots__starts_at__gt=now,
        slots__taken__lt=F("slots__places"),
    ).prefetch_related("slot_choices")
    seats = Seat.objects.standing().filter(enrolment__in=known, sitting__state__in=TOLD)
    seats = seats.filter(sitting__exam__attempt=FIRST_ATTEMPT)
    seated = set(seats.values_list("enrolment", flat=True))
    for exam in open_ones.distinct():
        chosen = {choice.enrolment_id for choice in exam.slot_choices.all()}
        for case in known.values():
            is_theirs = case.edition_id == exam.edition_id and not is_away(exam, case.kind)
            if is_theirs and case.pk not in {*chosen, *seated, *found}:
                why = _("The host gives a period; who chooses first has the moment.")
                last = date_format(timezone.localdate(exam.window_until), "DATE_FORMAT")
                found[case.pk] = News(
                    turn=_turn(case, _("Choose the moment of your exam"), why, last)
                )
    return found


def _turn(case: Enrolment, title: str, why: str, until: str) -> Turn:
    address = reverse("exchange-exam:exam", args=[case.reference])
    until = _("by %(day)s") % {"day": until} if until else ""
    return Turn(case, title, why, _("Go to your exam"), address, until)


def history(case: Enrolment, _user: User) -> Iterable[Happened]:
    """Resits that were offered and answered. One query where there can be one."""
    if case.state not in SITTING:
        return
    for resit in Resit.objects.filter(enrolment=case):
        done = pgettext("history", "offered a resit")
        yield Happened(resit.offered_at, _("The portal"), "", done, "")
        if resit.answered_at is not None:
            takes = resit.answer == Resit.Answer.YES
            done = (
                pgettext("history", "takes the resit")
                if takes
                else pgettext("history", "does not take the resit")
            )
            yield Happened(
                resit.answered_at, str(case.student), pgettext("role", "student"), done, ""
            )


class Moment(NamedTuple):
    """A moment to choose, as the page shows it."""

    slot: SlotOffer
    shown: Shown
    is_mine: bool
    left: int


class Attempt(NamedTuple):
    """One attempt as its student sees it."""

    attempt: int
    exam: Exam | None
    shown: Shown | None
    home: University | None  # that holds it, instead of us
    is_away: bool  # at the home university, also where we do not know which
    facility: Facility | None
    granted: str  # what the facility says, in words
    may_ask: bool
    moments: list[Moment]
    seat: Seat | None
    may_report: bool
    resit: Resit | None
    may_answer: bool


def attempts_of(case: Enrolment, user: User) -> list[Attempt]:
    """The attempts of a case (with edition, course and university). Six queries."""
    now = timezone.now()
    exams = {
        exam.attempt: exam for exam in Exam.objects.visible_to(user).filter(edition=case.edition_id)
    }
    facilities = {
        one.attempt: one for one in Facility.objects.visible_to(user).filter(enrolment=case)
    }
    resits = {one.attempt: one for one in Resit.objects.visible_to(user).filter(enrolment=case)}
    seats = Seat.objects.visible_to(user).standing().filter(enrolment=case)
    seats = seats.select_related("sitting__exam__edition", "sitting__room__building")
    told = {seat.sitting.exam.attempt: seat for seat in seats}
    chosen = set(
        SlotChoice.objects.visible_to(user).filter(enrolment=case).values_list("slot", flat=True)
    )
    slots = SlotOffer.objects.filter(Q(starts_at__gt=now) | Q(pk__in=chosen))
    offered = list(slots.filter(exam__edition=case.edition_id))
    host = case.edition.course.university
    found = []
    for number in sorted({FIRST_ATTEMPT, *resits}):
        exam, seat = exams.get(number), told.get(number)
        resit, facility = resits.get(number), facilities.get(number)
        if exam is not None:
            exam.edition = case.edition
        moments = [
            Moment(
                slot,
                at(slot.starts_at, host),
                slot.pk in chosen,
                slot.places - slot.taken,
            )
            for slot in offered
            if exam is not None and slot.exam_id == exam.pk and not is_away(exam, case.kind)
            if slot.pk in chosen or not why_not_offered(exam, slot.starts_at)
        ]
        found.append(
            Attempt(
                number,
                exam,
                _shown(exam, case) if exam else None,
                home_of(exam, case) if exam else None,
                exam is not None and is_away(exam, case.kind),
                facility,
                words_of(facility) if facility else "",
                not why_not(case, number, exam),
                moments if seat is None else [],
                seat,
                seat is not None and seat.starts_at > now,
                resit,
                resit is not None and seat is None and not why_no_resit(case, number),
            )
        )
    return found


class Said(NamedTuple):
    """An exam that the student has elsewhere."""

    said: OwnExam
    words: str
    is_hit: bool  # it is at the time of an exam of this case


def said_by(case: Enrolment, user: User) -> list[Said]:
    """The exams to come that the student has elsewhere, as said with this case. Three queries."""
    rows = OwnExam.objects.visible_to(user).filter(enrolment=case, ends_at__gt=timezone.now())
    resits = Resit.objects.visible_to(user).taking().filter(enrolment=case)
    own = Q(attempt=FIRST_ATTEMPT) | Q(attempt__in=resits.values("attempt"))
    exams = list(Exam.objects.visible_to(user).filter(own, edition=case.edition_id))
    seats = list(Seat.objects.visible_to(user).standing().filter(enrolment=case))
    return [Said(one, between(one.starts_at, one.ends_at), hit(one, exams, seats)) for one in rows]
