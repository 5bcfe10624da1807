"""Courses side by side."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.models import User
from courses.models import Course
from courses.models.course import Assessment, PublicState
from tests import factories

pytestmark = pytest.mark.django_db

HERE = "/en/courses/compare/"


def name_of(course: Course) -> str:
    return f"{course.university.code.lower()}/{course.slug}"


def compare(client: Client, *names: str) -> str:
    answer = client.get(HERE, {"c": names})
    assert answer.status_code == 200
    return answer.content.decode()


def test_the_facts_stand_side_by_side(client: Client) -> None:
    one = factories.EditionFactory.create(course__title="Topology", places=25, taken=21)
    two = factories.EditionFactory.create(
        course__title="Ethics",
        course__assessment=Assessment.ASSIGNMENT,
        assessment="",
        exam_on=None,
    )
    names = [name_of(one.course), name_of(two.course).upper()]

    page = compare(client, *names, names[0])

    assert page.index(">Topology</a>") < page.index(">Ethics</a>")
    assert page.count('scope="col"') == 2
    for fact in ("4 left", "5\xa0EC", "extern onderwijs", "<td>None</td>", "Last day to apply"):
        assert fact in page
    assert "Leave out" not in page  # of two there is nothing to leave out
    assert page.index(">Ethics</a>") > compare(client, *reversed(names)).index(">Ethics</a>")


def test_at_most_four_and_what_can_be_left_out(client: Client) -> None:
    courses = factories.CourseFactory.create_batch(5)

    page = compare(client, *map(name_of, courses))

    assert page.count('scope="col"') == 4
    assert "These are the first 4 of the courses" in page
    rest = "&amp;".join(f"c={name_of(course)}" for course in courses[1:4])
    assert f'href="?{rest}"' in page


def test_what_is_not_on_offer_is_left_out_and_said(client: Client) -> None:
    shown = factories.CourseFactory.create()
    draft = factories.CourseFactory.create(state=PublicState.DRAFT)

    page = compare(client, name_of(shown), name_of(draft), "no/such", "nonsense", "a/\x00", "")

    assert "2 courses of this address are not on offer" in page
    assert "Choose two to four courses" in page
    assert draft.title not in page


def test_a_partners_student_is_not_told_how_it_counts_in_leiden(
    client: Client, sign_in: Callable[[User], Client]
) -> None:
    names = [name_of(course) for course in factories.CourseFactory.create_batch(2)]
    sign_in(factories.StudentFactory.create(home_university=factories.UniversityFactory.create()))

    page = compare(client, *names)

    assert "Your own university decides." in page
    assert "extern onderwijs" not in page


def test_as_many_queries_for_four_as_for_two(client: Client) -> None:
    names = [name_of(one.course) for one in factories.EditionFactory.create_batch(4)]
    with CaptureQueriesContext(connection) as two:
        compare(client, *names[:2])
    with CaptureQueriesContext(connection) as four:
        compare(client, *names)

    assert len(two) == len(four) <= 4


def test_the_list_of_courses_leads_to_it(client: Client) -> None:
    course = factories.CourseFactory.create()
    page = client.get("/en/courses/").content.decode()

    assert f'name="c" value="{name_of(course)}" form="compare"' in page
    assert f'id="compare" method="get" action="{HERE}"' in page
