"""The second factor: required of staff, encrypted at rest, each code once."""

from __future__ import annotations

import re
import time
from typing import Any

import pytest
import time_machine
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import TOTP, format_hotp_value, hotp_value
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver
from django.utils import timezone
from pytest_django import Settings

from accounts.adapters import MFAAdapter
from accounts.models import Role, User
from tests import factories
from tests.mails import letters

pytestmark = pytest.mark.django_db

SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
STAFF = list(Role)
# Where somebody who still has to show a second factor may go.
OPEN = re.compile(
    r"^en/account/(2fa/|logout/|reauthenticate/|display/|sso/confirm/)|^(livez|readyz)$"
    r"|^sso/callback/$"
)


@pytest.fixture(autouse=True)
def _not_the_demo(settings: Settings) -> None:
    settings.DEMO = False


def code(secret: str = SECRET, at: float | None = None) -> str:
    return format_hotp_value(hotp_value(secret, int(at or time.time()) // 30))


def with_app(user: User) -> User:
    """Give `user` an authenticator app with SECRET."""
    data = {"secret": MFAAdapter().encrypt(SECRET)}
    Authenticator.objects.create(user=user, type=Authenticator.Type.TOTP, data=data)
    return user


def sign_in(client: Client, user: User) -> Any:
    data = {"login": user.email, "password": factories.PASSWORD}
    return client.post("/en/account/login/", data)


def addresses() -> list[str]:
    """Every English address, with something in the place of each argument."""

    def walk(patterns: list[Any], prefix: str) -> list[str]:
        found: list[str] = []
        for pattern in patterns:
            part = str(pattern.pattern)
            if isinstance(pattern, URLResolver):
                found += walk(pattern.url_patterns, prefix + part)
            elif isinstance(pattern, URLPattern):
                filled = re.sub(r"<int:[^>]+>", "1", prefix + part)
                filled = re.sub(r"<[^>]+>|\(\?P<[^)]+\)", "x", filled).replace("^", "")
                found.append(re.sub(r"\$$|\\Z$", "", filled))
        return found

    from django.utils import translation

    with translation.override("en"):
        return walk(get_resolver().url_patterns, "")


@pytest.mark.parametrize("role", STAFF)
def test_staff_without_one_come_no_further_than_setting_one_up(client: Client, role: Role) -> None:
    sign_in(client, factories.MemberFactory.create(role=role))
    looked_at = 0
    for address in addresses():
        if OPEN.search(address):
            continue
        answer = client.get(f"/{address}")
        assert answer.status_code == 302, address
        assert re.match(r"/(nl|en)/account/2fa/\?", answer.url), (address, answer.url)
        looked_at += 1
    assert looked_at > 25
    assert client.get("/en/account/2fa/").status_code == 200
    assert b"Your role needs a second factor" in client.get("/en/account/2fa/").content


def test_posts_of_staff_without_one_do_nothing(client: Client) -> None:
    user = factories.MemberFactory.create(name="Before")
    sign_in(client, user)
    client.post("/en/account/profile/", {"name": "After", "language": "en"})
    user.refresh_from_db()
    assert user.name == "Before"
    partial = client.get("/en/office/", headers={"hx-request": "true"})
    assert partial.headers["HX-Redirect"] == "/en/account/2fa/"


@pytest.mark.django_db(transaction=True)  # the mail waits for the commit
def test_setting_up_an_app_lets_staff_in_at_once(client: Client) -> None:
    user = factories.MemberFactory.create(role=Role.COORDINATOR, language="en")
    sign_in(client, user)
    asked = client.get("/en/account/2fa/totp/activate/")
    assert asked.url.startswith("/en/account/reauthenticate/")
    client.post(asked.url, {"password": factories.PASSWORD})
    page = client.get("/en/account/2fa/totp/activate/").content.decode()
    shown = re.search(r'class="key">((?:[A-Z2-7]{4} ?)+)<', page)
    assert shown
    key = shown[1].replace(" ", "")
    assert "data:image/svg+xml;base64," in page
    wrong = client.post("/en/account/2fa/totp/activate/", {"code": "000000"})
    assert wrong.status_code == 422
    assert shown[1] in wrong.content.decode()  # still the same key
    done = client.post("/en/account/2fa/totp/activate/", {"code": code(key)}, follow=True)

    codes = re.findall(r"<li><code>(\d{8})</code>", done.content.decode())
    assert len(codes) == 10
    assert client.get("/en/account/").status_code == 200
    assert letters()[-1].subject == "An app has been set up for signing in"
    again = client.get("/en/account/2fa/recovery-codes/").content.decode()
    assert not any(one in again for one in codes)  # shown once
    stored = str(list(Authenticator.objects.values_list("data", flat=True)))
    assert key not in stored


def test_password_alone_is_not_enough_with_one(client: Client) -> None:
    user = with_app(factories.MemberFactory.create())
    answer = sign_in(client, user)
    assert answer.url == "/en/account/2fa/authenticate/"
    assert client.get("/en/office/").status_code == 302
    assert b"Use a passkey" not in client.get(answer.url).content  # there is none to use
    assert client.post(answer.url, {"code": "000000"}).status_code == 422
    assert client.post(answer.url, {"code": code()}).status_code == 302
    assert client.get("/en/office/").status_code == 200


def test_code_works_once_and_not_half_a_minute_later(client: Client) -> None:
    user = with_app(factories.StudentFactory.create())
    with time_machine.travel(timezone.now().replace(second=5), tick=False) as clock:
        first = code(at=time.time())
        sign_in(client, user)
        assert client.post("/en/account/2fa/authenticate/", {"code": first}).status_code == 302
        replay = Client()
        sign_in(replay, user)
        assert replay.post("/en/account/2fa/authenticate/", {"code": first}).status_code == 422
        late = Client()
        clock.shift(61)
        sign_in(late, user)
        assert late.post("/en/account/2fa/authenticate/", {"code": first}).status_code == 422
        fresh = {"code": code(at=time.time())}
        assert late.post("/en/account/2fa/authenticate/", fresh).status_code == 302


def test_guessing_codes_is_slowed_down(client: Client) -> None:
    user = with_app(factories.StudentFactory.create())
    sign_in(client, user)
    pages = [
        client.post("/en/account/2fa/authenticate/", {"code": f"{n:06}"}).content for n in range(12)
    ]
    assert sum(b"too many attempts" not in page for page in pages) == 5
    right = client.post("/en/account/2fa/authenticate/", {"code": code()})
    assert right.status_code == 422


def test_session_from_before_the_role_confirms_the_second_factor(client: Client) -> None:
    """A session without it (single sign-on, or older than the role) is not let in."""
    user = with_app(factories.StudentFactory.create())
    client.force_login(user)
    assert client.get("/en/account/").status_code == 200
    factories.MembershipFactory.create(user=user, role=Role.OFFICE)

    asked = client.get("/en/office/")
    assert asked.status_code == 302, asked.status_code
    assert asked.url.startswith("/en/account/2fa/reauthenticate/")
    assert client.post(asked.url, {"code": code()}).url == "/en/office/"
    assert client.get("/en/office/").status_code == 200


def test_records_of_somebody_else_in_the_session_are_worth_nothing(client: Client) -> None:
    other = with_app(factories.MemberFactory.create())
    sign_in(client, other)
    client.post("/en/account/2fa/authenticate/", {"code": code()})
    assert client.get("/en/office/").status_code == 200
    session = client.session
    session["account_authentication_methods_user"] = "999999"
    session.save()
    assert client.get("/en/office/").status_code == 302


def test_removing_the_last_one_asks_staff_for_another(client: Client) -> None:
    user = with_app(factories.MemberFactory.create())
    sign_in(client, user)
    client.post("/en/account/2fa/authenticate/", {"code": code()})
    client.post("/en/account/2fa/reauthenticate/", {"code": code(at=time.time() + 30)})
    asked = client.get("/en/account/2fa/totp/deactivate/")
    if asked.status_code == 302:
        client.post(asked.url.replace("2fa/", ""), {"password": factories.PASSWORD})
    client.post("/en/account/reauthenticate/", {"password": factories.PASSWORD})
    assert client.post("/en/account/2fa/totp/deactivate/").status_code == 302
    client.post("/en/account/logout/")
    sign_in(client, user)
    assert client.get("/en/office/").url.startswith("/en/account/2fa/")


def test_students_choose(client: Client) -> None:
    user = factories.StudentFactory.create(language="en")
    sign_in(client, user)
    assert client.get("/en/account/").status_code == 200
    assert b"we advise one" in client.get("/en/account/").content


def test_the_demo_lets_staff_in_without(client: Client, settings: Settings) -> None:
    settings.DEMO = True
    sign_in(client, factories.MemberFactory.create())
    assert client.get("/en/office/").status_code == 200


def test_secrets_are_not_readable_in_the_database_and_survive_a_new_key(
    settings: Settings,
) -> None:
    user = factories.UserFactory.create()
    settings.SECRET_KEY = "the-old-key-of-the-portal-0123456789"
    data = {"secret": MFAAdapter().encrypt(SECRET)}
    kept = Authenticator.objects.create(user=user, type=Authenticator.Type.TOTP, data=data)
    assert SECRET not in str(Authenticator.objects.values_list("data", flat=True)[0])
    settings.SECRET_KEY_FALLBACKS = [settings.SECRET_KEY]
    settings.SECRET_KEY = "the-new-key-of-the-portal-0123456789"
    assert TOTP(kept).validate_code(code())


@pytest.mark.parametrize("page", ["", "webauthn/", "webauthn/add/", "totp/activate/"])
def test_pages_have_no_script_of_their_own(client: Client, page: str) -> None:
    user = factories.StudentFactory.create()
    sign_in(client, user)
    client.post("/en/account/reauthenticate/", {"password": factories.PASSWORD})
    answer = client.get(f"/en/account/2fa/{page}")
    assert answer.status_code == 200
    for tag in re.findall(r"<script\b[^>]*>", answer.content.decode()):
        assert "src=" in tag or 'type="application/json"' in tag, tag
