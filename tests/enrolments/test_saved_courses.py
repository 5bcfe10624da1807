"""What a student keeps in mind, and the filter for what fits."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.models import User
from courses.models import Course, Programme
from courses.models.course import PublicState
from enrolments.models import SavedCourse
from enrolments.services import saving
from tests import factories
from tests.courses.listing import change_offer, titles
from tests.enrolments.cases import student_of

pytestmark = pytest.mark.django_db

SignIn = Callable[[User], Client]
LIST = "/en/exchange/"
NO_LEVEL = {"course__level": "", "course__level_number": None}
MASTER = {"course__level": "master", "course__level_number": 500}


def address(course: Course) -> str:
    return f"/en/exchange/saved/{course.university.code.lower()}/{course.slug}/"


@pytest.fixture
def student() -> User:
    return student_of(factories.FacultyFactory.create())


class TestSaving:
    def test_is_one_click_there_and_back(self, student: User, sign_in: SignIn) -> None:
        course = factories.EditionFactory.create().course
        client = sign_in(student)
        here = course.get_absolute_url().replace("/nl/", "/en/")
        assert "Save this course" in client.get(here).text
        assert client.get(address(course)).status_code == 405

        for _twice in range(2):
            answer = client.post(address(course), {"do": "save"})
            assert answer.url == f"{here}#save"
        assert SavedCourse.objects.get().student == student
        assert "Take off the list" in client.get(here).text
        assert "Saved courses" in client.get(LIST).text

        answer = client.post(address(course), {"do": "drop", "from": "list"}, follow=True)
        assert f"{course.title} is off your list." in answer.text
        assert not SavedCourse.objects.exists()
        client.post(address(course), {"do": "save", "from": "list"})  # the button beside it
        assert "is off your list" not in client.get(f"{LIST}?dropped={course.pk}").text

    def test_is_seen_by_nobody_else(
        self, student: User, sign_in: SignIn, client: Client, office: User
    ) -> None:
        course = factories.CourseFactory.create()
        here = course.get_absolute_url().replace("/nl/", "/en/")
        saving.save(course, by=student)

        assert "Save this course" not in client.get(here).text
        assert "Save this course" in sign_in(student_of(None)).get(here).text
        assert "Saved courses" not in client.get(LIST).text
        assert "Save this course" not in sign_in(office).get(here).text
        assert client.post(address(course), {"do": "save"}).status_code == 403
        assert not SavedCourse.objects.visible_to(office).exists()

    def test_what_is_off_the_offer_can_be_taken_off(self, student: User, sign_in: SignIn) -> None:
        gone, draft = factories.CourseFactory.create_batch(2)
        saving.save(gone, by=student)
        Course.objects.update(state=PublicState.WITHDRAWN)
        client = sign_in(student)

        assert "This course is no longer on offer." in client.get(LIST).text
        assert client.post(address(draft), {"do": "save"}).status_code == 404
        assert client.post(address(gone), {"do": "drop", "from": "list"}).status_code == 302
        assert not SavedCourse.objects.exists()

    def test_ends_where_the_list_is_full(
        self, student: User, sign_in: SignIn, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(saving, "MOST", 1)
        one, two = factories.CourseFactory.create_batch(2)
        client = sign_in(student)
        client.post(address(one), {"do": "save"})

        assert "Your list is full" in client.post(address(two), {"do": "save"}, follow=True).text
        assert saving.save(one, by=student)  # it is on it

    @pytest.mark.parametrize("dropped", ["x", "-1", "999999999999999999999", "0"])
    def test_nonsense_in_the_address_is_left_out(
        self, student: User, sign_in: SignIn, dropped: str
    ) -> None:
        assert sign_in(student).get(f"{LIST}?dropped={dropped}").status_code == 200


class TestWhatFits:
    def ways(self, page: str) -> set[str]:
        return set(re.findall(r'name="fits" value="(\w+)"', page))

    def test_follows_the_rules_and_the_level(self, sign_in: SignIn, client: Client) -> None:
        faculty = factories.FacultyFactory.create(no_extracurricular=True)
        factories.ProgrammeFactory.create(faculty=faculty, level=Programme.Level.BACHELOR)
        student = student_of(faculty)
        student.student.level = "bachelor"
        student.student.save()
        factories.EditionFactory.create(course__title="Mine", course__level="bachelor")
        factories.EditionFactory.create(course__title="For all", **NO_LEVEL)
        factories.EditionFactory.create(course__title="Later", **MASTER)
        change_offer()

        assert self.ways(client.get("/en/courses/").text) == set()
        assert len(titles(client.get("/en/courses/?fits=elective").text)) == 3  # a visitor's
        sign_in(student)
        assert self.ways(client.get("/en/courses/").text) == {"elective", "minor"}
        page = client.get("/en/courses/?fits=elective").text
        assert set(titles(page)) == {"Mine", "For all"}
        assert "As an elective" in page  # a filter that can be taken away

    def test_for_a_partners_student_is_what_is_ours(self, sign_in: SignIn) -> None:
        leiden = factories.HomeUniversityFactory.create()
        factories.EditionFactory.create(course__title="Ours", course__university=leiden)
        factories.EditionFactory.create(course__title="Elsewhere")
        guest = student_of(None, home_university=factories.UniversityFactory.create())
        change_offer()
        client = sign_in(guest)

        assert self.ways(client.get("/en/courses/").text) == {"guest"}
        assert titles(client.get("/en/courses/?fits=guest").text) == ["Ours"]

    def test_asks_as_much_of_three_courses_as_of_one(self, sign_in: SignIn, student: User) -> None:
        client, asked = sign_in(student), []
        for many in (1, 1, 3):  # the first is for what is looked up once
            factories.EditionFactory.create_batch(many)
            change_offer()
            with CaptureQueriesContext(connection) as queries:
                client.get("/en/courses/")
            asked.append(len(queries))
        assert asked[1] == asked[2]

    def test_is_nothing_for_staff(self, sign_in: SignIn, office: User) -> None:
        factories.EditionFactory.create()
        assert self.ways(sign_in(office).get("/en/courses/").text) == set()

    def test_is_worked_out_anew_when_a_rule_changes(self, sign_in: SignIn, student: User) -> None:
        factories.EditionFactory.create(course__level=student.student.level)
        change_offer()
        client = sign_in(student)
        assert "extracurricular" in self.ways(client.get("/en/courses/").text)

        student.student.faculty.no_extracurricular = True
        student.student.faculty.save()
        change_offer()
        assert "extracurricular" not in self.ways(client.get("/en/courses/").text)
