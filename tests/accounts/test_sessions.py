"""How long a session lasts, what becomes of what was typed, and how sessions are ended."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
import time_machine
from allauth.usersessions.models import UserSession
from django.contrib.sessions.models import Session
from django.db import connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from pytest_django import Settings

from accounts.models import Role, User
from accounts.services.sessions import end_sessions
from tests import factories

pytestmark = pytest.mark.django_db

HOUR = timedelta(hours=1)
MINUTE = timedelta(minutes=1)


@pytest.fixture(autouse=True)
def _staff_come_in_without_second_factor(settings: Settings) -> None:
    settings.DEMO = True


def come_in(user: User) -> Client:
    client = Client(HTTP_USER_AGENT="Mozilla/5.0 (Windows NT 10.0) Firefox/150.0")
    client.post("/en/account/login/", {"login": user.email, "password": factories.PASSWORD})
    return client


def is_in(client: Client) -> bool:
    return client.get("/en/account/").status_code == 200


@pytest.mark.parametrize(
    ("make", "idle", "absolute"),
    [
        (factories.StudentFactory.create, 8 * HOUR, 7 * 24 * HOUR),
        (factories.MemberFactory.create, 30 * MINUTE, 12 * HOUR),
    ],
)
def test_ends_after_disuse_and_in_any_case(
    make: Callable[[], User], idle: timedelta, absolute: timedelta
) -> None:
    with time_machine.travel(timezone.now(), tick=False) as clock:
        client = come_in(make())
        clock.shift(idle - MINUTE)
        assert is_in(client)
        clock.shift(idle - MINUTE)
        assert is_in(client)  # its use counted
        clock.shift(idle + 2 * MINUTE)
        assert not is_in(client)

        client = come_in(make())
        for _step in range(int(absolute / (idle / 2))):
            assert is_in(client)
            clock.shift(idle / 2)
        clock.shift(MINUTE)
        assert not is_in(client)


def test_longer_limits_of_a_student_end_when_they_become_staff() -> None:
    with time_machine.travel(timezone.now(), tick=False) as clock:
        user = factories.StudentFactory.create()
        client = come_in(user)
        factories.MembershipFactory.create(user=user, role=Role.OFFICE)
        clock.shift(31 * MINUTE)
        assert not is_in(client)


def test_end_is_said_and_leads_back() -> None:
    with time_machine.travel(timezone.now(), tick=False) as clock:
        user = factories.StudentFactory.create()
        client = come_in(user)
        clock.shift(9 * HOUR)
        answer = client.get("/en/account/email/?page=2")
        assert answer.status_code == 302
        page = client.get(answer.url)
        assert b"Your session has ended" in page.content
        typed = {"login": user.email, "password": factories.PASSWORD}
        back = client.post(answer.url, {**typed, "next": "/en/account/email/?page=2"})
        assert back.url == "/en/account/email/?page=2"


def test_visitor_who_never_was_in_is_not_told_so() -> None:
    page = Client().get("/en/account/", follow=True)
    assert b"Your session has ended" not in page.content


def test_form_sent_too_late_is_kept_and_sent_after_signing_in() -> None:
    with time_machine.travel(timezone.now(), tick=False) as clock:
        user = factories.MemberFactory.create(name="Before")
        client = come_in(user)
        clock.shift(HOUR)
        typed = {"name": "After <b>", "language": "en"}
        answer = client.post("/en/account/profile/", typed)
        user.refresh_from_db()
        assert user.name == "Before"
        signed_in = client.post(
            "/en/account/login/",
            {"login": user.email, "password": factories.PASSWORD, "next": "/en/account/resume/"},
        )
        assert "ended=1" in answer.url
        assert "next=%2Fen%2Faccount%2Fresume%2F" in answer.url
        page = " ".join(client.get(signed_in.url).content.decode().split())
        assert 'action="/en/account/profile/"' in page
        assert 'name="name" value="After &lt;b&gt;"' in page


def test_kept_form_is_for_its_owner_for_an_hour_and_holds_no_password() -> None:
    with time_machine.travel(timezone.now(), tick=False) as clock:
        owner, other = factories.MemberFactory.create(), factories.MemberFactory.create()
        client = come_in(owner)
        clock.shift(HOUR)
        client.post("/en/account/profile/", {"name": "Mine", "language": "en"})
        client.post("/en/account/login/", {"login": other.email, "password": factories.PASSWORD})
        assert client.get("/en/account/resume/").status_code == 302

        client = come_in(owner)
        clock.shift(HOUR)
        secret = {"oldpassword": "a-secret", "password1": "x", "password2": "x"}
        answer = client.post("/en/account/password/change/", secret)
        assert "resume" not in answer.url
        assert "a-secret" not in str(client.session.items())


def test_forged_form_from_another_site_is_not_kept() -> None:
    with time_machine.travel(timezone.now(), tick=False) as clock:
        user = factories.MemberFactory.create()
        client = Client(enforce_csrf_checks=True)
        client.force_login(user)
        client.get("/en/account/")
        clock.shift(HOUR)
        answer = client.post("/en/account/profile/", {"name": "Evil", "language": "en"})
        assert answer.status_code == 403
        assert "Evil" not in str(dict(client.session.items()))


def test_partial_request_after_the_end_reloads_the_whole_page() -> None:
    with time_machine.travel(timezone.now(), tick=False) as clock:
        client = come_in(factories.StudentFactory.create())
        clock.shift(9 * HOUR)
        headers = {"hx-request": "true", "hx-current-url": "http://testserver/en/account/?a=1"}
        answer = client.get("/en/account/profile/", headers=headers)
        assert answer.status_code == 204
        assert "next=%2Fen%2Faccount%2F%3Fa%3D1" in answer.headers["HX-Redirect"]
        evil = {"hx-request": "true", "hx-current-url": "https://evil.test/"}
        assert "evil" not in client.get("/en/account/", headers=evil).headers["HX-Redirect"]


def test_activity_is_written_once_a_minute_at_most() -> None:
    with time_machine.travel(timezone.now(), tick=False) as clock:
        client = come_in(factories.StudentFactory.create())
        with CaptureQueriesContext(connection) as queries:
            for _time in range(5):
                assert is_in(client)
        assert not [q for q in queries if q["sql"].startswith(("UPDATE", "INSERT"))]
        clock.shift(61 * timedelta(seconds=1))
        with CaptureQueriesContext(connection) as queries:
            for _time in range(5):
                assert is_in(client)
        written = [q for q in queries if q["sql"].startswith(("UPDATE", "INSERT"))]
        assert len(written) == 2  # the session, and the row its owner sees


def test_ending_them_ends_each_at_its_next_request() -> None:
    user, other = factories.StudentFactory.create(), factories.StudentFactory.create()
    clients = [come_in(user), come_in(user)]
    bystander = come_in(other)
    assert end_sessions(user) == 2
    assert not any(is_in(client) for client in clients)
    assert is_in(bystander)


def test_ending_them_is_undone_with_its_transaction() -> None:
    user = factories.StudentFactory.create()
    client = come_in(user)
    with transaction.atomic():
        end_sessions(user)
        transaction.set_rollback(True)
    assert is_in(client)


def test_deactivating_ends_a_session_at_its_next_request() -> None:
    user = factories.StudentFactory.create()
    client = come_in(user)
    User.objects.filter(pk=user.pk).update(is_active=False)
    assert not is_in(client)


def test_every_session_is_known_from_its_first_moment() -> None:
    come_in(factories.StudentFactory.create())
    assert UserSession.objects.count() == Session.objects.count() == 1


def test_list_shows_ones_own_and_ends_the_chosen_one() -> None:
    user, other = factories.StudentFactory.create(language="en"), factories.StudentFactory.create()
    here, there, third = come_in(user), come_in(user), come_in(user)
    bystander = come_in(other)
    page = here.get("/en/account/sessions/").content.decode()
    assert page.count("Firefox on Windows</strong>") == 3

    row = UserSession.objects.get(session_key=there.session.session_key)
    here.post("/en/account/sessions/", {"session": row.pk})
    assert (is_in(here), is_in(there), is_in(third)) == (True, False, True)
    theirs = UserSession.objects.get(user=other)
    here.post("/en/account/sessions/", {"session": theirs.pk})
    assert is_in(bystander)
    here.post("/en/account/sessions/")
    assert (is_in(here), is_in(third), is_in(bystander)) == (True, False, True)


def test_list_asks_as_much_for_three_as_for_one() -> None:
    user = factories.StudentFactory.create()
    client = come_in(user)
    counts = []
    for _more in range(2):
        with CaptureQueriesContext(connection) as queries:
            client.get("/en/account/sessions/")
        counts.append(len(queries))
        come_in(user)
        come_in(user)
    assert counts[0] == counts[1] <= 8


def test_the_list_says_when_a_session_ends(settings: Settings) -> None:
    settings.SESSION_LIMITS = {"student": (3 * 3600, 5 * 86400), "staff": (10 * 60, 11 * 3600)}
    says = "A session ends by itself after {} without use, and {} after signing in."
    student = come_in(factories.StudentFactory.create()).get("/en/account/sessions/").text
    staff = come_in(factories.MemberFactory.create()).get("/en/account/sessions/").text

    assert says.format("3 hours", "5 days") in student
    assert says.format("10 minutes", "11 hours") in staff
