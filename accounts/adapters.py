"""How the portal uses allauth. What is overridden here is stricter or says it in our words."""

from __future__ import annotations

import base64
import hashlib
import unicodedata
import uuid
from typing import TYPE_CHECKING, Any, ClassVar

import structlog
from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.authentication import get_authentication_records
from allauth.account.models import EmailAddress
from allauth.core import context as allauth_context
from allauth.core.internal import ratelimit
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.socialaccount.models import SocialAccount
from cryptography.fernet import Fernet, MultiFernet
from django.conf import settings
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import resolve_url
from django.urls import reverse
from django.utils import translation
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from accounts.oidc import PROVIDER
from accounts.recent import is_recent
from accounts.services import sessions
from accounts.services.failures import count_failure
from courses import house
from courses.telling import Address, Link, post

if TYPE_CHECKING:
    from django.contrib.auth.base_user import AbstractBaseUser

__all__ = ["AccountAdapter", "MFAAdapter"]

log = structlog.get_logger("accounts")

# What is worth something for a time alone, by the name of its template. Anything else that allauth
# sends tells of a change.
KINDS = {
    "email_confirmation": "accounts.code",
    "email_confirmation_signup": "accounts.code",
    "password_reset_key": "accounts.link",
    "unknown_account": "accounts.link",
    "account_already_exists": "accounts.link",
}


def plain(email: str) -> str:
    """`email` without case, accents and look-alikes: variants of one address share its limit."""
    letters = unicodedata.normalize("NFKD", email.strip().casefold())
    return "".join(letter for letter in letters if not unicodedata.combining(letter))


def language_of(email: str) -> str:
    """The language in which somebody wants mail; for a stranger the page's."""
    known = User.objects.filter(emailaddress__email__iexact=email).first()
    return known.language if known else translation.get_language()[:2]


def _links(name: str, context: dict[str, Any]) -> list[Link]:
    """Where the mail with the template `name` leads."""
    match name:
        case "email_confirmation" | "email_confirmation_signup":
            return []  # the page is still open
        case "password_reset_key":
            key = (context["uid"], context["key"])
            words = gettext("Choose a new password")
            return [Link("account_reset_password_from_key", key, words, secret=True)]
        case "unknown_account":
            return [Link("account_signup", label=gettext("Make an account"))]
        case "account_already_exists":
            return [Link("account_login", label=gettext("Sign in")), _new_password()]
        case _:
            return [_new_password()]


def _new_password() -> Link:
    return Link("account_reset_password", label=gettext("Choose a new password"))


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]
    """Signing in with an e-mail address and a password."""

    error_messages: ClassVar[dict[str, Any]] = {
        **DefaultAccountAdapter.error_messages,
        "account_inactive": _("This account has been closed. Ask the programme office."),
        "cannot_remove_primary_email": _(
            "This is the address we write to. Choose another one for that first."
        ),
        "duplicate_email": _("This address is already in your list."),
        "email_password_mismatch": _(
            "This e-mail address and password do not belong together. Check both, or choose a new"
            " password."
        ),
        "email_taken": _("This e-mail address cannot be used here. Use another one."),
        "enter_current_password": _("This is not your current password. Type it again."),
        "incorrect_code": _(
            "This code is not right or no longer valid. Check it, or use a newer one."
        ),
        "incorrect_password": _("This is not your password. Type it again."),
        "invalid_login": _("This sign-in is not valid. Begin again."),
        "invalid_password_reset": _("This link is no longer valid. Ask for a new one."),
        "max_email_addresses": _("You can have %d addresses at most. Remove one first."),
        "too_many_login_attempts": _(
            "There were too many attempts for this account. Wait a minute, then try again. In a"
            " hurry? Choose a new password."
        ),
        "unverified_primary_email": _("Confirm this address first."),
        "rate_limited": _("That went too fast. Wait a minute, then try again."),
    }

    # --- Mail: owed like any other, in its reader's language, and sent by a worker ----------------
    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """Owe it, in the words of our own kinds, which ask for the `mail` by allauth's name of it.

        What holds a code or a link lies sealed until it has gone; then no row stays.
        """
        name = template_prefix.rpartition("/")[2]
        kind = KINDS.get(name, "accounts.security")
        language = language_of(email)
        with translation.override(language):
            links = _links(name, context)
        to: User | Address = Address(email, language)
        user: User | None = context.get("user")
        if name not in KINDS and user and user.email.lower() == email.lower():
            to = user  # among their messages too
        post().tell(
            kind,
            f"account-mail-{uuid.uuid4()}",
            to,
            {**context, "mail": name},
            link=links[0] if len(links) == 1 else None,
            links=links if len(links) > 1 else (),
            sealed=name in KINDS,
        )

    def send_notification_mail(
        self,
        template_prefix: str,
        user: User,
        context: dict[str, Any] | None = None,
        email: str | None = None,
    ) -> None:
        """Tell `user` of a change, so that it stands among their messages too."""
        about = {**(context or {}), "user": user}
        super().send_notification_mail(template_prefix, user, about, email)

    # --- Limits: per account and network, and per account alone -----------------------------------
    def _get_login_attempts_cache_key(self, request: HttpRequest, **credentials: Any) -> str:
        network = ratelimit.truncate_ip(self.get_client_ip(request))
        return f"{plain(credentials.get('email', ''))}@{network}"

    def pre_authenticate(self, request: HttpRequest, **credentials: Any) -> None:
        try:
            super().pre_authenticate(request, **credentials)
            everywhere = ratelimit.consume(
                request,
                app="allauth.account",
                action="login_failed_account",
                key=plain(credentials.get("email", "")),
            )
            if not everywhere:
                raise self.validation_error("too_many_login_attempts")
        except ValidationError:
            self.authentication_failed(request, **credentials)
            raise
        self._login_failed_rl_usage.usage += everywhere.usage

    def _delete_login_attempts_cached_email(self, request: HttpRequest, **credentials: Any) -> None:
        """A new password was chosen by mail: its owner may try it at once."""
        super()._delete_login_attempts_cached_email(request, **credentials)
        ratelimit.clear(
            request,
            app="allauth.account",
            action="login_failed_account",
            key=plain(credentials.get("email", "")),
        )

    def authentication_failed(self, request: HttpRequest, **credentials: Any) -> None:
        """Count it, also when refused unseen: after ten in an hour the owner is told."""
        log.info("sign-in failed", way="password")
        count_failure(plain(credentials.get("email", "")))

    # --- In and out -------------------------------------------------------------------------------
    def new_user(self, request: HttpRequest) -> User:
        language = translation.get_language()[:2]
        return User(language=language if language in User.Language.values else User.Language.NL)

    def login(self, request: HttpRequest, user: AbstractBaseUser) -> None:
        super().login(request, user)
        for key in (sessions.STARTED, sessions.ENDED):
            request.session.pop(key, None)
        sessions.note_session(request)

    def post_login(self, request: HttpRequest, user: User, **kwargs: Any) -> HttpResponse:
        if sociallogin := (kwargs["signal_kwargs"] or {}).get("sociallogin"):
            request.session["second_factor_elsewhere"] = sociallogin.state.get("strong", False)
        ways = [str(done.get("method")) for done in get_authentication_records(request, user)]
        log.info("signed in", user=user.pk, ways=ways)
        response: HttpResponse = super().post_login(request, user, **kwargs)
        return response

    # --- Asking again who somebody is (accounts/recent.py) ----------------------------------------
    def get_reauthentication_methods(self, user: AbstractBaseUser) -> list[dict[str, Any]]:
        """allauth's ways, and for who signs in with their university's account: there."""
        ways: list[dict[str, Any]] = super().get_reauthentication_methods(user)
        known = SocialAccount.objects.filter(user_id=user.pk, provider=PROVIDER)
        if settings.OIDC_SERVER_URL and user.pk and known.exists():
            words = gettext("With your university")
            ways.append({"id": "sso", "description": words, "url": reverse("sso-confirm")})
        return ways

    def is_reauthentication_required(self, *, app: str, **kwargs: Any) -> bool:
        """As allauth says; who has no other way than ours is asked by our own clock."""
        request = allauth_context.request
        required: bool = super().is_reauthentication_required(app=app, **kwargs)
        ways = {way["id"] for way in self.get_reauthentication_methods(request.user)}
        return required and not (ways == {"sso"} and is_recent(request))

    def logout(self, request: HttpRequest) -> None:
        log.info("signed out", user=request.user.pk)
        super().logout(request)

    def get_login_redirect_url(self, request: HttpRequest) -> str:
        """The start page, in the language the person chose."""
        language = getattr(request.user, "language", translation.get_language())
        with translation.override(language):
            return resolve_url(settings.LOGIN_REDIRECT_URL)

    def is_safe_url(self, url: str) -> bool:
        """Only the portal's own pages: neither another allowed host nor another scheme."""
        host = allauth_context.request.get_host()
        return bool(url_has_allowed_host_and_scheme(url, {host}, require_https=settings.HTTPS))

    def get_email_verification_redirect_url(self, email_address: EmailAddress) -> str:
        if self.request.user.is_authenticated and self.request.user.last_login is not None:
            return reverse("account_email")
        return resolve_url(settings.LOGIN_REDIRECT_URL)


class MFAAdapter(DefaultMFAAdapter):  # type: ignore[misc]
    """The second factor. Secrets lie encrypted in the database, with a key made of SECRET_KEY."""

    error_messages: ClassVar[dict[str, Any]] = {
        **DefaultMFAAdapter.error_messages,
        "add_email_blocked": _("Remove your second factor before you add an address."),
        "cannot_generate_recovery_codes": _("Set up a second factor first."),
        "incorrect_code": _("This code is not right or was used already. Wait for the next one."),
        "unverified_email": _("Confirm your e-mail addresses first, or remove the others."),
    }

    def encrypt(self, text: str) -> str:
        return _fernet().encrypt(text.encode()).decode()

    def decrypt(self, encrypted_text: str) -> str:
        return _fernet().decrypt(encrypted_text.encode()).decode()

    def _get_site_name(self) -> str:
        return house.names().portal


def _fernet() -> MultiFernet:
    """Encrypt with SECRET_KEY; read what was encrypted with its predecessors too."""
    keys = [settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS]
    return MultiFernet(
        Fernet(
            base64.urlsafe_b64encode(
                hashlib.blake2b(b"mfa", key=hashlib.sha256(key.encode()).digest()).digest()[:32]
            )
        )
        for key in keys
    )
