"""What happens to the safety of an account, written down where allauth says that it happened."""

from __future__ import annotations

from typing import Any

from allauth.account import signals as account
from allauth.mfa import signals as mfa
from allauth.socialaccount import signals as social
from django.db import transaction

from accounts.models import User
from accounts.services.accounts import shown_anew
from courses.telling import note

# What each of allauth's signals means; no address, code or key is kept.
SAID = {
    "sign_in": account.user_logged_in,
    "sign_up": account.user_signed_up,
    "set_password": account.password_set,
    "change_password": account.password_changed,
    "reset_password": account.password_reset,
    "confirm_email": account.email_confirmed,
    "change_email": account.email_changed,
    "add_email": account.email_added,
    "remove_email": account.email_removed,
    "add_factor": mfa.authenticator_added,
    "remove_factor": mfa.authenticator_removed,
    "renew_codes": mfa.authenticator_reset,
    "connect": social.social_account_added,
    "disconnect": social.social_account_removed,
}


def listen() -> None:
    """Called once, when the apps are loaded."""
    for action, signal in SAID.items():
        signal.connect(_writer(action), weak=False, dispatch_uid=f"accounts.security.{action}")


def _writer(action: str) -> Any:
    def write(**said: Any) -> None:
        user = _whose(said)
        if isinstance(user, User) and user.pk:
            with transaction.atomic():
                note(user, action, by=user, role="")
                if action == "change_email":
                    shown_anew(user)

    return write


def _whose(said: dict[str, Any]) -> Any:
    """The account that a signal is about; each says it in its own way."""
    for name in ("user", "email_address", "sociallogin", "socialaccount"):
        if name in said:
            return said[name] if name == "user" else said[name].user
    return None
