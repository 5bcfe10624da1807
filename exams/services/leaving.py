"""A student who leaves a course: the seat and the chosen moment come free, and exam staff hear."""

from __future__ import annotations

from django.db.models import F
from django.utils import timezone

from enrolments.models import Enrolment
from exams import people
from exams.models import Exam, Seat, Sitting
from exams.services import resits, seating, telling_invigilators
from exams.services.sittings import OPEN, where
from paperwork.models import Event
from paperwork.services.events import record
from paperwork.services.notices import Link, owe_notice


def leave(case: Enrolment, event: Event) -> None:
    """Let go of what `case` has at exams to come; `event` is what ended it.

    In its transaction. What has begun stays as it is: it is closed with this student.
    """
    exams = Exam.objects.filter(edition=case.edition_id).select_for_update().order_by("pk")
    for exam in exams:  # as those who plan or choose do: one after the other
        exam.edition = case.edition
        resits.free_slot(case, exam)
        _free_seats(case, exam, event)


def _free_seats(case: Enrolment, exam: Exam, event: Event) -> None:
    now = timezone.now()
    seats = Seat.objects.standing().filter(enrolment=case, sitting__exam=exam)
    open_ones = seats.filter(sitting__state__in=OPEN, starts_at__gt=now).values("sitting")
    # Locked, not swapped: who publishes it at this moment has to look again, the student has not.
    for sitting in Sitting.objects.filter(pk__in=open_ones).select_for_update().order_by("pk"):
        seating.free(sitting, [case.student_id])
        is_sooner = seating.end_sooner(sitting)
        Sitting.objects.filter(pk=sitting.pk).update(
            version=F("version") + 1, changed_by_name=event.actor_name
        )  # not `changed_at`: nobody has looked at what the host changed
        left = record(sitting, "left", by=event.actor, role=event.role, details={"freed": 1})
        if is_sooner and sitting.is_told:
            telling_invigilators.moved(sitting, exam, left, where(sitting))
        for reader in people.exam_staff():
            owe_notice(
                "exams.left",
                f"sitting-{sitting.pk}-event-{event.pk}-{reader.pk}",
                reader,
                {
                    "case": case,
                    "course": exam.edition.course,
                    "sitting": sitting,
                    "left": sitting.seats.standing().count(),
                },
                about=sitting,
                link=Link("planner:sitting", [sitting.pk]),
            )
