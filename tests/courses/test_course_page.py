"""A course's page: it tells the truth about today, and helps with any address."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta

import pytest
import time_machine
from django.contrib.auth.models import AnonymousUser
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import translation

from accounts.models import Role, User
from courses.applying import applying, leading
from courses.counting import without_extracurricular
from courses.models import Course, Edition, Video
from courses.models.course import Assessment, PublicState
from tests import factories

TODAY = date(2026, 11, 24)
NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)
MOST_QUERIES = 12


@pytest.fixture(autouse=True)
def _on_one_day() -> object:
    with time_machine.travel(NOON, tick=False), translation.override("en"):
        yield


def page_of(client: Client, course: Course, query: str = "") -> str:
    response = client.get(course.get_absolute_url() + (query or "?"))
    assert response.status_code == 200
    return response.content.decode()


def edition(**facts: object) -> Edition:
    """An edition in memory that takes applications today."""
    given = {
        "course": factories.CourseFactory.build(university__code="UQ"),
        "starts_on": date(2027, 1, 18),
        "ends_on": date(2027, 5, 28),
        "applications_open_on": date(2026, 10, 1),
        "applications_close_on": date(2026, 12, 20),
        "places": 25,
        "state": PublicState.PUBLISHED,
    }
    return Edition(**{**given, **facts})


@pytest.mark.parametrize(
    ("facts", "tag", "statement", "button"),
    [
        ({}, "Open for applications", "Last day to apply: 20 December 2026", "Apply by 20 Dec"),
        (
            {"applications_close_on": TODAY},
            "Closes soon",
            "Last day to apply: 24 November 2026",
            "Apply by 24 Nov",
        ),
        (
            {"taken": 25},
            "Full: waiting list",
            "Last day to apply: 20 December 2026",
            "Join the waiting list",
        ),
        (
            {"places": None},
            "Open for applications",
            "Last day to apply: 20 December 2026",
            "Apply by 20 Dec",
        ),
        (
            {"applications_open_on": TODAY + timedelta(days=1)},
            "Not open yet",
            "Applications open on 25 November 2026",
            "Add the dates to your calendar",
        ),
        (
            {"applications_open_on": None, "applications_close_on": None},
            "Not open yet",
            "The application dates are not known yet",
            "Add the dates to your calendar",
        ),
        (
            {"applications_close_on": TODAY - timedelta(days=1)},
            "Closed",
            "Applications closed on 23 November 2026",
            "Find another course",
        ),
        (
            {"starts_on": TODAY, "applications_open_on": None, "applications_close_on": None},
            "Under way",
            "This edition started on 24 November 2026",
            "Find another course",
        ),
        (
            {"state": PublicState.WITHDRAWN},
            "Withdrawn",
            "The host university has withdrawn this edition",
            "Find another course",
        ),
    ],
)
def test_the_ticket_tells_the_truth(
    facts: dict[str, object], tag: str, statement: str, button: str
) -> None:
    given = edition(**facts)
    truth = applying(given.course, given, TODAY)

    assert (truth.tag, truth.statement, truth.button.label) == (tag, statement, button)
    assert truth.open is ("/exchange/apply/" in truth.button.url)


def test_without_an_edition_there_are_no_dates() -> None:
    truth = applying(edition().course, None, TODAY)

    assert truth.statement == "There are no dates for this course yet"
    assert truth.button.url == reverse("courses:catalogue")


def test_the_edition_that_one_can_still_apply_for_leads() -> None:
    closed = edition(applications_close_on=TODAY - timedelta(days=1))
    later = edition(
        starts_on=date(2027, 9, 1),
        ends_on=date(2027, 12, 1),
        applications_open_on=date(2027, 3, 1),
        applications_close_on=date(2027, 5, 1),
    )
    open_now = edition(starts_on=date(2027, 2, 1))

    assert leading([closed, later, open_now], TODAY) is open_now
    assert leading([closed, later], TODAY) is later
    assert leading([closed], TODAY) is closed
    assert leading([], TODAY) is None


def test_the_deadline_is_over_at_midnight_in_leiden(client: Client, db: None) -> None:
    course = factories.EditionFactory.create(
        starts_on=date(2027, 1, 18), applications_close_on=date(2026, 12, 1)
    ).course
    with time_machine.travel(datetime(2026, 12, 1, 22, 59, 59, tzinfo=UTC), tick=False):
        assert "Last day to apply: 1 December 2026" in page_of(client, course)
    with time_machine.travel(datetime(2026, 12, 1, 23, 0, 0, tzinfo=UTC), tick=False):
        assert "Applications closed on 1 December 2026" in page_of(client, course)


def test_every_fact_stands_on_the_page(client: Client, db: None) -> None:
    course = factories.CourseFactory.create(
        university__code="UQ",
        university__credit_system="units",
        title="Astrobiology and the Search",
        ec="7.5",
        host_credits=2,
        outcomes_en="- Name the planets\n- Weigh a star",
        entry_en="Curiosity.",
        honours=True,
        source="https://university.example/astro",
        confirmed_on=date(2026, 11, 1),
    )
    factories.EditionFactory.create(
        course=course,
        starts_on=date(2027, 1, 18),
        ends_on=date(2027, 5, 28),
        taken=21,
        exam_on=date(2027, 5, 28),
        resit_on=date(2027, 7, 2),
        resit_offered=True,
        is_demo=True,
    )
    page = page_of(client, course)

    for fact in (
        "Astrobiology and the Search",
        "7.5\xa0EC",
        "2 units at UQ",
        "7.5 EC at 28 hours each makes 210 hours of study.",
        "Over 19 weeks that is about 11 hours a week.",
        "Bachelor 200",
        "18 January 2027 to 28 May 2027",
        "4 of 25 places left",
        "Friday 28 May 2027",
        "Friday 2 July 2027",
        "<li>Name the planets</li>",
        "Curiosity.",
        "May count for honours",
        "Last confirmed on 1 November 2026.",
        "Demo data",
        'lang="en">Astrobiology and the Search</h1>',
    ):
        assert fact in page, fact


def test_a_final_assignment_means_no_exam_in_leiden(client: Client, db: None) -> None:
    course = factories.EditionFactory.create(
        assessment=Assessment.ASSIGNMENT, exam_kind="", exam_on=None
    ).course

    assert "there is no exam in Leiden" in page_of(client, course)
    assert "Exam in Leiden" not in page_of(client, course)


def test_without_an_edition_the_course_tells_how_it_ends(client: Client, db: None) -> None:
    exam = factories.CourseFactory.create(assessment=Assessment.EXAM)
    unknown = factories.EditionFactory.create(
        course__assessment="", assessment="", exam_kind="", exam_on=None
    ).course

    assert "The exam is in Leiden; its date is not known yet." in page_of(client, exam)
    assert "It is not known yet whether there is an exam." in page_of(client, unknown)


def test_how_it_counts_follows_the_place_of_the_course(client: Client, db: None) -> None:
    factories.FacultyFactory.create(name_en="Social Sciences", no_extracurricular=True)
    abroad = factories.CourseFactory.create(honours=False)
    here = factories.CourseFactory.create(
        university=factories.HomeUniversityFactory.create(), honours=True
    )

    assert "extern onderwijs" in page_of(client, abroad)
    assert "vervanging" not in page_of(client, abroad)
    assert "Not possible with this course." in page_of(client, abroad)
    assert "Not available for students of: Social Sciences." in page_of(client, abroad)
    assert "vervanging" in page_of(client, here)
    assert "extern onderwijs" not in page_of(client, here)
    assert "result list takes its place" in page_of(client, here)


def test_a_partners_student_is_not_told_how_it_counts_in_leiden(
    client: Client, sign_in: Callable[[User], Client], db: None
) -> None:
    leiden = factories.HomeUniversityFactory.create()
    here = factories.CourseFactory.create(university=leiden)
    sign_in(factories.StudentFactory.create(home_university=leiden))
    assert "vervanging" in page_of(client, here)

    sign_in(factories.StudentFactory.create(home_university=factories.UniversityFactory.create()))
    page = page_of(client, here)

    assert "your own university decides how the course counts" in page
    assert "vervanging" not in page
    assert "Board of Examiners" not in page


def test_live_sessions_stand_on_both_clocks(client: Client, db: None) -> None:
    session = factories.LiveSessionFactory.create(
        edition__starts_on=date(2027, 2, 1), edition__ends_on=date(2027, 5, 31)
    )
    page = page_of(client, session.edition.course)

    assert "9 hours later than in Leiden; 8 hours later from 28 March 2027" in page
    assert "1 February 2027 to 22 March 2027" in page
    assert "30 March 2027 to 25 May 2027" in page
    assert page.count("At night") == 2


def test_another_edition_can_be_put_on_the_ticket(client: Client, db: None) -> None:
    first = factories.EditionFactory.create()
    later = factories.EditionFactory.create(course=first.course, starts_on=factories.days(400))

    assert f"?edition={later.starts_on}" in page_of(client, first.course)
    chosen = page_of(client, first.course, f"?edition={later.starts_on}")
    assert f"?edition={first.starts_on}" in chosen
    assert "Applications open on" in chosen
    nonsense = page_of(client, first.course, "?edition=nonsense%00")
    assert f'<a href="?edition={later.starts_on}">' in nonsense


def test_a_video_is_a_link_that_says_what_it_shares(client: Client, db: None) -> None:
    video = Video.objects.create(
        url="https://www.video.example/watch?v=1",
        seconds=185,
        about_en="The teacher explains",
        transcript="Hello & welcome <b>",
    )
    page = page_of(client, factories.CourseFactory.create(video=video))

    assert "3 minutes, spoken in English." in page
    assert "takes you to <strong>video.example</strong>" in page
    assert 'href="https://www.video.example/watch?v=1" rel="noreferrer"' in page
    assert "Hello &amp; welcome &lt;b&gt;" in page
    assert "<iframe" not in page


def test_texts_of_the_other_language_say_so(client: Client, db: None) -> None:
    course = factories.CourseFactory.create(about_en="", about_nl="Alleen Nederlands.")

    assert '<div class="prose" lang="nl"><p>Alleen Nederlands.</p>' in page_of(client, course)


def test_a_title_of_our_own_leaves_the_hosts_in_sight(client: Client, db: None) -> None:
    course = factories.CourseFactory.create(title="Hoe werkt taal?", title_en="How language works")
    page = page_of(client, course)

    assert '<h1 class="serif">How language works</h1>' in page
    assert "Hoe werkt taal?" in page


def test_nothing_known_is_said_as_such(client: Client, db: None) -> None:
    course = factories.CourseFactory.create(
        about_nl="", about_en="", language="", level="", level_number=None, ec=None, field="",
        assessment="", code="",
    )  # fmt: skip
    page = page_of(client, course)

    assert "has not described this course yet" in page
    assert "There are no dates for this course yet" in page
    assert "None" not in page


@pytest.mark.parametrize("state", [PublicState.DRAFT, PublicState.WITHDRAWN])
def test_what_is_not_published_is_for_curators(
    client: Client, sign_in: Callable[[User], Client], db: None, state: str
) -> None:
    course = factories.CourseFactory.create(state=state)

    assert client.get(course.get_absolute_url()).status_code == 404
    auditor = sign_in(factories.MemberFactory.create(role=Role.AUDITOR))
    assert "Visitors do not see this page" in page_of(auditor, course)


def test_drafts_of_editions_stay_hidden(client: Client, db: None) -> None:
    course = factories.EditionFactory.create(state=PublicState.DRAFT).course

    assert "There are no dates for this course yet" in page_of(client, course)


@pytest.mark.parametrize("path", ["UQ/Astro/", "uq/ASTRO/", "Uq/astro/calendar.ics"])
def test_another_case_leads_to_the_one_address(client: Client, db: None, path: str) -> None:
    factories.EditionFactory.create(course__slug="astro", course__university__code="UQ")
    response = client.get(f"/en/courses/{path}")

    assert response.status_code == 301
    assert response.headers["Location"] == f"/en/courses/{path.lower()}"
    assert client.get(response.headers["Location"]).status_code == 200


@pytest.mark.parametrize(
    "path",
    [
        "uq/none/",
        "none/astro/",
        "uq/a%00b/",
        "u%00q/astro/",
        "../astro/",
        f"uq/{'a' * 10_000}/",
        f"{'q' * 10_000}/astro/",
        "%F0%9F%92%A9/astro/",
        "uq/none/calendar.ics",
    ],
)
def test_unknown_addresses_are_not_found(client: Client, db: None, path: str) -> None:
    factories.CourseFactory.create(slug="astro", university__code="UQ")

    assert client.get(f"/en/courses/{path}").status_code == 404


def test_as_many_queries_for_three_editions_as_for_one(client: Client, db: None) -> None:
    session = factories.LiveSessionFactory.create()
    course = session.edition.course
    page_of(client, course)
    with CaptureQueriesContext(
        connection,
    ) as one:
        page_of(client, course, "?again=1")
    for number in (1, 2):
        more = factories.EditionFactory.create(
            course=course, starts_on=factories.days(60 + 200 * number)
        )
        for weekday in (2, 3, 4):
            factories.LiveSessionFactory.create(edition=more, weekday=weekday, starts_at=time(8))
    factories.FacultyFactory.create_batch(3, no_extracurricular=True)
    with CaptureQueriesContext(connection) as three:
        page_of(client, course, "?again=2")

    assert len(one) == len(three) <= MOST_QUERIES


def test_a_student_reads_of_the_own_faculty_alone(db: None) -> None:
    """A visitor reads of every faculty that has no extracurricular courses."""
    without, other = factories.FacultyFactory.create_batch(2, no_extracurricular=True)
    with_them = factories.FacultyFactory.create()

    def told(faculty: object) -> list[object]:
        student = factories.StudentFactory.create()
        student.student.faculty = faculty
        return list(without_extracurricular(student))

    assert told(without) == [without]
    assert told(with_them) == told(None) == []
    assert {without, other} <= set(without_extracurricular(AnonymousUser()))
