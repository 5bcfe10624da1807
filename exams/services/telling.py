"""What students hear of their exam in Leiden: owed in the transaction of the change.

A mail says what its reader needs to get there, and nothing of anybody else.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.utils import timezone

from exams.models import Exam, Room, Seat, SittingState
from exams.models.sitting import TOLD
from exams.moments import two_clocks
from paperwork.services.notices import Link, owe_notice, settle, written

if TYPE_CHECKING:
    from exams.models import Sitting
    from paperwork.models import Event


def _seats(sitting: Sitting, students: Iterable[int]) -> list[Seat]:
    """The seats of these students, with who they are; the last of each."""
    rows = sitting.seats.filter(student__in=list(students)).select_related(
        "student", "enrolment", "sitting__room__building"
    )
    return list({seat.student_id: seat for seat in rows.order_by("pk")}.values())


def context(exam: Exam, seat: Seat) -> dict[str, Any]:
    """What the texts may say to who has `seat`."""
    course = exam.edition.course
    host = course.university
    clocks = two_clocks(seat.starts_at, host.zone)
    return {
        "exam": exam,
        "course": course,
        "host": host,
        "seat": seat,
        "sitting": seat.sitting,
        "room": seat.sitting.room,
        "building": seat.sitting.room.building,
        "host_at": clocks.host,
        "other_clock": not clocks.is_same,
        "other_day": clocks.is_other_day,
    }


def _owe(kind: str, event: Event, exam: Exam, seat: Seat, **more: Any) -> None:
    owe_notice(
        f"exams.{kind}",
        f"sitting-event-{event.pk}-{kind}-{seat.student_id}",
        seat.student,
        context(exam, seat) | more,
        about=seat.enrolment,
        link=Link("exchange:case", [seat.enrolment.reference]),
    )


def published(sitting: Sitting, exam: Exam, event: Event, students: Iterable[int]) -> None:
    """Where and when, what to bring, how to get there, what to do when ill."""
    for seat in _seats(sitting, students):
        _owe("published", event, exam, seat)
    nothing_to_choose(exam, students)


def moved(
    sitting: Sitting,
    exam: Exam,
    event: Event,
    before: dict[str, Any],
    *,
    only: Iterable[int] | None = None,
) -> None:
    """What has changed, to those who have a seat (or `only` some of them)."""
    if only is None:
        only = sitting.seats.standing().values_list("student", flat=True)
    was_at = datetime.fromisoformat(before["at"])
    rooms = Room.objects.select_related("building").exclude(pk=sitting.room_id)
    changes: dict[str, Any] = {
        "was_at": was_at if was_at != sitting.starts_at else None,
        "was_room": rooms.filter(pk=before["room"]).first(),
    }
    for seat in _seats(sitting, only):
        _owe("moved", event, exam, seat, **changes)


def rules_changed(exam: Exam, event: Event) -> None:
    """What kind of exam it is and what may be used, to those who know where they sit it."""
    seats = Seat.objects.standing().filter(
        sitting__exam=exam, sitting__state=SittingState.PUBLISHED, ends_at__gt=timezone.now()
    )
    for seat in seats.select_related("student", "enrolment", "sitting__room__building"):
        _owe("rules_changed", event, exam, seat)


def cancelled(sitting: Sitting, students: Iterable[int], event: Event) -> None:
    """That it is not held at that time and place, and why."""
    exam = Exam.objects.select_related("edition__course__university").get(pk=sitting.exam_id)
    for seat in _seats(sitting, students):
        _owe("cancelled", event, exam, seat, reason=event.reason)


def preview(exam: Exam, seat: Seat, language: str, before: Seat | None) -> tuple[str, str]:
    """The subject and the text of the message about `seat`, before it is owed."""
    if before is None:
        return written("exams.published", context(exam, seat), language)
    return written("exams.moved", context(exam, seat) | _changes(before, seat), language)


def other_place(sitting: Sitting, exam: Exam, students: Iterable[int], event: Event) -> None:
    """That they do not sit it there and then any more, and that another place follows."""
    for seat in _seats(sitting, students):
        _owe("other_place", event, exam, seat)


def places_before(seats: Iterable[Seat]) -> dict[tuple[int, int], Seat]:
    """Where those who have `seats` were told that they sit it, by exam and student. One query.

    Not where the whole sitting was cancelled: of that they know, and wait for another.
    """
    rows = Seat.objects.filter(
        enrolment__in=[seat.enrolment_id for seat in seats],
        is_cancelled=True,
        sitting__state__in=TOLD,
    ).select_related("sitting__room__building")
    return {(row.sitting.exam_id, row.student_id): row for row in rows.order_by("pk")}


def given_another(sitting: Sitting, exam: Exam, event: Event, before: Mapping[int, Seat]) -> None:
    """Where and when they sit it now, to those who were told otherwise `before`."""
    for seat in _seats(sitting, before):
        _owe("moved", event, exam, seat, **_changes(before[seat.student_id], seat))
    nothing_to_choose(exam, before)


def nothing_to_choose(exam: Exam, students: Iterable[int]) -> None:
    """These students have no moment to choose any more: they have one, or know of a seat."""
    settle(exam, "exams.slots", "exams.slot_gone", readers=students)


def _changes(before: Seat, seat: Seat) -> dict[str, Any]:
    """Where and when it was, as far as it differs."""
    is_same = before.sitting.room_id == seat.sitting.room_id
    return {
        "was_at": before.starts_at if before.starts_at != seat.starts_at else None,
        "was_room": None if is_same else before.sitting.room,
    }
