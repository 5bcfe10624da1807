"""The demo's exam days: two sittings today, of two hosts, and one that was held last week."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from accounts.models import Role, User
from courses.models import Course, Edition
from enrolments.models import Enrolment, State
from enrolments.models.enrolment import new_reference
from exams.models import (
    Duty,
    Exam,
    Facility,
    Held,
    Invigilator,
    Mark,
    Mode,
    Room,
    RoomHours,
    Seat,
    Sitting,
    SittingState,
)
from exams.services import closing, facilities, marking, papers
from paperwork.demo_files import pdf_of
from paperwork.services.events import Outsider

LENGTH = 120  # minutes
EXTRA = 30
PREPARING = timedelta(hours=1)  # an invigilator's, before and after


def load() -> None:
    """Make them. Needs the demo's rooms, invigilators and cases."""
    now = timezone.localtime()
    quarter = now.replace(minute=now.minute // 15 * 15, second=0, microsecond=0)
    imaging = running_course("fundamentals-of-biomedical-imaging", 8)
    of_topology = Edition.objects.filter(
        course__slug="topology-in-condensed-matter-tying-quantum-knots"
    )
    topology = of_topology.earliest("starts_on")  # another one is still to come
    soon = within(now, quarter + timedelta(minutes=15))
    today = published_sitting(imaging, 1, "0.11", soon, extra_for=3)
    begun = within(now, quarter - timedelta(minutes=30))
    resit = published_sitting(topology, 2, "0.05", begun, number=12)
    held = published_sitting(topology, 1, "2.02", quarter - timedelta(days=7, hours=2), number=6)
    _hold(held)
    _papers(today.exam, resit.exam, held.exam)


def within(day: datetime, starts: datetime) -> datetime:
    """`starts`, or the moment closest to it from which an exam both begins and ends on `day`."""
    midnight = day.replace(hour=0, minute=0, second=0, microsecond=0)
    last = midnight + timedelta(days=1, minutes=-15 - EXTRA - LENGTH)
    return min(max(starts, midnight), last)


def running_course(slug: str, number: int) -> Edition:
    """An edition that runs now and has its exam today, followed by students of the demo."""
    course = Course.objects.get(slug=slug)
    today = timezone.localdate()
    edition = Edition.objects.create(
        course=course,
        period="autumn",
        starts_on=today - timedelta(days=60),
        ends_on=today + timedelta(days=10),
        applications_open_on=today - timedelta(days=150),
        applications_close_on=today - timedelta(days=80),
        withdraw_until=today - timedelta(days=45),
        places=20,
        taken=number,
        arrivals=number,
        assessment="exam",
        exam_kind="paper",
        exam_on=today,
        resit_offered=True,
        resit_on=today + timedelta(days=40),
        state="published",
        is_demo=True,
    )
    others = Enrolment.objects.filter(
        state=State.ENROLLED, edition__course__slug="introduction-to-aerospace-engineering"
    )
    for place, case in enumerate(others.order_by("pk")[:number], 1):
        case.pk = None
        case._state.adding = True
        case.reference = new_reference()
        case.edition = edition
        case.sequence = case.rank = place
        case.kept = None
        case.save()
    return edition


def published_sitting(
    edition: Edition,
    attempt: int,
    room: str,
    starts: datetime,
    number: int = 20,
    extra_for: int = 0,
) -> Sitting:
    """Published, with everybody seated; the student at seat `extra_for` has extra exam time.

    The room is open then, also at night and on Sundays: a demo is made at any hour.
    """
    host = edition.course.university
    exam = Exam.objects.create(
        edition=edition,
        attempt=attempt,
        mode=Mode.INSTANT,
        starts_at=starts,
        minutes=LENGTH,
        kind="paper",
        materials="A simple calculator and one sheet of notes, A4.",
        instructions="Students write on the paper itself. Collect the notes too.",
        contact_name=f"Exams {host.code}",
        contact_email=f"exams.{host.code.lower()}@demo.example",
        contact_phone="+31 71 527 0000",
        paper_due_at=starts - timedelta(days=5),
        confirmed_at=starts - timedelta(days=40),
        confirmed_by_name=f"Exams {host.code}",
    )
    ends = starts + timedelta(minutes=LENGTH)
    sitting = Sitting.objects.create(
        exam=exam,
        room=Room.objects.get(name=room),
        starts_at=starts,
        ends_at=ends + timedelta(minutes=EXTRA if extra_for else 0),
        state=SittingState.PUBLISHED,
        published_at=starts - timedelta(days=20),
    )
    _open(sitting)
    cases = Enrolment.objects.filter(edition=edition, state__in=[State.ENROLLED, State.FINISHED])
    seated = Seat.objects.filter(starts_at__lt=sitting.ends_at, ends_at__gt=starts)
    cases = cases.exclude(student__in=seated.values("student"))  # in another room at that time
    for place, case in enumerate(cases.order_by("pk")[:number], 1):
        more: dict[str, Any] = {}
        if place == extra_for:
            more = {"extra_minutes": EXTRA, "arrangement": ["large_print"]}
            Facility.objects.create(
                enrolment=case,
                attempt=attempt,
                extra_minutes=EXTRA,
                large_print=True,
                state=Facility.State.CHECKED,
                asked_at=starts - timedelta(days=35),
                checked_at=starts - timedelta(days=33),
                delete_after=facilities.delete_after(case, exam),
            )
        Seat.objects.create(
            sitting=sitting,
            enrolment=case,
            student_id=case.student_id,
            number=place,
            starts_at=starts,
            ends_at=ends + timedelta(minutes=more.get("extra_minutes", 0)),
            **more,
        )
    busy = Duty.objects.filter(starts_at__lt=sitting.ends_at, ends_at__gt=starts)
    speakers = Invigilator.objects.filter(speaks_nl=True, speaks_en=True).order_by("pk")
    free = speakers.exclude(pk__in=busy.values("invigilator"))[:2]
    for part, one in zip(["lead", "invigilator"], free, strict=False):
        Duty.objects.create(
            sitting=sitting, invigilator=one, part=part, starts_at=starts, ends_at=ends
        )
        one.hours.create(starts_at=starts - PREPARING, ends_at=sitting.ends_at + PREPARING)
    return sitting


def _open(sitting: Sitting) -> None:
    """Have its room open on that day of the week from its start to its end at least."""
    starts, ends = (timezone.localtime(at) for at in (sitting.starts_at, sitting.ends_at))
    until = ends.time() if ends.date() == starts.date() else time.max
    hours, _new = RoomHours.objects.get_or_create(
        room_id=sitting.room_id,
        weekday=starts.weekday(),
        defaults={"opens": time(8), "closes": time(22)},
    )
    hours.opens = min(hours.opens, starts.time())
    hours.closes = max(hours.closes, until)
    hours.save()


def _hold(sitting: Sitting) -> None:
    """Everybody was there but one; somebody came late; something happened."""
    by = User.objects.get(memberships__role=Role.EXAMS, email="exams@demo.example")
    start = sitting.starts_at
    seats = list(sitting.seats.order_by("number"))
    kinds = ["late", "absent", *["present"] * len(seats)]
    rows = [
        marking.NewMark(Mark().key, kind, seat.pk, start + timedelta(minutes=9))
        for seat, kind in zip(seats, kinds, strict=False)
    ]
    happened = "The fire alarm went off by mistake; everybody had ten minutes more."
    rows.append(
        marking.NewMark(Mark().key, "incident", None, start + timedelta(minutes=50), text=happened)
    )
    marking.mark(sitting, rows, by=by, device="demo")
    closing.close(sitting, by=by, report="The exam went well apart from the alarm.")


def _papers(today: Exam, resit: Exam, held: Exam) -> None:
    """One locked away for today, one that came by courier, one that has gone back; and our own."""
    staff = User.objects.get(email="exams@demo.example")
    office = User.objects.get(email="office@demo.example")
    host = Outsider("Camille Rochat (EPFL)", "host")
    now = timezone.now()
    for exam, by in ((today, host), (held, Outsider("Exams TUD (TUD)", "host"))):
        papers.receive(exam, _file(exam), by=by)
        paper = exam.papers.get()
        papers.name_readers(paper, staff, office, now - timedelta(hours=1), by=staff)
    ours = Exam.objects.filter(held=Held.HOME).first()
    if ours is not None:
        papers.receive(ours, _file(ours), by=office)
    way = "On paper, by courier, in a sealed envelope with 12 copies."
    papers.hand_over(resit, way, by=staff)
    papers.note(resit.papers.get(), "printed", by=staff, number=12)
    paper = held.papers.get()
    for one in (staff, office):
        papers.open_paper(paper, by=one)
    papers.read(paper, by=staff)
    for kind, number in (("printed", 6), ("collected", 5), ("scanned", 5), ("sent", 5)):
        papers.note(paper, kind, by=staff, number=number)


def _file(exam: Exam) -> SimpleUploadedFile:
    words = (exam.edition.course.title, "", "Question 1. This is an example for the demo.")
    return SimpleUploadedFile("exam.pdf", pdf_of(words), "application/pdf")
