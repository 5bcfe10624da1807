"""Exam facilities: the student says what was granted, exam staff check it once, then it goes.

What happened is written at the facility, not at the case: only its student and exam staff read it.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from datetime import date, timedelta
from typing import Any, NamedTuple

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.formats import time_format

from accounts.models import Role, User
from courses import house
from courses.wording import gettext as _
from courses.wording import ngettext
from enrolments import later
from enrolments.models import Enrolment
from enrolments.models.enrolment import WITH_HOST
from enrolments.scopes import scopes_of
from enrolments.services.actions import ActionError, StaleError
from exams import people, sheets
from exams.models import ARRANGEMENTS, Exam, Facility, Seat, Sitting
from exams.moments import leiden
from paperwork.models import Attachment, Document, Event, Notice
from paperwork.services import documents
from paperwork.services.chain import let_go
from paperwork.services.events import record
from paperwork.services.files import keep, remove
from paperwork.services.notices import Link, owe_notice, settle
from paperwork.uploads import Upload

PURPOSE = "facility_decision"
S = Facility.State
SETTLED = (S.CHECKED, S.WITHDRAWN)  # what a seat has to follow


def in_words(extra_minutes: int, flags: Sequence[str]) -> str:
    """Such as: 30 extra minutes, own room."""
    words = []
    if extra_minutes:
        extra = ngettext("%(n)s extra minute", "%(n)s extra minutes", extra_minutes)
        words.append(extra % {"n": extra_minutes})
    return ", ".join([*words, *(str(ARRANGEMENTS[flag]) for flag in flags if flag in ARRANGEMENTS)])


def words_of(facility: Facility) -> str:
    """What a facility grants, in words."""
    return in_words(facility.extra_minutes, facility.flags)


def exam_of(case: Enrolment, attempt: int) -> Exam | None:
    """The exam of this attempt, if the host has fixed it."""
    return Exam.objects.filter(edition=case.edition_id, attempt=attempt).first()


def why_not(case: Enrolment, attempt: int, exam: Exam | None) -> str:
    """Why no facility can be asked for now, in words; empty when it can."""
    if case.state not in WITH_HOST:
        return _("You can ask for a facility when your application has been approved.")
    if not case.edition.has_exam:
        return _("This course ends with a final assignment: there is no exam in {city}.")
    if exam is not None and exam.latest_end_at <= timezone.now():
        return _("This exam has been. For a resit you ask again.")
    return ""


@transaction.atomic
def ask(
    case: Enrolment, attempt: int, facts: dict[str, Any], decision: Upload, *, by: User
) -> Facility:
    """Write what the student says was granted, with the decision; exam staff get it to check.

    What was asked before for this attempt is replaced, its file too. Until a new one is granted,
    seats keep what they have. Raises ActionError when `by` is not its student or it is too late,
    FileRefusedError when the file cannot be kept.
    """
    if case.student_id != by.pk:
        raise ActionError(_("Only the student can ask for a facility."))
    Enrolment.objects.select_for_update().get(pk=case.pk)  # of two clicks the second finds the row
    exam = exam_of(case, attempt)
    if refusal := why_not(case, attempt, exam):
        raise ActionError(refusal)
    now = timezone.now()
    asked = Facility.objects.select_for_update().filter(enrolment=case, attempt=attempt)
    facility = asked.first() or Facility(enrolment=case, attempt=attempt)
    for name, value in facts.items():
        setattr(facility, name, value)
    facility.state, facility.refusal = S.ASKED, ""
    facility.checked_at = facility.checked_by = None
    facility.asked_at = facility.changed_at = now
    facility.delete_after = delete_after(case, exam)
    try:
        facility.full_clean(exclude=["checked_by"])
    except ValidationError as error:
        raise ActionError(" ".join(error.messages)) from error
    facility.save()
    for old in Attachment.objects.about(facility):
        remove(old)
    keep(decision, purpose=PURPOSE, by=by, about=facility)
    settle(facility)
    event = record(facility, "ask_facility", by=by, role="student", to_state=S.ASKED)
    for reader in people.exam_staff():
        owe_notice(
            "exams.facility_to_check",
            f"facility-event-{event.pk}-{reader.pk}",
            reader,
            {"case": case, "course": case.edition.course},
            about=facility,
            link=Link("exams:facility", [facility.pk]),
            asks=True,
        )
    return facility


def delete_after(case: Enrolment, exam: Exam | None) -> date:
    """The last day on which a facility is kept: so long after the exam, or the course's end."""
    ends = exam.latest_end_at.astimezone(leiden()).date() if exam else case.edition.ends_on
    return ends + house.span("exams.facility_kept_days")


def may_check(user: User, facility: Facility) -> bool:
    """Exam staff, but never about themselves."""
    return scopes_of(user).is_exams and facility.enrolment.student_id != user.pk


@transaction.atomic
def check(
    facility: Facility, *, granted: bool, refusal: str = "", seen: str, by: User
) -> list[Misfit]:
    """Say that the decision bears out what the student says, or why it does not; once.

    Tells the student. Says which seats no longer fit, about which exam staff get something to do.
    Raises ActionError when `by` may not, StaleError when it was checked or asked anew meanwhile.
    """
    if not may_check(by, facility):
        raise ActionError(_("Only exam staff check a facility."))
    now = timezone.now()
    waiting = Facility.objects.filter(pk=facility.pk, state=S.ASKED)
    same = facility.changed_at.isoformat() == seen
    state = S.CHECKED if granted else S.REFUSED
    if not same or not waiting.filter(changed_at=facility.changed_at).update(
        state=state,
        refusal="" if granted else refusal.strip(),
        checked_at=now,
        checked_by=by,
        changed_at=now,
    ):
        raise StaleError(_("Somebody else has checked it, or the student has sent it again."))
    facility.refresh_from_db()
    case = facility.enrolment
    settle(facility)
    event = record(
        facility, "check_facility", by=by, role=Role.EXAMS, from_state=S.ASKED, to_state=state
    )
    owe_notice(
        "exams.facility_checked",
        f"facility-event-{event.pk}-{case.student_id}",
        case.student,
        {"facility": facility, "course": case.edition.course, "what": words_of(facility)},
        about=facility,
        link=Link("exchange-exam:facility", [case.reference, facility.attempt]),
        asks=not granted,
    )
    misfits = misfits_of(facility) if granted else []
    for misfit in misfits:
        _tell_misfit(misfit, event.pk)
    return misfits


class Misfit(NamedTuple):
    """A seat given before its facility was checked or withdrawn, and what does not fit."""

    facility: Facility
    seat: Seat
    why: str


def misfits_of(facility: Facility) -> list[Misfit]:
    """The seats to come that do not have what was granted. Two queries at most."""
    seats = Seat.objects.standing().filter(
        enrolment=facility.enrolment_id,
        sitting__exam__attempt=facility.attempt,
        sitting__starts_at__gt=timezone.now(),
    )
    found = []
    for seat in seats.select_related("sitting__room", "sitting__exam"):
        if _has(seat) == _owed(facility):
            continue
        found.append(Misfit(facility, seat, _why(facility, seat)))
    return found


def all_misfits() -> list[Misfit]:
    """Every seat to come that does not have what was granted, the first exam first. Two queries."""
    seats = _seats_to_come()
    rows = Facility.objects.filter(
        state__in=SETTLED, enrolment__in=seats.order_by().values("enrolment")
    )
    pairs = _unfit(seats, rows.select_related("enrolment__student"))
    return [Misfit(facility, seat, _why(facility, seat)) for facility, seat in pairs]


def unfit(among: Collection[int]) -> set[int]:
    """Which of these facilities a seat to come does not have. Two queries."""
    rows = Facility.objects.filter(pk__in=among, state__in=SETTLED)
    seats = _seats_to_come().filter(enrolment__in=rows.order_by().values("enrolment"))
    return {facility.pk for facility, _seat in _unfit(seats, rows)}


def open_matters(user: User) -> tuple[int, int]:
    """How many facilities `user` has to check, and how many seats do not fit one. Two queries."""
    seats = _seats_to_come()
    asked = Q(pk__in=Facility.objects.visible_to(user).to_check().values("pk"))
    settled = Q(state__in=SETTLED, enrolment__in=seats.order_by().values("enrolment"))
    rows = list(Facility.objects.filter(asked | settled))
    to_check = [row for row in rows if row.state == S.ASKED]
    unfit = _unfit(seats, (row for row in rows if row.state in SETTLED))
    return len(to_check), sum(1 for _pair in unfit)


def _seats_to_come() -> QuerySet[Seat]:
    return (
        Seat.objects.standing()
        .filter(sitting__starts_at__gt=timezone.now(), enrolment__facilities__state__in=SETTLED)
        .select_related("sitting__room__building", "sitting__exam__edition__course__university")
        .order_by("starts_at", "pk")
        .distinct()
    )


def _unfit(
    seats: Iterable[Seat], facilities: Iterable[Facility]
) -> Iterator[tuple[Facility, Seat]]:
    """The seats that lack what was granted, or still have what was withdrawn, and of what."""
    settled = {(row.enrolment_id, row.attempt): row for row in facilities}
    for seat in seats:
        facility = settled.get((seat.enrolment_id, seat.sitting.exam.attempt))
        if facility is not None and _has(seat) != _owed(facility):
            yield facility, seat


def _has(seat: Seat) -> tuple[int, list[str]]:
    return seat.extra_minutes, seat.arrangement


def _owed(facility: Facility) -> tuple[int, list[str]]:
    """The minutes and the arrangement that a seat should have: none of what was withdrawn."""
    if facility.state == S.WITHDRAWN:
        return 0, []
    return facility.extra_minutes, facility.flags


def _why(facility: Facility, seat: Seat) -> str:
    """What does not fit, in words."""
    if facility.state == S.WITHDRAWN:
        return _("The student withdrew it, and the seat still has it: bring the seats up to date.")
    sitting = seat.sitting
    said = []
    until = seat.starts_at + timedelta(minutes=sitting.exam.minutes + facility.extra_minutes)
    if until > sitting.ends_at:
        words = {
            "until": time_format(until.astimezone(leiden()).time(), "H:i"),
            "end": time_format(sitting.ends_at.astimezone(leiden()).time(), "H:i"),
        }
        said.append(_("The student writes until %(until)s, the sitting ends at %(end)s.") % words)
    if "own_room" in facility.flags and sitting.seats.standing().count() > 1:
        said.append(_("The student gets a room alone and now sits with others."))
    if "wheelchair" in facility.flags and not sitting.room.is_accessible:
        said.append(_("The room cannot be reached by wheelchair."))
    return " ".join(said) or _("The seat does not show it yet: give the student the seat anew.")


def _tell_misfit(misfit: Misfit, event: int) -> None:
    case, exam = misfit.facility.enrolment, misfit.seat.sitting.exam
    for reader in people.exam_staff():
        owe_notice(
            "exams.facility_after_seating",
            f"facility-event-{event}-seat-{misfit.seat.pk}-{reader.pk}",
            reader,
            {
                "case": case,
                "course": case.edition.course,
                "what": words_of(misfit.facility) if misfit.facility.state == S.CHECKED else "",
                "problem": misfit.why,
            },
            about=misfit.facility,
            link=Link("exams:exam", [exam.edition_id, exam.attempt]),
            asks=True,
        )


@transaction.atomic
def withdraw(facility: Facility, *, by: User) -> None:
    """The student does not want it any more: the decision goes at once, the rest on its day."""
    if facility.enrolment.student_id != by.pk:
        raise ActionError(_("Only the student can withdraw it."))
    now = timezone.now()
    rows = Facility.objects.filter(pk=facility.pk).exclude(state=S.WITHDRAWN)
    if not rows.update(state=S.WITHDRAWN, changed_at=now):
        raise StaleError(_("This has been withdrawn already."))
    for old in Attachment.objects.about(facility):
        remove(old)
    settle(facility)
    event = record(facility, "withdraw_facility", by=by, role="student", to_state=S.WITHDRAWN)
    facility.refresh_from_db()
    for misfit in misfits_of(facility):
        _tell_misfit(misfit, event.pk)


@transaction.atomic
def forget(facility: Facility) -> None:
    """Take away the row, its file, its events and messages; what stands on seats and their plans.

    A seat plan names the arrangements of a room. All its versions go, also of a room in which the
    student once had a seat: after the exam nobody needs one.
    """
    for file in Attachment.objects.about(facility):
        remove(file)
    let_go(Event.objects.about(facility))
    Notice.objects.about(facility).delete()
    Seat.objects.filter(
        enrolment=facility.enrolment_id, sitting__exam__attempt=facility.attempt
    ).update(arrangement=[], extra_minutes=0)
    case = facility.enrolment
    held = Sitting.objects.filter(exam__edition=case.edition_id, exam__attempt=facility.attempt)
    for sitting in held:
        for plan in Document.objects.about(sitting).filter(kind=sheets.PLAN):
            let_go(Event.objects.about(plan))
            documents.remove(plan)
    facility.delete()


def delete_old(today: date | None = None) -> int:
    """Forget the facilities whose day has come; how many. One whose exam has moved stays longer.

    One of a case of which nothing may be deleted stays until that has ended.
    """
    day, gone = today or timezone.localdate(), 0
    held = Enrolment.objects.filter(later.held_on(day))
    due = Facility.objects.filter(delete_after__lt=day).exclude(enrolment__in=held)
    for facility in due.select_related("enrolment__edition"):
        last = delete_after(facility.enrolment, exam_of(facility.enrolment, facility.attempt))
        if last < day:
            forget(facility)
            gone += 1
        else:
            Facility.objects.filter(pk=facility.pk).update(delete_after=last)
    return gone
