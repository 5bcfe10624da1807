"""Single sign-on by OpenID Connect (SURFconext): what we believe of what a provider says.

An account is known by the provider's subject, never by an e-mail address. Beyond what allauth
checks (state, PKCE, issuer, audience, expiry) the token's signature, its nonce and the subject of
the user info are checked, and only the claims named here are kept.
"""

from __future__ import annotations

import re
import secrets
from dataclasses import dataclass
from typing import Any, cast

import jwt
from allauth.account.internal.flows.login import record_authentication
from allauth.account.internal.flows.reauthentication import resume_request
from allauth.account.models import EmailAddress
from allauth.core.exceptions import ImmediateHttpResponse
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from allauth.socialaccount.models import SocialAccount, SocialLogin, SocialToken
from allauth.socialaccount.providers.oauth2.client import OAuth2Error
from allauth.socialaccount.providers.oauth2.views import OAuth2CallbackView
from allauth.socialaccount.providers.openid_connect.views import OpenIDConnectOAuth2Adapter
from django.conf import settings
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import urlencode

from accounts.models import User
from accounts.services.accounts import (
    forget_unverified,
    university_of_email,
    university_of_organisation,
)
from courses.models import University

PROVIDER = "university"
CONFIRM = "confirm"  # beside allauth's "login" and "connect": who is signed in shows it once more
SLACK = 60  # seconds that the provider's clock may be behind ours
# Signatures with the provider's own key; none with one that we share, and none without.
ALGORITHMS = frozenset({"RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384"})
KEPT = (
    "sub",
    "name",
    "email",
    "email_verified",
    "schac_home_organization",
    "eduperson_affiliation",
    "schac_personal_unique_code",
    "amr",
    "acr",
)
_STUDENT_NUMBER = re.compile(
    r"^urn:schac:personalUniqueCode:[a-z]{2}:local:([a-z0-9.-]+):studentid:([A-Za-z0-9-]{1,30})$",
    re.IGNORECASE,
)
_ESI = re.compile(r"^urn:schac:personalUniqueCode:int:esi:[a-z0-9.-]+:\S{1,200}$", re.IGNORECASE)


def _as_list(value: object) -> list[str]:
    """A claim of one or several values, as a list of texts."""
    values = value if isinstance(value, list) else [value]
    return [item for item in values if isinstance(item, str)]


def _as_text(value: object) -> str:
    return value.strip().replace("\0", "") if isinstance(value, str) else ""


@dataclass(frozen=True)
class Claims:
    """What a provider says of somebody, in our words."""

    name: str
    email: str
    email_verified: bool
    organisation: str
    affiliations: frozenset[str]
    student_number: str
    esi: str
    second_factor: bool

    @classmethod
    def read(cls, said: dict[str, Any]) -> Claims:
        """Read `said`; what is missing or nonsense counts as not said."""
        organisation = _as_text(said.get("schac_home_organization")).lower()
        codes = _as_list(said.get("schac_personal_unique_code"))
        numbers = [found for code in codes if (found := _STUDENT_NUMBER.match(code))]
        own = [n[2] for n in numbers if not organisation or n[1].lower() == organisation]
        return cls(
            name=_as_text(said.get("name"))[:150],
            email=_as_text(said.get("email")).lower(),
            email_verified=said.get("email_verified") is True,
            organisation=organisation,
            affiliations=frozenset(
                value.lower() for value in _as_list(said.get("eduperson_affiliation"))
            ),
            student_number=own[0] if own else "",
            esi=next((code for code in codes if _ESI.match(code)), ""),
            second_factor="mfa" in _as_list(said.get("amr"))
            or _as_text(said.get("acr")) in settings.OIDC_STRONG_ACR,
        )

    @property
    def university(self) -> University | None:
        """The participating university: by the organisation, or by the address where none is said.

        The address counts only when the provider confirmed it.
        """
        if self.organisation:
            return university_of_organisation(self.organisation)
        return university_of_email(self.email) if self.email_verified else None

    @property
    def is_student(self) -> bool:
        """A student, as far as said: staff alone are invited instead."""
        return not self.affiliations or "student" in self.affiliations


def claims_of(user: User) -> Claims | None:
    """What the university said when `user` last signed in with its account; None: never did."""
    account = SocialAccount.objects.filter(user_id=user.pk, provider=PROVIDER).first()
    return Claims.read(account.extra_data.get("userinfo", {})) if account else None


class SocialAccountAdapter(DefaultSocialAccountAdapter):  # type: ignore[misc]
    """Whom a provider may bring in."""

    def get_requests_session(self) -> Any:
        """A session that follows nobody elsewhere: the settings name where we ask."""
        session = super().get_requests_session()
        session.max_redirects = 0
        return session

    def pre_social_login(self, request: HttpRequest, sociallogin: SocialLogin) -> None:
        """Refuse a newcomer whom we cannot tell from somebody else, with a page that says why."""
        claims = Claims.read(sociallogin.account.extra_data.get("userinfo", {}))
        if sociallogin.state.get("process") == CONFIRM:
            raise ImmediateHttpResponse(_confirmed(request, sociallogin))
        sociallogin.state["strong"] = claims.second_factor
        if sociallogin.is_existing or sociallogin.state.get("process") == "connect":
            return
        if claims.email_verified:
            forget_unverified(claims.email)
        if reason := _why_not(claims):
            raise ImmediateHttpResponse(
                refused(request, reason, claims=claims, status=403),
            )

    def populate_user(
        self, request: HttpRequest, sociallogin: SocialLogin, data: dict[str, Any]
    ) -> User:
        user: User = super().populate_user(request, sociallogin, data)
        user.name = _as_text(data.get("name"))[:150]
        return user

    def is_open_for_signup(self, request: HttpRequest, sociallogin: SocialLogin) -> bool:
        return True


def _why_not(claims: Claims) -> str:
    """Why a newcomer may not come in; nothing: they may."""
    if claims.university is None:
        return "university"
    if not claims.is_student:
        return "staff"
    taken = (
        User.objects.filter(email__iexact=claims.email).exists()
        or EmailAddress.objects.filter(email__iexact=claims.email).exists()
    )
    return "" if claims.email and claims.email_verified and not taken else "address"


def _confirmed(request: HttpRequest, sociallogin: SocialLogin) -> HttpResponse:
    """Back from signing in again at the university: on with what was begun, or why not.

    It counts when it is the same person and the university says that it asked since we sent them.
    """
    if sociallogin.user.pk is None or sociallogin.user.pk != request.user.pk:
        return refused(request, "other", status=403)
    at, asked_at = getattr(sociallogin, "signed_in_at", None), sociallogin.state["asked_at"]
    if not isinstance(at, int | float) or at < asked_at - SLACK:
        return refused(request, "not-again", status=403)
    account = sociallogin.account
    about = {"provider": account.provider, "uid": account.uid, "reauthenticated": True}
    record_authentication(request, sociallogin.user, "socialaccount", **about)
    back = sociallogin.get_redirect_url(request) or reverse("accounts:start")
    request.GET = QueryDict(urlencode({"next": back}))
    return cast(HttpResponse, resume_request(request))


def refused(
    request: HttpRequest, reason: str, *, claims: Claims | None = None, status: int = 401
) -> HttpResponse:
    """The page that says why single sign-on ended here and what to do."""
    return render(
        request,
        "socialaccount/authentication_error.html",
        {"reason": reason, "claims": claims},
        status=status,
    )


class OIDCAdapter(OpenIDConnectOAuth2Adapter):  # type: ignore[misc]
    """allauth's adapter, with the checks it leaves to trust in the connection."""

    nonce = ""

    @property
    def openid_config(self) -> dict[str, Any]:
        """What the provider says of itself; it must be the one that the settings name."""
        said = cast(dict[str, Any], super().openid_config)
        if str(said["issuer"]).rstrip("/") != settings.OIDC_SERVER_URL.rstrip("/"):
            raise OAuth2Error("another issuer")
        return said

    def get_callback_url(self, request: HttpRequest, app: object) -> str:
        """One address for all languages and hosts, as it is registered with the provider."""
        return settings.SITE_URL + reverse("sso-callback")

    def complete_login(
        self, request: HttpRequest, app: Any, token: SocialToken, **kwargs: Any
    ) -> SocialLogin:
        raw = kwargs["response"].get("id_token")
        if not raw or _algorithm_of(raw) not in ALGORITHMS:
            raise OAuth2Error("no id_token that we can trust")
        self.did_fetch_access_token = False  # verify the signature although the line was private
        signed = self._decode_id_token(app, raw)
        said = self._fetch_user_info(token.token)
        if not self.nonce or not secrets.compare_digest(str(signed.get("nonce")), self.nonce):
            raise OAuth2Error("wrong nonce")
        if not signed.get("sub") or said.get("sub") != signed["sub"]:
            raise OAuth2Error("the user info is about somebody else")
        told = {**said, "amr": signed.get("amr"), "acr": signed.get("acr")}
        data = {"userinfo": {key: told[key] for key in KEPT if told.get(key) is not None}}
        login: SocialLogin = self.get_provider().sociallogin_from_response(request, data)
        login.signed_in_at = signed.get("auth_time")
        return login


def _algorithm_of(token: str) -> str:
    try:
        return str(jwt.get_unverified_header(token).get("alg"))
    except jwt.PyJWTError:
        return ""


class OIDCCallback(OAuth2CallbackView):  # type: ignore[misc]
    """allauth's callback; it hands the nonce that was sent out to the adapter."""

    def _get_state(self, request: HttpRequest, provider: object) -> tuple[Any, Any]:
        state, response = super()._get_state(request, provider)
        self.adapter.nonce = (state or {}).get("nonce", "")
        return state, response
