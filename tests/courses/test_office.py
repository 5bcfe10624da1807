"""The office's pages: who gets in, the lists, and nonsense in their addresses."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import Invitation, Role, User
from courses.models import ImportRun, PublicState
from courses.services.offer import offer_version
from tests import factories

type SignIn = Callable[[User], Client]


@pytest.fixture
def client_of_office(sign_in: SignIn, office: User) -> Client:
    return sign_in(office)


PAGES = [
    "/en/office/",
    "/en/office/courses/",
    "/en/office/courses/several/?do=publish&course={course}",
    "/en/office/courses/{course}/",
    "/en/office/courses/{course}/preview/",
    "/en/office/editions/{edition}/",
    "/en/office/universities/",
    "/en/office/universities/{university}/",
    "/en/office/faculties/",
    "/en/office/faculties/{faculty}/",
    "/en/office/programmes/{programme}/",
]
WRITES = [
    "/en/office/courses/new/",
    "/en/office/courses/several/",
    "/en/office/courses/{course}/",
    "/en/office/courses/{course}/publish/",
    "/en/office/courses/{course}/withdraw/",
    "/en/office/courses/{course}/delete/",
    "/en/office/courses/{course}/ask/",
    "/en/office/courses/{course}/editions/new/",
    "/en/office/editions/{edition}/",
    "/en/office/editions/{edition}/publish/",
    "/en/office/editions/{edition}/withdraw/",
    "/en/office/editions/{edition}/delete/",
    "/en/office/universities/new/",
    "/en/office/universities/{university}/",
    "/en/office/universities/{university}/delete/",
    "/en/office/faculties/new/",
    "/en/office/faculties/{faculty}/",
    "/en/office/faculties/{faculty}/delete/",
    "/en/office/faculties/{faculty}/programmes/new/",
    "/en/office/programmes/{programme}/",
    "/en/office/programmes/{programme}/delete/",
]


@pytest.fixture
def places(db: None) -> dict[str, int]:
    programme = factories.ProgrammeFactory.create()
    edition = factories.EditionFactory.create()
    return {
        "course": edition.course_id,
        "edition": edition.pk,
        "university": edition.course.university_id,
        "faculty": programme.faculty_id,
        "programme": programme.pk,
    }


@pytest.mark.parametrize("path", PAGES)
def test_pages_are_for_the_office_and_auditors(
    path: str, places: dict[str, int], client: Client, sign_in: SignIn, office: User
) -> None:
    path = path.format(**places)
    assert client.get(path).status_code == 302
    assert "/account/login/" in client.get(path)["Location"]
    partner = factories.MemberFactory.create(role=Role.PARTNER)
    for user, status in (
        (factories.StudentFactory.create(), 403),
        (partner, 403),
        (factories.MemberFactory.create(role=Role.AUDITOR), 200),
        (office, 200),
    ):
        assert sign_in(user).get(path).status_code == status, user


@pytest.mark.parametrize("path", WRITES)
def test_only_the_office_writes(path: str, places: dict[str, int], sign_in: SignIn) -> None:
    path = path.format(**places)
    before = offer_version()
    for role in (Role.AUDITOR, Role.PARTNER, Role.EXAMS):
        assert sign_in(factories.MemberFactory.create(role=role)).post(path).status_code == 403
    assert sign_in(factories.StudentFactory.create()).post(path).status_code == 403
    assert offer_version() == before


def test_an_auditor_sees_the_editor_closed(sign_in: SignIn, places: dict[str, int]) -> None:
    auditor = sign_in(factories.MemberFactory.create(role=Role.AUDITOR))
    page = auditor.get(f"/en/office/courses/{places['course']}/").text
    assert "<fieldset disabled>" in page
    assert "Save course" not in page


@pytest.mark.parametrize(
    "path",
    [
        "/en/office/courses/?page=abc&state=nonsense&university=%00&need=x&sort=%F0%9F%98%80",
        "/en/office/courses/?q=" + "a" * 10000,
        "/en/office/courses/?q=%00",
        "/en/office/courses/?page=99999999999999999999",
        "/en/office/universities/?taking_part=x&q=%00&page=-1",
    ],
)
def test_nonsense_in_a_list_is_left_out(path: str, client_of_office: Client) -> None:
    factories.CourseFactory.create()
    assert client_of_office.get(path).status_code == 200


@pytest.mark.parametrize(
    "path",
    [
        "/en/office/courses/999999/",
        "/en/office/courses/99999999999999999999999/",
        "/en/office/courses/0/preview/",
        "/en/office/editions/99999999999999999999999/",
        "/en/office/universities/0/",
        "/en/office/faculties/0/",
        "/en/office/programmes/0/",
    ],
)
def test_unknown_rows_are_not_found(path: str, client_of_office: Client) -> None:
    assert client_of_office.get(path).status_code == 404


@pytest.mark.parametrize("courses", [[], ["abc"], ["-1"], ["99999999999999999999"], ["\x00"]])
def test_bulk_without_courses_goes_back(courses: list[str], client_of_office: Client) -> None:
    for send in (client_of_office.get, client_of_office.post):
        answer = send("/en/office/courses/several/", {"do": "publish", "course": courses})
        assert answer.status_code == 302


# The list


def rows_of(client: Client, query: str = "") -> set[str]:
    page = client.get(f"/en/office/courses/{query}").text
    return set(re.findall(r'name="course" value="(\d+)"', page))


def test_the_list_asks_the_same_number_of_questions_for_more_rows(client_of_office: Client) -> None:
    def course() -> None:
        made = factories.CourseFactory.create()
        factories.EditionFactory.create(course=made)
        factories.EditionFactory.create(course=made, starts_on=factories.days(500))

    course()
    client_of_office.get("/en/office/courses/")
    with CaptureQueriesContext(connection) as one:
        client_of_office.get("/en/office/courses/?q=course")
    course()
    course()
    with CaptureQueriesContext(connection) as three:
        assert len(rows_of(client_of_office, "?q=course")) == 3
    assert len(one) == len(three) <= 12


def test_the_list_finds_without_accents_and_case(client_of_office: Client) -> None:
    factories.CourseFactory.create(title="Écologie Générale")
    factories.CourseFactory.create(title="Topology")
    assert len(rows_of(client_of_office, "?q=ecologie+GENERALE")) == 1
    assert len(rows_of(client_of_office, "?q=nothing")) == 0


def test_each_filter_leaves_what_it_says(client_of_office: Client) -> None:
    today = timezone.localdate()
    whole = factories.CourseFactory.create(
        **{f"{name}_{language}": "x" for name in ("outcomes", "assessed", "entry")
           for language in ("nl", "en")},
        source="https://u.example/",
        confirmed_on=today,
    )  # fmt: skip
    factories.EditionFactory.create(course=whole)
    other = factories.CourseFactory.create(
        state=PublicState.DRAFT, is_demo=True, confirmed_on=today - timedelta(days=200)
    )
    factories.EditionFactory.create(
        course=other, state=PublicState.DRAFT, starts_on=factories.days(-10)
    )
    for query in (
        "?need=incomplete", "?need=unconfirmed", "?need=opening", "?need=no-edition",
        "?need=demo", "?state=draft", f"?university={other.university.code}",
    ):  # fmt: skip
        assert rows_of(client_of_office, query) == {str(other.pk)}, query
    for sort in ("university", "missing", "confirmed", "changed", "start"):
        assert len(rows_of(client_of_office, f"?sort={sort}")) == 2


def test_the_list_comes_as_a_part_for_htmx(client_of_office: Client) -> None:
    answer = client_of_office.get("/en/office/courses/", headers={"HX-Request": "true"})
    assert "<html" not in answer.text
    assert 'id="results"' in answer.text
    assert "HX-Request" in answer["Vary"]


def test_the_first_page_counts_and_links(client_of_office: Client) -> None:
    factories.CourseFactory.create()
    now = timezone.now()
    Invitation.objects.create(
        email="new@u.example",
        role=Role.EXAMS,
        language="en",
        digest="x",
        expires_at=now + timedelta(days=1),
    )
    ImportRun.objects.create(rows=1, data={})
    client_of_office.get("/en/office/")  # the first one after signing in notes the session
    with CaptureQueriesContext(connection) as queries:
        page = client_of_office.get("/en/office/").text
    assert len(queries) <= 15
    assert ">1 </span>Published course with facts missing" in page
    assert ">1 </span>Open invitation" in page
    assert ">1 </span>Import waits for you" in page
    assert "?need=incomplete&amp;state=published" in page
    assert "Published course without a coming edition" in page
