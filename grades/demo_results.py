"""The demo's results of our own courses, and how it went for those who followed them."""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import timedelta
from decimal import Decimal
from itertools import islice

from django.db import transaction
from django.utils import timezone

from accounts.models import StudentProfile, User
from courses.models import Course
from enrolments import demo_cases as cases
from enrolments.models import Enrolment, Purpose, State
from enrolments.models.enrolment import Board
from grades import records, registrars
from grades.demo import past_edition
from grades.dutch import understood
from grades.models import Experience, Registration, RegistrationState, Result
from grades.services import own_results
from grades.services.own_results import Entry
from paperwork.models import Notice, Owed
from paperwork.waking import nobody_woken

SEED = 1587
ENDED = 24  # days ago
GUESTS, OURS = 9, 3
# In the order of the students; what follows is still to be entered.
GRADES = ("7.5", "8", "6.5", "V", "9", "5", "7", "8.5", "6", "7")
CONFIRMED = 7  # of them; the rest waits for the other of the two
ANSWERS = (*("well",) * 6, "mixed", "well", "badly")
WORDS = {0: "Fijne docent, en goed te combineren met mijn eigen vakken.", 6: "Too much reading."}


def load() -> None:
    """Make the results, unless they are there. Needs the demo's transcripts and registrations."""
    if Experience.objects.exists():
        return
    chance = random.Random(SEED)  # noqa: S311  # the same demo every time
    before = set(Notice.objects.values_list("pk", flat=True))
    with transaction.atomic(), nobody_woken():
        _enter(list(_follow(chance)))
        _register_the_older(chance)
        _answer()
        then = timezone.now() - timedelta(days=2)
        told = Notice.objects.exclude(pk__in=before)
        told.update(state=Owed.State.DONE, due_at=then, created_at=then, done_at=then)


def _follow(chance: random.Random) -> Iterator[Enrolment]:
    """A course of ours that has just ended, followed by partners' students and our own."""
    course = Course.objects.filter(university__is_home=True, state="published").order_by("pk")[0]
    edition = past_edition(course, ENDED)
    profiles = [StudentProfile.objects.get(user__email=f"incoming@{cases.DOMAIN}")]
    made_up = StudentProfile.objects.filter(user__email__startswith="student-").order_by("-pk")
    profiles += islice(made_up.filter(home_university__is_home=False), GUESTS)
    profiles += islice(made_up.filter(faculty__code="FSW"), OURS)
    stories = [
        cases.Story(
            student=profile,
            edition=edition,
            state=State.FINISHED,
            days=ENDED,
            purpose=str(Purpose.ELECTIVE) if profile.faculty_id else "",
            board=Board.GIVEN if profile.faculty_id else Board.NOT_NEEDED,
        )
        for profile in profiles
    ]
    cases.make(stories, chance)
    rows = Enrolment.objects.filter(edition=edition).select_related(
        "student", "home_university", "programme", "faculty", "edition__course__university"
    )
    order = {profile.user_id: number for number, profile in enumerate(profiles)}
    yield from sorted(rows, key=lambda case: order[case.student_id])


def _enter(students: list[Enrolment]) -> None:
    """Both people of the office have entered some, and confirmed most of each other's."""
    one, two = (User.objects.get(email=f"{who}@{cases.DOMAIN}") for who in ("office", "office-2"))
    today = timezone.localdate()
    for number, (case, grade) in enumerate(zip(students, GRADES, strict=False)):
        enters, confirms = (one, two) if number % 2 else (two, one)
        entry = Entry(
            recorded=understood(grade),
            ec=case.edition.course.ec or Decimal(5),
            dated_on=today - timedelta(days=ENDED - 10),
            exam_on=case.edition.exam_on,
        )
        result = own_results.enter(case, entry, by=enters)
        if number < CONFIRMED:
            whole = Result.objects.select_related(*records.SHOWN).get(pk=result.pk)
            own_results.confirm(whole, by=confirms)
            at = timezone.now() - timedelta(days=ENDED - 11 - number)
            rows = Result.objects.filter(pk=result.pk)
            rows.update(recorded_at=at - timedelta(days=1), confirmed_at=at)


def _register_the_older(chance: random.Random) -> None:
    """Results of before are in uSis by now, so that people see how long it usually takes."""
    rows = Result.objects.current().filter(
        passed=True, registrations=None, source=Result.Source.TRANSCRIPT
    )
    older = rows.exclude(enrolment__purpose=Purpose.HONOURS).exclude(
        recorded_at__gt=timezone.now() - timedelta(days=21)
    )
    made = []
    for result in older.select_related("enrolment__faculty"):
        asked = result.recorded_at + timedelta(days=chance.randint(1, 5))
        sent = asked + timedelta(days=chance.randint(4, 9))
        row = Registration(
            enrolment=result.enrolment,
            result=result,
            state=RegistrationState.RECONCILED,
            route=Registration.Route.PETITION,
            request_type="extern_onderwijs",
            proposed_type="extern_onderwijs",
            created_at=result.recorded_at,
            filed_on=timezone.localdate(asked),
            board_decided_on=timezone.localdate(asked),
            sent_at=sent,
            verified_by=result.recorded_by,
            registered_on=timezone.localdate(sent) + timedelta(days=chance.randint(1, 6)),
            usis_reference=f"U{result.pk:06}",
        )
        row.registered_by = registrars.recorders(row).order_by("pk").first()
        if row.registered_by is not None:
            row.since = sent
            made.append(row)
    Registration.objects.bulk_create(made)


def _answer() -> None:
    """How it went, said by those whose course ended longest ago."""
    done = Enrolment.objects.filter(state=State.FINISHED, results__current=True)
    by_course: dict[int, list[Enrolment]] = {}
    for case in done.select_related("edition", "student").order_by("edition__ends_on", "pk"):
        by_course.setdefault(case.edition.course_id, []).append(case)
    for course in sorted(by_course, key=lambda pk: -len(by_course[pk]))[:3]:
        for number, (case, answer) in enumerate(zip(by_course[course], ANSWERS, strict=False)):
            if case.student.email.startswith("student-"):
                Experience.objects.create(
                    enrolment=case, answer=answer, words=WORDS.get(number, "")
                )
