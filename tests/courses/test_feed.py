"""The feed: what is new or changed, newest first, in both languages."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import count
from xml.etree import ElementTree as ET

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from courses.feeds import LONGEST
from courses.models import Course
from courses.models.course import PublicState
from tests import factories

COUNT = count()
ATOM = {"a": "http://www.w3.org/2005/Atom"}


def feed(client: Client, language: str = "en") -> ET.Element:
    response = client.get(f"/{language}/courses/feed/?n={next(COUNT)}")  # made each time
    assert response.status_code == 200
    assert response.headers["Content-Type"].startswith("application/atom+xml")
    return ET.fromstring(response.content)


def titles(root: ET.Element) -> list[str]:
    return [entry.findtext("a:title", "", ATOM) for entry in root.findall("a:entry", ATOM)]


def ids(root: ET.Element) -> list[str]:
    return [entry.findtext("a:id", "", ATOM) for entry in root.findall("a:entry", ATOM)]


def test_new_and_changed_courses_come_first(client: Client, db: None) -> None:
    now = timezone.now()
    for name, published, changed in (
        ("Old", 30, 30),
        ("Changed", 60, 1),
        ("New", 2, 5),
    ):
        factories.CourseFactory.create(
            title=name,
            university__code=f"X{published}",
            published_at=now - timedelta(days=published),
            changed_at=now - timedelta(days=changed),
        )
    factories.CourseFactory.create(title="Draft", state=PublicState.DRAFT)

    assert [title.split(" (")[0] for title in titles(feed(client))] == ["Changed", "New", "Old"]


def test_an_entry_says_what_a_reader_needs(client: Client, db: None) -> None:
    at = datetime(2026, 11, 1, 9, tzinfo=UTC)
    course = factories.CourseFactory.create(
        title="R&D <for> all", about_en="A & B\n\nC", university__code="UQ",
        published_at=at, changed_at=at + timedelta(days=1),
    )  # fmt: skip
    root = feed(client)
    (entry,) = root.findall("a:entry", ATOM)

    assert titles(root) == ["R&D <for> all (UQ)"]
    assert entry.findtext("a:updated", "", ATOM) == "2026-11-02T09:00:00+00:00"
    assert entry.findtext("a:published", "", ATOM) == "2026-11-01T09:00:00+00:00"
    assert entry.findtext("a:summary", "", ATOM) == "<p>A &amp; B</p>\n\n<p>C</p>"
    link = entry.find("a:link", ATOM)
    assert link is not None
    assert link.get("href", "").endswith(course.get_absolute_url().replace("/nl/", "/en/"))
    assert root.find("a:link[@rel='self']", ATOM) is not None


def test_both_languages_with_names_that_stay(client: Client, db: None) -> None:
    course = factories.CourseFactory.create(title="Talen", title_en="Languages")
    dutch, english = feed(client, "nl"), feed(client, "en")
    before = ids(english)
    Course.objects.update(slug="another-address", title="Taal")
    course.university.code = "NEW"
    course.university.save()

    assert dutch.get("{http://www.w3.org/XML/1998/namespace}lang") == "nl"
    assert english.get("{http://www.w3.org/XML/1998/namespace}lang") == "en"
    assert titles(dutch)[0].startswith("Talen")
    assert titles(english)[0].startswith("Languages")
    assert ids(dutch) != ids(english)
    assert ids(feed(client, "en")) == before


def test_characters_that_xml_cannot_hold_are_left_out(client: Client, db: None) -> None:
    factories.CourseFactory.create(title="A\x0bB", about_en="C\x1fD")

    assert titles(feed(client))[0].startswith("AB")


def test_an_empty_feed_is_a_feed(client: Client, db: None) -> None:
    assert titles(feed(client)) == []


def test_it_ends_after_fifty_and_asks_no_more_for_more(client: Client, db: None) -> None:
    factories.CourseFactory.create()
    feed(client)
    with CaptureQueriesContext(connection) as one:
        feed(client)
    factories.CourseFactory.create_batch(LONGEST + 2)
    with CaptureQueriesContext(connection) as many:
        assert len(titles(feed(client))) == LONGEST

    assert len(one) == len(many) <= 3


@pytest.mark.parametrize("page", ["/en/courses/", "/en/"])
def test_pages_name_the_feed(client: Client, db: None, page: str) -> None:
    assert 'type="application/atom+xml"' in client.get(page).content.decode()
