"""Single sign-on against a real provider: its own process, spoken to over HTTP."""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from allauth.account.models import EmailAddress
from allauth.socialaccount.models import SocialAccount
from django.conf import settings as django_settings
from django.test import Client
from pytest_django import Settings

from accounts.models import Role, User
from accounts.oidc import Claims
from tests import factories
from tests.mails import letters
from tests.oidc_provider.running import CLAIMS, ESI, Provider
from tests.oidc_provider.visiting import go_out, sign_in, signed_in, way_out

pytestmark = pytest.mark.django_db


def test_student_comes_in_and_is_asked_only_what_is_not_known(
    client: Client, provider: Provider
) -> None:
    answer = sign_in(client, provider)

    assert (answer.status_code, answer.url) == (302, "/en/account/start/")
    user = signed_in(client)
    assert user is not None
    assert (user.name, user.email) == (CLAIMS["name"], CLAIMS["email"])
    assert not user.has_usable_password()
    assert EmailAddress.objects.get(user=user).verified
    kept = SocialAccount.objects.get(user=user)
    assert kept.uid == "sub-1"
    assert set(kept.extra_data["userinfo"]) <= {*CLAIMS, "sub", "amr", "acr"}

    faculty = factories.FacultyFactory.create()
    programme = factories.ProgrammeFactory.create(faculty=faculty)
    page = client.get("/en/account/profile/").content.decode()
    assert "s1234567" in page
    assert ESI in page
    typed = {"name": user.name, "language": "en", "programme": programme.pk, "year": "2"}
    assert client.post("/en/account/profile/", typed | {"student_number": "9"}).status_code == 302
    user.student.refresh_from_db()
    assert user.student.student_number == "s1234567"  # what the university says leads
    assert user.student.esi == ESI
    assert user.student.home_university.is_home


def test_request_carries_pkce_state_nonce_and_the_one_callback(
    client: Client, provider: Provider
) -> None:
    asked = parse_qs(urlsplit(go_out(client)).query)

    assert asked["code_challenge_method"] == ["S256"]
    assert {"state", "nonce", "code_challenge"} <= asked.keys()
    assert asked["redirect_uri"] == [f"{django_settings.SITE_URL}/sso/callback/"]
    again = parse_qs(urlsplit(go_out(client)).query)
    assert asked["nonce"] != again["nonce"]
    assert asked["state"] != again["state"]


def test_forged_host_does_not_reach_the_callback_address(
    client: Client, provider: Provider
) -> None:
    asked = client.post("/en/account/sso/", headers={"x-forwarded-host": "evil.test"})
    assert b"evil.test" not in asked.content


@pytest.mark.parametrize(
    "wrong",
    [
        pytest.param({"iss": "https://evil.test"}, id="issuer"),
        pytest.param({"aud": "another-client"}, id="audience"),
        pytest.param({"aud": ["another-client"]}, id="audiences"),
        pytest.param({"nonce": "of-another-request"}, id="nonce"),
        pytest.param({"exp": 1}, id="expired"),
        pytest.param({"sub": "somebody-else"}, id="subject"),
    ],
)
def test_wrong_token_is_refused(client: Client, provider: Provider, wrong: dict[str, Any]) -> None:
    provider.says(id_token=wrong)
    answer = sign_in(client, provider)

    assert answer.status_code == 401
    assert "did not work" in answer.content.decode()
    assert signed_in(client) is None
    assert not User.objects.exists()

    provider.says()  # the same, in order, comes in
    sign_in(client, provider)
    assert signed_in(client) is not None


def test_replayed_state_is_refused(client: Client, provider: Provider) -> None:
    back = provider.back(go_out(client))
    assert client.get(back).status_code == 302
    client.post("/en/account/logout/")

    assert client.get(back).status_code == 401
    assert signed_in(client) is None


def test_state_of_another_session_is_refused(client: Client, provider: Provider) -> None:
    stolen = provider.back(go_out(client))
    victim = Client()

    assert victim.get(stolen).status_code == 401
    assert signed_in(victim) is None
    assert client.get(stolen).status_code == 302  # its owner comes in


@pytest.mark.parametrize(
    "path", ["/sso/callback/", "/sso/callback/?code=x", "/sso/callback/?state=%00"]
)
def test_callback_with_nonsense_is_refused(client: Client, provider: Provider, path: str) -> None:
    assert client.get(path).status_code == 401


def test_cancelling_is_said(client: Client, provider: Provider) -> None:
    state = parse_qs(urlsplit(go_out(client)).query)["state"][0]
    answer = client.get(f"/sso/callback/?error=access_denied&state={state}", follow=True)
    assert "You stopped signing in" in answer.content.decode()


@pytest.mark.parametrize("verified", [True, False])
def test_address_of_somebody_else_is_refused(
    client: Client, provider: Provider, verified: bool
) -> None:
    owner = factories.UserFactory.create(email=CLAIMS["email"])
    provider.says(sub="an-attacker", email_verified=verified)

    answer = sign_in(client, provider)

    assert answer.status_code == 403
    assert "sign in with its e-mail address and password" in answer.content.decode()
    assert signed_in(client) is None
    assert not SocialAccount.objects.exists()
    owner.refresh_from_db()
    assert owner.check_password(factories.PASSWORD)


def test_secondary_address_of_somebody_else_is_refused(client: Client, provider: Provider) -> None:
    owner = factories.UserFactory.create()
    EmailAddress.objects.create(user=owner, email=CLAIMS["email"], verified=True)
    assert sign_in(client, provider).status_code == 403
    assert not SocialAccount.objects.exists()


@pytest.mark.parametrize(
    "claim", [{"email_verified": False}, {"email_verified": None}, {"email": None}]
)
def test_address_that_is_not_confirmed_is_refused(
    client: Client, provider: Provider, claim: dict[str, Any]
) -> None:
    provider.says(**claim)
    assert sign_in(client, provider).status_code == 403
    assert not User.objects.exists()


def test_squatted_address_goes_to_its_owner(client: Client, provider: Provider) -> None:
    """Somebody signed up with it first and never confirmed it: no link, their password is gone."""
    squatter = Client()
    password = "squatters-long-password"
    typed = {"email": CLAIMS["email"], "password1": password, "password2": password}
    squatter.post("/en/account/signup/", typed)
    squatted = User.objects.get()

    sign_in(client, provider)

    owner = signed_in(client)
    assert owner is not None
    assert owner.pk != squatted.pk
    assert not owner.check_password(password)
    code = str(letters()[0].body)
    assert squatter.get("/en/account/").status_code == 302, code


def test_changed_address_stays_the_same_account(client: Client, provider: Provider) -> None:
    sign_in(client, provider)
    first = signed_in(client)
    client.post("/en/account/logout/")
    provider.says(email="sanne@umail.leidenuniv.nl")

    sign_in(client, provider)

    assert signed_in(client) == first
    assert User.objects.count() == 1


def test_another_subject_with_the_same_address_is_refused(
    client: Client, provider: Provider
) -> None:
    sign_in(client, provider)
    client.post("/en/account/logout/")
    provider.says(sub="sub-2")

    assert sign_in(client, provider).status_code == 403
    assert signed_in(client) is None
    assert User.objects.count() == 1


@pytest.mark.parametrize(
    ("claims", "words"),
    [
        ({"schac_home_organization": "evil.test"}, "does not take part"),
        ({"schac_home_organization": "notleidenuniv.nl"}, "does not take part"),
        ({"schac_home_organization": "nl"}, ""),
        ({"schac_home_organization": None, "email": "a@elsewhere.test"}, "does not take part"),
        ({"eduperson_affiliation": ["employee", "staff"]}, "Staff need an invitation"),
    ],
)
def test_who_does_not_belong_here_is_told(
    client: Client, provider: Provider, claims: dict[str, Any], words: str
) -> None:
    other = factories.UniversityFactory.create()
    factories.EmailDomainFactory.create(university=other, domain="student.other.nl")
    provider.says(**claims)
    answer = sign_in(client, provider)
    assert answer.status_code == 403
    assert words in answer.content.decode()
    assert not User.objects.exists()


def test_university_that_no_longer_takes_part_sends_nobody_new(
    client: Client, provider: Provider
) -> None:
    home = factories.HomeUniversityFactory.create()
    home.participating_until = factories.days(-1)
    home.save()
    assert sign_in(client, provider).status_code == 403


def test_connecting_asks_who_one_is_and_takes_no_account_of_another(
    client: Client, provider: Provider
) -> None:
    owner = factories.UserFactory.create(email="owner@umail.leidenuniv.nl")
    client.post("/en/account/login/", {"login": owner.email, "password": factories.PASSWORD})
    asked = client.post("/en/account/sso/connect/")
    assert asked.url.startswith("/en/account/reauthenticate/")
    page = client.post(asked.url, {"password": factories.PASSWORD}).content.decode()
    client.get(provider.back(way_out(page)))
    assert SocialAccount.objects.get().user == owner

    other = Client()
    stranger = factories.UserFactory.create()
    other.post("/en/account/login/", {"login": stranger.email, "password": factories.PASSWORD})
    asked = other.post("/en/account/sso/connect/")
    page = other.post(asked.url, {"password": factories.PASSWORD}).content.decode()
    other.get(provider.back(way_out(page)))
    assert SocialAccount.objects.get().user == owner


def test_staff_need_a_second_factor_here_or_there(
    client: Client, provider: Provider, settings: Settings
) -> None:
    """The university's counts when its signed token says so, as `amr` or as a known `acr`."""
    sign_in(client, provider)
    factories.MembershipFactory.create(user=signed_in(client), role=Role.OFFICE)
    settings.OIDC_STRONG_ACR = ["http://surfconext.nl/assurance/loa2", "urn:ours:two"]
    landed = {}
    for number, said in enumerate(
        (
            {"amr": ["pwd"]},
            {"amr": ["pwd", "mfa"]},
            {"acr": "http://surfconext.nl/assurance/loa2"},
            {"acr": "urn:ours:two", "amr": ["pwd"]},
            {"acr": "http://surfconext.nl/assurance/loa1"},
            {"acr": "http://surfconext.nl/assurance/loa2 urn:ours:two"},
            {"acr": ["urn:ours:two"]},
        )
    ):
        client.post("/en/account/logout/")
        provider.says(id_token=said)
        sign_in(client, provider)
        landed[number] = client.get("/en/office/").status_code == 200

    client.post("/en/account/logout/")
    provider.says(acr="urn:ours:two", amr=["mfa"])  # in the user info, which nobody signed
    sign_in(client, provider)
    landed[7] = client.get("/en/office/").status_code == 200
    client.post("/en/account/logout/")
    settings.OIDC_STRONG_ACR = []
    provider.says(id_token={"acr": "urn:ours:two"})
    sign_in(client, provider)
    landed[8] = client.get("/en/office/").status_code == 200

    assert [number for number, is_in in landed.items() if is_in] == [1, 2, 3]


def test_next_is_followed_only_within_the_portal(client: Client, provider: Provider) -> None:
    assert sign_in(client, provider, next="/en/account/email/").url == "/en/account/email/"
    for evil in ("https://evil.test/", "//evil.test", "javascript:alert(1)", "/\\evil.test"):
        client.post("/en/account/logout/")
        assert sign_in(client, provider, next=evil).url == "/en/account/start/"


def test_provider_that_is_down_is_said(client: Client, provider: Provider) -> None:
    apps = django_settings.SOCIALACCOUNT_PROVIDERS["openid_connect"]["APPS"]
    apps[0]["settings"]["server_url"] = "http://127.0.0.1:9"
    answer = client.post("/en/account/sso/")
    assert answer.status_code == 503
    assert "cannot be reached now" in answer.content.decode()


def test_without_a_provider_there_is_no_single_sign_on(client: Client) -> None:
    assert client.post("/en/account/sso/").status_code == 404
    assert client.get("/sso/callback/").status_code == 404
    assert b"/account/sso/" not in client.get("/en/account/login/").content


@pytest.mark.parametrize(
    "said",
    [
        {"schac_personal_unique_code": 7, "email": ["a"], "name": None},
        {
            "schac_personal_unique_code": [
                "urn:schac:personalUniqueCode:nl:local:tudelft.nl:studentid:1"
            ],
            "schac_home_organization": "leidenuniv.nl",
            "email_verified": "true",
        },
        {"eduperson_affiliation": {"a": 1}, "schac_home_organization": 5},
    ],
)
def test_nonsense_claims_count_as_not_said(said: dict[str, Any]) -> None:
    read = Claims.read(said)
    assert (read.student_number, read.email_verified, read.esi) == ("", False, "")
