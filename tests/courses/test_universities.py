"""The universities: their clocks, their courses, and addresses that help."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import translation

from courses.models import University
from courses.models.course import PublicState
from courses.views.universities import A_PAGE, STOPS_A_PAGE
from tests import factories

LIST = "/en/universities/"
MOST_QUERIES = 12


@pytest.fixture(autouse=True)
def _on_one_day() -> object:
    moment = datetime(2027, 1, 15, 21, 30, tzinfo=UTC)
    with time_machine.travel(moment, tick=False), translation.override("en"):
        yield


@pytest.fixture
def three(db: None) -> dict[str, University]:
    """Leiden; Brisbane, later; Houston, earlier, with the only course."""
    rice = factories.UniversityFactory.create(
        code="RICE", name="Rice University", city="Houston", country="US",
        time_zone="America/Chicago",
    )  # fmt: skip
    factories.CourseFactory.create(university=rice)
    factories.CourseFactory.create(university=rice, state=PublicState.DRAFT, published_at=None)
    return {
        "LEI": factories.HomeUniversityFactory.create(),
        "RICE": rice,
        "UQ": factories.UniversityFactory.create(code="UQ", name="Université du Soleil"),
    }


def text(client: Client, address: str) -> str:
    response = client.get(address)
    assert response.status_code == 200
    return response.content.decode()


def order(page: str) -> list[str]:
    codes = ["LEI", "RICE", "UQ"]
    board = page.split('<div class="board">')[-1]
    found = [c for c in codes if f"/universities/{c.lower()}/" in board]
    return sorted(found, key=lambda c: board.index(f"/universities/{c.lower()}/"))


def test_the_list_shows_clocks_and_courses(client: Client, three: dict[str, University]) -> None:
    page = text(client, LIST)

    assert "3 universities take part" in page
    assert "07:30" in page
    assert "Sat" in page
    assert "9 hours later" in page.lower()
    assert "15:30" in page
    assert order(page) == ["LEI", "RICE", "UQ"]


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("?sort=clock", ["RICE", "LEI", "UQ"]),
        ("?sort=courses", ["RICE", "LEI", "UQ"]),
        ("?sort=nonsense", ["LEI", "RICE", "UQ"]),
        ("?q=universite", ["UQ", "LEI"]),
        ("?q=HOUSTON", ["RICE"]),
        ("?q=united+states", ["RICE"]),
        ("?q=uq", ["UQ"]),
        ("?q=nowhere", []),
        ("?q=%00", []),
        ("?q=" + "a" * 10_000, []),
    ],
)
def test_searching_and_sorting(
    client: Client, three: dict[str, University], query: str, expected: list[str]
) -> None:
    found = order(text(client, LIST + query))

    assert sorted(found) == sorted(expected)
    if "sort" in query:
        assert found == expected


def test_no_match_says_what_to_do(client: Client, three: dict[str, University]) -> None:
    page = text(client, LIST + "?q=<b>nowhere")

    assert "No university found" in page
    assert "&lt;b&gt;nowhere" in page


def test_a_university_that_no_longer_takes_part_is_gone(client: Client, db: None) -> None:
    gone = factories.UniversityFactory.create(
        participating_until=factories.days(0) - timedelta(days=1)
    )

    assert client.get(gone.get_absolute_url()).status_code == 404
    assert gone.name not in text(client, LIST)


def test_its_page(client: Client, three: dict[str, University]) -> None:
    university = three["RICE"]
    course = factories.EditionFactory.create(
        course__university=university, course__title="Rocket science"
    ).course
    page = text(client, university.get_absolute_url())

    assert "15:30" in page
    assert "7 hours earlier than in Leiden; 6 hours earlier from 14 March 2027" in page
    assert "2 courses" in page
    assert course.get_absolute_url() in page
    assert "university.example" in page


def test_our_own_page_has_no_difference(client: Client, three: dict[str, University]) -> None:
    page = text(client, three["LEI"].get_absolute_url())

    assert "Time in Leiden" in page
    assert "Their day against ours" not in page
    assert "No courses at the moment" in page


def test_the_contact_is_not_public(client: Client, db: None) -> None:
    university = factories.UniversityFactory.create(
        contact_name="Dr. Private", contact_email="private@university.example"
    )

    assert "rivate" not in text(client, university.get_absolute_url())


@pytest.mark.parametrize("page", ["2", "99", "abc", "-1", "%00", ""])
def test_many_courses_come_in_pages(client: Client, db: None, page: str) -> None:
    university = factories.UniversityFactory.create()
    factories.CourseFactory.create_batch(A_PAGE + 1, university=university)

    assert f"{A_PAGE + 1} courses" in text(client, f"{university.get_absolute_url()}?page={page}")


def test_another_case_leads_to_the_one_address(
    client: Client, three: dict[str, University]
) -> None:
    response = client.get("/en/universities/RICE/")

    assert (response.status_code, response.headers["Location"]) == (301, "/en/universities/rice/")


@pytest.mark.parametrize("code", ["none", "a%00b", "a" * 10_000, "%F0%9F%92%A9", "..", "r%2Fce"])
def test_unknown_codes_are_not_found(client: Client, db: None, code: str) -> None:
    assert client.get(f"/en/universities/{code}/").status_code == 404


def queries(client: Client, address: str) -> int:
    with CaptureQueriesContext(connection) as captured:
        text(client, address)
    return len(captured)


def test_as_many_queries_for_three_as_for_one(client: Client, db: None) -> None:
    factories.HomeUniversityFactory.create()
    university = factories.EditionFactory.create().course.university
    page = university.get_absolute_url()
    text(client, LIST)
    text(client, page)
    one = queries(client, f"{LIST}?n=1"), queries(client, f"{page}?n=1")
    for _ in range(2):
        factories.EditionFactory.create(course__university=university)
        factories.EditionFactory.create()
    three = queries(client, f"{LIST}?n=2"), queries(client, f"{page}?n=2")

    assert one == three
    assert max(three) <= MOST_QUERIES


def test_forty_universities_stand_on_one_page_and_more_come_in_pages(
    client: Client, db: None
) -> None:
    """As heavy and as many queries as may be; what is found by a word is counted over all pages."""
    factories.UniversityFactory.create_batch(40)
    whole = client.get(LIST)
    forty = queries(client, f"{LIST}?n=1")
    factories.UniversityFactory.create_batch(STOPS_A_PAGE)
    first, second = text(client, f"{LIST}?sort=name"), text(client, f"{LIST}?sort=name&page=2")

    assert whole.text.count('class="dep l-') == 40
    assert "page=2" not in whole.text
    assert len(whole.content) < 130_000  # before it is packed
    assert first.count('class="dep l-') == STOPS_A_PAGE
    assert second.count('class="dep l-') == 40
    assert "90 universities" in second
    assert "sort=name&amp;page=2" in first
    assert queries(client, f"{LIST}?n=2") == forty <= MOST_QUERIES
