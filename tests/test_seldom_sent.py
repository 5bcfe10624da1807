"""Forms that no other test sends: each is taken, changes what it says, and leaves its event.

`tests/vouched.py` says which address each is about; `tests/conftest.py` looks for the event.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from django.conf import LazySettings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import Role, User
from courses.models import Edition, Faculty
from enrolments.models import State
from enrolments.services import acting
from exams.models import Exam, Facility, Held, Mode, Paper, SlotOffer
from exams.services import papers
from paperwork.models import Document, Notice
from tests import factories
from tests.enrolments.cases import case_in, case_of, make_cast, student_of
from tests.exams.sittings import ExamFactory, PublishedSittingFactory, SittingFactory, enrolled
from tests.paperwork.files.samples import plain

type SignIn = Callable[[User], Client]


@pytest.fixture(autouse=True)
def _folder(settings: LazySettings, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture
def staff(db: None) -> User:
    return factories.MemberFactory.create(role=Role.EXAMS)


def pdf() -> SimpleUploadedFile:
    return SimpleUploadedFile("paper.pdf", plain(), "application/pdf")


def test_the_desk_renews_an_agreement_that_says_otherwise(db: None, sign_in: SignIn) -> None:
    cast = make_cast()
    case = case_of(cast, State.APPROVED, purpose="elective")
    acting.act(case, "confirm", by=cast.host)
    later = case.edition.ends_on + timedelta(days=7)
    Edition.objects.filter(pk=case.edition_id).update(ends_on=later)

    sign_in(cast.coordinator).post(reverse("case:renew-agreement", args=[case.reference]))

    assert Document.objects.filter(key=case.reference).count() == 2


def test_the_office_deletes_a_faculty_that_nothing_names(office: User, sign_in: SignIn) -> None:
    faculty = factories.FacultyFactory.create()

    sign_in(office).post(reverse("office:delete-faculty", args=[faculty.pk]))

    assert not Faculty.objects.filter(pk=faculty.pk).exists()


def test_a_student_asks_for_a_facility(db: None, sign_in: SignIn) -> None:
    case = enrolled(ExamFactory.create())

    answer = sign_in(case.student).post(
        reverse("exchange-exam:first-facility", args=[case.reference]),
        {"extra_minutes": "30", "decision": pdf()},
    )

    assert answer.status_code == 302
    assert Facility.objects.get().extra_minutes == 30


def test_students_are_asked_to_choose_a_moment(staff: User, sign_in: SignIn) -> None:
    later = timezone.now() + timedelta(days=9)
    exam = ExamFactory.create(
        mode=Mode.WINDOW, starts_at=None, window_from=later, window_until=later + timedelta(days=1)
    )
    case = enrolled(exam)
    SlotOffer.objects.create(exam=exam, starts_at=later, places=1)

    sign_in(staff).post(reverse("exams:tell-slots", args=[exam.edition_id, 1]))

    assert Notice.objects.get(kind="exams.slots").recipient == case.student


def test_a_sitting_is_pinned(staff: User, sign_in: SignIn) -> None:
    row = SittingFactory.create()

    sign_in(staff).post(reverse("planner:act", args=[row.pk, "pin"]), {"seen": str(row.version)})

    row.refresh_from_db()
    assert row.is_pinned


def test_a_host_says_that_it_has_the_answers(staff: User, sign_in: SignIn) -> None:
    exam = ExamFactory.create()
    PublishedSittingFactory.create(exam=exam)
    paper = papers.hand_over(exam, "By courier", by=staff).paper
    papers.note(paper, "sent", by=staff, number=1)
    university = exam.edition.course.university
    host = factories.MemberFactory.create(role=Role.PARTNER, university=university)

    sign_in(host).post(reverse("partner-day:confirm", args=[exam.pk]))

    assert paper.steps.filter(kind="confirmed").count() == 1


@pytest.fixture
def elsewhere(db: None) -> Exam:
    """An exam of our own that a partner's student takes at home."""
    leiden = factories.HomeUniversityFactory.create()
    course = factories.CourseFactory.create(university=leiden)
    edition = factories.EditionFactory.create(course=course)
    home = factories.UniversityFactory.create()
    case_in("enrolled", edition, student_of(None, home_university=home))
    return ExamFactory.create(
        edition=edition, held=Held.HOME, starts_at=timezone.now() + timedelta(hours=2)
    )


def home_of(exam: Exam) -> int:
    return int(
        exam.edition.enrolments.values_list("student__student__home_university", flat=True)[0]
    )


def test_our_own_paper_is_sent_out(elsewhere: Exam, staff: User, sign_in: SignIn) -> None:
    papers.receive(elsewhere, pdf(), by=staff)
    home = home_of(elsewhere)

    answer = sign_in(staff).post(
        reverse("papers:out", args=[elsewhere.pk, home]),
        {"email": "exams@home.example", "language": "en"},
    )

    assert answer.status_code == 302
    assert Notice.objects.filter(kind="exams.paper_out").count() == 1


def test_answers_from_a_home_university_are_in(
    elsewhere: Exam, staff: User, sign_in: SignIn
) -> None:
    paper = papers.receive(elsewhere, pdf(), by=staff).paper
    home = home_of(elsewhere)
    papers.add(paper, "sent", by=staff, number=1, university=home)

    sign_in(staff).post(reverse("papers:in", args=[elsewhere.pk, home]))

    assert Paper.objects.get(pk=paper.pk).steps.filter(kind="confirmed").count() == 1
