"""The demo's registrations: in every state, so that each of its people finds work."""

from __future__ import annotations

import random
from datetime import timedelta
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.utils import timezone

from accounts.models import StudentProfile, User
from courses.models import Course, Edition, Faculty
from enrolments import demo_cases as cases
from enrolments import people
from enrolments.models import Enrolment, FacultyRules, PortalRules, Purpose, State
from enrolments.models.enrolment import Board
from enrolments.services import rules
from grades import demo, form, registrars, usis_lists
from grades import demo_papers as papers
from grades.models import Registration, Result
from grades.services import reconciling, registering
from grades.services.registration_actions import ACTIONS, actions_for
from paperwork.models import Notice, Owed

SEED = 1614
# What has happened to one after the other, of results that were verified.
STORIES: tuple[tuple[str, ...], ...] = (
    ("file", "decide", "send"),
    ("file", "decide"),
    ("file",),
    ("file", "decide", "send", "take"),
    ("file", "decide", "send", "differs"),
    (),
    ("file", "decide", "send", "register"),
    ("file", "late"),
    ("file", "decide", "send", "register", "reconcile"),
    ("file", "decide"),
    ("file", "refuse"),
    ("late",),
)
HONOURS: tuple[tuple[str, ...], ...] = (("prepare", "send"), ("prepare",), ())
MOST = 24  # registrations: each has a form to be made
OWN_FORM = "FSW"  # the faculty that takes the portal's form


def load() -> None:
    """Make the registrations, unless there are some. Needs the demo's transcripts."""
    if Registration.objects.exists():
        return
    with transaction.atomic():
        _settings()
        named = _named(random.Random(SEED))  # noqa: S311  # the same demo every time
        rows = Result.objects.current().filter(passed=True, registrations=None)
        rows = rows.filter(enrolment__home_university__is_home=True)
        others = list(rows.select_related("enrolment__faculty").order_by("pk"))
        shown = set(Faculty.objects.filter(code__in=["FGW", "FSW"]).values_list("pk", flat=True))
        ours = [one for one in others if one.enrolment.faculty_id in shown]
        rest = [one for one in others if one not in ours]
        for number, result in enumerate([*ours, *rest][: MOST - len(named)]):
            stories = HONOURS if result.enrolment.is_honours else STORIES
            _tell_story(_open(result), stories[number % len(stories)])
        for result, story in named:
            _tell_story(_open(result), story)
        _as_told_then()


def _settings() -> None:
    portal = PortalRules.now()
    portal.honours_email = f"honours-academy@{cases.DOMAIN}"
    rules.save_rules(portal)
    faculty = Faculty.objects.get(code=OWN_FORM)
    known = FacultyRules.objects.filter(faculty=faculty).first() or FacultyRules(faculty=faculty)
    known.own_form = True
    rules.save_rules(known)


def _named(chance: random.Random) -> list[tuple[Result, tuple[str, ...]]]:
    """The people of the demo who can sign in, and the honours coordinator's cases."""
    partners = Course.objects.filter(university__is_home=False, state="published")
    free = list(partners.exclude(slug__in=[past.course for past in demo.PASTS]).order_by("pk"))
    for_honours = next((one for one in free if one.honours), free[-1])
    ours = Course.objects.filter(university__is_home=True, state="published").order_by("pk")[0]
    honours = [
        profile.user.email.partition("@")[0]
        for profile in StudentProfile.objects.filter(faculty__code="FWN", honours=True)
        .exclude(user__email__startswith="honours")
        .select_related("user")
        .order_by("pk")[:2]
    ]
    wanted: list[tuple[str, Course, str, tuple[str, ...]]] = [
        ("student", free[0], Purpose.ELECTIVE, ()),
        ("fsw", free[1], Purpose.ELECTIVE, ()),
        ("leiden-course", ours, Purpose.ELECTIVE, ()),
        ("honours-student", for_honours, Purpose.HONOURS, ()),
    ]
    stories = (("prepare",), ("prepare", "send"))
    wanted += [
        (who, for_honours, Purpose.HONOURS, story)
        for who, story in zip(honours, stories, strict=False)
    ]
    courses = {course.pk: course for _who, course, _purpose, _story in wanted}
    editions = {pk: demo.past_edition(course, 37) for pk, course in courses.items()}
    profiles = {
        profile.user.email.partition("@")[0]: profile
        for profile in StudentProfile.objects.select_related("user").filter(
            user__email__in=[f"{who}@{cases.DOMAIN}" for who, _c, _p, _s in wanted]
        )
    }
    wanted = [one for one in wanted if one[0] in profiles]
    cases.make(
        [_past(profiles[who], editions[course.pk], purpose) for who, course, purpose, _s in wanted],
        chance,
    )
    found: list[tuple[Result, tuple[str, ...]]] = []
    for who, course, _purpose, story in wanted:
        rows = Enrolment.objects.select_related("student", "edition__course__university")
        case = rows.get(student=profiles[who].user_id, edition=editions[course.pk])
        if (result := _result(case)) is not None:
            found.append((result, story))
    return found


def _past(profile: StudentProfile, edition: Edition, purpose: str) -> cases.Story:
    """A case whose course is over."""
    return cases.Story(
        student=profile,
        edition=edition,
        state=State.FINISHED,
        days=37,
        purpose=purpose,
        board=Board.NOT_NEEDED if purpose == Purpose.HONOURS else Board.GIVEN,
    )


def _result(case: Enrolment) -> Result | None:
    """A verified result: from a transcript, or of our own course from the result list."""
    at = timezone.now() - timedelta(days=4)
    host = case.edition.course.university
    if not host.is_home:
        grade, recorded = demo.GRADES.get(host.code, ("7.5", "7.5"))
        said = papers.said_of(case, grade)
        row = demo.keep(case, papers.printed(said, host.code), grade, at - timedelta(days=2))
        return demo.verify(row, said, recorded, at)
    office = list(people.office().order_by("pk")[:2])
    course = case.edition.course
    return Result.objects.create(
        enrolment=case,
        source=Result.Source.RESULT_LIST,
        grade_printed="8",
        scale="1–10",
        credits_printed="5 EC",
        credit_system="ECTS",
        title_printed=course.title,
        code_printed=course.code,
        dated_on=timezone.localdate(at),
        grade=Decimal(8),
        passed=True,
        ec=course.ec or Decimal(5),
        recorded_by=office[0],
        recorded_at=at,
        confirmed_by=office[-1],
        confirmed_at=at,
    )


def _open(result: Result) -> Registration:
    row = registering.open_registration(
        Result.objects.select_related(
            "enrolment__edition__course__university", "enrolment__faculty", "enrolment__student"
        ).get(pk=result.pk)
    )
    assert row is not None  # noqa: S101  # it is a pass of a student of ours
    return _fresh(row)


def _fresh(row: Registration) -> Registration:
    return Registration.objects.select_related(*form.SHOWN).get(pk=row.pk)


def _tell_story(row: Registration, story: tuple[str, ...]) -> None:
    """Move it by those whose work it is; it ends where nobody of the demo can go on."""
    today = timezone.localdate()
    handler = people.home_side(row.enrolment).order_by("pk").first()
    recorder = registrars.recorders(row).order_by("pk").first()
    said: dict[str, dict[str, Any]] = {
        "file": {"filed_on": max(row.result.dated_on, today - timedelta(days=3))},
        "decide": {"board_decided_on": today, "board_reference": f"EC {today.year}-{row.pk:03}"},
        "prepare": {"honours_ec": Decimal(15)},
        "register": {"registered_on": today, "usis_reference": f"U{row.pk:06}"},
    }
    for step in story:
        by: User | None = handler
        if step == "file":
            by = row.enrolment.student
        elif step in {"take", "register", "reconcile"}:
            by = recorder
        if step == "late":
            Registration.objects.filter(pk=row.pk).update(due_on=today - timedelta(days=3))
        elif by is None or (step in ACTIONS and step not in actions_for(by, row)):
            return  # on the honours route, or where nobody else could do it
        elif step == "differs":
            _differs(row, recorder)
        else:
            reason = "Het vak overlapt met een vak van de opleiding." if step == "refuse" else ""
            registering.act(row, step, by=by, reason=reason, also=said.get(step))
        row = _fresh(row)


def _differs(row: Registration, by: User | None) -> None:
    """uSis has one credit more than was sent."""
    if by is None or row.enrolment.faculty not in reconciling.faculties_of(by):
        return
    number = row.enrolment.student_number
    ours = reconciling.ours_of(row)
    ec = form.plain(row.result.ec + 1)
    lines = f"studentnummer;titel;ec;cijfer\n{number};{ours['title']};{ec};{ours['result']}\n"
    cells = usis_lists.rows_of("usis.csv", lines.encode())
    reconciling.bring(row.enrolment.faculty, "usis.csv", cells, by=by)


def _as_told_then() -> None:
    """What was told stands among the messages, and is not mailed again when the demo starts."""
    now = timezone.now()
    told = Notice.objects.filter(kind__startswith="grades.", state=Owed.State.NEW)
    told.filter(kind__contains="registration").update(
        state=Owed.State.DONE, done_at=now, due_at=now
    )
