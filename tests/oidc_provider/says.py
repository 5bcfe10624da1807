"""What the provider says of whoever comes: the test writes it in a file, the wrong too."""

import json
from typing import Any

from allauth.idp.oidc.adapter import DefaultOIDCAdapter
from django.conf import settings
from django.contrib.auth import get_user_model


def says() -> dict[str, Any]:
    """`sub`, `claims` for the user info, and `id_token`: what to put in its place."""
    said: dict[str, Any] = json.loads((settings.FOLDER / "says.json").read_text())
    return said


class EverybodyIsWhoWeSay:
    """Nobody signs in at this provider: each visitor is the subject that the test named."""

    def __init__(self, get_response: Any) -> None:
        self.get_response = get_response

    def __call__(self, request: Any) -> Any:
        request.user, _new = get_user_model().objects.get_or_create(username=says()["sub"])
        return self.get_response(request)


class Adapter(DefaultOIDCAdapter):  # type: ignore[misc]
    def get_user_sub(self, client: Any, user: Any) -> str:
        return str(user.username)

    def get_user_by_sub(self, client: Any, sub: str) -> Any:
        return get_user_model().objects.filter(username=sub).first()

    def get_claims(self, purpose: str, user: Any, *args: Any, **kwargs: Any) -> dict[str, Any]:
        return {"sub": user.username, **(says()["claims"] if purpose == "userinfo" else {})}

    def populate_id_token(self, id_token: dict[str, Any], *args: Any, **kwargs: Any) -> None:
        id_token.update(says()["id_token"])
