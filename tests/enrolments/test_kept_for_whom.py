"""Places that are kept for a university: its students read so, and all others the truth."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client

from accounts.models import User
from courses.catalogue import forget
from courses.models import Edition, University
from enrolments.services import places
from tests import factories
from tests.enrolments.cases import case_in, student_of

type SignIn = Callable[[User], Client]
type Read = Callable[[], dict[str, dict[str, str]]]
FULL, KEPT = "Full: waiting list", "kept for your university"
PAGES = {
    "catalogue": "/en/courses/",
    "filtered": "/en/courses/?places=free",
    "course": "/en/courses/uq/topology/",
    "compared": "/en/courses/compare/?c=uq/topology&c=uq/algebra",
    "university": "/en/universities/uq/",
}


@pytest.fixture
def readers(db: None) -> dict[str, User | None]:
    """A visitor, a student for whom places are kept, and one of another university.

    One place for everybody, which is taken, and two of three that are kept for our students.
    """
    home = factories.HomeUniversityFactory.create()
    host = factories.UniversityFactory.create(code="UQ")
    course = factories.CourseFactory.create(university=host, title="Topology", slug="topology")
    factories.CourseFactory.create(university=host, title="Algebra", slug="algebra")
    edition = factories.EditionFactory.create(course=course, places=3)
    case_in("enrolled", edition, student_of(None))
    places.keep_places(edition, {home.pk: 2})
    ours = student_of(factories.FacultyFactory.create())
    other = student_of(None, home_university=factories.UniversityFactory.create())
    return {"visitor": None, "ours": ours, "other": other}


@pytest.fixture
def read(readers: dict[str, User | None], sign_in: SignIn) -> Read:
    """All pages as each of them reads them."""

    def read() -> dict[str, dict[str, str]]:
        pages = {}
        for who, user in readers.items():
            client = sign_in(user) if user else Client()
            pages[who] = {page: client.get(path).text for page, path in PAGES.items()}
        return pages

    return read


def test_who_can_have_a_kept_place_reads_so_and_nobody_else(read: Read) -> None:
    for _time in range(2):  # a second time: what the others read is kept in memory
        pages = read()
        for page in ("catalogue", "course", "compared"):
            assert FULL not in pages["ours"][page], page
            assert FULL in pages["visitor"][page], page
            assert FULL in pages["other"][page], page
        assert "2 left" in pages["ours"]["catalogue"]
        assert f"2 {KEPT}" in pages["ours"]["catalogue"]
        assert KEPT not in pages["visitor"]["catalogue"] + pages["other"]["catalogue"]
        assert "2 are kept for students of your university" in pages["ours"]["course"]
        assert "Sign in to see whether yours" in pages["visitor"]["course"]
        assert "All 3 places are taken" not in pages["visitor"]["course"]
        found = {who: "Topology" in pages[who]["filtered"] for who in pages}
        assert found == {"visitor": False, "ours": True, "other": False}
        assert FULL not in pages["ours"]["university"]
        assert FULL in pages["visitor"]["university"]


def test_the_last_kept_place_that_is_taken_is_full_for_them_too(read: Read) -> None:
    edition, home = Edition.objects.get(), University.objects.get(is_home=True)
    read()
    for _number in range(2):
        claim = places.claim(places.lock(edition.pk), home.pk)
        assert claim.kept is not None

    forget()  # free places may be five seconds old

    pages = read()
    assert FULL in pages["ours"]["catalogue"]
    assert "All 3 places are taken" in pages["visitor"]["course"]
