"""What the demo's students do about their exams: facilities, moments to choose, a resit."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from accounts.models import User
from enrolments.models import Enrolment, State
from exams.models import Exam, Facility, Mode, Resit, Room, Seat, SlotOffer
from exams.moments import leiden, resolve
from exams.services import facilities, resits, slots
from paperwork.demo_files import pdf_of
from paperwork.models import Attachment, subject_of
from paperwork.services.files import keep
from paperwork.services.notices import settle

DECISION = (
    "Universiteit Leiden",
    "",
    "Besluit tentamenvoorziening",
    "",
    "Aan deze student zijn toegekend:",
    "30 minuten extra tentamentijd, en opgaven in grote letters.",
    "",
    "Dit is een voorbeeld voor de demo.",
)
FACILITIES: list[dict[str, Any]] = [
    {"extra_minutes": 30, "own_room": True, "state": "checked"},
    {"extra_minutes": 30, "large_print": True, "state": "asked"},
    {"other": "front", "state": "refused", "refusal": "Er zat een ander document bij."},
]


def load() -> None:
    """Make them. Needs the demo's exams and exam days."""
    _make_facilities()
    _offer_moments()
    _offer_resits()


def _make_facilities() -> None:
    """One student with extra time, checked; one that waits; one that was not accepted."""
    staff = User.objects.filter(email="exams@demo.example").first()
    now = timezone.now()
    exam = Exam.objects.filter(edition__course__slug="astrophysics").earliest("starts_at")
    cases = Enrolment.objects.filter(edition=exam.edition, state=State.ENROLLED)
    for days, (case, facts) in enumerate(zip(cases.order_by("pk"), FACILITIES, strict=False), 2):
        decided = facts["state"] != "asked"
        facility = Facility.objects.create(
            enrolment=case,
            asked_at=now - timedelta(days=days + 2),
            checked_at=now - timedelta(days=days) if decided else None,
            checked_by=staff if decided else None,
            delete_after=facilities.delete_after(case, exam),
            **facts,
        )
        if not decided:
            _give_decision(facility)


def _give_decision(facility: Facility) -> None:
    """Its file; given its facility here, and not by `keep`: no worker runs that could be told."""
    file = SimpleUploadedFile("besluit.pdf", pdf_of(DECISION))
    kept = keep(file, purpose=facilities.PURPOSE, by=facility.enrolment.student)
    kind, pk = subject_of(facility)
    Attachment.objects.filter(pk=kept.pk).update(
        subject_kind=kind, subject_id=pk, given_at=facility.asked_at
    )


def _offer_moments() -> None:
    """Moments in the windows of two hosts; most students have chosen, some have not.

    Of the oral exam as many at once as there are rooms to talk in.
    """
    windows = Exam.objects.filter(mode=Mode.WINDOW)
    sat, oral = (windows.filter(kind=kind).earliest("window_from") for kind in ("laptop", "oral"))
    _let_choose(sat, 20, [(0, 13), (1, 9), (2, 13)])
    rooms = Room.objects.filter(for_oral=True).count()
    _let_choose(oral, rooms, [(day, hour) for day in range(3) for hour in (10, 11, 14)])


def _let_choose(exam: Exam, places: int, moments: list[tuple[int, int]]) -> None:
    """Offer `places` at each of the moments: how many days after the first, and the hour."""
    first = timezone.localdate(exam.earliest_at)
    offered = [
        SlotOffer.objects.create(exam=exam, starts_at=_at(first, days, hour), places=places)
        for days, hour in moments
    ]
    cases = [case for case in slots.cases_of(exam) if case.student.email != "student@demo.example"]
    for number, case in enumerate(cases[:-1]):
        slots.choose(case, offered[number % len(offered)], by=case.student)


def _at(first: Any, days: int, hour: int) -> datetime:
    return resolve(first + timedelta(days=days), time(hour), leiden())


def _offer_resits() -> None:
    """Who sits a resit today has said so; who was absent last week has been offered one."""
    now = timezone.now()
    for seat in Seat.objects.filter(sitting__exam__attempt=2).select_related("sitting__exam"):
        said = {"answer": Resit.Answer.YES, "answered_at": now - timedelta(days=1)}
        resit, _new = Resit.objects.update_or_create(  # who was absent has one already
            enrolment_id=seat.enrolment_id,
            attempt=2,
            defaults=said,
            create_defaults=said
            | {"because": Resit.Because.FAILED, "offered_at": now - timedelta(days=30)},
        )
        settle(resit)
    resits.offer_to_all_absent()
