"""Our exams at the home universities: what students and they read, what exam staff have to do."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import NamedTuple

import pytest
from django.conf import LazySettings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from django.utils import timezone, translation

from accounts.models import Role, User
from courses.models import University
from enrolments.models import Enrolment
from enrolments.models.enrolment import Kind
from enrolments.services.actions import ActionError
from exams import own
from exams.agenda import agenda
from exams.instances import situation
from exams.models import Exam, ExamLink, Held, Paper, Resit
from exams.services import own_papers, paper_links, papers, slots
from paperwork.models import Notice
from paperwork.sealing import unseal
from tests import factories
from tests.enrolments.cases import case_in, student_of
from tests.exams.planned import plan_all, publish_all, told
from tests.exams.sittings import ExamFactory, in_days
from tests.paperwork.files.samples import plain

type SignIn = Callable[[User], Client]


@pytest.fixture(autouse=True)
def _folder(settings: LazySettings, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture
def staff(db: None) -> User:
    return factories.MemberFactory.create(role=Role.EXAMS, language="en")


class There(NamedTuple):
    exam: Exam
    home: University
    case: Enrolment


@pytest.fixture
def there(db: None) -> There:
    """An exam of ours in twelve days, at ten in the evening in Brisbane, where its student is."""
    home = factories.UniversityFactory.create(time_zone="Australia/Brisbane", city="Brisbane")
    edition = factories.EditionFactory.create(
        course=factories.CourseFactory.create(university=factories.HomeUniversityFactory.create()),
        assessment="exam",
    )
    case = case_in("enrolled", edition, student_of(None, home_university=home))
    assert case.kind == Kind.INCOMING
    exam = ExamFactory.create(edition=edition, held=Held.HOME, starts_at=in_days(12, 12))
    return There(exam, home, case)


def upload() -> SimpleUploadedFile:
    return SimpleUploadedFile("paper.pdf", plain(), content_type="application/pdf")


def page_of(case: Enrolment, sign_in: SignIn, name: str = "exchange-exam:exam") -> str:
    User.objects.filter(pk=case.student_id).update(language="en")
    path = reverse(name, args=[case.reference]).replace("/nl/", "/en/", 1)
    return sign_in(case.student).get(path).content.decode()


def test_a_student_reads_where_and_when_it_is_there(there: There, sign_in: SignIn) -> None:
    html = page_of(there.case, sign_in)

    assert f"You sit it at {there.home.local_name}, which tells you the room" in html
    assert "You hear the room" not in html
    assert "22:00" in html
    assert "Brisbane" in html


def test_in_leiden_all_is_as_it_was(there: There, sign_in: SignIn) -> None:
    Exam.objects.update(held=Held.LEIDEN)

    html = page_of(there.case, sign_in)

    assert "You hear the room" in html
    assert "22:00" not in html


def test_the_route_does_not_say_that_it_is_in_leiden(there: There, sign_in: SignIn) -> None:
    html = page_of(there.case, sign_in, "exchange:case")

    assert "Course and exam" in html
    assert "exam in Leiden" not in html


def test_the_home_university_reads_its_own_clock(there: There, staff: User) -> None:
    papers.receive(there.exam, upload(), by=staff)
    paper_links.send_out(there.exam, there.home, email="x@home.example", language="en", by=staff)
    Paper.objects.update(readable_from=in_days(12, 8))
    link = unseal(Notice.objects.get(kind="exams.paper_out").sealed_link)

    html = Client().get(link).text

    assert "22:00 (Brisbane)" in html
    assert "18:00 (Brisbane)" in html  # from when it can be opened


def said(staff: User) -> list[str]:
    with translation.override("en"):
        return [need.words for need in agenda(staff).needs]


def test_exam_staff_take_it_in_send_it_out_and_get_it_back(there: There, staff: User) -> None:
    assert said(staff) == ["Have our exam paper here"]

    papers.receive(there.exam, upload(), by=staff)
    assert said(staff) == [f"Send our exam paper to {there.home.local_name}"]

    link = paper_links.send_out(
        there.exam, there.home, email="x@home.example", language="en", by=staff
    )
    assert said(staff) == []

    over = timezone.now() - timedelta(days=2)
    Exam.objects.update(starts_at=over)
    assert said(staff) == [f"Get the answers back from {there.home.local_name}"]

    paper = Paper.objects.get()
    paper_links.give_answers(link, paper, upload(), number=1, name="Kim")
    assert said(staff) == []


@pytest.mark.parametrize("at", [in_days(90), in_days(-90)])
def test_not_long_before_and_not_for_ever(there: There, staff: User, at: datetime) -> None:
    Exam.objects.update(starts_at=at)

    assert said(staff) == []


def test_without_a_student_nothing_is_needed(there: There, staff: User) -> None:
    Enrolment.objects.update(state="withdrawn")

    assert said(staff) == []


# --- our own students of the same course ----------------------------------------------------------
def test_our_own_student_sits_it_here(there: There, staff: User, sign_in: SignIn) -> None:
    """The place goes by the kind of case: one exam, the one at home, the other in our rooms."""
    assert there.exam.pk not in situation().tasks  # nobody sits it here yet
    ours = case_in("enrolled", there.exam.edition, kind=Kind.OWN)
    incoming = there.case.student_id
    Exam.objects.update(starts_at=in_days(25, 12))
    there.exam.refresh_from_db()

    task = situation().tasks[there.exam.pk]
    assert list(task.sitters) == [ours.student_id]
    assert "Plan it and tell the students" in said(staff)
    assert [case.pk for case in slots.cases_of(there.exam)] == [ours.pk]

    row = plan_all(there.exam, staff)
    publish_all(staff)
    assert list(row.seats.values_list("student", flat=True)) == [ours.student_id]
    assert told("published") == [ours.student_id]
    assert incoming not in told("published")

    html = page_of(ours, sign_in)
    assert "Your place" in html
    assert "your own university" not in html
    assert "In our own rooms" in html

    papers.receive(there.exam, upload(), by=staff)  # to be opened here, and to be sent out
    page = sign_in(staff).get(reverse("papers:exam", args=[there.exam.pk])).text
    assert there.home.local_name in page
    assert reverse("papers:note", args=[Paper.objects.get().pk]) in page


def test_who_takes_the_resit_here_counts(there: There) -> None:
    """Of a resit: whose student takes part, by the kind of case too."""
    ours = case_in("enrolled", there.exam.edition, kind=Kind.OWN)
    Exam.objects.update(attempt=2)
    assert there.exam.pk not in situation().tasks

    for case in (ours, there.case):
        said = {"answer": "yes", "answered_at": timezone.now()}
        Resit.objects.create(enrolment=case, attempt=2, because="absent", **said)

    assert list(situation().tasks[there.exam.pk].sitters) == [ours.student_id]


def test_a_moment_to_choose_is_for_those_who_sit_it_here(there: There, staff: User) -> None:
    Exam.objects.update(
        mode="window", starts_at=None, window_from=in_days(20), window_until=in_days(22)
    )
    there.exam.refresh_from_db()
    slot = slots.offer(there.exam, in_days(21), 5, by=staff)

    with pytest.raises(ActionError, match=r"own university|eigen universiteit"):
        slots.choose(there.case, slot, by=there.case.student)
    assert not own.news([there.case])


# --- chasing --------------------------------------------------------------------------------------
def notices(kind: str, *, open_ones: bool = False) -> int:
    rows = Notice.objects.to_do() if open_ones else Notice.objects.all()
    return rows.filter(kind=f"exams.{kind}").count()


def test_our_own_paper_is_chased_until_it_is_here_and_out(there: There, staff: User) -> None:
    """Due a week before the exam: asked a week before that, and when it is late; each time once."""
    Exam.objects.update(contact_email="maker@leiden.example", starts_at=in_days(30, 12))
    there.exam.refresh_from_db()
    today = timezone.localdate()

    days = (0, 15, 16, 17, 24, 25)  # due on day 23
    assert [own_papers.chase(today + timedelta(days=one)) for one in days] == [0, 0, 1, 0, 1, 0]
    assert notices("own_paper", open_ones=True) == 2
    assert Notice.objects.get(kind="exams.own_paper_ask").email == "maker@leiden.example"

    papers.receive(there.exam, upload(), by=staff)
    assert notices("own_paper", open_ones=True) == 0
    assert own_papers.chase(today + timedelta(days=16)) == 1
    assert notices("own_paper_out", open_ones=True) == 1

    said = {"email": "x@home.example", "language": "en"}
    paper_links.send_out(there.exam, there.home, **said, by=staff)
    assert notices("own_paper_out", open_ones=True) == 0
    assert own_papers.chase(today + timedelta(days=17)) == 0


def test_answers_are_asked_of_who_had_our_paper(there: There, staff: User) -> None:
    papers.receive(there.exam, upload(), by=staff)
    said = {"email": "x@home.example", "language": "en"}
    paper_links.send_out(there.exam, there.home, **said, by=staff)
    Exam.objects.update(starts_at=in_days(-6))
    today = timezone.localdate()

    days = (0, 1, 2, 16)
    assert [own_papers.chase(today + timedelta(days=one)) for one in days] == [0, 1, 0, 1]
    assert Notice.objects.get(kind="exams.answers_wanted").email == "x@home.example"
    assert notices("own_answers", open_ones=True) == 2

    link = ExamLink.objects.usable(_token("exams.answers_wanted")).get()
    paper_links.give_answers(link, Paper.objects.get(), upload(), number=1, name="Kim")
    assert notices("own_answers", open_ones=True) == 0
    assert own_papers.chase(today + timedelta(days=30)) == 0


def _token(kind: str) -> str:
    return unseal(Notice.objects.get(kind=kind).sealed_link).rstrip("/").rsplit("/", 1)[-1]
