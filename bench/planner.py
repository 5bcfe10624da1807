"""The planner with 200 sittings of 40 exams, in a portal of its own: `make bench ONLY=planner`."""

from __future__ import annotations

import json
from datetime import UTC, datetime, time, timedelta
from typing import Any

import django

django.setup()

from django.core.management import call_command  # noqa: E402
from django.db import connection  # noqa: E402
from django.test.utils import CaptureQueriesContext  # noqa: E402
from django.utils import timezone  # noqa: E402

from accounts.models import Membership, Role, User  # noqa: E402
from bench import offer  # noqa: E402
from bench.desk import cookie_of, signed_in  # noqa: E402
from courses.models import Edition, University  # noqa: E402
from enrolments.models import Enrolment, State  # noqa: E402
from enrolments.models.enrolment import Kind  # noqa: E402
from exams.models import (  # noqa: E402
    Building,
    Duty,
    Exam,
    Invigilator,
    InvigilatorHours,
    Mode,
    Room,
    RoomHours,
    Seat,
    Sitting,
)
from vx_portal.build import build  # noqa: E402

SITTINGS, EXAMS, ROOMS, PEOPLE, SEATS = 200, 40, 10, 40, 12
DAYS = SITTINGS // ROOMS // 2  # each room has an exam in the morning and one in the afternoon
PAGES = {"a day": "", "a week": "?view=week"}


def make_places() -> tuple[list[Room], list[Invigilator]]:
    building = Building.objects.create(name_nl="B", name_en="B", address="x", city="Leiden")
    rooms = [Room.objects.create(building=building, name=f"{n}", places=40) for n in range(ROOMS)]
    RoomHours.objects.bulk_create(
        RoomHours(room=room, weekday=day, opens=time(7), closes=time(22))
        for room in rooms
        for day in range(7)
    )
    people = [
        Invigilator.objects.create(name=f"P{n}", email=f"p{n}@university.example")
        for n in range(PEOPLE)
    ]
    return rooms, people


def fill(sittings: int, rooms: list[Room], people: list[Invigilator], users: list[User]) -> None:
    """So many sittings: each exam takes some rooms at one moment; each seat a student."""
    start = datetime.combine(timezone.localdate() + timedelta(days=30), time(8), UTC)
    home = University.objects.get(is_home=True)
    editions = list(Edition.objects.order_by("pk")[:EXAMS])
    per_exam = SITTINGS // EXAMS
    for number in range(sittings // per_exam):
        slot, half = divmod(number * per_exam, ROOMS)
        at = start + timedelta(days=slot // 2, hours=5 * (slot % 2))
        exam = Exam.objects.create(
            edition=editions[number], mode=Mode.INSTANT, starts_at=at, minutes=120, kind="paper"
        )
        ends = at + timedelta(minutes=120)
        cases = Enrolment.objects.bulk_create(
            Enrolment(
                reference=f"P{number:03}{n:03}",
                student=users[(number * per_exam * SEATS + n) % len(users)],
                edition=editions[number],
                kind=Kind.OUTGOING,
                state=State.ENROLLED,
                home_university=home,
                submitted_at=timezone.now(),
                purpose="extracurricular",
                board="not_needed",
                level="bachelor",
                year=2,
                sequence=n + 1,
                rank=n + 1,
            )
            for n in range(per_exam * SEATS)
        )
        for part in range(per_exam):
            row = Sitting.objects.create(
                exam=exam, room=rooms[half + part], starts_at=at, ends_at=ends
            )
            Seat.objects.bulk_create(
                Seat(
                    sitting=row,
                    enrolment=case,
                    student=case.student,
                    number=seat,
                    starts_at=at,
                    ends_at=ends,
                )
                for seat, case in enumerate(cases[part * SEATS : (part + 1) * SEATS], 1)
            )
            one = people[half + part]
            InvigilatorHours.objects.create(invigilator=one, starts_at=at, ends_at=ends)
            Duty.objects.create(sitting=row, invigilator=one, starts_at=at, ends_at=ends)


def main() -> dict[str, Any]:
    call_command("migrate", verbosity=0)
    call_command("createcachetable")
    build()
    offer.fill(8, EXAMS, EXAMS)
    University.objects.create(
        code="HOME", name="Home", city="Leiden", country="NL", time_zone="Europe/Amsterdam",
        website="https://home.example", is_home=True,
    )  # fmt: skip
    users = User.objects.bulk_create(
        User(email=f"student{n}@university.example", name=f"Student {n}") for n in range(2400)
    )
    staff = User.objects.create_user("exams@university.example", name="Exams")
    Membership.objects.create(user=staff, role=Role.EXAMS)
    rooms, people = make_places()
    client = signed_in(staff)
    queries: dict[str, list[int]] = {f"planner, {page}": [] for page in PAGES}
    for sittings in (SITTINGS // 10, SITTINGS):
        for model in (Duty, InvigilatorHours, Seat, Sitting, Exam, Enrolment):
            model._default_manager.all().delete()
        fill(sittings, rooms, people, users)
        for page, query in PAGES.items():
            client.get(f"/en/exams/plan/{query}")
            with CaptureQueriesContext(connection) as seen:
                answer = client.get(f"/en/exams/plan/{query}")
            assert answer.status_code == 200, (page, answer.status_code)
            queries[f"planner, {page}"].append(len(seen))
    cookie = cookie_of(client)
    return {
        "queries": queries,
        "targets": [
            (f"planner, {page}", f"/en/exams/plan/{query}", cookie) for page, query in PAGES.items()
        ],
    }


if __name__ == "__main__":
    print(json.dumps(main()))
