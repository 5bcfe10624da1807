"""Cases for tests, with books that balance; and the people around one."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.db.models import F
from django.utils import timezone

from accounts.models import Role, User
from courses.models import Edition, Faculty, Programme, University
from enrolments.models import Enrolment, Purpose, State
from enrolments.models.enrolment import HOLDING, Board, Kind
from enrolments.services import requests
from tests import factories

WORDS = "Because I want to learn how others do it and bring that home to my own programme. " * 14


def student_of(faculty: Faculty | None, **fields: Any) -> User:
    """A student of Leiden in `faculty`, or of `home_university`."""
    user = factories.StudentFactory.create(**fields)
    programme = None
    if faculty is not None:
        programme = Programme.objects.filter(faculty=faculty).first()
        programme = programme or factories.ProgrammeFactory.create(faculty=faculty)
    profile = user.student
    profile.faculty, profile.programme = faculty, programme
    profile.programme_name = "" if faculty else "Computer Science"
    profile.save()
    return user


def ready(case: Enrolment) -> Enrolment:
    """The draft with everything that sending asks for."""
    case.purpose = case.purpose or Purpose.EXTRACURRICULAR
    case.motivation = WORDS
    case.acknowledged_at = case.consent_at = timezone.now()
    case.save()
    return case


def draft(edition: Edition | None = None, student: User | None = None, **fields: Any) -> Enrolment:
    """A case that can be sent."""
    edition = edition or factories.EditionFactory.create()
    student = student or student_of(factories.FacultyFactory.create())
    whole = Edition.objects.select_related("course__university").get(pk=edition.pk)
    case = requests.begin(whole, by=student)
    for name, value in fields.items():
        setattr(case, name, value)
    return ready(case)


def case_in(
    state: str, edition: Edition | None = None, student: User | None = None, **fields: Any
) -> Enrolment:
    """A case in `state`, as if everything before it had happened; the edition's counts fit."""
    case = draft(edition, student)
    if state in HOLDING:
        Edition.objects.filter(pk=case.edition_id).update(taken=F("taken") + 1)
    if state != State.DRAFT:
        Edition.objects.filter(pk=case.edition_id).update(arrivals=F("arrivals") + 1)
        case.sequence = case.rank = Edition.objects.get(pk=case.edition_id).arrivals
        case.submitted_at = timezone.now() - timedelta(days=1)
        case.board = Board.NOT_NEEDED
    case.state = state
    case.since = timezone.now() - timedelta(days=1)
    if state == State.OFFERED:
        case.offer_until = timezone.now() + timedelta(hours=48)
    for name, value in fields.items():
        setattr(case, name, value)
    case.save()
    return fresh(case)


def fresh(case: Enrolment) -> Enrolment:
    """The case as it is stored, as another request would read it."""
    rows = Enrolment.objects.select_related("edition__course__university", "student")
    return rows.get(pk=case.pk)


@dataclass
class Cast:
    """The people around one case: its own, those of the same scope, and strangers."""

    owner: User
    other_student: User
    coordinator: User
    other_coordinator: User  # of another faculty
    honours: User
    administration: User
    exams: User
    host: User
    other_host: User
    home: User  # contact of the incoming student's university
    office: User
    auditor: User
    host_university: University
    home_university: University
    faculty: Faculty

    def people(self) -> dict[str, User]:
        names = (
            "owner other_student coordinator other_coordinator honours administration exams host"
            " other_host home office auditor"
        )
        return {name: getattr(self, name) for name in names.split()}


def make_cast(kind: str = Kind.OUTGOING) -> Cast:
    """One of everybody, for a case of `kind`."""
    member = factories.MemberFactory.create
    faculty = factories.FacultyFactory.create()
    leiden = factories.HomeUniversityFactory.create()
    partner, other = factories.UniversityFactory.create_batch(2)
    incoming = kind == Kind.INCOMING
    owner = student_of(None, home_university=partner) if incoming else student_of(faculty)
    return Cast(
        owner=owner,
        other_student=student_of(faculty),
        coordinator=member(role=Role.COORDINATOR, faculty=faculty),
        other_coordinator=member(role=Role.COORDINATOR),
        honours=member(role=Role.HONOURS),
        administration=member(role=Role.ADMINISTRATION, faculty=faculty),
        exams=member(role=Role.EXAMS),
        host=member(role=Role.PARTNER, university=partner if kind == Kind.OUTGOING else other),
        other_host=member(role=Role.PARTNER),
        home=member(role=Role.PARTNER, university=partner if incoming else other),
        office=member(role=Role.OFFICE),
        auditor=member(role=Role.AUDITOR),
        host_university=partner if kind == Kind.OUTGOING else leiden,
        home_university=partner if incoming else leiden,
        faculty=faculty,
    )


def case_of(cast: Cast, state: str, **fields: Any) -> Enrolment:
    """The owner's case in `state`, at the cast's host."""
    course = factories.CourseFactory.create(university=cast.host_university, honours=True)
    edition = factories.EditionFactory.create(course=course)
    return case_in(state, edition, cast.owner, **fields)
