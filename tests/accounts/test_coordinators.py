"""Your coordinators: whom a student of which faculty and programme writes to."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from allauth.account.models import EmailAddress
from django.test import Client
from django.utils import timezone

from accounts.models import Membership, Role, User
from accounts.services import memberships
from accounts.services.memberships import Grant
from courses.models import Faculty, Programme
from tests.factories import (
    PASSWORD,
    FacultyFactory,
    MemberFactory,
    MembershipFactory,
    ProgrammeFactory,
    UserFactory,
    days,
)

pytestmark = pytest.mark.django_db
PAGE = "/en/coordinators/"


def coordinator(faculty: Faculty | None, name: str, *programmes: Programme, **more: Any) -> User:
    role = more.pop("role", Role.COORDINATOR)
    user = UserFactory.create(name=name)
    held = MembershipFactory.create(user=user, role=role, faculty=faculty, **more)
    held.programmes.set(programmes)
    return user


def names_on(client: Client, **asked: str) -> list[str]:
    # With a query in its address a page is never a kept one.
    directory = client.get(PAGE, asked or {"fresh": "1"}).context["directory"]
    people = [one for desk in directory.desks for one in desk.people]
    return [one.name for one in [*people, *directory.academy]]


def test_who_holds_the_role_today_and_is_listed(client: Client) -> None:
    faculty = FacultyFactory.create(name_en="Humanities")
    ann = coordinator(faculty, "Ann")
    coordinator(faculty, "Hidden", is_listed=False)
    coordinator(faculty, "Past", starts_on=days(-9), ends_on=days(-1))
    coordinator(faculty, "Coming", starts_on=days(1))
    coordinator(faculty, "Last day", ends_on=days(0))
    MemberFactory.create(name="Clerk", role=Role.ADMINISTRATION, faculty=faculty)
    MemberFactory.create(name="Office", role=Role.OFFICE)
    coordinator(faculty, "Honours", role=Role.HONOURS)
    coordinator(None, "Academy", role=Role.HONOURS)

    page = client.get(PAGE)

    assert names_on(client) == ["Ann", "Last day", "Honours", "Academy"]
    assert f'href="mailto:{ann.email}"' in page.text
    assert not page.cookies
    assert "csrfmiddlewaretoken" not in page.text


def test_a_faculty_without_coordinator_has_its_own_address(client: Client) -> None:
    FacultyFactory.create(contact_email="exchange@humanities.example")
    FacultyFactory.create(contact_email="")

    page = client.get(PAGE).text

    assert 'href="mailto:exchange@humanities.example"' in page
    assert page.count("No exchange coordinator is known at the moment") == 2
    assert "Ask the Virtual Exchange team" in page


def test_filtering_by_programme(client: Client) -> None:
    faculty, other = FacultyFactory.create(code="FGW"), FacultyFactory.create()
    history, music = (ProgrammeFactory.create(faculty=faculty) for _ in range(2))
    coordinator(faculty, "Everything")
    coordinator(faculty, "History", history)
    coordinator(faculty, "Music", music)
    coordinator(other, "Elsewhere")
    coordinator(None, "Academy", role=Role.HONOURS)

    assert names_on(client, programme=str(history.pk)) == ["History", "Everything", "Academy"]
    assert names_on(client, faculty="fgw") == ["Everything", "History", "Music", "Academy"]
    # Another faculty was chosen after the programme: the faculty counts.
    assert names_on(client, faculty=other.code, programme=str(history.pk)) == [
        "Elsewhere",
        "Academy",
    ]
    page = client.get(PAGE, {"faculty": "fgw"}).text
    assert '<option value="fgw" selected>' in page
    assert f'value="{history.pk}"' in page


def test_who_has_both_roles_stands_there_once(client: Client) -> None:
    faculty = FacultyFactory.create()
    user = coordinator(faculty, "Irini")
    MembershipFactory.create(user=user, role=Role.HONOURS, faculty=faculty)

    page = client.get(PAGE).text

    assert page.count("Irini") == 1
    assert "Exchange and honours coordinator" in page


@pytest.mark.parametrize(
    "asked",
    [
        {"faculty": "no-such"},
        {"faculty": "\x00", "programme": "\x00"},
        {"programme": "abc"},
        {"programme": "9" * 40},
        {"faculty": "x" * 10_000},
    ],
)
def test_nonsense_shows_everybody(client: Client, asked: dict[str, str]) -> None:
    coordinator(FacultyFactory.create(), "Ann")

    assert client.get(PAGE, asked).status_code == 200
    assert names_on(client, **asked) == ["Ann"]


def test_names_are_shown_as_text(client: Client) -> None:
    coordinator(FacultyFactory.create(), "<b>Ann</b>")

    assert "&lt;b&gt;Ann&lt;/b&gt;" in client.get(PAGE).text


def test_a_partial_for_htmx(client: Client) -> None:
    answer = client.get(PAGE, headers={"HX-Request": "true"})

    assert answer.text.lstrip().startswith('<div id="finder"')
    assert "HX-Request" in answer["Vary"]


def test_the_page_costs_the_same_for_more_people(
    client: Client, django_assert_num_queries: Any
) -> None:
    def more() -> None:
        faculty = FacultyFactory.create()
        coordinator(faculty, "C", ProgrammeFactory.create(faculty=faculty))
        coordinator(faculty, "H", role=Role.HONOURS)

    more()
    client.get(PAGE, {"page": "1"})
    for _round in range(2):
        with django_assert_num_queries(6):
            client.get(PAGE, {"page": "1"})  # not kept: the address has a query
        more()
        more()


def test_the_kept_page_follows_who_comes_and_goes(client: Client, office: User) -> None:
    faculty = FacultyFactory.create()
    assert "Ann" not in client.get(PAGE).text
    user = UserFactory.create(name="Ann")
    held = memberships.give(user, Grant(Role.COORDINATOR, faculty=faculty), by=office)
    assert "Ann" in client.get(PAGE).text
    memberships.change(held, ends_on=None, is_listed=False, by=office)
    assert "Ann" not in client.get(PAGE).text
    memberships.change(held, ends_on=days(0), is_listed=True, by=office)
    assert "Ann" in client.get(PAGE).text
    memberships.close_account(user, by=office)
    assert "Ann" not in client.get(PAGE).text
    memberships.reopen_account(user, by=office)
    assert "Ann" in client.get(PAGE).text
    with time_machine.travel(timezone.now() + timedelta(days=1)):
        assert "Ann" not in client.get(PAGE).text
    memberships.end(Membership.objects.get(pk=held.pk), by=office)
    assert "Ann" not in client.get(PAGE).text


def test_the_kept_page_follows_names_and_addresses(sign_in: Callable[[User], Client]) -> None:
    user = coordinator(FacultyFactory.create(), "Ann")
    new = EmailAddress.objects.create(user=user, email="new@uni.example", verified=True)
    own, visitor = sign_in(user), Client()
    assert "Ann" in visitor.get(PAGE).text

    own.post("/en/account/profile/", {"name": "Bea", "language": "en"})
    assert "Bea" in visitor.get(PAGE).text

    asked = own.post("/en/account/email/", {"email": new.email, "action_primary": ""})
    own.post(asked.url, {"password": PASSWORD, "next": "/en/account/email/"})
    user.refresh_from_db()
    assert user.email == new.email
    assert f'href="mailto:{new.email}"' in visitor.get(PAGE).text
