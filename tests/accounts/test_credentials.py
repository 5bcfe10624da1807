"""Passwords, codes and seeds: how they are made, kept and asked for."""

from __future__ import annotations

import math
import random
import re
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import time_machine
from allauth.account.adapter import get_adapter
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import generate_totp_secret
from django.conf import settings as django_settings
from django.contrib.auth.hashers import get_hasher, identify_hasher
from django.test import Client
from django.utils import timezone
from django.utils.module_loading import import_string
from pytest_django import Settings

from accounts.forms.people import AcceptForm
from accounts.recovery import HashedCodes
from tests import factories
from tests.addresses import ADDRESSES, OTHERS, SIGNED_IN
from tests.world import build_world
from vx_portal.settings import signing_in

pytestmark = pytest.mark.django_db

INPUT = re.compile(r"<input\b[^>]*>")
PASSWORD_FIELDS = re.compile(r'type="password"')


def inputs_of(page: str) -> dict[str, str]:
    """The fields of a page by name."""
    found = {}
    for tag in INPUT.findall(page):
        if name := re.search(r'name="(\w+)"', tag):
            found[name[1]] = tag
    return found


def test_password_managers_know_each_field_and_nothing_hinders_pasting(client: Client) -> None:
    user = factories.UserFactory.create()
    signed_in = Client()
    signed_in.force_login(user)
    wanted = {
        "/en/account/login/": {"login": "email", "password": "current-password"},
        "/en/account/signup/": {"email": "email", "password1": "new-password"},
        "/en/account/password/change/": {
            "oldpassword": "current-password",
            "password1": "new-password",
            "password2": "new-password",
        },
        "/en/account/reauthenticate/": {"password": "current-password"},
    }
    for path, fields in wanted.items():
        who = client if path.endswith(("login/", "signup/")) else signed_in
        given = inputs_of(who.get(path).content.decode())
        for name, meaning in fields.items():
            assert f'autocomplete="{meaning}"' in given[name], (path, name)
            assert "readonly" not in given[name]
    scripts = [file.read_text() for file in Path(django_settings.BASE_DIR / "static").glob("*.js")]
    assert scripts
    assert not any(re.search(r"[\"']paste|onpaste|autocomplete", text) for text in scripts)


def test_a_password_of_ten_years_ago_still_opens_the_door(client: Client) -> None:
    """No calendar ends one: nobody is asked for another."""
    with time_machine.travel(timezone.now() - timedelta(days=3653)):
        user = factories.StudentFactory.create()
    typed = {"login": user.email, "password": factories.PASSWORD}
    landed = client.post("/en/account/login/", typed, follow=True)

    assert landed.status_code == 200
    assert "password" not in landed.request["PATH_INFO"]
    assert not PASSWORD_FIELDS.search(landed.content.decode())


def test_no_form_asks_for_a_secret_that_others_know() -> None:
    """What is asked for when signing in, up or anew: address, passwords, codes, no more."""
    forms = [
        import_string(path).base_fields
        for path in {**signing_in.ACCOUNT_FORMS, **signing_in.MFA_FORMS}.values()
    ]
    asked = {name for fields in forms for name in fields} | set(AcceptForm.base_fields)

    assert {"password", "code"} <= asked
    assert asked <= {
        *(
            "login",
            "email",
            "password",
            "password1",
            "password2",
            "oldpassword",
            "remember",
            "username",
        ),
        *("code", "name", "passwordless", "credential", "remember"),
    }


def test_codes_and_seeds_cannot_be_guessed_from_others() -> None:
    """Made alike by a poor generator that begins alike, they would be alike; and each is long."""

    def made() -> list[Any]:
        random.seed(4)
        return [
            generate_totp_secret(),
            "".join(HashedCodes(Authenticator()).generate_codes()),
            get_adapter().generate_email_verification_code(),
            random.random(),
        ]

    first, second = made(), made()
    assert first[3] == second[3]  # the control
    assert all(one != other for one, other in zip(first[:3], second[:3], strict=True))
    assert len(first[0]) * 5 >= 160  # bits, in base 32
    code = first[2].replace("-", "")
    signs = set("".join(get_adapter().generate_email_verification_code() for _ in range(80)))
    assert len(code) * math.log2(len(signs - {"-"})) >= 20
    codes = HashedCodes(Authenticator()).generate_codes()
    assert len(set(codes)) == 10
    assert all(re.fullmatch(r"\d{8}", one) for one in codes)
    assert math.log2(10**8) >= 20


def test_passwords_are_hashed_slowly(settings: Settings) -> None:
    """Argon2id with at least what OWASP asks for; the tests' own hasher is a quick one."""
    settings.PASSWORD_HASHERS = signing_in.PASSWORD_HASHERS
    hasher: Any = get_hasher("default")
    kept = hasher.encode("a quiet blue bicycle", hasher.salt())

    assert kept.startswith("argon2$argon2id$")
    assert identify_hasher(kept).algorithm == "argon2"
    assert hasher.memory_cost >= 19 * 1024
    assert hasher.time_cost >= 2


def test_signing_out_is_on_every_page() -> None:
    """In the header, also of a page that is not there; a visitor has nothing to sign out of."""
    world = build_world()
    client, looked_at = world.client("student"), 0
    plain = [
        name
        for name, row in ADDRESSES.items()
        if not row.of and row.get and row.get >= SIGNED_IN and name not in OTHERS
    ]
    for path in [*map(world.path, plain), "/nl/nothing-here/", "/nl/office/"]:
        answer = client.get(path)
        html = "text/html" in answer.headers.get("Content-Type", "")
        if not html or answer.status_code not in {200, 403, 404}:
            continue
        header = answer.content.decode().partition("<main")[0]
        assert re.search(r'<form[^>]+action="/nl/account/logout/"', header), path
        looked_at += 1
    assert looked_at > 20
    assert "/account/logout/" not in Client().get("/nl/").content.decode()
