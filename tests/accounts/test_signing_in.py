"""Signing in with a password, choosing a new one, and what a stranger may learn or forge."""

from __future__ import annotations

import re
import smtplib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from allauth.account.models import EmailAddress
from django.conf import settings as django_settings
from django.test import Client
from pytest_django import DjangoAssertNumQueries, Settings

from accounts.adapters import KINDS
from accounts.models import Role, User
from tests import factories
from tests.mails import letters

pytestmark = pytest.mark.django_db

LOGIN = "/en/account/login/"
RESET = "/en/account/password/reset/"
NEW = "a-new-and-longer-sentence"


def sign_in(client: Client, user: User, password: str = factories.PASSWORD, **extra: Any) -> Any:
    return client.post(LOGIN, {"login": user.email, "password": password}, **extra)


def reset_link(client: Client, user: User) -> str:
    """The path of the link in the mail that the reset page sends."""
    client.post(RESET, {"email": user.email})
    found = re.search(r"https?://\S+", str(letters()[-1].body))
    assert found
    assert found[0].startswith(django_settings.SITE_URL), found[0]
    return found[0].removeprefix(django_settings.SITE_URL)


def test_signs_in_with_either_address_in_any_case(client: Client) -> None:
    user = factories.StudentFactory.create()
    EmailAddress.objects.create(user=user, email="private@mail.example", verified=True)
    for typed in (user.email, user.email.upper(), "Private@mail.example"):
        answer = client.post(LOGIN, {"login": typed, "password": factories.PASSWORD})
        assert answer.url == "/nl/account/start/", typed
        client.post("/en/account/logout/")


def test_wrong_password_keeps_the_address_and_says_no_more_than_an_unknown_one(
    client: Client,
) -> None:
    user = factories.UserFactory.create()
    wrong = sign_in(client, user, "wrong")
    unknown = client.post(LOGIN, {"login": "nobody@mail.example", "password": "wrong"})

    assert wrong.status_code == unknown.status_code == 422
    assert user.email in wrong.content.decode()
    said = [
        re.sub(r'value="[^"]*"', "", page.content.decode()).split("<main", 1)[1].split("</main")[0]
        for page in (wrong, unknown)
    ]
    assert said[0] == said[1]
    assert "do not belong together" in said[0]


def test_closed_account_is_not_let_in(client: Client) -> None:
    user = factories.UserFactory.create(is_active=False)
    answer = sign_in(client, user)
    assert answer.url == "/en/account/inactive/"
    assert b"has been closed" in client.get(answer.url).content
    assert "_auth_user_id" not in client.session


@pytest.mark.parametrize(
    ("make", "lands"),
    [
        (lambda: factories.MemberFactory.create(role=Role.OFFICE), "/nl/office/"),
        (lambda: factories.MemberFactory.create(role=Role.AUDITOR), "/nl/work/"),
        (lambda: factories.MemberFactory.create(role=Role.COORDINATOR), "/nl/work/"),
        (lambda: factories.MemberFactory.create(role=Role.PARTNER), "/nl/work/"),
        (lambda: factories.MemberFactory.create(role=Role.EXAMS), "/nl/exams/"),
        (lambda: factories.StudentFactory.create(), "/nl/exchange/"),
        (lambda: factories.UserFactory.create(), "/nl/account/profile/"),
        (lambda: factories.StudentFactory.create(language="en"), "/en/exchange/"),
    ],
)
def test_lands_where_the_work_is(
    client: Client, settings: Settings, make: Callable[[], User], lands: str
) -> None:
    settings.DEMO = True  # staff come in without a second factor
    sign_in(client, make())
    assert client.get("/nl/account/start/").url == lands


def test_session_changes_on_the_way_in_and_out(client: Client) -> None:
    session = client.session
    session["seen-before"] = 1
    session.save()
    before = session.session_key
    sign_in(client, factories.UserFactory.create())
    after = client.session.session_key
    assert after != before
    client.post("/en/account/logout/")
    assert client.session.session_key not in {before, after}


def test_cookies_are_closed_to_scripts_and_other_sites(client: Client) -> None:
    client.get(LOGIN)
    answer = sign_in(client, factories.UserFactory.create())
    on_the_wire = [morsel.OutputString() for morsel in answer.cookies.values()]
    assert len(on_the_wire) == 2
    for line in on_the_wire:
        assert re.search(r"; HttpOnly(;|$)", line), line
        assert re.search(r"; SameSite=Lax(;|$)", line), line
        assert "Domain=" not in line
        assert "; Path=/" in line
    assert not any("sid=" in line and "expires" in line.lower() for line in on_the_wire)


@pytest.mark.parametrize(
    "evil",
    [
        "https://evil.test/",
        "//evil.test",
        "///evil.test",
        "/\\evil.test",
        "\\\\evil.test",
        "http:evil.test",
        "https:/evil.test",
        "javascript:alert(1)",
        "JaVaScRiPt:alert(1)",
        "data:text/html,x",
        "\thttps://evil.test",
        "\x00//evil.test",
        "https://localhost@evil.test",
        "https://localhost.evil.test",
        "http://localhost:8000.evil.test",
    ],
)
def test_next_leads_nowhere_else(client: Client, evil: str) -> None:
    user = factories.StudentFactory.create(language="en")
    page = client.get(LOGIN, {"next": evil}).content.decode()
    assert not re.search(r'(href|action)="[^"?]*evil', page)
    answer = client.post(LOGIN, {"login": user.email, "password": factories.PASSWORD, "next": evil})
    assert answer.url == "/en/account/start/"
    out = client.post("/en/account/logout/", {"next": evil})
    assert out.url == "/en/"


def test_next_within_the_portal_is_followed(client: Client) -> None:
    user = factories.StudentFactory.create()
    answer = client.post(
        LOGIN,
        {"login": user.email, "password": factories.PASSWORD, "next": "/en/account/email/?a=b"},
    )
    assert answer.url == "/en/account/email/?a=b"


def test_new_password_by_mail_works_once_and_ends_other_sessions(client: Client) -> None:
    user = factories.StudentFactory.create(language="en")
    elsewhere = Client()
    sign_in(elsewhere, user)
    link = reset_link(client, user)
    form = client.get(link)
    assert form.status_code == 302  # the key leaves the address
    saved = client.post(form.url, {"password1": NEW, "password2": NEW})

    assert saved.status_code == 302
    assert elsewhere.get("/en/account/").status_code == 302
    assert b"no longer valid" in Client().get(link, follow=True).content
    assert sign_in(Client(), user, NEW).status_code == 302
    assert sign_in(Client(), user).status_code == 422


def test_newer_request_and_changed_password_spend_the_link(client: Client) -> None:
    user = factories.StudentFactory.create()
    link = reset_link(client, user)
    user.set_password(NEW)
    user.save()
    assert "geldt niet meer" in client.get(link, follow=True).content.decode() or (
        "no longer valid" in client.get(link, follow=True).content.decode()
    )


@pytest.mark.parametrize("header", ["host", "x-forwarded-host", "x-forwarded-server", "forwarded"])
def test_mails_link_to_our_own_address_whatever_host_was_asked(
    client: Client, header: str, settings: Settings
) -> None:
    settings.ALLOWED_HOSTS = ["testserver", "other.example"]
    user = factories.UserFactory.create()
    value = "other.example" if header == "host" else "evil.test"
    for data in ({"email": user.email}, {"email": "nobody@mail.example"}):
        client.post(RESET, data, headers={header: value})
    assert len(letters()) == 2
    for message in letters():
        found = re.findall(r"https?://[^/\s]+", str(message.body))
        assert found
        assert set(found) == {django_settings.SITE_URL}


def test_forged_host_is_refused(client: Client, caplog: pytest.LogCaptureFixture) -> None:
    assert client.post(RESET, {"email": "a@b.nl"}, headers={"host": "evil.test"}).status_code == 400
    assert not letters()
    caplog.clear()  # Django says so in the log


def test_reset_says_the_same_of_known_and_unknown_addresses(client: Client) -> None:
    user = factories.UserFactory.create()
    known = client.post(RESET, {"email": user.email}, follow=True)
    unknown = client.post(RESET, {"email": "nobody@mail.example"}, follow=True)
    assert known.content == unknown.content
    assert [message.to for message in letters()] == [[user.email], ["nobody@mail.example"]]


@pytest.mark.parametrize(
    ("language", "subject"), [("nl", "Kies een nieuw"), ("en", "Choose a new")]
)
def test_mail_is_in_its_readers_language(client: Client, language: str, subject: str) -> None:
    user = factories.UserFactory.create(language=language)
    path = reset_link(client, user)
    assert letters()[0].subject.startswith(subject)
    assert path.startswith(f"/{language}/")


def test_no_request_speaks_to_the_mail_server(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A server that is down or slow costs neither the page nor the mail: a worker sends it."""

    def down(*_args: object, **_kwargs: object) -> None:
        raise smtplib.SMTPServerDisconnected

    monkeypatch.setattr("django.core.mail.EmailMessage.send", down)
    user = factories.UserFactory.create()
    assert client.post(RESET, {"email": user.email}).status_code == 302
    assert "/password/reset/key/" in str(letters()[-1].body)


def test_changing_the_password_asks_for_the_old_one_signs_out_and_tells(
    client: Client, sign_in: Callable[[User], Client]
) -> None:
    user = factories.StudentFactory.create(language="en")
    sign_in(user)
    change = "/en/account/password/change/"
    wrong = client.post(change, {"oldpassword": "x", "password1": NEW, "password2": NEW})
    assert wrong.status_code == 422
    weak = client.post(
        change, {"oldpassword": factories.PASSWORD, "password1": "short", "password2": "short"}
    )
    assert weak.status_code == 422
    client.post(change, {"oldpassword": factories.PASSWORD, "password1": NEW, "password2": NEW})
    assert client.get("/en/account/").status_code == 302
    assert letters()[-1].subject == "Your password has been changed"


def test_every_text_of_allauth_that_people_read_is_ours() -> None:
    """A page or mail of allauth that we forgot would show its own words and look."""
    import allauth

    theirs = Path(allauth.__file__).parent / "templates"
    ours = django_settings.BASE_DIR / "templates"
    unreachable = {
        "account/base_",
        "account/confirm_login_code",
        "account/confirm_p",
        "account/confirm_reauthentication_code",
        "account/email_change",
        "account/email_confirm.",
        "account/phone_",
        "account/request_login_code",
        "account/request_reauthentication_code",
        "account/signup_by_passkey",
        "account/snippets",
        "account/verification_sent",
        "account/verified_email_required",
        "account/email/",  # the next test
        "account/messages/login_code",
        "account/messages/phone",
        "mfa/base_",
        "mfa/email/",
        "mfa/trust",
        "mfa/recovery_codes/base",
        "mfa/recovery_codes/download",
        "mfa/totp/base",
        "mfa/webauthn/base",
        "mfa/webauthn/signup",
        "mfa/webauthn/snippets",
        "socialaccount/base_",
        "socialaccount/email/",
        "socialaccount/login.",
        "socialaccount/snippets",
        "socialaccount/messages/account_connected_updated",
        "usersessions/",
    }
    missing = [
        name
        for folder in ("account", "mfa", "socialaccount", "usersessions")
        for path in sorted((theirs / folder).rglob("*.*"))
        if not (ours / (name := str(path.relative_to(theirs)))).exists()
        and not any(name.startswith(start) for start in unreachable)
    ]
    assert not missing


def test_every_mail_of_allauth_has_words_of_ours() -> None:
    """One that we forgot would say no more than that something changed."""
    import allauth

    theirs = Path(allauth.__file__).parent / "templates"
    unreachable = {"login_code", "password_reset_code"}
    names = {path.name.removesuffix("_subject.txt") for path in theirs.rglob("*_subject.txt")}
    text = (django_settings.BASE_DIR / "templates/accounts/notices/security.txt").read_text()
    ours = {*KINDS, *re.findall(r'mail == "(\w+)"', text)}

    assert names - ours == unreachable


@pytest.mark.parametrize(
    "path",
    ["account/", "account/profile/", "account/email/", "account/2fa/", "account/password/change/"],
)
def test_account_pages_ask_the_database_little(
    client: Client,
    path: str,
    sign_in: Callable[[User], Client],
    django_assert_max_num_queries: DjangoAssertNumQueries,
) -> None:
    sign_in(factories.StudentFactory.create())
    client.get("/en/account/")
    with django_assert_max_num_queries(10):
        assert client.get(f"/en/{path}").status_code == 200


@pytest.mark.parametrize(
    "data", [{"login": "\x00", "password": "\x00"}, {"login": "x" * 10_000}, {}]
)
@pytest.mark.parametrize("path", [LOGIN, RESET, "/en/account/signup/"])
def test_nonsense_in_forms_gets_the_form_back(
    client: Client, path: str, data: dict[str, str]
) -> None:
    assert client.post(path, data | {"email": data.get("login", "")}).status_code == 422


def test_a_form_that_breaks_on_nonsense_would_be_seen(
    client: Client, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """The control: no middleware makes a page of what a form did not expect."""

    def breaks(_form: object) -> None:
        raise ValueError("nonsense")

    monkeypatch.setattr("accounts.forms.signing_in.SignInForm.clean", breaks)
    with pytest.raises(ValueError, match="nonsense"):
        client.post(LOGIN, {"login": "\x00", "password": "\x00"})
    caplog.clear()  # the error that a test may not leave behind
