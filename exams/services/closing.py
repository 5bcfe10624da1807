"""Closing a sitting: only when every seat is marked; then the host and the students' cases know."""

from __future__ import annotations

from django.db import transaction
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.models import Membership, Role, User
from exams.models import Attendance, Exam, Seat, Sitting, SittingState
from exams.services import resits, sheets
from exams.services.marking import may_mark
from paperwork.services.events import record
from paperwork.services.notices import Address, Link, owe_notice


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
    _tell_host(sitting, seats)
    return sitting


def _tell_host(sitting: Sitting, seats: list[Seat]) -> None:
    """The contacts of the host; without one with an account, its address for exams: no names."""
    exam = Exam.objects.select_related("edition__course__university").get(pk=sitting.exam_id)
    course = exam.edition.course
    facts = {
        "course": course,
        "seated": len(seats),
        "absent": sum(seat.attendance == Attendance.ABSENT for seat in seats),
    }
    held = Membership.objects.current().filter(role=Role.PARTNER, university=course.university)
    contacts = User.objects.filter(pk__in=held.order_by().values("user"), is_active=True)
    for reader in contacts:
        owe_notice(
            "exams.attendance",
            f"exam-closed-{sitting.pk}-{reader.pk}",
            reader,
            facts,
            about=exam,
            link=Link("partner-day:exam", [exam.pk]),
        )
    email = exam.contact_email or course.university.contact_email
    if not contacts and email and not course.university.is_home:
        language = "nl" if course.university.country == "NL" else "en"
        owe_notice(
            "exams.attendance_outside",
            f"exam-closed-{sitting.pk}",
            Address(email, language),
            facts,
            about=exam,
        )
