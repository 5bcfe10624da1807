"""Making an account: who may, how an address is proved, and what nobody may learn or take."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
import time_machine
from allauth.account.models import EmailAddress
from allauth.socialaccount.models import SocialAccount
from django.core.cache import cache
from django.test import Client
from django.utils import timezone

from accounts import tasks
from accounts.models import Role, User
from accounts.services.accounts import forget_unverified
from courses.models import University
from tests import factories
from tests.mails import letters

pytestmark = pytest.mark.django_db

SIGN_UP = "/en/account/signup/"
CONFIRM = "/en/account/confirm-email/"
EMAIL = "new@student.uq.example"


@pytest.fixture(autouse=True)
def uq() -> University:
    """A university that takes part, and its students' domain."""
    university = factories.UniversityFactory.create(code="UQ", name="Queensland")
    factories.EmailDomainFactory.create(university=university, domain="student.uq.example")
    return university


def sign_up(client: Client, email: str = EMAIL, password: str = factories.PASSWORD) -> int:
    data = {"email": email, "password1": password, "password2": password}
    return client.post(SIGN_UP, data).status_code


def code_in_mail(number: int = -1) -> str:
    found = re.search(r"^\s*([A-Z0-9-]{6,12})\s*$", str(letters()[number].body), re.M)
    assert found, letters()[number].body
    return found[1]


def test_student_makes_an_account_and_comes_to_the_questions(client: Client) -> None:
    assert sign_up(client) == 302
    assert "_auth_user_id" not in client.session
    assert letters()[0].to == [EMAIL]
    answer = client.post(CONFIRM, {"code": code_in_mail().lower()}, follow=True)

    assert answer.request["PATH_INFO"] == "/en/account/profile/"
    assert "Queensland" in answer.content.decode()
    user = User.objects.get()
    assert (user.language, EmailAddress.objects.get().verified) == ("en", True)


@pytest.mark.parametrize(
    "email",
    [
        "a@gmail.example",
        "a@uq.example",
        "a@evil.student.uq.example",
        "a@student.uq.example.evil.test",
        "a@evilstudent.uq.example",
        "a@student.uq.example@evil.test",
        "a@studént.uq.example",
    ],
)
def test_only_addresses_of_participating_universities(client: Client, email: str) -> None:
    assert sign_up(client, email) == 422
    assert not User.objects.exists()
    assert not letters()


def test_refusal_says_who_may_and_what_staff_do(client: Client) -> None:
    data = {"email": "a@gmail.example", "password1": "x", "password2": "x"}
    page = client.post(SIGN_UP, data).content.decode()
    assert "does not belong to students of a participating university" in page
    assert "@student.uq.example" in page
    assert "The programme office invites" in page
    assert "a@gmail.example" in page  # what was typed stays


def test_university_that_stopped_takes_no_new_students(client: Client, uq: University) -> None:
    uq.participating_until = factories.days(-1)
    uq.save()
    assert sign_up(client) == 422
    assert b"student.uq.example" not in Client().get(SIGN_UP).content


@pytest.mark.parametrize("password", ["short", "password123456", EMAIL, "123456789"])
def test_weak_password_is_refused(client: Client, password: str) -> None:
    assert sign_up(client, password=password) == 422


def test_answer_does_not_tell_whether_there_is_an_account(client: Client) -> None:
    factories.UserFactory.create(email="known@student.uq.example")
    pages = []
    for email in ("known@student.uq.example", "fresh@student.uq.example"):
        visitor = Client()
        data = {"email": email, "password1": factories.PASSWORD, "password2": factories.PASSWORD}
        answer = visitor.post(SIGN_UP, data, follow=True)
        assert answer.request["PATH_INFO"] == CONFIRM
        wrong = visitor.post(CONFIRM, {"code": "WRONG1"})
        for page in (answer, wrong):
            text = page.content.decode().replace(email, "EMAIL")
            pages.append(re.sub(r'name="csrfmiddlewaretoken" value="[^"]*"', "", text))
    assert pages[0] == pages[2]
    assert pages[1] == pages[3]
    assert [message.subject for message in letters()] == [
        "Je hebt al een account",  # in the language of who has it
        "Your code for Virtual Exchange",
    ]


def test_code_is_worth_nothing_in_another_session(client: Client) -> None:
    sign_up(client)
    thief = Client()
    sign_up(thief, "thief@student.uq.example")
    answer = thief.post(CONFIRM, {"code": code_in_mail(0)})
    assert answer.status_code == 422
    assert not EmailAddress.objects.filter(verified=True).exists()


def test_used_code_is_worth_nothing(client: Client) -> None:
    sign_up(client)
    code = code_in_mail()
    client.post(CONFIRM, {"code": code})
    client.post("/en/account/logout/")
    client.post("/en/account/login/", {"login": EMAIL, "password": factories.PASSWORD})
    other = Client()
    sign_up(other, "other@student.uq.example")
    assert other.post(CONFIRM, {"code": code}).status_code == 422


def test_code_ends_after_three_wrong_ones(client: Client) -> None:
    sign_up(client)
    code = code_in_mail()
    for _time in range(3):
        client.post(CONFIRM, {"code": "WRONG1"})
    client.post(CONFIRM, {"code": code})
    assert not EmailAddress.objects.filter(verified=True).exists()


def test_a_code_ends_after_ten_minutes(client: Client) -> None:
    with time_machine.travel(timezone.now(), tick=False) as clock:
        sign_up(client)
        code = code_in_mail()
        clock.shift(601)
        client.post(CONFIRM, {"code": code})
        assert not EmailAddress.objects.filter(verified=True).exists()

        late = Client()
        cache.clear()
        sign_up(late)
        clock.shift(590)
        late.post(CONFIRM, {"code": code_in_mail()})
        assert EmailAddress.objects.filter(verified=True).exists()


def test_address_that_somebody_squats_is_free_for_its_owner(client: Client) -> None:
    squatter = Client()
    sign_up(squatter, password="squatters-long-password")
    squatted = User.objects.get().pk
    cache.clear()  # a second code within ten seconds would be refused
    assert sign_up(client) == 302
    client.post(CONFIRM, {"code": code_in_mail()})

    owner = User.objects.get()
    assert owner.pk != squatted
    assert owner.check_password(factories.PASSWORD)
    answer = Client().post(
        "/en/account/login/", {"login": EMAIL, "password": "squatters-long-password"}
    )
    assert answer.status_code == 422
    squatter.post(CONFIRM, {"code": code_in_mail(0)})
    assert "_auth_user_id" not in squatter.session


def test_account_that_means_something_is_never_forgotten() -> None:
    invited = factories.MemberFactory.create(role=Role.COORDINATOR)
    student = factories.StudentFactory.create()
    came_before = factories.UserFactory.create(last_login=timezone.now())
    verified = factories.UserFactory.create()
    for user in (invited, student, came_before):
        EmailAddress.objects.filter(user=user).update(verified=False)
    for user in (invited, student, came_before, verified):
        forget_unverified(user.email)
        assert User.objects.filter(pk=user.pk).exists()
    assert EmailAddress.objects.get(user=verified).verified


def test_adding_an_address_needs_its_code_and_leaks_no_owner(client: Client) -> None:
    owner = factories.UserFactory.create()
    user = factories.StudentFactory.create(language="en")
    client.post("/en/account/login/", {"login": user.email, "password": factories.PASSWORD})
    asked = client.post("/en/account/email/", {"email": owner.email, "action_add": "1"})
    assert asked.url.startswith("/en/account/reauthenticate/")
    client.post(asked.url, {"password": factories.PASSWORD})
    assert client.post(CONFIRM, {"code": code_in_mail()}).status_code == 422
    assert EmailAddress.objects.get(email=owner.email).user == owner


@pytest.mark.parametrize(
    "proved",
    [
        pytest.param(lambda user: user.emailaddress_set.update(verified=True), id="verified"),
        pytest.param(
            lambda user: factories.MembershipFactory.create(user=user, ends_on=factories.days(0)),
            id="role",
        ),
        pytest.param(
            lambda user: SocialAccount.objects.create(user=user, provider="university", uid="1"),
            id="sso",
        ),
        pytest.param(lambda user: change(user, last_login=timezone.now()), id="signed in"),
        pytest.param(lambda user: change(user, is_active=False), id="closed"),
        pytest.param(lambda user: user.emailaddress_set.all().delete(), id="not signed up"),
        pytest.param(lambda user: change(user, created_at=days_ago(6)), id="recent"),
    ],
)
def test_at_night_what_nobody_proved_is_deleted_and_nothing_else(
    client: Client, proved: Callable[[User], object]
) -> None:
    for email in (EMAIL, "other@student.uq.example"):
        sign_up(client, email)
        client.cookies.clear()
    User.objects.update(created_at=days_ago(8))
    kept = User.objects.get(email=EMAIL)
    proved(kept)

    tasks.forget_old_unverified()
    tasks.forget_old_unverified()  # a broker may deliver twice

    assert [user.email for user in User.objects.all()] == [EMAIL]
    assert not EmailAddress.objects.exclude(user=kept).exists()


def change(user: User, **fields: object) -> None:
    User.objects.filter(pk=user.pk).update(**fields)


def days_ago(number: int) -> datetime:
    return timezone.now() - timedelta(days=number)
