"""Recovery codes: hashed, shown once, and each of use once."""

from __future__ import annotations

import re
from importlib import import_module

import pytest
from allauth.mfa.models import Authenticator
from django.apps import apps
from django.test import Client

from accounts import recovery
from accounts.models import User
from accounts.recovery import HashedCodes
from tests import factories
from tests.accounts.test_mfa import sign_in, with_app

pytestmark = pytest.mark.django_db


def stored(user: User) -> str:
    row = Authenticator.objects.get(user=user, type=Authenticator.Type.RECOVERY_CODES)
    return str(row.data)


def codes_of(user: User) -> list[str]:
    """As the page makes them that shows them."""
    codes = HashedCodes.activate(user)
    codes.mark_as_viewed()
    return codes.get_unused_codes()


def test_the_database_has_hashes_alone() -> None:
    user = factories.UserFactory.create()
    made = HashedCodes.activate(user)
    assert stored(user) == str({"hashes": []})  # nothing yet that codes could be made of
    assert not made.validate_code("")

    codes = codes_of(user)

    wrapped = Authenticator.objects.get(user=user).wrap()
    assert isinstance(wrapped, HashedCodes)
    assert [code for code in codes if code in stored(user)] == []
    assert "seed" not in stored(user)
    assert wrapped.get_unused_codes() == ["****"] * 10
    assert len({len(one) for one in wrapped.instance.data["hashes"]}) == 1
    assert codes_of(user) == ["****"] * 10  # they are shown once


def test_the_hash_is_slow_and_salted() -> None:
    """With at least what OWASP asks of Argon2id, and a salt of each person's own."""
    one, other = recovery.kept(["12345678"]), recovery.kept(["12345678"])

    assert recovery.ARGON2["memory_cost"] >= 19 * 1024
    assert recovery.ARGON2["time_cost"] >= 2
    assert len(bytes.fromhex(one["salt"])) >= 4
    assert one["hashes"] != other["hashes"]


def test_each_lets_in_once(client: Client) -> None:
    user = with_app(factories.MemberFactory.create())
    first, second, *_rest = codes_of(user)
    address = "/en/account/2fa/authenticate/"

    def comes_in(code: str) -> bool:
        client.logout()
        sign_in(client, user)
        return bool(client.post(address, {"code": code}).status_code == 302)

    assert comes_in(f" {first[:4]} {first[4:]} ")
    assert not comes_in(first)
    assert comes_in(second)
    row = Authenticator.objects.get(user=user, type=Authenticator.Type.RECOVERY_CODES)
    assert len(row.data["hashes"]) == 8


def test_new_codes_take_the_place_of_the_old(client: Client) -> None:
    user = with_app(factories.StudentFactory.create())
    old = codes_of(user)
    client.force_login(user)
    asked = client.post("/en/account/2fa/recovery-codes/generate/")
    client.post(asked.url, {"password": factories.PASSWORD})

    page = client.post("/en/account/2fa/recovery-codes/generate/", follow=True)

    new = re.findall(r"<li><code>(\d{8})</code>", page.content.decode())
    wrapped = Authenticator.objects.get(user=user, type="recovery_codes").wrap()
    assert len(new) == 10
    assert not wrapped.validate_code(old[0])
    assert wrapped.validate_code(new[0])


def test_codes_from_before_keep_working() -> None:
    """The migration hashes what people wrote down, and leaves no seed."""
    users = factories.UserFactory.create_batch(2)
    shown, _unseen = [recovery.RecoveryCodes.activate(user).instance for user in users]
    shown.data |= {"viewed_at": 1, "used_mask": 1}  # the first was used
    shown.save()
    codes = recovery.RecoveryCodes(shown).generate_codes()
    assert recovery.RecoveryCodes(shown).get_unused_codes() == codes[1:]

    import_module("accounts.migrations.0002_hashed_recovery_codes").hash_them(apps, None)

    shown.refresh_from_db()
    assert "seed" not in f"{shown.data} {stored(users[1])}"
    assert not shown.wrap().validate_code(codes[0])
    assert shown.wrap().validate_code(codes[1])
    assert len(codes_of(users[1])) == 10
