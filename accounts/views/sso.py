"""Signing in with a university's own account: out to the provider, and back."""

from __future__ import annotations

import secrets
import time

from allauth.account.adapter import get_adapter as account_adapter
from allauth.account.decorators import reauthentication_required
from allauth.socialaccount.adapter import get_adapter
from allauth.socialaccount.providers.oauth2.client import OAuth2Error
from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils import translation
from django.utils.http import urlencode
from django.views.decorators.http import require_http_methods, require_POST, require_safe
from requests import RequestException

from accounts.oidc import CONFIRM, PROVIDER, OIDCAdapter, OIDCCallback, refused
from vx_portal.http import PortalRequest

LANGUAGE = "sso-language"


def _go_out(request: PortalRequest, process: str, **asked: str) -> HttpResponse:
    """A page that goes on to the provider by itself, or by its link; `asked` goes along.

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
            auth_params={"nonce": nonce, **asked},
            nonce=nonce,
            asked_at=time.time(),
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


@require_http_methods(["GET", "HEAD", "POST"])
def confirm(request: PortalRequest) -> HttpResponse:
    """Show once more who one is, at the university: for who has no password here."""
    ways = account_adapter().get_reauthentication_methods(request.user)
    here = next((way for way in ways if way["url"] == request.path), None)
    if here is None:
        raise Http404
    if request.method == "POST":
        return _go_out(request, CONFIRM, prompt="login", max_age="0")
    back = request.GET.get("next", "")
    others = [
        {**way, "url": f"{way['url']}?{urlencode({'next': back})}"} for way in ways if way != here
    ]
    context = {"name": settings.OIDC_NAME, "next": back, "reauthentication_alternatives": others}
    return render(request, "socialaccount/confirm.html", context)


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
