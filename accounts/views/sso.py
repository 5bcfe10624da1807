"""Signing in with a university's own account: out to the provider, and back."""

from __future__ import annotations

import secrets

from allauth.account.adapter import get_adapter as account_adapter
from allauth.account.decorators import reauthentication_required
from allauth.socialaccount.adapter import get_adapter
from allauth.socialaccount.providers.oauth2.client import OAuth2Error
from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils import translation
from django.views.decorators.http import require_POST, require_safe
from requests import RequestException

from accounts.oidc import PROVIDER, OIDCAdapter, OIDCCallback, refused
from vx_portal.http import PortalRequest

LANGUAGE = "sso-language"


def _go_out(request: PortalRequest, process: str) -> HttpResponse:
    """A page that goes on to the provider by itself, or by its link.

    Not a redirect: the policy for forms would have to name every university's sign-in page.
    """
    if not settings.OIDC_SERVER_URL:
        raise Http404
    provider = get_adapter().get_provider(request, PROVIDER)
    provider.oauth2_adapter_class = OIDCAdapter
    request.session[LANGUAGE] = translation.get_language()
    nonce = secrets.token_urlsafe(24)
    target = request.POST.get("next", "")
    try:
        answer = provider.redirect(
            request,
            process,
            next_url=target if account_adapter().is_safe_url(target) else None,
            auth_params={"nonce": nonce},
            nonce=nonce,
        )
    except (OAuth2Error, RequestException, KeyError, ValueError):
        return refused(request, "unreachable", status=503)
    return render(request, "socialaccount/login_redirect.html", {"target": answer.url})


@login_not_required
@require_POST
def start(request: PortalRequest) -> HttpResponse:
    """Sign in with the university's account."""
    return _go_out(request, "login")


@require_POST
@reauthentication_required(app="allauth.socialaccount")  # type: ignore[untyped-decorator]
def connect(request: PortalRequest) -> HttpResponse:
    """Add the university's account to the one that is signed in."""
    return _go_out(request, "connect")


@login_not_required
@require_safe
def callback(request: PortalRequest) -> HttpResponse:
    """Back from the provider: signed in, or a page that says why not."""
    if not settings.OIDC_SERVER_URL:
        raise Http404
    language = request.session.pop(LANGUAGE, None) or translation.get_language()
    with translation.override(language):
        request.LANGUAGE_CODE = language
        view = OIDCCallback.adapter_view(OIDCAdapter(request, PROVIDER))
        try:
            answer: HttpResponse = view(request)
        except (ValueError, KeyError, TypeError):  # an answer that is no answer
            answer = refused(request, "failed")
        return answer
