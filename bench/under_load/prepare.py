"""In a process of its own: a portal in the middle of its applications, and who comes to it.

Writes what the asking needs to know, as JSON, into the file that is its argument.
"""

from __future__ import annotations

import json
import random
import sys
from datetime import timedelta
from itertools import product
from pathlib import Path
from typing import Any

import django

django.setup()

from django.db import connection, transaction  # noqa: E402
from django.urls import reverse  # noqa: E402
from django.utils import timezone, translation  # noqa: E402

from accounts.models import StudentProfile, User  # noqa: E402
from bench.semester import days, world  # noqa: E402
from bench.semester.applying import WORDS  # noqa: E402
from bench.semester.opening import send_page, session_of  # noqa: E402
from bench.semester.semester import Sizes  # noqa: E402
from bench.semester.world import World  # noqa: E402
from courses.models import Edition  # noqa: E402
from courses.services.offer import offer_changed  # noqa: E402
from enrolments.models import Enrolment  # noqa: E402
from enrolments.models.enrolment import LETTERS, Kind  # noqa: E402
from paperwork import chain  # noqa: E402
from paperwork.models import Event, Notice, Owed  # noqa: E402

SIZES = Sizes(students=2500, partners=40, editions=300)
CASES = 6000  # that there are already
STATES = ("submitted", "submitted", "approved", "enrolled")
references = map("".join, product(["VX-"], *[LETTERS] * 5))  # so many drawn ones would collide


def main(drafts: int, rushing: int, sending: int) -> dict[str, Any]:
    """`drafts` to save and send, `rushing` for one edition, `sending` whose course is over."""
    weeks = (timezone.localdate() - days.OPENS).days // 7
    dice = random.Random(1575)
    there = world.make(SIZES, dice, later=timedelta(weeks=weeks))
    with transaction.atomic():
        Edition.objects.exclude(pk=there.popular.pk).update(places=None)
        Edition.objects.filter(pk=there.popular.pk).update(places=25)
        over = _over(there)
        offer_changed()
    students = there.students
    others = [one for one in there.editions if one.pk != there.popular.pk]
    pairs = _pairs(students, others, CASES + drafts, dice)
    rows = [
        _case(there, profile, edition, STATES[number % len(STATES)], number)
        for number, (profile, edition) in enumerate(pairs[:CASES])
    ]
    written = [_case(there, *pair, "draft", 0) for pair in pairs[CASES:]]
    rushers = [_case(there, one, there.popular, "draft", 0) for one in students[:rushing]]
    finished = [
        _case(there, one, dice.choice(over), "finished", number)
        for number, one in enumerate(students[-sending:])
    ]
    for part in (rows, written, rushers, finished):
        Enrolment.objects.bulk_create(part, batch_size=1000)
    _what_happened(rows)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    users = [profile.user for profile in students]
    sessions = dict(zip((one.pk for one in users), _sessions(users), strict=True))
    with translation.override("en"):
        return {
            "visitors": _public(there, dice),
            "readers": [
                {"cookie": sessions[case.student_id], "pages": _own_pages(case, there, dice)}
                for case in dice.sample(rows, 400)
            ],
            "staff": _staff(there, rows, dice),
            "drafts": [_draft(case, sessions) for case in written],
            "rush": [_draft(case, sessions) for case in rushers],
            "senders": [
                {
                    "cookie": sessions[case.student_id],
                    "page": reverse("transcript:upload", args=[case.reference]),
                }
                for case in finished
            ],
            "popular": there.popular.pk,
        }


def _pairs(
    students: list[StudentProfile], editions: list[Edition], many: int, dice: random.Random
) -> list[tuple[StudentProfile, Edition]]:
    """Students with editions, each pair once."""
    places = dice.sample(range(len(students) * len(editions)), many)
    return [(students[at % len(students)], editions[at // len(students)]) for at in places]


def _over(there: World) -> list[Edition]:
    """Editions of partners that ended a month ago."""
    today = timezone.localdate()
    return Edition.objects.bulk_create(
        Edition(
            course=one.course,
            period="autumn",
            starts_on=today - timedelta(days=150),
            ends_on=today - timedelta(days=30),
            assessment="assignment",
            state="published",
        )
        for one in [each for each in there.editions if not each.course.university.is_home][:20]
    )


def _case(
    there: World, profile: StudentProfile, edition: Edition, state: str, sequence: int
) -> Enrolment:
    now = timezone.now()
    sent = None if state == "draft" else now - timedelta(days=2)
    return Enrolment(
        reference=next(references),
        student=profile.user,
        edition=edition,
        kind=Kind.OWN if edition.course.university.is_home else Kind.OUTGOING,
        state=state,
        since=now - timedelta(days=1),
        submitted_at=sent,
        due_on=timezone.localdate() + timedelta(days=sequence % 9 - 3) if sent else None,
        home_university=there.home,
        faculty_id=profile.faculty_id,
        programme_id=profile.programme_id,
        student_number=profile.student_number,
        level="bachelor",
        year=2,
        purpose="elective",
        board="asked" if state == "draft" else "given",
        board_asked_on=timezone.localdate(),
        motivation=WORDS,
        sequence=1_000_000 + sequence if sent else None,
        rank=1_000_000 + sequence if sent else None,
    )


def _what_happened(cases: list[Enrolment]) -> None:
    """An event and three messages of each case, which pages show."""
    kind = Enrolment._meta.label_lower
    Event.objects.bulk_create(
        (
            chain.sign(
                Event(
                    subject_kind=kind,
                    subject_id=case.pk,
                    action="submit",
                    from_state="draft",
                    to_state="submitted",
                    actor_id=case.student_id,
                    actor_name="Somebody",
                    role="student",
                )
            )
            for case in cases
        ),
        batch_size=1000,
    )
    now = timezone.now()
    Notice.objects.bulk_create(
        (
            Notice(
                key=f"before-{case.pk}-{number}",
                kind="enrolments.sent",
                recipient_id=case.student_id,
                language="nl",
                subject="Je aanmelding is binnen",
                text="Je hebt een plaats zolang we je aanmelding bekijken. " * 2,
                link="/nl/exchange/",
                state=Owed.State.DONE,
                done_at=now,
                subject_kind=kind,
                subject_id=case.pk,
            )
            for case in cases
            for number in range(3)
        ),
        batch_size=1000,
    )
    holding: dict[int, int] = {}
    for case in cases:
        holding[case.edition_id] = holding.get(case.edition_id, 0) + 1
    rows = list(Edition.objects.filter(pk__in=holding))
    for row in rows:
        row.taken, row.arrivals = holding[row.pk], holding[row.pk]
    Edition.objects.bulk_update(rows, ["taken", "arrivals"])


def _sessions(users: list[User]) -> list[str]:
    """The cookies of people who have just signed in, with their second factor."""
    with transaction.atomic():
        return [session_of(user) for user in users]


def _course_page(edition: Edition) -> str:
    code = edition.course.university.code.lower()
    return reverse("courses:course", args=[code, edition.course.slug])


def _public(there: World, dice: random.Random) -> list[str]:
    """What a visitor reads: the home page, the catalogue with filters and words, courses."""
    listing = reverse("courses:catalogue")
    words = ("law", "stars", "history", "data", "course")
    pages = [reverse("home"), listing, listing, reverse("universities:list")]
    pages += [f"{listing}?q={word}" for word in words]
    pages += [f"{listing}?university={one.code}" for one in there.partners[:10]]
    pages += [f"{listing}?level=bachelor&ec=5&page={number}" for number in range(1, 6)]
    return pages + [_course_page(one) for one in dice.sample(there.editions, 60)]


def _own_pages(case: Enrolment, there: World, dice: random.Random) -> list[str]:
    """What a student reads."""
    edition = dice.choice(there.editions)
    own = reverse("exchange:case", args=[case.reference])
    return [
        reverse("courses:catalogue"), _course_page(edition), reverse("home"), own,
        reverse("exchange:cases"), reverse("notices:list"),
    ]  # fmt: skip


def _staff(there: World, cases: list[Enrolment], dice: random.Random) -> list[dict[str, Any]]:
    """Lists and queues, for somebody of every role."""
    desk, queue = reverse("desk:queue"), reverse("registrations:queue")
    home, reports = reverse("work:home"), reverse("reports:home")
    found = []
    for key, people in there.staff.items():
        role = key.partition(" ")[0]
        pages = {
            "coordinator": [home, reports, desk, f"{desk}?view=all", f"{desk}?view=late", queue],
            "honours": [home, desk, f"{desk}?view=all", queue],
            "administration": [home, queue, f"{queue}?view=all"],
            "exams": [reverse("exams:home"), reverse("planner:plan")],
            "office": [
                reverse("office:home"),
                reports,
                desk,
                f"{desk}?view=all",
                f"{desk}?view=all&q=Anna",
                reverse("people:people"),
            ],
            "auditor": [home, reports, desk, f"{desk}?view=all"],
            "partner": [reverse("partner:home")],
        }[role]
        if role == "coordinator":
            own = [
                one for one in cases
                if one.faculty_id == there.faculties[key.split()[1]].pk and one.purpose != "honours"
            ]  # fmt: skip
            pages += [reverse("desk:case", args=[one.reference]) for one in dice.sample(own, 10)]
        found.append({"role": role, "cookie": _sessions(people[:1])[0], "pages": pages})
    return found


def _draft(case: Enrolment, sessions: dict[int, str]) -> dict[str, str]:
    page = reverse("exchange:purpose", args=[case.reference])
    return {"purpose": page, **send_page(case, sessions[case.student_id])}


if __name__ == "__main__":
    path, *numbers = sys.argv[1:]
    Path(path).write_text(json.dumps(main(*map(int, numbers))))
