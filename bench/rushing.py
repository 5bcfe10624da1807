"""The processes of the opening rush: one that prepares, one that looks, and the bare view.

As a WSGI application (`bench.rushing`) it is the bare view: Django with its own middleware, writing
the same rows through the ORM for whoever is signed in as a request that is sent.
"""

from __future__ import annotations

import json
import os
import sys
from datetime import timedelta
from itertools import product
from typing import Any

os.environ["DJANGO_SETTINGS_MODULE"] = "bench.rush_settings"

import django

django.setup()

from django.conf import settings  # noqa: E402
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY  # noqa: E402
from django.contrib.sessions.backends.db import SessionStore  # noqa: E402
from django.core.management import call_command  # noqa: E402
from django.core.wsgi import get_wsgi_application  # noqa: E402
from django.db import connection, transaction  # noqa: E402
from django.db.models import F  # noqa: E402
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect  # noqa: E402
from django.urls import path  # noqa: E402
from django.utils import timezone  # noqa: E402

from accounts.models import Membership, Role, StudentProfile, User  # noqa: E402
from bench.rush import PLACES, ROUNDS, STUDENTS  # noqa: E402
from courses.models import Course, Edition, Faculty, Programme, University  # noqa: E402
from enrolments.models import Enrolment  # noqa: E402
from enrolments.models.enrolment import HOLDING, LETTERS, Kind  # noqa: E402
from enrolments.services import rules  # noqa: E402
from enrolments.services.requests import SHARED_ITEMS  # noqa: E402
from paperwork.models import Event, Notice  # noqa: E402

BACKEND = "accounts.backends.Backend"
WORDS = "Because I want to learn how others do it and take that home to my own programme. " * 14


# --- The bare view --------------------------------------------------------------------------------
def send(request: HttpRequest, pk: int) -> HttpResponse:
    """Claim a place or a turn, move the case, write the event and two notices; nothing else."""
    now = timezone.now()
    with transaction.atomic():
        case = Enrolment.objects.get(pk=pk, student=request.user)
        edition = Edition.objects.select_for_update().get(pk=case.edition_id)
        sequence = edition.arrivals + 1
        Edition.objects.filter(pk=edition.pk).update(arrivals=sequence)
        free = Edition.objects.filter(pk=edition.pk, taken__lt=F("places"))
        state = "submitted" if free.update(taken=F("taken") + 1) else "waiting"
        Enrolment.objects.filter(pk=pk, state="draft").update(
            state=state,
            sequence=sequence,
            rank=sequence,
            kept=None,
            submitted_at=now,
            since=now,
            changed_at=now,
            acknowledged_at=now,
            consent_at=now,
            due_on=None,
            board="not_needed",
            board_asked_on=None,
            shared_items=list(SHARED_ITEMS),
            rules=case.rules_id,
            home_university=case.home_university_id,
            faculty=case.faculty_id,
            programme=case.programme_id,
            programme_name=case.programme_name,
            student_number=case.student_number,
            level=case.level,
            year=case.year,
        )
        event = Event.objects.create(
            subject_kind="enrolments.enrolment",
            subject_id=pk,
            action="submit",
            from_state="draft",
            to_state=state,
            actor_id=case.student_id,
            actor_name="Somebody",
            role="student",
            details={"rules": case.rules_id},
            request_id="0" * 32,
            digest="0" * 64,
        )
        Notice.objects.bulk_create(
            Notice(
                key=f"bare-{event.pk}-{number}",
                kind="enrolments.sent",
                recipient_id=case.student_id,
                language="nl",
                subject="Je aanmelding is binnen",
                text="Je hebt een plaats zolang we je aanmelding bekijken. " * 2,
                link="/nl/exchange/",
                link_label="Bekijk je aanmelding",
                subject_kind="enrolments.enrolment",
                subject_id=pk,
                request_id="0" * 32,
            )
            for number in range(2)
        )
    return HttpResponseRedirect("/")


urlpatterns = [path("bare/<int:pk>/", send)]
application = get_wsgi_application()


# --- Preparing ------------------------------------------------------------------------------------
def prepare() -> dict[str, Any]:
    """Students with a session, and for each round an edition with a draft of every one of them."""
    call_command("migrate", verbosity=0)
    call_command("createcachetable", verbosity=0)
    call_command("build", verbosity=0)
    home = University.objects.create(
        code="LEI", name="Leiden", city="Leiden", country="NL", time_zone="Europe/Amsterdam",
        is_home=True,
    )  # fmt: skip
    host = University.objects.create(
        code="UQ", name="Queensland", city="Brisbane", country="AU", time_zone="Australia/Brisbane"
    )
    faculty = Faculty.objects.create(code="FGW", name_nl="Letteren", name_en="Humanities")
    programme = Programme.objects.create(
        faculty=faculty, name_nl="Geschiedenis", name_en="History", level="bachelor"
    )
    coordinator = User.objects.create_user("coordinator@university.example", name="Coordinator")
    Membership.objects.create(user=coordinator, role=Role.COORDINATOR, faculty=faculty)
    users = User.objects.bulk_create(
        User(email=f"s{n}@university.example", name=f"Student {n}", password="!")
        for n in range(STUDENTS)
    )
    StudentProfile.objects.bulk_create(
        StudentProfile(
            user=user, home_university=home, faculty=faculty, programme=programme,
            student_number=f"s{n:07}", level="bachelor", year=2,
        )
        for n, user in enumerate(users)
    )  # fmt: skip
    editions, rounds = [], []
    references = map("".join, product(["VX-"], *[LETTERS] * 5))  # so many drawn ones would collide
    for number in range(2 * ROUNDS + 2):  # the portal's, the mixed one, the bare view's, pgbench's
        edition = make_edition(host, number)
        cases = Enrolment.objects.bulk_create(
            draft(edition, user, home, programme, next(references)) for user in users
        )
        editions.append(edition.pk)
        rounds.append(cases)
    rules.version_of(rules.rulebook())
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    return {
        "editions": editions,
        "rounds": [[case.reference for case in cases] for cases in rounds[: ROUNDS + 1]],
        "bare": [[case.pk for case in cases] for cases in rounds[ROUNDS + 1 : -1]],
        "cookies": [session_of(user) for user in users],
        "sql": the_sql(editions[-1], rounds[-1]),
    }


def make_edition(host: University, number: int) -> Edition:
    today = timezone.localdate()
    course = Course.objects.create(
        university=host, code=f"C{number}", slug=f"course-{number}", title=f"Course {number}",
        language="en", level="bachelor", ec=5, field="022", assessment="exam", state="published",
        published_at=timezone.now(),
    )  # fmt: skip
    return Edition.objects.create(
        course=course, period="spring", starts_on=today + timedelta(days=60),
        ends_on=today + timedelta(days=150), applications_open_on=today - timedelta(days=9),
        applications_close_on=today + timedelta(days=9), places=PLACES, assessment="exam",
        withdraw_until=today + timedelta(days=70), state="published",
    )  # fmt: skip


def draft(
    edition: Edition, user: User, home: University, programme: Programme, reference: str
) -> Enrolment:
    return Enrolment(
        reference=reference, student=user, edition=edition, kind=Kind.OUTGOING,
        home_university=home, faculty_id=programme.faculty_id, programme=programme,
        student_number=f"s{user.pk:07}", level="bachelor", year=2, purpose="extracurricular",
        motivation=WORDS,
    )  # fmt: skip


def session_of(user: User) -> str:
    """The cookie of somebody who has just signed in."""
    session = SessionStore()
    session[SESSION_KEY] = str(user.pk)
    session[BACKEND_SESSION_KEY] = BACKEND
    session[HASH_SESSION_KEY] = user.get_session_auth_hash()
    session.save()
    return f"{settings.SESSION_COOKIE_NAME}={session.session_key}"


def the_sql(edition: int, cases: list[Enrolment]) -> str:
    """The same rows as a script of pgbench."""
    first, last = cases[0].pk, cases[-1].pk
    notice = Notice(
        key="x", kind="enrolments.sent", recipient_id=cases[0].student_id, language="nl",
        subject="Je aanmelding is binnen", text="Je hebt een plaats zolang we kijken. " * 3,
    )  # fmt: skip
    columns = [field.column for field in Notice._meta.concrete_fields]
    Notice.objects.bulk_create([notice])
    values = ", ".join(
        {"id": "gen_random_uuid()", "key": "gen_random_uuid()::text"}.get(name, f'"{name}"')
        for name in columns
    )
    names = ", ".join(f'"{name}"' for name in columns)
    notices = Notice._meta.db_table
    copy = f"INSERT INTO {notices} ({names}) SELECT {values} FROM {notices} WHERE key = 'x';"
    Event.objects.create(action="x", subject_kind="bench", subject_id=1, digest="0" * 64)
    events = [f.column for f in Event._meta.concrete_fields if f.column != "id"]
    listed = ", ".join(f'"{name}"' for name in events)
    copied = listed.replace('"uid"', "gen_random_uuid()")
    table = Event._meta.db_table
    return "\n".join(
        [
            f"\\set pk random({first}, {last})",
            "BEGIN;",
            f"SELECT * FROM courses_edition WHERE id = {edition} FOR UPDATE;",
            f"UPDATE courses_edition SET arrivals = arrivals + 1 WHERE id = {edition};",
            "UPDATE courses_edition SET taken = taken + 1"
            f" WHERE id = {edition} AND taken < places;",
            "UPDATE enrolments_enrolment SET since = now(), changed_at = now() WHERE id = :pk;",
            f"INSERT INTO {table} ({listed})"
            f" SELECT {copied} FROM {table} WHERE action = 'x' LIMIT 1;",
            copy,
            copy,
            "COMMIT;",
        ]
    )


def check(edition: str) -> dict[str, Any]:
    """Who has a place and who waits, and whether the order is that of arrival."""
    cases = Enrolment.objects.filter(edition=edition).exclude(sequence=None).order_by("sequence")
    states = list(cases.exclude(state="withdrawn").values_list("state", flat=True))
    holding = [state in HOLDING for state in states]
    row = Edition.objects.get(pk=edition)
    return {
        "holding": sum(holding),
        "waiting": states.count("waiting"),
        "taken": row.taken,
        "in_order": holding == sorted(holding, reverse=True) and row.arrivals == cases.count(),
    }


STEPS = {"prepare": prepare, "check": check}

if __name__ == "__main__":
    print(json.dumps(STEPS[sys.argv[1]](*sys.argv[2:])))
