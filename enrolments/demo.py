"""The demo's applications: cases in every state, relative to today: everybody finds work."""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import date
from itertools import cycle

from django.contrib.auth.hashers import make_password
from django.db import transaction
from django.utils import timezone

from accounts.models import StudentProfile, User
from courses.models import Course, Edition, Programme, PublicState, University
from enrolments.demo_cases import DOMAIN, S, Story, make, read
from enrolments.models import Enrolment, HostRules, PortalRules, Purpose
from enrolments.models.enrolment import HOLDING, Board
from enrolments.services import rules, saving

SEED = 1575  # the year in which the university was founded


def load() -> None:
    """Make the cases, unless there are some. Needs the demo's courses and people."""
    if Enrolment.objects.exists():
        return
    with transaction.atomic():
        chance = random.Random(SEED)  # noqa: S311  # the same demo every time
        _make_rules()
        students = _make_students(chance)
        editions = list(
            Edition.objects.select_related("course__university").order_by("starts_on", "pk")
        )
        named = list(_named(editions))
        others = list(_others(editions, named, students, chance))
        make([*named, *others], chance)
        _save_courses()


def _make_rules() -> None:
    """The portal's own rules, and what some hosts ask."""
    rules.save_rules(PortalRules.now())
    known = {university.code: university for university in University.objects.all()}
    for code, said in read("hosts.json").items():
        rules.save_rules(HostRules(university=known[code], **said))


def _save_courses() -> None:
    """The student of Humanities has courses on the list that can still be applied for."""
    today = timezone.localdate()
    student = User.objects.get(email=f"student@{DOMAIN}")
    open_ones = Course.objects.filter(
        state=PublicState.PUBLISHED,
        editions__state=PublicState.PUBLISHED,
        editions__applications_open_on__lte=today,
        editions__applications_close_on__gte=today,
    ).exclude(editions__enrolments__student=student)
    for course in open_ones.distinct().order_by("pk")[:3]:
        saving.save(course, by=student)


def _make_students(chance: random.Random) -> list[StudentProfile]:
    """Made-up students of our own programmes and of partners; nobody can sign in as one."""
    names = read("names.json")
    programmes = list(Programme.objects.select_related("faculty").order_by("pk"))
    # Those whose coordinators live in the demo come more often.
    weights = [4 if p.faculty.code in {"FGW", "FSW"} else 1 for p in programmes]
    universities = list(University.objects.order_by("pk"))
    home = next(university for university in universities if university.is_home)
    partners = [university for university in universities if not university.is_home]
    nobody = make_password(None)
    users, profiles = [], []
    for number in range(150):
        first, last = chance.choice(names["first"]), chance.choice(names["last"])
        name = f"{first} {last}"
        users.append(
            User(
                email=f"student-{number}@{DOMAIN}",
                name=name,
                language=chance.choice(["nl", "nl", "en"]),
                password=nobody,
            )
        )
        ours = number < 105
        programme = chance.choices(programmes, weights)[0] if ours else None
        profiles.append(
            StudentProfile(
                home_university=home if ours else chance.choice(partners),
                faculty=programme.faculty if programme else None,
                programme=programme,
                programme_name="" if ours else chance.choice(names["programmes"]),
                student_number=f"s{3200000 + number * 37}" if ours else f"{500000 + number * 91}",
                level=programme.level if programme else "bachelor",
                year=1
                if programme and programme.level == "master"
                else chance.choice([1, 2, 2, 3]),
                honours=ours and number % 9 == 0,
            )
        )
    made = User.objects.bulk_create(users)
    for user, profile in zip(made, profiles, strict=True):
        profile.user = user
    return StudentProfile.objects.bulk_create(profiles)


def _named(editions: list[Edition]) -> Iterator[Story]:
    """The cases of the people whom one can sign in as, and those that their desks must find."""
    by_slug: dict[str, list[Edition]] = {}
    for edition in editions:
        by_slug.setdefault(edition.course.slug, []).append(edition)
    profiles = {
        profile.user.email: profile
        for profile in StudentProfile.objects.select_related("user", "home_university")
    }
    for row in read("stories.json"):
        yield Story(
            student=profiles[f"{row.pop('who')}@{DOMAIN}"],
            edition=by_slug[row.pop("course")][row.pop("edition", 0)],
            told=True,
            **row,
        )


def _others(
    editions: list[Edition],
    named: list[Story],
    students: list[StudentProfile],
    chance: random.Random,
) -> Iterator[Story]:
    """Cases of made-up students, until each edition has as many as are taken."""
    today = timezone.localdate()
    ours = [student for student in students if student.faculty_id]
    theirs = [student for student in students if not student.faculty_id]
    for edition in editions:
        at_home = edition.course.university.is_home
        taken = edition.taken - sum(
            story.edition == edition and story.state in HOLDING for story in named
        )
        there = {story.student for story in named if story.edition == edition}
        pool = [one for one in [*(theirs * at_home), *ours] if one not in there]
        chance.shuffle(pool)
        turn = cycle(pool)
        states = list(_states_of(edition, max(0, taken), today, chance))
        for student, (state, days) in zip(turn, states[: len(pool)], strict=False):
            incoming = student.faculty_id is None
            yield Story(
                student=student,
                edition=edition,
                state=state,
                days=days,
                purpose="" if incoming else _purpose(student, edition, chance),
                board=Board.NOT_NEEDED if incoming else Board.GIVEN,
                told=state in {S.SUBMITTED, S.APPROVED} and edition.starts_on > today,
            )


def _states_of(
    edition: Edition, taken: int, today: date, chance: random.Random
) -> Iterator[tuple[str, int]]:
    """States and ages that fit the edition's dates, `taken` of which hold a place."""
    if edition.ends_on < today:
        yield from ((S.FINISHED, (today - edition.ends_on).days) for _case in range(taken))
        yield from ((S.WITHDRAWN, (today - edition.starts_on).days) for _case in range(3))
        yield from ((S.DECLINED, (today - edition.starts_on).days + 20) for _case in range(2))
        return
    since_open = (today - (edition.applications_open_on or today)).days
    for number in range(taken):
        is_open = edition.applications_open(today)
        if is_open and number < 2:
            yield S.SUBMITTED, chance.randint(0, min(8, since_open))
        elif is_open and number < 5:
            yield S.APPROVED, chance.randint(0, min(9, since_open))
        else:
            yield S.ENROLLED, chance.randint(3, max(4, min(60, since_open)))
    if edition.places is not None and edition.taken >= edition.places and edition.starts_on > today:
        yield from ((S.WAITING, days) for days in (9, 6, 2))
    if taken > 10:
        yield from ((S.REJECTED, 12), (S.WITHDRAWN, 15), (S.DECLINED, 9))


def _purpose(student: StudentProfile, edition: Edition, chance: random.Random) -> str:
    if student.honours and edition.course.honours:
        return str(Purpose.HONOURS)
    without = student.faculty is not None and student.faculty.no_extracurricular
    common = [Purpose.ELECTIVE, Purpose.ELECTIVE, Purpose.MINOR]
    return str(chance.choice(common if without else [*common, Purpose.EXTRACURRICULAR]))
