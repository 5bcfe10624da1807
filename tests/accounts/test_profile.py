"""What students tell about themselves, once."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.db import IntegrityError
from django.test import Client

from accounts.models import Role, StudentProfile, User
from courses.models import Programme, University
from tests import factories

pytestmark = pytest.mark.django_db

PROFILE = "/en/account/profile/"


@pytest.fixture
def leiden() -> University:
    home = factories.HomeUniversityFactory.create()
    factories.EmailDomainFactory.create(university=home, domain="umail.leidenuniv.nl")
    return home


@pytest.fixture
def programme() -> Programme:
    return factories.ProgrammeFactory.create(level=Programme.Level.MASTER)


@pytest.fixture
def newcomer(leiden: University, client: Client, sign_in: Callable[[User], Client]) -> User:
    """A signed-in student of Leiden of whom only the address is known."""
    user = factories.UserFactory.create(email="new@umail.leidenuniv.nl", name="", language="en")
    sign_in(user)
    return user


def typed(**more: Any) -> dict[str, Any]:
    return {"name": "Sanne", "language": "nl", "student_number": "s1234567", "year": "2", **more}


def test_first_visit_ends_at_the_own_exchange(
    client: Client, newcomer: User, programme: Programme
) -> None:
    page = client.get(PROFILE).content.decode()
    assert "Leiden University" in page
    assert 'name="home_university"' not in page
    answer = client.post(PROFILE, typed(programme=programme.pk, first="1"), follow=True)

    assert answer.request["PATH_INFO"] == "/nl/exchange/"  # and in the language they chose
    profile = StudentProfile.objects.get()
    assert (profile.programme, profile.faculty) == (programme, programme.faculty)
    assert profile.level == "master"  # known from the programme, not asked
    assert profile.home_university.is_home


@pytest.mark.parametrize(
    ("back", "to"),
    [
        ("/en/courses/?q=law", "/nl/courses/?q=law"),  # in the language they chose
        ("https://elsewhere.example/", "/nl/account/start/"),
        ("//elsewhere.example/", "/nl/account/start/"),
        ("javascript:alert(1)", "/nl/account/start/"),
    ],
)
def test_who_came_on_the_way_to_something_goes_on_to_it(
    client: Client, newcomer: User, programme: Programme, back: str, to: str
) -> None:
    asked = client.get(PROFILE, {"next": back}).content.decode()
    assert (f'name="next" value="{back}"' in asked) is to.startswith("/nl/courses")
    wrong = client.post(PROFILE, typed(programme="", first="1", next=back)).content.decode()
    assert (f'name="next" value="{back}"' in wrong) is to.startswith("/nl/courses")

    answer = client.post(PROFILE, typed(programme=programme.pk, first="1", next=back))

    assert answer.url == to


def test_programme_that_is_not_listed_is_typed(
    client: Client, newcomer: User, programme: Programme
) -> None:
    lacking = client.post(PROFILE, typed(programme="other"))
    page = lacking.content.decode()
    assert lacking.status_code == 422
    for message in ("Fill in the name of", "Choose your faculty.", "Choose bachelor or master."):
        assert message in page
    assert '<details class="fold" open' in page
    other = {"programme_name": "Papyrology", "faculty": programme.faculty_id, "level": "bachelor"}
    assert client.post(PROFILE, typed(programme="other", **other)).status_code == 302
    profile = StudentProfile.objects.get()
    assert (profile.programme, profile.programme_title) == (None, "Papyrology")


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"year": "0"}, "as a number from 1 to 9"),
        ({"year": "ten"}, "as a number from 1 to 9"),
        ({"programme": "999999"}, "Select a valid choice"),
        ({"programme": ""}, "Choose your programme."),
        ({"name": "x" * 10_000}, "at most 150 characters"),
        ({"name": "\x00"}, "Null characters"),
        ({"language": "xx"}, "Select a valid choice"),
    ],
)
def test_mistakes_are_said_at_their_field_and_nothing_typed_is_lost(
    client: Client, newcomer: User, programme: Programme, wrong: dict[str, str], message: str
) -> None:
    answer = client.post(PROFILE, typed(programme=programme.pk) | wrong)
    assert answer.status_code == 422
    page = answer.content.decode()
    assert page.count(message) >= 2  # in the summary and at the field
    assert 'value="s1234567"' in page
    assert not StudentProfile.objects.exists()


def test_student_number_of_somebody_else_is_refused_helpfully(
    client: Client, newcomer: User, programme: Programme
) -> None:
    factories.StudentFactory.create(student_number="S1234567")
    answer = client.post(PROFILE, typed(programme=programme.pk))
    assert answer.status_code == 422
    assert "Ask the programme office" in answer.content.decode()


def test_student_number_taken_at_the_same_moment_is_refused_too(
    client: Client, newcomer: User, programme: Programme, monkeypatch: pytest.MonkeyPatch
) -> None:
    def race(*_args: object, **_kwargs: object) -> None:
        raise IntegrityError

    monkeypatch.setattr("accounts.views.account.save_profile", race)
    answer = client.post(PROFILE, typed(programme=programme.pk))
    assert answer.status_code == 422
    assert "Ask the programme office" in answer.content.decode()


def test_same_number_at_another_university_is_fine(
    client: Client, newcomer: User, programme: Programme
) -> None:
    elsewhere = factories.UniversityFactory.create()
    factories.StudentFactory.create(student_number="s1234567", home_university=elsewhere)
    assert client.post(PROFILE, typed(programme=programme.pk)).status_code == 302


def test_student_of_a_partner_types_the_programme(
    client: Client, leiden: University, sign_in: Callable[[User], Client]
) -> None:
    uq = factories.UniversityFactory.create(name="Queensland")
    factories.EmailDomainFactory.create(university=uq, domain="student.uq.example")
    sign_in(factories.UserFactory.create(email="a@student.uq.example"))
    page = client.get(PROFILE).content.decode()
    assert "Queensland" in page
    for absent in ('name="programme"', 'name="faculty"', 'name="honours"'):
        assert absent not in page
    assert client.post(PROFILE, typed()).status_code == 422
    full = typed(programme_name="Marine biology", level="bachelor")
    assert client.post(PROFILE, full).status_code == 302
    assert StudentProfile.objects.get().home_university == uq


def test_university_esi_and_role_cannot_be_posted(
    client: Client, newcomer: User, programme: Programme
) -> None:
    other = factories.UniversityFactory.create()
    forged = {"home_university": other.pk, "esi": "urn:evil", "user": 1, "is_active": ""}
    client.post(PROFILE, typed(programme=programme.pk, **forged))
    profile = StudentProfile.objects.get()
    assert profile.home_university.is_home
    assert (profile.esi, profile.user) == ("", newcomer)


def test_university_stays_when_the_address_changes(
    client: Client, leiden: University, sign_in: Callable[[User], Client]
) -> None:
    user = factories.StudentFactory.create(home_university=leiden, email="me@private.example")
    sign_in(user)
    assert b"Leiden University" in client.get(PROFILE).content


def test_unconfirmed_address_says_nothing_about_the_university(
    client: Client, leiden: University, sign_in: Callable[[User], Client]
) -> None:
    user = factories.UserFactory.create(email="me@umail.leidenuniv.nl", language="en")
    user.emailaddress_set.update(verified=False)
    sign_in(user)
    page = client.get(PROFILE).content.decode()
    assert "You have no role here yet" in page
    assert 'name="student_number"' not in page


def test_staff_have_a_name_and_a_language(
    client: Client, leiden: University, sign_in: Callable[[User], Client], settings: Any
) -> None:
    settings.DEMO = True
    user = factories.MemberFactory.create(role=Role.PARTNER, email="p@umail.leidenuniv.nl")
    sign_in(user)
    assert 'name="student_number"' not in client.get(PROFILE).content.decode()
    assert client.post(PROFILE, {"name": "Pat", "language": "en"}).url == "/en/account/"
    user.refresh_from_db()
    assert (user.name, user.language) == ("Pat", "en")
    assert b"partner contact" in client.get("/en/account/").content.lower()
