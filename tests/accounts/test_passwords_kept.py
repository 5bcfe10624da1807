"""A password is taken exactly as it is typed, however long; signing in and out is in the log."""

from __future__ import annotations

import pytest
from django.test import Client

from accounts.models import User
from tests import factories

pytestmark = pytest.mark.django_db

LOGIN = "/en/account/login/"
CHANGE = "/en/account/password/change/"


def sign_in(email: str, password: str) -> bool:
    client = Client()
    client.post(LOGIN, {"login": email, "password": password})
    return "_auth_user_id" in client.session


@pytest.mark.parametrize(
    "chosen",
    [
        "  spaces Before and after  ",
        "Ünïcode søm ingen har før 密码",
        "a long sentence with many words, " * 4,
    ],
    ids=["spaces", "any sign", "over a hundred characters"],
)
def test_exactly_as_typed(client: Client, chosen: str) -> None:
    user = factories.UserFactory.create()
    client.post(LOGIN, {"login": user.email, "password": factories.PASSWORD})
    typed = {"oldpassword": factories.PASSWORD, "password1": chosen, "password2": chosen}
    assert client.post(CHANGE, typed).status_code == 302

    assert sign_in(user.email, chosen)
    for other in (chosen.strip().lower(), chosen[:64], chosen + "x"):
        if other != chosen:
            assert not sign_in(user.email, other), other


def lines(caplog: pytest.LogCaptureFixture) -> list[str]:
    return [str(record.msg) for record in caplog.records if record.name == "accounts"]


def test_in_out_and_not_in_are_in_the_log(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("INFO")
    user: User = factories.UserFactory.create()
    client = Client()
    client.post(LOGIN, {"login": user.email, "password": "wrong"})
    client.post(LOGIN, {"login": user.email, "password": factories.PASSWORD})
    client.post("/en/account/logout/")

    said = lines(caplog)
    assert [line for line in said if "sign-in failed" in line]
    assert [line for line in said if "signed in" in line and f"'user': {user.pk}" in line]
    assert [line for line in said if "password" in line and "signed in" in line]
    assert [line for line in said if "signed out" in line and f"'user': {user.pk}" in line]
    assert user.email not in " ".join(said)
