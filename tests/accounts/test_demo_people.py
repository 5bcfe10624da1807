"""The demo's people: as DESIGN.md names them, and in with one click only in the demo."""

from __future__ import annotations

from typing import Any

import pytest
from allauth.usersessions.models import UserSession
from django.test import Client

from accounts import demo
from accounts.models import Invitation, Membership, StudentProfile, User
from courses.models import Faculty
from tests.factories import (
    FacultyFactory,
    HomeUniversityFactory,
    ProgrammeFactory,
    UniversityFactory,
)

pytestmark = pytest.mark.django_db
SIGN_IN = "/en/account/demo/"
NAMED = {
    "student": {"student"},
    "fsw": {"student"},
    "honours-student": {"student"},
    "leiden-course": {"student"},
    "incoming": {"student"},
    "coordinator-fgw": {"coordinator"},
    "coordinator-fsw": {"coordinator", "honours"},
    "honours": {"honours"},
    "administration": {"administration"},
    "exams": {"exams"},
    "partner-epfl": {"partner"},
    "office": {"office"},
    "office-2": {"office"},
    "auditor": {"auditor"},
}


@pytest.fixture
def people() -> None:
    """The demo's people, on as much of an offer as they need."""
    HomeUniversityFactory.create()
    UniversityFactory.create(code="EPFL")
    UniversityFactory.create(code="TUD")
    for code in ("FGW", "FSW", "FWN", "FdR", "FGGA", "LUMC", "ARCH"):
        FacultyFactory.create(code=code)
    ProgrammeFactory.create(faculty=Faculty.objects.get(code="FGW"), name_nl="Geschiedenis")
    demo.make_people()


@pytest.mark.usefixtures("people")
def test_everybody_the_design_names_is_there() -> None:
    for who, roles in NAMED.items():
        user = User.objects.get(email=f"{who}@demo.example")
        assert user.roles == roles
        assert user.check_password("demo-portal")
        assert user.emailaddress_set.get().verified  # type: ignore[attr-defined]
    assert set(demo.ONE_CLICK) == NAMED.keys()


@pytest.mark.usefixtures("people")
def test_they_are_where_the_design_puts_them() -> None:
    def profile(who: str) -> StudentProfile:
        return StudentProfile.objects.get(user__email=f"{who}@demo.example")

    assert profile("student").faculty.code == "FGW"  # type: ignore[union-attr]
    assert str(profile("student").programme).startswith("Geschiedenis")
    assert profile("fsw").faculty.code == "FSW"  # type: ignore[union-attr]
    assert profile("honours-student").honours
    assert profile("incoming").home_university.code == "EPFL"
    held = Membership.objects.current()
    for faculty in Faculty.objects.all():
        assert held.filter(faculty=faculty, role="coordinator").exists()
    for faculty in Faculty.objects.exclude(code="ARCH"):
        assert held.filter(faculty=faculty, role="honours").exists()


@pytest.mark.usefixtures("people")
def test_made_again_nothing_changes() -> None:
    user = User.objects.get(email="office@demo.example")
    Membership.objects.filter(user__email="exams@demo.example").delete()
    models = (User, Membership, StudentProfile, Invitation)
    before = [list(model.objects.order_by("pk").values()) for model in models]

    demo.make_people()

    assert [list(model.objects.order_by("pk").values()) for model in models] == before
    assert user == User.objects.get(email="office@demo.example")


@pytest.mark.usefixtures("people")
def test_one_click_signs_anybody_in(settings: Any) -> None:
    settings.DEMO = True

    for who in NAMED:
        client = Client()
        answer = client.post(SIGN_IN, {"who": who})

        assert answer.status_code == 302, who
        user = User.objects.get(email=f"{who}@demo.example")
        assert client.session["_auth_user_id"] == str(user.pk)
        assert UserSession.objects.filter(user=user).count() == 1
        assert client.get(answer["Location"], follow=True).status_code == 200, who


@pytest.mark.usefixtures("people")
def test_one_click_goes_where_one_came_from(settings: Any, client: Client) -> None:
    settings.DEMO = True

    answer = client.post(SIGN_IN, {"who": "office", "next": "/en/office/people/"})
    assert answer["Location"] == "/en/office/people/"
    answer = client.post(SIGN_IN, {"who": "office", "next": "https://evil.example/"})
    assert "evil.example" not in answer["Location"]


@pytest.mark.usefixtures("people")
def test_outside_the_demo_there_is_no_such_page(settings: Any, client: Client) -> None:
    settings.DEMO = False

    assert client.post(SIGN_IN, {"who": "office"}).status_code == 404
    assert "_auth_user_id" not in client.session
    page = client.get("/en/account/login/").text
    assert "Karin Mulder" not in page
    assert SIGN_IN not in page


def test_nobody_else_is_let_in(settings: Any, client: Client) -> None:
    settings.DEMO = True
    User.objects.create_user("h.de.wit@demo.example", "x")

    for who in ("h.de.wit", "", "nobody", "office@demo.example", "\x00", "x" * 10_000):
        assert client.post(SIGN_IN, {"who": who}).status_code == 404
    assert client.get(SIGN_IN).status_code == 405
    # They are not made yet: said, not failed.
    answer = client.post(SIGN_IN, {"who": "office"}, follow=True)
    assert "manage.py demo_data" in answer.text
    assert "_auth_user_id" not in client.session


def test_the_sign_in_page_offers_them_in_groups(settings: Any, client: Client) -> None:
    settings.DEMO = True

    page = client.get("/en/account/login/").text

    for who in NAMED:
        assert f'value="{who}"' in page
    for title in ("Students", "Faculties", "Virtual Exchange team", "Partner universities"):
        assert f"<h3>{title}</h3>" in page


def test_a_click_from_another_site_does_nothing(settings: Any) -> None:
    settings.DEMO = True

    assert Client(enforce_csrf_checks=True).post(SIGN_IN, {"who": "office"}).status_code == 403
