"""Putting right who was there, after a sitting was closed: with a reason, and everybody told."""

from __future__ import annotations

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from enrolments.services.actions import ActionError, StaleError
from exams.models import Attendance, Mark, Seat, Sitting, SittingState
from exams.people import arranger_role
from exams.services import closing, resits, sheets
from paperwork.services.events import record
from paperwork.services.notices import Link, owe_notice

MAY_BECOME = (Attendance.PRESENT, Attendance.LATE, Attendance.ABSENT)


@transaction.atomic
def correct(
    seat: Seat,
    attendance: str,
    *,
    minutes: int | None = None,
    why: str,
    seen: str,
    by: User,
) -> Seat:
    """Say that the student of `seat` was there, came `minutes` late, or was not there after all.

    What was marked before stays; a mark with the reason is added. In the same transaction the
    protocol is made again, the resit is offered or its offer taken back, and the student and the
    host are told. `seen` is the attendance that `by` looked at. Raises ActionError when `by` may
    not or the sitting is not closed, StaleError when somebody else has corrected it meanwhile.
    """
    role = arranger_role(by)
    if not role or attendance not in MAY_BECOME:
        raise ActionError(_("Only exam staff can correct who was there."))
    if not why.strip():
        raise ActionError(_("Say why it is corrected."))
    sitting = Sitting.objects.select_for_update().get(pk=seat.sitting_id)  # one after the other
    if sitting.state != SittingState.CLOSED:
        raise ActionError(_("This sitting is not closed: mark it on the list."))
    seat = Seat.objects.standing().select_related("enrolment", "student").get(pk=seat.pk)
    if seat.attendance != seen:
        raise StaleError(_("Somebody else has just corrected this. Look at it again."))
    late = (minutes or 0) if attendance == Attendance.LATE else None
    if (seat.attendance, seat.minutes_late) == (attendance, late):
        raise ActionError(_("That is what the list says already."))
    before, now = Attendance(seat.attendance), timezone.now()
    seat.attendance, seat.minutes_late, seat.left_at = attendance, late, None
    seat.save(update_fields=["attendance", "minutes_late", "left_at"])
    Mark.objects.create(
        sitting=sitting,
        seat=seat,
        kind=attendance,
        minutes=late,
        text=why.strip(),
        at=now,
        by=by,
        by_name=str(by)[:150],
    )
    event = record(
        seat,
        "correct_attendance",
        by=by,
        role=role,
        from_state=before,
        to_state=attendance,
        reason=why.strip(),
    )
    sheets.owe_protocol(sitting, by=by)
    was_there, is_there = (one != Attendance.ABSENT for one in (before, attendance))
    if was_there != is_there:
        if is_there:
            resits.take_back_offer(seat, by=by)
        else:
            resits.offer_to_absent(sitting, by=by)
        course = sitting.exam.edition.course
        owe_notice(
            "exams.attendance_corrected",
            f"seat-event-{event.pk}",
            seat.student,
            {"course": course, "was_there": is_there, "seat": seat},
            about=seat.enrolment,
            link=Link("exchange:case", [seat.enrolment.reference]),
        )
        closing.tell_host(sitting, key=f"seat-event-{event.pk}-host", is_corrected=True)
    return seat
