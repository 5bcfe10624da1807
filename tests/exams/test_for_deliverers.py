"""What hosts and home universities read: what was granted and who came, never why."""

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
from exams.models import Exam, Held, Paper
from exams.services import paper_links, papers
from paperwork.models import Notice
from paperwork.sealing import unseal
from tests import factories
from tests.enrolments.cases import case_in, student_of
from tests.exams.planned import granted
from tests.exams.sittings import ExamFactory, PublishedSittingFactory, enrolled, seat
from tests.paperwork.files.samples import plain

type SignIn = Callable[[User], Client]


@pytest.fixture(autouse=True)
def _folder(settings: LazySettings, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture
def exam(db: None) -> Exam:
    return ExamFactory.create()


@pytest.fixture
def staff(db: None) -> User:
    return factories.MemberFactory.create(role=Role.EXAMS, language="en")


def host_of(exam: Exam) -> User:
    university = exam.edition.course.university
    return factories.MemberFactory.create(role=Role.PARTNER, university=university, language="en")


def upload(content: bytes | None = None) -> SimpleUploadedFile:
    return SimpleUploadedFile("paper.pdf", content or plain(), content_type="application/pdf")


def by_link(kind: str) -> str:
    return unseal(Notice.objects.filter(kind=kind).latest("created_at").sealed_link)


def page_of(exam: Exam, sign_in: SignIn) -> str:
    path = reverse("partner-day:exam", args=[exam.pk]).replace("/nl/", "/en/", 1)
    return sign_in(host_of(exam)).get(path).content.decode()


def test_a_host_reads_what_its_paper_has_to_be_like_without_names(
    exam: Exam, staff: User, sign_in: SignIn
) -> None:
    cases = [enrolled(exam) for _number in range(4)]
    granted(cases[0], large_print=True, extra_minutes=30, own_room=True)
    granted(cases[1], extra_minutes=30)
    granted(cases[2], wheelchair=True)  # this is nothing to the paper
    paper_links.ask(exam, email="x@host.example", language="en", by=staff)

    for html in (page_of(exam, sign_in), Client().get(by_link("exams.paper_ask")).text):
        assert "One student gets the paper in large print." in html
        assert "2 students have 30 minutes more." in html
        for word in ("wheelchair", "own room", str(cases[0].student)):
            assert word not in html


def test_where_nothing_is_granted_nothing_is_said(exam: Exam, staff: User, sign_in: SignIn) -> None:
    enrolled(exam)

    assert "has been granted" not in page_of(exam, sign_in)


def test_a_home_university_reads_which_of_its_students_get_what(staff: User) -> None:
    home, other = factories.UniversityFactory.create_batch(2)
    ours = factories.HomeUniversityFactory.create()
    edition = factories.EditionFactory.create(
        course=factories.CourseFactory.create(university=ours)
    )
    mine, without, theirs = (
        case_in("enrolled", edition, student_of(None, home_university=one))
        for one in (home, home, other)
    )
    exam = ExamFactory.create(edition=edition, held=Held.HOME)
    granted(mine, extra_minutes=20, own_room=True)
    granted(theirs, extra_minutes=45)
    papers.receive(exam, upload(), by=staff)
    paper_links.send_out(exam, home, email="x@home.example", language="en", by=staff)

    html = Client().get(by_link("exams.paper_out")).text

    assert f"{mine.student}: 20 extra minutes, own room" in html
    for nobody in (without.student, theirs.student):
        assert f"{nobody}: " not in html
    assert "45 extra" not in html


@pytest.mark.parametrize("attendance", ["expected", "absent"])
def test_a_host_does_not_read_that_somebody_was_ill(
    exam: Exam, sign_in: SignIn, attendance: str
) -> None:
    row = PublishedSittingFactory.create(exam=exam)
    seat(row, attendance=attendance, ill_reported_at=timezone.now() - timedelta(hours=2))

    html = page_of(exam, sign_in)

    assert " ill " not in html
    assert "reported beforehand" in html


def test_answers_of_an_earlier_version_can_be_fetched_and_confirmed(
    exam: Exam, staff: User, sign_in: SignIn
) -> None:
    """A better version that comes after the exam takes nothing away from the host."""
    first = papers.receive(exam, upload(), by=staff).paper
    papers.note(first, "sent", by=staff, number=1, upload=upload(plain(pages=2)))
    (file,) = papers.answers_of(first)
    papers.receive(exam, upload(plain(pages=3)), by=staff)
    client = sign_in(host_of(exam))
    there = reverse("partner-day:answers", args=[exam.pk, file.pk])

    page = client.get(reverse("partner-day:exam", args=[exam.pk])).content.decode()
    assert there in page
    assert client.get(there).status_code == 200
    assert reverse("partner-day:confirm", args=[exam.pk]) in page
    client.post(reverse("partner-day:confirm", args=[exam.pk]))

    confirmed = Paper.objects.filter(steps__kind="confirmed").get()
    assert confirmed == first
    client.post(reverse("partner-day:confirm", args=[exam.pk]))
    assert Paper.objects.filter(steps__kind="confirmed").count() == 1


def test_by_link_too(exam: Exam, staff: User) -> None:
    first = papers.receive(exam, upload(), by=staff).paper
    papers.note(first, "sent", by=staff, number=1, upload=upload(plain(pages=2)))
    (file,) = papers.answers_of(first)
    papers.receive(exam, upload(plain(pages=3)), by=staff)
    paper_links.ask(exam, email="x@host.example", language="en", by=staff)
    page, client = by_link("exams.paper_ask"), Client()

    assert client.get(f"{page}answers/{file.pk}/").status_code == 200
    client.post(f"{page}confirm/", {"name": "Eva"})

    assert Paper.objects.get(steps__kind="confirmed") == first
