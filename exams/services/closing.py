"""Closing a sitting: only when every seat is marked; then the host and the students' cases know."""

from __future__ import annotations

from django.db import transaction
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.models import User
from exams.models import Attendance, Exam, Seat, Sitting, SittingState
from exams.services import resits, sheets, telling_hosts
from exams.services.marking import may_mark
from paperwork.services.events import record


class CloseError(Exception):
    """It cannot be closed; the message says why, and may be shown."""


class ClosedError(CloseError):
    """Somebody else has just closed it."""


@transaction.atomic
def close(sitting: Sitting, *, by: User, report: str = "") -> Sitting:
    """Close `sitting`: what was marked stands, each student's case has it, and the host is told.

    All of it in one transaction. Raises CloseError while seats are unmarked, before the start, or
    when `by` may not; ClosedError when it is closed already.
    """
    now = timezone.now()
    if not may_mark(by):
        raise CloseError(_("Only exam staff can close a sitting."))
    sitting = Sitting.objects.select_for_update().get(pk=sitting.pk)
    if sitting.state == SittingState.CLOSED:
        raise ClosedError(_("This sitting has been closed already."))
    if sitting.state not in (SittingState.PUBLISHED, SittingState.HELD):
        raise CloseError(_("This sitting is not published, so there is nothing to close."))
    if now < sitting.starts_at:
        raise CloseError(_("A sitting can be closed after it has started."))
    seats = list(Seat.objects.standing().filter(sitting=sitting).select_related("enrolment"))
    if left := sorted(seat.number for seat in seats if seat.attendance == Attendance.EXPECTED):
        raise CloseError(
            ngettext(
                "Mark seat %(seats)s first: nobody has said whether the student came.",
                "Mark these seats first: %(seats)s. Nobody has said whether these students came.",
                len(left),
            )
            % {"seats": ", ".join(str(number) for number in left[:20])}
        )
    before = sitting.state
    Sitting.objects.filter(pk=sitting.pk).update(
        state=SittingState.CLOSED,
        report=report.strip(),
        signed_off_at=now,
        signed_off_by=by,
        signed_off_by_name=str(by)[:150],
        version=F("version") + 1,
        changed_at=now,
    )
    sitting.refresh_from_db()
    record(
        sitting,
        "close",
        by=by,
        role="exams",
        from_state=before,
        to_state=SittingState.CLOSED,
        details={"seats": len(seats), "absent": sum(seat.attendance == "absent" for seat in seats)},
    )
    resits.offer_to_absent(sitting, by=by)
    sheets.owe_protocol(sitting, by=by)
    tell_host(sitting, key=f"exam-closed-{sitting.pk}")
    return sitting


def tell_host(sitting: Sitting, *, key: str, is_corrected: bool = False) -> None:
    """How many of its students came; who they are stands on the host's own page."""
    seats = list(Seat.objects.standing().filter(sitting=sitting))
    exam = Exam.objects.select_related("edition__course__university").get(pk=sitting.exam_id)
    facts = {
        "course": exam.edition.course,
        "seated": len(seats),
        "absent": sum(seat.attendance == Attendance.ABSENT for seat in seats),
        "is_corrected": is_corrected,
    }
    telling_hosts.owe_host("attendance", key, exam, facts)
