"""What students hear of their exam in Leiden: owed in the transaction of the change.

A mail says what its reader needs to get there, and nothing of anybody else.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.template import Context, Engine
from django.utils import translation

from exams.models import Exam, Room, Seat
from exams.moments import two_clocks
from paperwork.services.notices import Link, owe_notice

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


def cancelled(sitting: Sitting, students: Iterable[int], event: Event) -> None:
    """That it is not held then and there, and why."""
    exam = Exam.objects.select_related("edition__course__university").get(pk=sitting.exam_id)
    for seat in _seats(sitting, students):
        _owe("cancelled", event, exam, seat, reason=event.reason)


def preview(exam: Exam, seat: Seat, language: str) -> tuple[str, str]:
    """The subject and the text of the message about `seat`, before it is owed."""
    with translation.override(language):
        template = Engine.get_default().get_template("exams/notices/published.txt")
        text = template.render(Context(context(exam, seat), autoescape=False))
    lines = [line for line in text.strip().splitlines() if not line.startswith("→ ")]
    return lines[0], "\n".join(lines[1:]).strip()
