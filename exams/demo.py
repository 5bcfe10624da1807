"""The demo's exams: rooms, invigilators, and what hosts have fixed; relative to today."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from django.db import transaction
from django.utils import timezone

from accounts.models import Membership, Role
from courses.models import Edition, Faculty
from enrolments.models import Enrolment
from exams import demo_day, demo_students
from exams.models import (
    Building,
    Exam,
    ExamWeek,
    Held,
    Invigilator,
    InvigilatorHours,
    Mode,
    Room,
    RoomClosure,
    RoomHours,
)
from exams.moments import resolve
from paperwork.services.events import Outsider, record

DOMAIN = "demo.example"


class InRoom(NamedTuple):
    """A room of the demo."""

    name: str
    places: int
    computers: int = 0
    accessible: bool = True
    laptop: bool = False
    oral: bool = False


BUILDINGS: list[tuple[dict[str, str], list[InRoom]]] = [
    (
        {
            "name_nl": "Lipsius",
            "name_en": "Lipsius",
            "address": "Cleveringaplaats 1",
            "city": "Leiden",
            "route_nl": "Tien minuten lopen van station Leiden Centraal, langs het Rapenburg. "
            "De zalen liggen op de begane grond en de eerste verdieping; er is een lift.",
            "route_en": "Ten minutes on foot from Leiden Centraal, along the Rapenburg. "
            "The rooms are on the ground floor and the first floor; there is a lift.",
        },
        [
            InRoom("0.05", 48, laptop=True),
            InRoom("0.11", 24, laptop=True),
            InRoom("1.30", 30, computers=30),
            InRoom("1.48", 6, laptop=True, oral=True),
            InRoom("1.50", 2, computers=2, laptop=True, oral=True),
        ],
    ),
    (
        {
            "name_nl": "Universitair Sportcentrum",
            "name_en": "University Sports Centre",
            "address": "Einsteinweg 6",
            "city": "Leiden",
            "route_nl": "Bus 43 van Leiden Centraal naar halte Universiteitsterrein. "
            "Volg binnen de borden 'tentamen'.",
            "route_en": "Bus 43 from Leiden Centraal to the stop Universiteitsterrein. "
            "Inside, follow the signs 'tentamen'.",
        },
        [InRoom("Zaal 1", 160), InRoom("Zaal 2", 90, laptop=True)],
    ),
    (
        {
            "name_nl": "Wijnhaven",
            "name_en": "Wijnhaven",
            "address": "Turfmarkt 99",
            "city": "Den Haag",
            "route_nl": "Vijf minuten lopen van station Den Haag Centraal.",
            "route_en": "Five minutes on foot from Den Haag Centraal.",
        },
        [
            InRoom("2.02", 40, laptop=True),
            InRoom("3.16", 36, computers=36),
            InRoom("3.20", 4, accessible=False, laptop=True, oral=True),
        ],
    ),
]
INVIGILATORS = [
    ("Hanneke de Wit", True, True),
    ("Joop Zandvliet", True, False),
    ("Amrita Sewnath", True, True),
    ("Peter Goossens", True, True),
    ("Lidia Kowalska", False, True),
    ("Wim van Egmond", True, True),
    ("Naima El Idrissi", True, True),
    ("Geert Postma", True, False),
]


class Fixed(NamedTuple):
    """What a host has fixed for an edition, found by the course's address."""

    course: str
    mode: str
    at: time  # on the host's clock; Leiden's for the same local time
    minutes: int
    days: int = 0  # from the day on which the office expects it
    window: int = 0  # how many days it lasts
    materials: str = ""
    instructions: str = ""


EXAMS = [
    Fixed(
        "astrophysics",
        Mode.INSTANT,
        time(19),
        120,
        materials="A scientific calculator. The formula sheet is part of the exam.",
        instructions="Students log in with their ANU account ten minutes before the start.",
    ),
    Fixed(
        "introduction-to-aerospace-engineering",
        Mode.LOCAL,
        time(9),
        180,
        materials="A simple calculator, a ruler, and a dictionary on paper.",
        instructions="The exam runs in the browser. Nobody leaves in the first thirty minutes.",
    ),
    Fixed(
        "the-future-of-food-environmental-sustainability",
        Mode.WINDOW,
        time(9),
        120,
        window=4,
        materials="One sheet of notes, A4, both sides.",
    ),
    Fixed(
        "introduction-to-astrophysics",
        Mode.WINDOW,
        time(9),
        30,
        window=3,
        instructions="Each student has 30 minutes by video with the examiner, one after the other.",
    ),
    Fixed("growing-our-future-food-crops", Mode.INSTANT, time(13, 30), 150),
    Fixed("solar-energy", Mode.LOCAL, time(13, 15), 180, materials="A graphing calculator."),
    Fixed("the-psychology-of-criminal-justice", Mode.INSTANT, time(17), 120),
]


def load() -> None:
    """Make them, unless there are some. Needs the demo's cases."""
    if Building.objects.exists():
        return
    with transaction.atomic():
        _make_rooms()
        _make_invigilators()
        for fixed in EXAMS:
            _make_exam(fixed)
        _make_exam_of_our_own()
        _make_exam_weeks()
        demo_day.load()
        demo_students.load()


def _at(day: date, clock: time, zone: str = "Europe/Amsterdam") -> datetime:
    return resolve(day, clock, ZoneInfo(zone), "first")


def _make_rooms() -> None:
    for facts, rooms in BUILDINGS:
        building = Building.objects.create(**facts)
        for one in rooms:
            room = Room.objects.create(
                building=building,
                name=one.name,
                places=one.places,
                computers=one.computers,
                is_accessible=one.accessible,
                for_laptop=one.laptop,
                for_oral=one.oral,
            )
            last = 5 if building.city == "Leiden" else 4  # The Hague is closed on Saturdays
            RoomHours.objects.bulk_create(
                RoomHours(
                    room=room, weekday=day, opens=time(8), closes=time(18) if day == 5 else time(22)
                )
                for day in range(last + 1)
            )
    hall = Room.objects.get(name="Zaal 1")
    first = timezone.localdate() + timedelta(days=30)
    RoomClosure.objects.create(
        room=hall,
        starts_at=_at(first, time(0)),
        ends_at=_at(first + timedelta(days=7), time(0)),
        why="De vloer wordt vernieuwd",
    )


def _make_invigilators() -> None:
    """Each can come on some weekdays of the coming months."""
    today = timezone.localdate()
    for number, (name, dutch, english) in enumerate(INVIGILATORS):
        one = Invigilator.objects.create(
            name=name,
            email=f"{name.lower().replace(' ', '.')}@{DOMAIN}",
            speaks_nl=dutch,
            speaks_en=english,
        )
        days = (today + timedelta(days=n) for n in range(10, 220))
        InvigilatorHours.objects.bulk_create(
            InvigilatorHours(
                invigilator=one,
                starts_at=_at(day, time(8)),
                ends_at=_at(day, time(18) if number % 3 else time(22)),
            )
            for day in days
            if day.weekday() < 5 and (day.weekday() + number) % 4
        )


def _edition(course: str) -> Edition:
    """The course's next edition with an exam that has not been."""
    rows = Edition.objects.select_related("course__university").filter(course__slug=course)
    return rows.filter(exam_on__gt=timezone.localdate()).order_by("starts_on")[0]


def _make_exam(fixed: Fixed) -> Exam:
    edition = _edition(fixed.course)
    host = edition.course.university
    expected = edition.exam_on or edition.ends_on
    zone = "Europe/Amsterdam" if fixed.mode == Mode.LOCAL else host.time_zone
    starts = _at(expected + timedelta(days=fixed.days), fixed.at, zone)
    when: dict[str, Any] = {"starts_at": starts}
    if fixed.mode == Mode.LOCAL:
        when |= {"local_date": expected, "local_time": fixed.at}
    elif fixed.mode == Mode.WINDOW:
        last = expected + timedelta(days=fixed.window - 1)
        when = {"window_from": starts, "window_until": _at(last, time(18), zone)}
    held = Membership.objects.current().filter(role=Role.PARTNER, university=host)
    contact = held.values_list("user__name", flat=True).first() or f"Exams {host.code}"
    exam = Exam.objects.create(
        edition=edition,
        mode=fixed.mode,
        minutes=fixed.minutes,
        kind=edition.exam_kind or Edition.ExamKind.PAPER,
        materials=fixed.materials,
        instructions=fixed.instructions,
        contact_name=contact,
        contact_email=f"exams.{host.code.lower()}@{DOMAIN}",
        contact_phone="+31 71 527 0000",
        paper_due_at=starts - timedelta(days=5),
        confirmed_at=timezone.now() - timedelta(days=12),
        confirmed_by_name=contact,
        **when,
    )
    _note(exam, contact)
    return exam


def _make_exam_weeks() -> None:
    """Of two faculties: one over the beginning of a host's period, one over a fixed moment."""
    in_a_period = Exam.objects.filter(mode=Mode.WINDOW).latest("window_from")
    fixed = Exam.objects.filter(starts_at__isnull=False).latest("starts_at")
    for exam, days in ((in_a_period, 2), (fixed, 5)):
        first = timezone.localdate(exam.earliest_at)
        last = first + timedelta(days=days - 1)
        cases = Enrolment.objects.filter(edition=exam.edition_id, faculty__isnull=False)
        faculties = Faculty.objects.filter(pk__in=cases.values("faculty")).order_by("pk")
        for faculty in faculties[:1]:
            ExamWeek.objects.create(faculty=faculty, first=first, last=last)


def _make_exam_of_our_own() -> None:
    """Leiden's own paper goes out to the home universities of the students who came in."""
    edition = _edition("miracles-of-human-language-an-introduction-to-linguistics")
    starts = datetime.combine(edition.exam_on or edition.ends_on, time(11), UTC)
    exam = Exam.objects.create(
        edition=edition,
        held=Held.HOME,
        mode=Mode.INSTANT,
        starts_at=starts,
        minutes=120,
        kind=Edition.ExamKind.PAPER,
        contact_name="Virtual Exchange",
        contact_email=f"office@{DOMAIN}",
        paper_due_at=starts - timedelta(days=7),
        confirmed_at=timezone.now() - timedelta(days=3),
        confirmed_by_name="Virtual Exchange",
    )
    _note(exam, "Virtual Exchange")


def _note(exam: Exam, who: str) -> None:
    record(exam, "fix_exam", by=Outsider(who, "host"), at=exam.confirmed_at)
