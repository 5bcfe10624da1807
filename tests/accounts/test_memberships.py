"""Roles are given and ended by the office alone, once, and end sessions when the last one goes."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
import time_machine
from allauth.usersessions.models import UserSession
from django.core.exceptions import PermissionDenied
from django.test import Client
from django.utils import timezone

from accounts import tasks
from accounts.models import Membership, Role, User
from accounts.services import memberships
from accounts.services.memberships import Grant, MembershipError
from courses.services.offer import offer_version
from tests.factories import (
    PASSWORD,
    FacultyFactory,
    MemberFactory,
    MembershipFactory,
    ProgrammeFactory,
    UserFactory,
    days,
)
from tests.mails import letters
from tests.races import at_once

pytestmark = pytest.mark.django_db


def only_role_of(user: User) -> Membership:
    return Membership.objects.get(user=user)


def signed_in(user: User) -> Client:
    """A client that came in through the sign-in page."""
    client = Client()
    client.post("/en/account/login/", {"login": user.email, "password": PASSWORD})
    assert client.get("/en/account/").status_code in {200, 302}
    assert "_auth_user_id" in client.session
    return client


def is_signed_out(client: Client) -> bool:
    answer = client.get("/en/account/")
    return answer.status_code == 302 and "/account/login/" in answer["Location"]


def test_a_role_given_counts_at_once_and_the_offer_has_changed(office: User) -> None:
    user, faculty = UserFactory.create(), FacultyFactory.create()
    programme, before = ProgrammeFactory.create(faculty=faculty), offer_version()

    membership = memberships.give(
        user, Grant(Role.COORDINATOR, faculty=faculty, programmes=(programme,)), by=office
    )

    assert User.objects.get(pk=user.pk).roles == {"coordinator"}
    assert list(membership.programmes.all()) == [programme]
    assert (membership.given_by, membership.starts_on) == (office, days(0))
    assert offer_version() == before + 1


@pytest.mark.parametrize("role", [role for role in Role if role != Role.OFFICE])
def test_no_other_role_gives_or_ends_one(role: str) -> None:
    other, user = MemberFactory.create(role=role), MemberFactory.create(role=Role.EXAMS)

    with pytest.raises(PermissionDenied):
        memberships.give(user, Grant(Role.OFFICE), by=other)
    with pytest.raises(PermissionDenied):
        memberships.end(only_role_of(user), by=other)
    with pytest.raises(PermissionDenied):
        memberships.close_account(user, by=other)

    assert User.objects.get(pk=user.pk).roles == {"exams"}


def test_an_office_role_that_has_ended_since_gives_nothing(office: User) -> None:
    assert office.roles == {"office"}  # as the page was opened
    Membership.objects.update(ended_at=timezone.now())

    with pytest.raises(PermissionDenied):
        memberships.give(UserFactory.create(), Grant(Role.OFFICE), by=office)


def test_the_same_role_on_the_same_days_is_refused_and_explained(office: User) -> None:
    user = MemberFactory.create(role=Role.EXAMS, starts_on=days(-10), ends_on=days(10))

    with pytest.raises(MembershipError, match=str(days(-10).year)):
        memberships.give(user, Grant(Role.EXAMS), by=office)
    memberships.give(user, Grant(Role.EXAMS, starts_on=days(11)), by=office)
    with pytest.raises(MembershipError):
        memberships.give(user, Grant(Role.EXAMS, starts_on=days(40), ends_on=days(50)), by=office)

    assert user.memberships.count() == 2


def test_the_same_role_at_another_faculty_is_another_role(office: User) -> None:
    user = MemberFactory.create(role=Role.COORDINATOR)

    memberships.give(user, Grant(Role.COORDINATOR, faculty=FacultyFactory.create()), by=office)

    assert user.memberships.count() == 2


def test_a_closed_account_gets_no_role(office: User) -> None:
    user = UserFactory.create(is_active=False)

    with pytest.raises(MembershipError):
        memberships.give(user, Grant(Role.EXAMS), by=office)


def test_ending_the_last_role_signs_out_everywhere(office: User, settings: object) -> None:
    user = MemberFactory.create(role=Role.EXAMS)
    here, there = signed_in(user), signed_in(user)

    ended = memberships.end(only_role_of(user), by=office)

    assert ended == (True, 2)
    assert is_signed_out(here)
    assert is_signed_out(there)
    membership = only_role_of(user)
    assert membership.ended_by == office
    assert membership.last_day == days(0)


def test_ending_one_of_two_roles_leaves_the_person_signed_in(office: User) -> None:
    user = MemberFactory.create(role=Role.EXAMS)
    other = MembershipFactory.create(user=user, role=Role.AUDITOR)
    client = signed_in(user)

    ended = memberships.end(other, by=office)

    assert ended == (False, 0)
    assert not is_signed_out(client)
    assert User.objects.get(pk=user.pk).roles == {"exams"}


def test_a_role_that_is_to_come_can_be_ended(office: User) -> None:
    user = MemberFactory.create(role=Role.EXAMS, starts_on=days(5))

    memberships.end(only_role_of(user), by=office)

    with time_machine.travel(datetime.now(tz=timezone.get_current_timezone()) + timedelta(days=6)):
        assert User.objects.get(pk=user.pk).roles == set()


def test_ending_twice_tells_the_second(office: User) -> None:
    membership = only_role_of(MemberFactory.create(role=Role.EXAMS))
    memberships.end(membership, by=office)
    ended_at = Membership.objects.get(pk=membership.pk).ended_at

    with pytest.raises(MembershipError):
        memberships.end(membership, by=office)

    assert Membership.objects.get(pk=membership.pk).ended_at == ended_at


def test_nobody_ends_their_own_last_office_role(office: User) -> None:
    with pytest.raises(MembershipError):
        memberships.end(only_role_of(office), by=office)

    second = MembershipFactory.create(user=office, role=Role.OFFICE, starts_on=days(-5))
    memberships.end(second, by=office)

    assert User.objects.get(pk=office.pk).roles == {"office"}


def test_a_colleague_can_end_an_office_role(office: User) -> None:
    colleague = MemberFactory.create(role=Role.OFFICE)

    memberships.end(only_role_of(office), by=colleague)

    assert User.objects.get(pk=office.pk).roles == set()


def test_closing_an_account_signs_out_and_takes_all_rights(office: User) -> None:
    user = MemberFactory.create(role=Role.EXAMS)
    client = signed_in(user)

    ended = memberships.close_account(user, by=office)

    assert ended.sessions == 1
    assert is_signed_out(client)
    assert User.objects.get(pk=user.pk).roles == set()
    with pytest.raises(MembershipError):
        memberships.close_account(user, by=office)
    memberships.reopen_account(user, by=office)
    assert User.objects.get(pk=user.pk).roles == {"exams"}
    with pytest.raises(MembershipError):
        memberships.reopen_account(user, by=office)


def test_nobody_closes_their_own_account(office: User) -> None:
    with pytest.raises(MembershipError):
        memberships.close_account(office, by=office)


def test_a_new_last_day_is_kept_unless_the_role_has_ended(office: User) -> None:
    membership = only_role_of(MemberFactory.create(role=Role.HONOURS))
    memberships.change(membership, ends_on=days(3), is_listed=False, by=office)
    membership.refresh_from_db()
    assert (membership.ends_on, membership.is_listed) == (days(3), False)
    memberships.end(membership, by=office)

    with pytest.raises(MembershipError):
        memberships.change(membership, ends_on=None, is_listed=True, by=office)


def test_rights_end_with_the_last_day_and_the_session_the_night_after(office: User) -> None:
    user = MemberFactory.create(role=Role.EXAMS, ends_on=days(0))
    client = signed_in(user)
    tasks.end_sessions_of_former_staff()
    assert not is_signed_out(client)

    midnight = timezone.localtime().replace(hour=0, minute=10) + timedelta(days=1)
    with time_machine.travel(midnight, tick=False):
        assert User.objects.get(pk=user.pk).roles == set()
        tasks.end_sessions_of_former_staff()
        tasks.end_sessions_of_former_staff()  # harmless

        assert not UserSession.objects.filter(user=user).exists()
        assert is_signed_out(client)


def test_a_session_begun_after_the_role_ended_is_left_alone(office: User) -> None:
    user = MemberFactory.create(role=Role.EXAMS, starts_on=days(-9), ends_on=days(-1))
    client = signed_in(user)

    tasks.end_sessions_of_former_staff()

    assert not is_signed_out(client)


def test_who_has_another_role_stays_signed_in_at_night(office: User) -> None:
    user = MemberFactory.create(role=Role.EXAMS, ends_on=days(0))
    MembershipFactory.create(user=user, role=Role.AUDITOR)
    signed_in(user)

    with time_machine.travel(timezone.localtime() + timedelta(days=1)):
        assert memberships.former_staff() == []


def test_the_person_is_told_in_their_language(office: User) -> None:
    user = UserFactory.create(language="en", name="Ann\nBcc: x@evil.example")
    memberships.give(user, Grant(Role.EXAMS, ends_on=days(30)), by=office)

    [sent] = letters()
    assert sent.to == [user.email]
    assert "\n" not in sent.subject
    assert "exam staff" in sent.body
    assert "http://localhost" in sent.body
    assert "/en/account/start/" in sent.body


def test_who_loses_a_role_is_told(office: User) -> None:
    user = MemberFactory.create(role=Role.EXAMS, language="en")

    memberships.end(only_role_of(user), by=office)

    [sent] = letters()
    assert sent.to == [user.email]
    assert sent.subject == "Your role has ended: exam staff"


def outcomes(results: list[object]) -> list[str]:
    """ "done", or the name of what was raised, in alphabetical order."""
    names = (type(one).__name__ if isinstance(one, Exception) else "done" for one in results)
    return sorted(names, key=str.casefold)


@pytest.mark.django_db(transaction=True)
def test_of_many_who_end_the_same_role_at_once_one_does(transactional_db: None) -> None:
    office = MemberFactory.create(role=Role.OFFICE)
    membership = only_role_of(MemberFactory.create(role=Role.EXAMS))

    results = at_once([lambda: memberships.end(membership, by=office)] * 6)

    assert outcomes(results) == ["done"] + ["MembershipError"] * 5


@pytest.mark.django_db(transaction=True)
def test_two_of_the_office_cannot_end_each_other(transactional_db: None) -> None:
    one, two = (MemberFactory.create(role=Role.OFFICE) for _ in range(2))
    first, second = only_role_of(one), only_role_of(two)

    results = at_once(
        [lambda: memberships.end(second, by=one), lambda: memberships.end(first, by=two)]
    )

    assert outcomes(results) == ["done", "PermissionDenied"]
    assert Membership.objects.current().filter(role=Role.OFFICE).count() == 1


@pytest.mark.django_db(transaction=True)
def test_the_same_role_given_at_once_is_given_once(transactional_db: None) -> None:
    office, user = MemberFactory.create(role=Role.OFFICE), UserFactory.create()

    results = at_once([lambda: memberships.give(user, Grant(Role.AUDITOR), by=office)] * 4)

    assert outcomes(results) == ["done"] + ["MembershipError"] * 3
    assert user.memberships.count() == 1
