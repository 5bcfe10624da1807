"""What a case learns of the exam day: its student was there, or was not. Handed to enrolments."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from django.utils import timezone
from django.utils.formats import date_format

from accounts.models import Role, User
from courses.wording import gettext as _
from courses.wording import pgettext
from enrolments.later import Happened, News, Step
from enrolments.models import Enrolment, State
from exams.models import Attendance, Mark, Seat, SittingState
from exams.models.sitting import SeatQuerySet


def news(cases: Sequence[Enrolment]) -> Mapping[int, News]:
    """Cases whose student was at the exam go on; who was not there stays. One query.

    Of several exams the last counts. No query when no case is with its host.
    """
    keys = [case.pk for case in cases if case.state in (State.ENROLLED, State.FINISHED)]
    if not keys:
        return {}
    last = {seat.enrolment_id: seat for seat in _held().filter(enrolment__in=keys)}
    return {pk: News(steps={"exam": [_step(seat)]}) for pk, seat in last.items()}


def _held() -> SeatQuerySet:
    """Seats of sittings that were closed, the oldest first."""
    closed = Seat.objects.standing().filter(sitting__state=SittingState.CLOSED)
    return closed.select_related("sitting").order_by("starts_at", "pk")


def _step(seat: Seat) -> Step:
    came = seat.attendance != Attendance.ABSENT
    day = date_format(timezone.localdate(seat.starts_at), "DATE_FORMAT")
    note = "" if came else _("Not there on %(day)s.") % {"day": day}
    title = _("Course, and exam in {city}")
    return Step("exam", title, is_done=came, at=seat.starts_at if came else None, note=note)


def history(case: Enrolment, user: User) -> Iterable[Happened]:
    """When a sitting with this student was closed, and what was corrected. Two queries at most."""
    role = str(Role.EXAMS.label)
    seats = list(_held().filter(enrolment=case))
    for seat in seats:
        came = seat.attendance != Attendance.ABSENT
        done = (
            pgettext("history", "noted that the student was at the exam")
            if came
            else pgettext("history", "noted that the student was not at the exam")
        )
        at = seat.sitting.signed_off_at or seat.ends_at
        yield Happened(at, seat.sitting.signed_off_by_name, role, done, "")
    for mark in Mark.objects.corrections().filter(seat__in=seats):
        done = (
            pgettext("history", "corrected the list: the student was at the exam")
            if mark.kind != Mark.Kind.ABSENT
            else pgettext("history", "corrected the list: the student was not at the exam")
        )
        yield Happened(mark.at, mark.by_name, role, done, mark.text)
