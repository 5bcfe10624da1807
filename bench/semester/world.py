"""Who and what there is before the semester begins: people, universities, the offer, rooms."""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from itertools import product

from django.db import connection, transaction
from django.utils import timezone

from accounts.models import Membership, Role, StudentProfile, User
from bench.semester import days
from bench.semester.semester import LEIDEN, Sizes
from courses.models import Course, Edition, Faculty, Programme, University
from courses.services.offer import offer_changed
from enrolments.models import FacultyRules, PortalRules
from enrolments.services import places, rules
from exams.models import Building, Invigilator, InvigilatorHours, Room, RoomHours

DOMAIN = "university.example"
FACULTIES = ("ARCH", "FGGA", "FGW", "FDR", "LUMC", "FWN", "FSW")
NO_EXTRACURRICULAR, OWN_FORM, NO_ADMINISTRATION = "FSW", "FWN", "ARCH"
PLACES = [  # country, city, time zone
    ("AU", "Brisbane", "Australia/Brisbane"),
    ("CH", "Lausanne", "Europe/Zurich"),
    ("DE", "Heidelberg", "Europe/Berlin"),
    ("US", "Houston", "America/Chicago"),
    ("SE", "Lund", "Europe/Stockholm"),
    ("JP", "Kyoto", "Asia/Tokyo"),
    ("FR", "Paris", "Europe/Paris"),
    ("PL", "Kraków", "Europe/Warsaw"),
    ("HK", "Hong Kong", "Asia/Hong_Kong"),
    ("ES", "Granada", "Europe/Madrid"),
]
FIRST = ("Anna", "Bram", "Chidi", "Daan", "Eva", "Farid", "Gül", "Hanna", "Imre", "Julia", "Kofi")
LAST = ("Visser", "Bakker", "Smit", "Okafor", "Yılmaz", "Jansen", "Kowalska", "García", "Öztürk")
ROOMS = (160, 120, 90, 70, 60, 45, 40, 35, 30, 20, 12, 8)
INVIGILATORS = 24


@dataclass
class World:
    """What the semester's people reach for again and again."""

    home: University
    partners: list[University]
    faculties: dict[str, Faculty]
    editions: list[Edition]
    popular: Edition  # opens with a rush
    students: list[StudentProfile]
    incoming: list[StudentProfile]
    staff: dict[str, list[User]] = field(default_factory=dict)  # by role, or role and faculty

    def contact(self, university: University) -> User | None:
        """The contact of a partner that has an account."""
        return next(iter(self.staff.get(f"partner {university.pk}", [])), None)


@transaction.atomic
def make(sizes: Sizes, dice: random.Random, later: timedelta = timedelta(0)) -> World:
    """Make it; nothing has happened yet. `later`: all dates that much."""
    home = University.objects.create(
        code="LEI",
        name="Universiteit Leiden",
        name_en="Leiden University",
        city="Leiden",
        country="NL",
        time_zone="Europe/Amsterdam",
        is_home=True,
        contact_email=f"vx@{DOMAIN}",
    )
    partners = _partners(sizes.partners)
    faculties = {
        code: Faculty.objects.create(
            code=code,
            name_nl=f"Faculteit {code}",
            name_en=f"Faculty {code}",
            no_extracurricular=code == NO_EXTRACURRICULAR,
        )
        for code in FACULTIES
    }
    editions = _editions(sizes, home, partners, dice, later)
    world = World(home, partners, faculties, editions, _popular(editions, sizes), [], [])
    _staff(world)
    _students(world, sizes, dice)
    _rooms()
    _invigilators()
    rules.save_rules(_portal_rules())
    rules.save_rules(FacultyRules(faculty=faculties[OWN_FORM], own_form=True))
    for edition in dice.sample(editions, max(1, len(editions) // 10)):
        if edition.course.university.is_home and edition.places:
            places.keep_places(edition, {partners[0].pk: 1})
    offer_changed()
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    return world


def _portal_rules() -> PortalRules:
    portal = PortalRules.now()
    portal.honours_email = f"honours-academy@{DOMAIN}"
    return portal


def _partners(number: int) -> list[University]:
    """Every third has no account, and of these every second no address either."""
    made = []
    for at in range(number):
        country, city, zone = PLACES[at % len(PLACES)]
        made.append(
            University(
                code=f"U{at:02}",
                name=f"University of {city} {at}",
                city=city,
                country=country,
                time_zone=zone,
                grade_scale="1 to 10, pass from 6",
                credit_system="ECTS",
                ec_per_credit=Decimal(1),
                contact_email="" if at % 6 == 5 else f"contact@u{at:02}.example",
            )
        )
    return University.objects.bulk_create(made)


def has_account(partner: University) -> bool:
    return int(partner.code[1:]) % 3 != 2


def _editions(
    sizes: Sizes,
    home: University,
    partners: list[University],
    dice: random.Random,
    later: timedelta,
) -> list[Edition]:
    """One in ten is our own. Large ones draw more people than they have places."""
    wanted = 1.3 * sizes.students / sizes.editions
    courses = []
    for number in range(sizes.editions):
        host = home if number % 10 == 3 else partners[number % len(partners)]
        courses.append(
            Course(
                university=host,
                code=f"{host.code}{number:04}",
                slug=f"course-{number}",
                title=f"Course {number}: {dice.choice(('law', 'stars', 'history', 'data'))}",
                about_nl="Waar het over gaat.",
                about_en="What it is about.",
                language="en",
                level="bachelor",
                level_number=200,
                ec=Decimal(5),
                field="053",
                assessment="exam",
                state="published",
                published_at=timezone.now(),
                honours=number % 3 == 0,
            )
        )
    made = []
    exam_days = days.working_days(days.EXAMS, days.WEEKS)
    for number, course in enumerate(Course.objects.bulk_create(courses)):
        with_exam = number % 5 != 4 or course.university.is_home
        places_ = max(2, round(wanted * dice.uniform(0.7, 1.8)))
        made.append(
            Edition(
                course=course,
                period="spring",
                starts_on=days.STARTS + later,
                ends_on=days.ENDS + later,
                applications_open_on=days.OPENS + later,
                applications_close_on=days.CLOSES + later,
                withdraw_until=days.WITHDRAW_UNTIL + later,
                places=places_,
                offer_hours=48,
                assessment="exam" if with_exam else "assignment",
                exam_kind=dice.choice(("paper", "paper", "laptop")) if with_exam else "",
                exam_on=dice.choice(exam_days) + later if with_exam else None,
                resit_offered=number % 7 != 0 if with_exam else None,
                state="published",
            )
        )
    return Edition.objects.bulk_create(made)


def _popular(editions: list[Edition], sizes: Sizes) -> Edition:
    """The one for which many come at nine o'clock."""
    one = next(each for each in editions if not each.course.university.is_home and each.exam_on)
    one.places = max(3, min(25, sizes.students // 20))
    one.save(update_fields=["places"])
    return one


def _staff(world: World) -> None:
    def hire(key: str, role: Role, many: int, **where: object) -> None:
        for number in range(many):
            name = f"{key} {number + 1}".title()
            email = f"{key}-{number + 1}@{DOMAIN}".lower().replace(" ", "-")
            user = User.objects.create_user(email, name=name, language="en" if number else "nl")
            Membership.objects.create(user=user, role=role, **where)
            world.staff.setdefault(key, []).append(user)

    for role, many in ((Role.OFFICE, 2), (Role.EXAMS, 2), (Role.HONOURS, 2), (Role.AUDITOR, 1)):
        hire(str(role), role, many)
    for code, faculty in world.faculties.items():
        hire(f"coordinator {code}", Role.COORDINATOR, 2, faculty=faculty)
        if code != NO_ADMINISTRATION:
            hire(f"administration {code}", Role.ADMINISTRATION, 1, faculty=faculty)
    for partner in world.partners:
        if has_account(partner):
            hire(f"partner {partner.pk}", Role.PARTNER, 1, university=partner)


def _students(world: World, sizes: Sizes, dice: random.Random) -> None:
    """Nine of ten are ours; the others come from partners that have an account."""
    programmes = {
        code: [
            Programme.objects.create(
                faculty=faculty,
                name_nl=f"Opleiding {code} {number}",
                name_en=f"Programme {code} {number}",
                level="bachelor",
            )
            for number in range(3)
        ]
        for code, faculty in world.faculties.items()
    }
    names = [" ".join(pair) for pair in product(FIRST, LAST)]
    users = User.objects.bulk_create(
        User(
            email=f"s{n}@students.example",
            name=f"{names[n % len(names)]} {n // len(names) or ''}",
            language=dice.choice(("nl", "en")),
            password="!",
        )
        for n in range(sizes.students)
    )
    senders = [one for one in world.partners if has_account(one)]
    profiles = []
    for number, user in enumerate(users):
        profile = StudentProfile(
            user=user,
            student_number=f"s{2_000_000 + number}",
            level="bachelor",
            year=dice.choice((2, 3)),
        )
        if number % 10 == 7:
            profile.home_university = senders[number % len(senders)]
            profile.programme_name = "History"
        else:
            code = dice.choice(FACULTIES)
            profile.home_university = world.home
            profile.faculty = world.faculties[code]
            profile.programme = dice.choice(programmes[code])
            profile.honours = dice.random() < 0.2
        profiles.append(profile)
    for profile in StudentProfile.objects.bulk_create(profiles):
        ours = profile.home_university_id == world.home.pk
        (world.students if ours else world.incoming).append(profile)


def _rooms() -> None:
    building = Building.objects.create(
        name_nl="Lipsius", name_en="Lipsius", address="Cleveringaplaats 1", city="Leiden"
    )
    for number, many in enumerate(ROOMS):
        room = Room.objects.create(
            building=building,
            name=f"{number}.01",
            places=many,
            for_laptop=True,
            is_accessible=number % 3 != 2,
            computers=many if number % 4 == 0 else 0,
        )
        RoomHours.objects.bulk_create(
            RoomHours(room=room, weekday=day, opens=time(8), closes=time(22)) for day in range(5)
        )


def _invigilators() -> None:
    """Each can come on most days of exams."""
    when = [
        *days.working_days(days.EXAMS, days.WEEKS),
        *days.working_days(days.RESITS, days.RESIT_WEEKS),
    ]
    for number in range(INVIGILATORS):
        person = Invigilator.objects.create(
            name=f"Invigilator {number + 1}", email=f"invigilator-{number + 1}@{DOMAIN}"
        )
        InvigilatorHours.objects.bulk_create(
            InvigilatorHours(invigilator=person, starts_at=at(day, 8), ends_at=at(day, 22))
            for place, day in enumerate(when)
            if (place + number) % 6
        )


def at(day: date, hour: int, minute: int = 0) -> datetime:
    """A moment in Leiden."""
    return datetime.combine(day, time(hour, minute), LEIDEN)


def a_week_from(day: date) -> date:
    return day + timedelta(days=7)
