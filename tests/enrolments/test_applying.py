"""Applying: few pages, nothing typed is lost, and each refusal names its rule."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.models import User
from courses.models import Edition, Faculty, PublicState
from enrolments.models import Enrolment, Purpose, State
from enrolments.models.enrolment import Board
from enrolments.services import rules
from tests import factories
from tests.enrolments.applicants import BACKEND, Student, text, words
from tests.enrolments.cases import draft, student_of

SECOND = timedelta(seconds=1)


def test_three_pages_from_apply_to_sent(student: Student) -> None:
    """For a student of whom all is known and who needs no permission; nothing is uploaded."""
    pages = []
    response = student.client.get(student.apply)
    pages.append("start")
    assert "200 woorden" in text(response)
    assert student.user.student.student_number in text(response)

    page = student.client.get(student.begin().url, follow=True)
    pages.append("purpose")
    assert "stap 1 van hooguit 3" in text(page)
    response = student.write()
    page = student.client.get(response.url, follow=True)
    pages.append("check")
    assert "Stap 2 van 2" in text(page)
    response = student.send()

    assert response.url == student.at("sent/")
    assert len(pages) <= 3
    sent = text(student.client.get(response.url))
    assert student.case.reference in sent
    assert student.case.state == State.SUBMITTED
    assert student.case.board == Board.NOT_NEEDED


def test_a_visitor_signs_in_and_comes_back(student: Student, client: Client) -> None:
    client.logout()

    assert client.get(student.apply).url == f"/nl/account/login/?next={student.apply}"


def test_the_button_goes_on_where_one_was(student: Student) -> None:
    student.begin()
    course = student.edition.course.get_absolute_url()

    assert "Ga verder met je aanmelding" in text(student.client.get(course))
    assert student.client.get(student.apply).url == student.at("continue/")
    assert student.client.get(student.at("continue/")).url == student.at("purpose/")
    student.write()
    student.send()
    assert "Volg je aanmelding" in text(student.client.get(course))
    assert student.client.get(student.at("check/")).url == student.at()


def test_a_draft_is_there_on_another_device(student: Student) -> None:
    student.begin()
    assert student.write(number=3, later="1").url == "/nl/exchange/"
    other = Client()
    other.force_login(student.user, backend=BACKEND)

    page = text(other.get(student.at("purpose/")))
    assert words(3) in page
    assert 'value="elective" id="id_purpose_elective" checked' in page


@pytest.mark.parametrize(("number", "status"), [(0, 422), (199, 422), (200, 302), (300, 302)])
def test_the_servers_count_decides(student: Student, number: int, status: int) -> None:
    student.begin()
    response = student.write(number=number)

    assert response.status_code == status
    assert student.case.motivation == words(number)  # kept, however short
    if status == 422:
        assert "Schrijf er minstens 200" in text(response)
        assert 'aria-invalid="true"' in text(response)


@pytest.mark.parametrize("letter", ["x", "!"])
def test_a_very_long_text_is_given_back(student: Student, letter: str) -> None:
    student.begin()
    long = (letter * 9 + " ") * 10_000
    response = student.post("purpose/", purpose="elective", motivation=long)

    assert response.status_code == 422
    assert "Kort hem in tot 20000" in text(response)
    assert long.strip() in text(response)
    assert student.case.motivation == ""


def test_nul_bytes_are_left_out(student: Student) -> None:
    student.begin()
    response = student.post(
        "purpose/", purpose="elective", motivation=words(199) + " wo\0ord", seen_="\0"
    )

    assert response.status_code == 302
    assert student.case.motivation.endswith(" woord")
    assert student.post("purpose/", purpose="\0", motivation="\0", seen="\0").status_code in {
        409,
        422,
    }


def test_a_purpose_that_the_faculty_does_not_allow(student: Student, faculty: Faculty) -> None:
    Faculty.objects.filter(pk=faculty.pk).update(no_extracurricular=True)
    rules.forget()
    student.begin()
    page = text(student.client.get(student.at("purpose/")))
    response = student.write("extracurricular")

    assert 'value="extracurricular"' not in page
    assert "Extracurriculair</strong>: Je faculteit" in page
    assert response.status_code == 422
    assert "Je faculteit registreert geen vakken als extracurriculair" in text(response)
    assert words(200) in text(response)
    assert student.case.purpose == ""


def test_all_that_is_missing_is_said_before_sending(student: Student) -> None:
    student.begin()
    page = text(student.client.get(student.at("check/")))
    response = student.post("check/")

    assert "Nog niet compleet" in page
    assert response.status_code == 422
    for said in ("Kies hoe het vak voor je telt", "Schrijf er minstens 200", "welke gegevens"):
        assert said in text(response)
    assert student.case.state == State.DRAFT


class TestDeadline:
    """The last day ends at Leiden's midnight, whichever the clock's change of that night."""

    @pytest.fixture(
        params=[
            (date(2026, 12, 1), datetime(2026, 12, 1, 23, tzinfo=UTC)),
            (date(2026, 10, 25), datetime(2026, 10, 25, 23, tzinfo=UTC)),  # the clock goes back
            (date(2027, 3, 28), datetime(2027, 3, 28, 22, tzinfo=UTC)),  # and forward
        ],
        ids=str,
    )
    def midnight(self, request: pytest.FixtureRequest, student: Student) -> datetime:
        last, midnight = request.param
        student.edition.applications_open_on = last - timedelta(days=30)
        student.edition.applications_close_on = last
        student.edition.starts_on, student.edition.ends_on = last, last + timedelta(days=90)
        student.edition.withdraw_until = student.edition.exam_on = None
        student.edition.save()
        return midnight

    def test_one_second(self, student: Student, midnight: datetime) -> None:
        with time_machine.travel(midnight - SECOND, tick=False):
            student.sign_in()
            student.begin()
            student.write()
        with time_machine.travel(midnight, tick=False):
            response = student.send()
            assert response.status_code == 422
            assert "middernacht in Leiden" in text(response)
            assert "200 woorden" in text(response)
            assert student.case.state == State.DRAFT
            assert student.case.motivation == words(200)
        with time_machine.travel(midnight - SECOND, tick=False):
            assert student.send().status_code == 302
        assert student.case.state == State.SUBMITTED

    def test_nothing_begins_after_it(self, student: Student, midnight: datetime) -> None:
        with time_machine.travel(midnight, tick=False):
            student.sign_in()
            assert "middernacht in Leiden" in text(student.client.get(student.apply))
            assert student.begin().status_code == 422
        assert not Enrolment.objects.exists()


def test_a_course_withdrawn_meanwhile(student: Student) -> None:
    student.begin()
    student.write()
    Edition.objects.update(state=PublicState.WITHDRAWN)
    response = student.send()

    assert response.status_code == 422
    assert "Kies een ander vak" in text(response)
    assert student.case.state == State.DRAFT
    assert student.client.get(student.at()).status_code == 200
    assert student.client.get("/nl/exchange/").status_code == 200


@pytest.mark.parametrize(
    "page",
    ["", "continue/", "purpose/", "permission/", "check/", "timetable/", "sent/", "withdraw/"],
)
def test_another_students_draft_is_not_there(student: Student, page: str) -> None:
    other = draft()

    assert student.client.get(f"/nl/exchange/{other.reference}/{page}").status_code == 404
    assert student.client.get(f"/nl/exchange/{other.reference.lower()}/{page}").status_code == 404


def test_a_student_of_a_partner_only_checks_and_sends(
    db: None, sign_in: Callable[[User], Client]
) -> None:
    edition = factories.EditionFactory.create(
        course__university=factories.HomeUniversityFactory.create()
    )
    user = student_of(None, home_university=factories.UniversityFactory.create())
    student = Student(sign_in(user), user, edition)
    student.begin()

    assert student.client.get(student.at("continue/")).url == student.at("check/")
    assert student.send().url == student.at("sent/")
    assert student.case.state == State.SUBMITTED


def test_as_many_queries_for_three_cases_as_for_one(student: Student) -> None:
    student.begin()
    student.write()
    asked = []
    for _number in range(2):
        student.client.get(student.at("check/"))
        with CaptureQueriesContext(connection) as queries:
            student.client.get(student.at("check/"))
        asked.append(len(queries))
        for _more in range(2):
            draft(student=student.user, purpose=Purpose.ELECTIVE)

    assert asked[0] == asked[1] <= 30
