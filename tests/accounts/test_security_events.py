"""What allauth says that happened to somebody's sign-in is written down, as theirs."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest
from allauth.account.models import EmailAddress
from django.test import Client

from accounts.models import User
from accounts.services.security import SAID
from paperwork.models import Event
from tests import factories


def said_by(action: str, user: User) -> dict[str, Any]:
    """What allauth sends along with the signal of `action`."""
    if action in ("confirm_email", "add_email", "remove_email"):
        return {"email_address": EmailAddress.objects.get(user=user)}
    if action in ("connect", "disconnect"):
        name = "sociallogin" if action == "connect" else "socialaccount"
        return {name: SimpleNamespace(user=user)}
    return {"user": user}


@pytest.mark.parametrize("action", sorted(SAID.keys() - {"sign_in"}))
def test_each_signal_leaves_an_event(db: None, action: str) -> None:
    user = factories.UserFactory.create()

    SAID[action].send(sender=User, request=None, **said_by(action, user))

    event = Event.objects.get()
    assert (event.action, event.actor, event.actor_name) == (action, user, str(user))
    assert (event.reason, event.details) == ("", {}), "no address, code or key is kept"


def test_signing_in_is_such_a_signal(db: None, client: Client) -> None:
    """The control: it is allauth that sends it, and a wrong password is no sign-in."""
    user = factories.UserFactory.create()
    page = "/en/account/login/"

    client.post(page, {"login": user.email, "password": "something else"})
    before = list(Event.objects.values_list("action", flat=True))
    client.post(page, {"login": user.email, "password": factories.PASSWORD})

    assert before == []
    assert list(Event.objects.values_list("action", "actor")) == [("sign_in", user.pk)]
