"""The home page: what closes soon, the map, and few queries."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.models import Role, User
from courses.models.course import PublicState
from tests import factories
from tests.factories import days

pytestmark = pytest.mark.django_db


@pytest.fixture
def brisbane() -> object:
    factories.HomeUniversityFactory.create()
    return factories.UniversityFactory.create(code="UQ", name="Queensland", city="Brisbane")


def titles(client: Client) -> list[str]:
    html = client.get("/nl/?n=1").content.decode()
    return re.findall(r'<h3><a href="/nl/courses/[^"]+"[^>]*>([^<]+)</a>', html)


def test_closing_soon_is_by_deadline_and_five_at_most(client: Client, brisbane: object) -> None:
    for n in (6, 2, 4, 1, 5, 3):
        course = factories.CourseFactory.create(title=f"Closes in {n}", university=brisbane)
        factories.EditionFactory.create(course=course, applications_close_on=days(n))

    assert titles(client) == [f"Closes in {n}" for n in (1, 2, 3, 4, 5)]


def test_today_still_counts_and_yesterday_does_not(client: Client, brisbane: object) -> None:
    for title, opens, closes in (
        ("Today", -9, 0),
        ("Yesterday", -9, -1),
        ("Not yet open", 1, 9),
        ("Opens today", 0, 9),
    ):
        course = factories.CourseFactory.create(title=title, university=brisbane)
        factories.EditionFactory.create(
            course=course, applications_open_on=days(opens), applications_close_on=days(closes)
        )

    assert titles(client) == ["Today", "Opens today"]


def test_nobody_sees_drafts_here(
    client: Client, brisbane: object, sign_in: Callable[..., Client]
) -> None:
    course = factories.CourseFactory.create(university=brisbane)
    factories.EditionFactory.create(course=course, state=PublicState.DRAFT)
    hidden = factories.CourseFactory.create(university=brisbane, state=PublicState.DRAFT)
    factories.EditionFactory.create(course=hidden)

    assert titles(client) == []
    assert titles(sign_in(factories.MemberFactory.create(role=Role.OFFICE))) == []


def test_title_has_the_language_it_is_in(client: Client, brisbane: object) -> None:
    course = factories.CourseFactory.create(title="Ages", university=brisbane, language="en")
    factories.EditionFactory.create(course=course)

    assert 'lang="en">Ages</a>' in client.get("/nl/?n=1").content.decode()
    course.title_nl = "Tijdperken"
    course.save()
    assert re.search(r"/\">Tijdperken</a>", client.get("/nl/?n=2").content.decode())


def test_map_and_partners(client: Client, brisbane: object) -> None:
    html = client.get("/nl/?n=1").content.decode()

    assert '<svg class="map"' in html
    assert "Brisbane" in html
    assert 'href="/nl/universities/uq/"' in html
    assert "een partneruniversiteit" in html


def test_without_any_data(client: Client) -> None:
    html = client.get("/en/?n=1").content.decode()

    assert "Class in Brisbane" in html
    assert "Closing soon" not in html
    assert "Where you can go" not in html


def test_as_many_queries_for_three_rows_as_for_one(client: Client, brisbane: object) -> None:
    counts = []
    for _number in range(2):
        for _row in range(2):
            university = factories.UniversityFactory.create(city=f"City {_row}{_number}")
            factories.EditionFactory.create(
                course=factories.CourseFactory.create(university=university)
            )
        with CaptureQueriesContext(connection) as queries:
            client.get("/nl/?n=1")
        counts.append(len(queries))

    assert counts[0] == counts[1] <= 4


def test_search_form_leads_to_the_catalogue(client: Client) -> None:
    html = client.get("/nl/?n=1").content.decode()
    form = html.split('class="hero-search"')[1].split("</form>")[0]

    assert 'action="/nl/courses/"' in form
    assert 'name="q"' in form
    assert "csrf" not in html


def test_a_partners_student_sees_what_is_open_to_them(
    client: Client, sign_in: Callable[[User], Client], db: None
) -> None:
    leiden = factories.HomeUniversityFactory.create()
    factories.EditionFactory.create(course__title="Ours", course__university=leiden)
    factories.EditionFactory.create(course__title="Elsewhere")
    assert "Elsewhere" in client.get("/en/").text

    sign_in(factories.StudentFactory.create(home_university=factories.UniversityFactory.create()))
    page = client.get("/en/").text

    assert "Ours" in page
    assert "Elsewhere" not in page
    assert "/en/courses/?fits=guest" in page
