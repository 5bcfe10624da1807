"""Going to the provider from the sign-in page, and coming back."""

from __future__ import annotations

from html import unescape
from typing import Any

from django.test import Client

from accounts.models import User
from tests.oidc_provider.running import Provider


def way_out(page: str) -> str:
    """The address at the provider to which a page of ours sends on."""
    return unescape(page.partition('content="0;url=')[2].partition('"')[0])


def go_out(client: Client, **data: str) -> str:
    """Press the button on the sign-in page: the address at the provider to go to."""
    answer = client.post("/en/account/sso/", data)
    assert answer.status_code == 200
    return way_out(answer.content.decode())


def sign_in(client: Client, provider: Provider, **data: str) -> Any:
    return client.get(provider.back(go_out(client, **data)))


def signed_in(client: Client) -> User | None:
    pk = client.session.get("_auth_user_id")
    return User.objects.get(pk=pk) if pk else None
