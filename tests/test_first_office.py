"""How an installation gets its first person."""

from __future__ import annotations

import re

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError
from django.test import Client

from accounts.models import Role, User
from tests import factories
from tests.mails import letters

EMAIL = "noor@university.example"


def test_the_first_person_chooses_a_password(client: Client, db: None) -> None:
    call_command("first_office", EMAIL, "Noor Visser")

    user = User.objects.get(email=EMAIL)
    assert (user.name, user.roles) == ("Noor Visser", {Role.OFFICE})
    assert not user.has_usable_password()
    client.post("/en/account/password/reset/", {"email": EMAIL})
    assert letters()
    assert re.search(r"/account/password/reset/key/", str(letters()[-1].body))


@pytest.mark.parametrize(
    ("email", "says"),
    [("nobody", "not an e-mail address"), (EMAIL.upper(), "has an account"), ("x@y.example", "")],
)
def test_what_is_refused(db: None, email: str, says: str) -> None:
    factories.UserFactory.create(email=EMAIL)
    if not says:
        factories.MembershipFactory.create(role=Role.OFFICE)
        says = "they invite others"

    with pytest.raises(CommandError, match=says):
        call_command("first_office", email, "Noor Visser")
