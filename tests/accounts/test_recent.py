"""Acts before which one is asked again who one is, unless one signed in a moment ago."""

from __future__ import annotations

import re
import time
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from allauth.account.adapter import get_adapter
from allauth.account.models import EmailAddress
from allauth.mfa.utils import is_mfa_enabled
from allauth.socialaccount.models import SocialAccount
from django.core import mail
from django.db import transaction
from django.test import Client
from django.urls import get_resolver, reverse
from pytest_django import Settings

from accounts import recent
from accounts.models import Invitation, Role, User
from accounts.recent import GRADES, PEOPLE
from accounts.services.sessions import STARTED
from tests import factories
from tests.accounts.test_mfa import code, with_app
from tests.addresses import ADDRESSES
from tests.oidc_provider.running import Provider
from tests.oidc_provider.visiting import go_out, sign_in, signed_in, way_out
from tests.test_addresses import names, writes_seen
from tests.world import build_world

pytestmark = pytest.mark.django_db

ASKED = {
    **dict.fromkeys(("people:give", "people:membership", "people:end"), PEOPLE),
    **dict.fromkeys(("people:close", "people:reopen"), PEOPLE),
    **dict.fromkeys(("people:invite", "people:resend", "people:revoke"), PEOPLE),
    **dict.fromkeys(("people:export", "desk:export", "audit:export"), PEOPLE),
    **dict.fromkeys(("partner:download", "results:template"), PEOPLE),
    **dict.fromkeys(("registrations:batch-xlsx", "registrations:batch-csv"), PEOPLE),
    **dict.fromkeys(("review:transcript", "registrations:act"), GRADES),
    **dict.fromkeys(("registrations:new-batch", "results:enter"), GRADES),
    **dict.fromkeys(("results:enter-list", "results:confirm"), GRADES),
}
QUESTION = "/account/reauthenticate/"
INVITED = {
    "email": "new@demo.example",
    "name": "Noor Nieuw",
    "language": "en",
    "role": Role.AUDITOR,
    "starts_on": "2030-02-01",
}


def last_seen(client: Client, seconds: float) -> None:
    """Whoever is signed in with `client` showed who they are so long ago."""
    session = client.session
    session[STARTED] = time.time() - seconds
    session.pop("account_authentication_methods", None)
    session.save()


def of_the_office(client: Client, **about: Any) -> User:
    user = factories.MemberFactory.create(role=Role.OFFICE, language="en", **about)
    client.force_login(user)
    client.get("/en/office/")
    return user


@pytest.fixture
def office(client: Client, settings: Settings) -> User:
    """Somebody of the office, signed in ten minutes ago."""
    settings.DEMO = True  # no second factor
    settings.ACCOUNT_REAUTHENTICATION_TIMEOUT = 300
    user = of_the_office(client)
    last_seen(client, 600)
    return user


def test_each_act_asks_and_does_nothing_before_the_answer(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    """All of them, each as who may do it; and, the control, none when the question is taken out."""
    views = {name: pattern.callback for name, pattern in names(get_resolver())}
    marked = {name: view.recent for name, view in views.items() if hasattr(view, "recent")}
    assert marked == ASKED

    world, clients = build_world(), {}
    settings.ACCOUNT_REAUTHENTICATION_TIMEOUT = 300

    def ask(name: str) -> tuple[Any, list[str]]:
        row = ADDRESSES[name]
        allowed = row.post if row.post is not None else row.get
        who = sorted(allowed or ())[0]
        client = clients.setdefault(who, world.client(who))
        client.get("/nl/account/")
        last_seen(client, 3700)
        before = transaction.savepoint_create()
        with writes_seen() as writes:
            answer = client.generic("POST" if row.post is not None else "GET", world.path(name))
        transaction.savepoint_rollback(before)
        return answer, writes

    for name in ASKED:
        answer, writes = ask(name)
        assert answer.status_code == 302, name
        assert QUESTION in answer.url, (name, answer.url)
        assert writes == [], name
    monkeypatch.setattr(recent, "is_recent", lambda *_: True)
    for name in ASKED:
        answer, _writes = ask(name)
        assert QUESTION not in answer.headers.get("Location", ""), name


def test_what_was_typed_is_done_after_the_answer(client: Client, office: User) -> None:
    form = client.get("/en/office/people/invite/")
    assert form.status_code == 200  # opening it asks nothing
    asked = client.post("/en/office/people/invite/?from=mail", INVITED)
    page = client.get(asked.url)
    assert "Confirm that it is you" in page.content.decode()
    field = {"next": parse_qs(urlsplit(asked.url).query)["next"][0]}
    assert client.post(asked.url, {"password": "wrong", **field}).status_code == 422
    assert not Invitation.objects.exists()

    answer = client.post(asked.url, {"password": factories.PASSWORD, **field})

    assert answer.url == "/en/office/people/invitations/"
    made = Invitation.objects.get()
    assert (made.email, made.name, made.role) == (INVITED["email"], INVITED["name"], Role.AUDITOR)
    assert str(made.starts_on) == INVITED["starts_on"]
    assert made.invited_by == office
    # And within five minutes nothing is asked any more.
    again = client.post("/en/office/people/invite/", INVITED | {"email": "second@demo.example"})
    assert again.url == "/en/office/people/invitations/"


def test_what_was_typed_wrong_comes_back_as_a_form_that_goes_to_its_own_place(
    client: Client, office: User
) -> None:
    asked = client.post("/en/office/people/invite/", INVITED | {"email": "nonsense"})
    answer = client.post(asked.url, {"password": factories.PASSWORD})

    assert answer.status_code == 422
    page = answer.content.decode()
    assert 'action="/en/office/people/invite/"' in page
    assert "Noor Nieuw" in page


def test_a_file_leads_back_to_the_page_it_was_on(client: Client, office: User) -> None:
    listed = "http://testserver/en/office/people/?state=staff"
    asked = client.get("/en/office/people/export/?state=staff", headers={"referer": listed})
    assert "choose it once more" in client.get(asked.url).content.decode()
    answer = client.post(asked.url, {"password": factories.PASSWORD})

    assert answer.url == "/en/office/people/?state=staff"
    assert client.get("/en/office/people/export/").headers["Content-Type"].startswith("text/csv")
    last_seen(client, 600)
    elsewhere = {"referer": "https://evil.test/x"}
    asked = client.get("/en/office/people/export/", headers=elsewhere)
    assert "next=%2Fen%2Foffice%2Fpeople%2Fexport%2F" in asked.url


def test_signing_in_is_an_answer_and_so_is_a_code(client: Client, settings: Settings) -> None:
    """Who has no password here but an app answers with a code from it."""
    settings.DEMO = True
    user = with_app(of_the_office(client))
    assert client.post("/en/office/people/invite/", INVITED).status_code == 302
    assert Invitation.objects.count() == 1  # just signed in
    user.set_unusable_password()
    user.save()
    client.force_login(user)
    last_seen(client, 4000)

    asked = client.post("/en/office/people/invite/", INVITED | {"email": "b@demo.example"})

    assert asked.url.startswith("/en/account/2fa/reauthenticate/")
    assert client.post(asked.url, {"code": "000000"}).status_code == 422
    assert client.post(asked.url, {"code": code()}).url == "/en/office/people/invitations/"
    assert Invitation.objects.count() == 2


def test_a_code_by_mail_is_no_answer(client: Client, office: User, settings: Settings) -> None:
    def ways() -> set[str]:
        return {way["id"] for way in get_adapter().get_reauthentication_methods(office)}

    request_one = reverse("account_request_reauthentication_code")
    assert ways() == {"reauthenticate"}
    assert client.post(request_one).status_code == 403
    assert not mail.outbox

    settings.ACCOUNT_REAUTHENTICATION_METHODS = ("password", "code")  # as allauth would have it
    EmailAddress.objects.update_or_create(user=office, email=office.email, verified=True)
    assert ways() == {"reauthenticate", "reauthenticate_by_code"}


def test_asked_from_within_a_page_the_whole_page_goes_there(client: Client, office: User) -> None:
    answer = client.post("/en/office/people/invite/", INVITED, headers={"hx-request": "true"})
    assert answer.status_code == 204
    assert answer.headers["HX-Redirect"].startswith("/en/account/reauthenticate/")


def test_who_comes_by_their_university_signs_in_there_again(
    client: Client, provider: Provider, settings: Settings
) -> None:
    """The same person, asked since: else nothing is done, and what was typed is kept."""
    settings.DEMO = True
    settings.ACCOUNT_REAUTHENTICATION_TIMEOUT = 300
    sign_in(client, provider)
    user = signed_in(client)
    factories.MembershipFactory.create(user=user, role=Role.OFFICE)
    last_seen(client, 600)

    asked = client.post("/en/office/people/invite/", INVITED)
    assert asked.url.startswith("/en/account/sso/confirm/?next=")
    assert "SURFconext" in client.get(asked.url).content.decode()

    def go_and_come_back(**said: Any) -> Any:
        page = client.post(asked.url, {"next": "/en/office/people/invite/"}).content.decode()
        there = way_out(page)
        query = parse_qs(urlsplit(there).query)
        assert (query["prompt"], query["max_age"]) == (["login"], ["0"])
        provider.says(**said)
        return client.get(provider.back(there))

    now = int(time.time())
    for said in ({}, {"auth_time": now - 3600}, {"auth_time": "now"}, {"auth_time": True}):
        answer = go_and_come_back(id_token=said)
        assert answer.status_code == 403, said
        assert "did not ask you to sign in again" in answer.content.decode()
    answer = go_and_come_back(sub="somebody-else", id_token={"auth_time": now})
    assert "as another" in answer.content.decode()
    assert signed_in(client) == user
    assert not Invitation.objects.exists()
    assert SocialAccount.objects.count() == 1

    answer = go_and_come_back(id_token={"auth_time": now})

    assert answer.url == "/en/office/people/invitations/"
    assert Invitation.objects.get().email == INVITED["email"]
    # What protects the account is asked for in the same way: a passkey, an app.
    assert client.get("/en/account/2fa/totp/activate/").status_code == 200
    last_seen(client, 600)
    protected = client.get("/en/account/2fa/totp/activate/")
    assert protected.url.startswith("/en/account/sso/confirm/")
    assert "max_age" not in go_out(Client())  # who signs in is not asked for more


def test_staff_of_a_university_set_up_a_second_factor_after_signing_in_there_again(
    client: Client, provider: Provider, settings: Settings
) -> None:
    """They have no password; what they typed is done, and who has a factor cannot go round it."""
    settings.DEMO = False
    settings.ACCOUNT_REAUTHENTICATION_TIMEOUT = 300
    set_up = "/en/account/2fa/totp/activate/"
    sign_in(client, provider)
    user = signed_in(client)
    assert user is not None
    factories.MembershipFactory.create(user=user, role=Role.OFFICE)
    shown = re.search(r'class="key">([A-Z2-7 ]+)<', client.get(set_up).content.decode())
    assert shown
    last_seen(client, 600)

    asked = client.post(set_up, {"code": code(shown[1].replace(" ", ""))})
    assert asked.url.startswith("/en/account/sso/confirm/")
    there = way_out(client.post(asked.url, {"next": set_up}).content.decode())
    provider.says(id_token={"auth_time": int(time.time())})
    client.get(provider.back(there))

    assert is_mfa_enabled(user)
    assert client.get("/en/office/").status_code == 200
    # In a session without the factor, the university's word is not enough to take it away.
    client.logout()
    client.force_login(user)
    for path in ("/en/account/sso/confirm/", "/sso/callback/"):
        assert "/account/2fa/reauthenticate/" in client.get(path).url
