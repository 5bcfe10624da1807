"""Whether a course will count: an address that anybody can share, and the rules' own answer."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.models import Role, User
from courses.models import Assessment, Course
from enrolments.models import FacultyRules, HostRules
from enrolments.services import rules
from tests import factories
from tests.enrolments.cases import student_of

MOST_QUERIES = 12


@pytest.fixture
def course(db: None) -> Course:
    factories.HomeUniversityFactory.create()
    host = factories.UniversityFactory.create(code="UQ", name="Queensland")
    return factories.EditionFactory.create(
        course__university=host, course__slug="astro", course__honours=True
    ).course


def ask(client: Client, course: Course, query: str = "", language: str = "en") -> str:
    response = client.get(
        f"/{language}/courses/{course.university.code.lower()}/{course.slug}/counts/{query}"
    )
    assert response.status_code == 200
    return response.content.decode().split("<main")[1].split("</main")[0]


def test_a_faculty_may_decide_otherwise(client: Client, course: Course) -> None:
    strict = factories.FacultyFactory.create(code="FSW", no_extracurricular=True)
    free = factories.FacultyFactory.create(code="FWN")
    rules.save_rules(FacultyRules(faculty=free, board_for_elective=False, credit_cap=Decimal(15)))
    factories.MemberFactory.create(role=Role.COORDINATOR, faculty=strict, name="Tom Hendriks")

    assert "No, not like this" in (
        page := ask(client, course, "?purpose=extracurricular&faculty=fsw")
    )
    assert "does not register courses as extracurricular" in page
    assert "Tom Hendriks" in page
    assert "with permission first" in ask(client, course, "?purpose=elective&faculty=fsw")
    page = ask(client, course, "?purpose=elective&faculty=fwn")
    assert "with permission first" not in page
    assert "15 EC" in page
    assert "Tom Hendriks" not in page


@pytest.mark.parametrize(
    ("purpose", "at_home", "said"),
    [
        ("elective", False, "extern onderwijs"),
        ("minor", True, "vervanging"),
        ("extracurricular", True, "extracurriculair"),
        ("honours", False, "No petition in uSis"),
    ],
)
def test_the_request_in_usis_follows_the_rulebook(
    client: Client, course: Course, purpose: str, at_home: bool, said: str
) -> None:
    if at_home:
        course.university = factories.HomeUniversityFactory.create()
        course.save()

    assert said in ask(client, course, f"?purpose={purpose}")


def test_the_hosts_conditions_and_consent(client: Client, course: Course) -> None:
    rules.save_rules(
        HostRules(
            university=course.university, credit_cap=Decimal("7.5"), conditions_en="One sitting."
        )
    )

    page = ask(client, course, "?purpose=elective")
    assert "One sitting." in page
    assert "7.5 EC" in page
    assert "does not protect you in Australia" in page
    assert 'lang="en"' in ask(client, course, "?purpose=elective", "nl")


@pytest.mark.parametrize(
    ("assessment", "said"),
    [(Assessment.EXAM, "In Leiden"), (Assessment.ASSIGNMENT, "you finish with an assignment")],
)
def test_the_exam(client: Client, course: Course, assessment: str, said: str) -> None:
    course.editions.update(assessment=assessment, exam_kind="", exam_on=None)

    assert said in ask(client, course, "?purpose=elective")


def test_a_students_profile_answers_for_them(
    client: Client, course: Course, sign_in: Callable[[User], Client]
) -> None:
    faculty = factories.FacultyFactory.create(name_en="Social Sciences", no_extracurricular=True)
    sign_in(student_of(faculty))

    page = ask(client, course, "?purpose=extracurricular")
    assert "xtracurricular" not in page.partition('id="main"')[2]  # not theirs to choose
    assert "Programme" in page
    assert "Only students in the honours programme" in ask(client, course, "?purpose=honours")


def test_what_is_nonsense_is_left_out(client: Client, course: Course) -> None:
    assert "Choose how it should count" in ask(client, course, "?purpose=x&faculty=%00&programme=y")
    assert client.get("/en/courses/uq/nothing/counts/").status_code == 404


def test_htmx_gets_the_part_alone(client: Client, course: Course) -> None:
    response = client.get(
        "/en/courses/uq/astro/counts/?purpose=minor", headers={"HX-Request": "true"}
    )

    assert response.content.decode().strip().startswith('<div id="willcount"')
    assert "HX-Request" in response.headers["Vary"]


def test_few_queries_however_many_faculties(
    client: Client, course: Course, sign_in: Callable[[User], Client]
) -> None:
    faculty = factories.FacultyFactory.create(code="FGW")
    factories.MemberFactory.create(role=Role.COORDINATOR, faculty=faculty)
    sign_in(student_of(faculty))
    ask(client, course, "?purpose=elective")
    with CaptureQueriesContext(connection) as one:
        ask(client, course, "?purpose=elective")
    for _number in range(3):
        more = factories.FacultyFactory.create()
        factories.ProgrammeFactory.create(faculty=more)
        factories.MemberFactory.create(role=Role.COORDINATOR, faculty=faculty)
    with CaptureQueriesContext(connection) as three:
        ask(client, course, "?purpose=elective")

    assert len(one) == len(three) <= MOST_QUERIES, [q["sql"][-150:] for q in three]
