"""The desk with 20,000 cases of 12 editions, in a portal of its own: `make bench ONLY=desk`."""

from __future__ import annotations

import json
import random
from datetime import timedelta
from typing import Any

import django

django.setup()

from django.core.management import call_command  # noqa: E402
from django.db import connection  # noqa: E402
from django.test import Client  # noqa: E402
from django.test.utils import CaptureQueriesContext  # noqa: E402
from django.utils import timezone  # noqa: E402

from accounts.models import Membership, Role, StudentProfile, User  # noqa: E402
from bench import offer  # noqa: E402
from courses.models import Course, Edition, Faculty, Programme, University  # noqa: E402
from enrolments import queue  # noqa: E402
from enrolments.models import Enrolment, Purpose, State  # noqa: E402
from enrolments.models.enrolment import HOLDING, Board, Kind  # noqa: E402
from vx_portal.build import build  # noqa: E402

BACKEND = "accounts.backends.Backend"
CASES, EDITIONS, STUDENTS, FACULTIES = 20_000, 12, 4_000, 7
SHARES = {  # how many of a hundred are in which state
    State.SUBMITTED: 6,
    State.WAITING: 4,
    State.RETURNED: 2,
    State.OFFERED: 1,
    State.APPROVED: 7,
    State.ENROLLED: 20,
    State.FINISHED: 40,
    State.REJECTED: 8,
    State.DECLINED: 5,
    State.WITHDRAWN: 7,
}
QUERIES = {
    "desk, to decide": "",
    "desk, too late": "?view=late",
    "desk, whole faculty": "?view=all",
    "desk, filtered": "?view=all&purpose=elective&state=enrolled&sort=student",
    "desk, searched": "?view=all&q=student+12",
}


def fill(cases: int) -> None:
    """So many cases, the same in every run; two students of a hundred per edition have several."""
    rng = random.Random(2027)
    today, now = timezone.localdate(), timezone.now()
    editions = list(Edition.objects.order_by("pk")[:EDITIONS])
    students = list(StudentProfile.objects.select_related("user"))
    states, weights = list(SHARES), list(SHARES.values())
    rows = []
    for number in range(cases):
        edition, profile = editions[number % EDITIONS], students[number // EDITIONS % len(students)]
        fresh = number < len(students) * EDITIONS
        state = rng.choices(states, weights)[0] if fresh else State.REJECTED
        since = now - timedelta(hours=rng.randint(1, 24 * 500 if state > "s" else 400))
        rows.append(
            Enrolment(
                reference=f"B{number:06}",
                student=profile.user,
                edition=edition,
                kind=Kind.OUTGOING,
                state=state,
                since=since,
                submitted_at=since,
                created_at=since,
                due_on=today + timedelta(days=rng.randint(-3, 9)),
                home_university_id=profile.home_university_id,
                faculty_id=profile.faculty_id,
                programme_id=profile.programme_id,
                student_number=profile.student_number,
                level="bachelor",
                year=2,
                purpose=rng.choice(Purpose.values),
                board=rng.choice([Board.GIVEN, Board.GIVEN, Board.ASKED]),
                motivation="Because. " * 200,
                sequence=number + 1,
                rank=number + 1,
                offer_until=now + timedelta(days=1),
            )
        )
    Enrolment.objects.bulk_create(rows, batch_size=500)
    for edition in editions:
        held = sum(row.state in HOLDING for row in rows if row.edition_id == edition.pk)
        Edition.objects.filter(pk=edition.pk).update(places=None, taken=held, arrivals=cases)


def make_people() -> tuple[User, User]:
    """Students of seven faculties, a coordinator of the first, and somebody of the office."""
    home = University.objects.create(
        code="HOME", name="Home", city="Leiden", country="NL", time_zone="Europe/Amsterdam",
        website="https://home.example", is_home=True,
    )  # fmt: skip
    programmes = []
    for number in range(FACULTIES):
        name = f"Faculty {number}"
        faculty = Faculty.objects.create(code=f"F{number}", name_nl=name, name_en=name)
        programmes += [
            Programme.objects.create(
                faculty=faculty, name_nl=f"P{number}-{n}", name_en="", level="bachelor"
            )
            for n in range(8)
        ]
    users = User.objects.bulk_create(
        User(email=f"student{n}@university.example", name=f"Student {n}") for n in range(STUDENTS)
    )
    StudentProfile.objects.bulk_create(
        StudentProfile(
            user=user,
            home_university=home,
            faculty=programmes[n % len(programmes)].faculty,
            programme=programmes[n % len(programmes)],
            student_number=f"s{n:07}",
            level="bachelor",
            year=2,
        )
        for n, user in enumerate(users)
    )
    coordinator = User.objects.create_user("coordinator@university.example", name="Coordinator")
    Membership.objects.create(
        user=coordinator, role=Role.COORDINATOR, faculty=programmes[0].faculty
    )
    office = User.objects.create_user("office@university.example", name="Office")
    Membership.objects.create(user=office, role=Role.OFFICE)
    return coordinator, office


def signed_in(user: User) -> Client:
    client = Client(headers={"host": "127.0.0.1"})
    client.force_login(user, backend=BACKEND)
    client.get("/en/desk/")  # what is written once at the start of a session
    return client


def count_queries(client: Client) -> dict[str, int]:
    counts = {}
    for name, query in QUERIES.items():
        queue.forget()
        with CaptureQueriesContext(connection) as queries:
            answer = client.get(f"/en/desk/{query}")
        assert answer.status_code == 200, (name, answer.status_code)
        counts[name] = len(queries)
    return counts


def cookie_of(client: Client) -> str:
    """What a browser would send to be who `client` is."""
    return "; ".join(f"{cookie.key}={cookie.value}" for cookie in client.cookies.values())


def prepare() -> tuple[User, User]:
    """An empty portal with an offer and people; the coordinator and the office."""
    call_command("migrate", verbosity=0)
    call_command("createcachetable")
    build()
    offer.fill(8, EDITIONS, EDITIONS)
    assert Course.objects.exists()
    return make_people()


def main() -> dict[str, Any]:
    coordinator, office = prepare()
    queries: dict[str, list[int]] = {}
    for cases in (CASES // 10, CASES):
        Enrolment.objects.all().delete()
        fill(cases)
        for who, user in (("coordinator", coordinator), ("office", office)):
            for page, count in count_queries(signed_in(user)).items():
                queries.setdefault(f"{page} ({who})", []).append(count)
    cookies = {
        "coordinator": cookie_of(signed_in(coordinator)),
        "office": cookie_of(signed_in(office)),
    }
    return {
        "queries": queries,
        "targets": [
            (f"{page} ({who})", f"/en/desk/{query}", cookie)
            for who, cookie in cookies.items()
            for page, query in QUERIES.items()
        ],
    }


if __name__ == "__main__":
    print(json.dumps(main()))
