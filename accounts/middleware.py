"""Limits on sessions, the second factor that staff need, and the status of a failed form."""

from __future__ import annotations

import time
from collections.abc import Callable
from http import HTTPStatus
from typing import Any

from allauth.account.authentication import get_authentication_records
from allauth.account.internal.flows.login import record_authentication
from allauth.mfa.models import Authenticator
from allauth.mfa.utils import is_mfa_enabled
from django.conf import settings
from django.contrib.auth import logout
from django.http import HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme, urlencode

from accounts.services import sessions
from accounts.services.sessions import ENDED
from vx_portal.http import PortalRequest

type GetResponse = Callable[[PortalRequest], HttpResponse]

KEPT_FORM = "kept-form"  # in the session: what was sent too late
KEPT_FORM_LIMIT = 100_000  # characters
SAFE_METHODS = {"GET", "HEAD", "OPTIONS"}
FACTORS = [Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN]


class SessionLimits:
    """Idle and absolute limits by role (settings.SESSION_LIMITS).

    Who comes too late is told so at the sign-in page and returns to where they were; a form they
    sent is kept for an hour and offered to them again.
    """

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: PortalRequest) -> HttpResponse:
        if request.user.is_authenticated:
            now = time.time()
            idle, absolute = settings.SESSION_LIMITS[
                "staff" if request.user.is_staff_member else "student"
            ]
            seen = request.session.get(sessions.SEEN, now)
            started = request.session.get(sessions.STARTED, now)
            # What a page that is kept open asks by itself does not keep the rest open too.
            kept = sessions.kept_until(request, _without_language(request.path_info)) > 0
            if (now - seen > idle and not kept) or now - started > absolute:
                was = request.user.pk
                logout(request)
                request.session[ENDED] = was
            elif sessions.SEEN not in request.session or (
                now - seen > sessions.WRITE_EVERY and not kept
            ):
                sessions.note_session(request)
        return self.get_response(request)

    def process_view(
        self,
        request: PortalRequest,
        view: Callable[..., HttpResponseBase],
        args: tuple[Any, ...],
        kwargs: dict[str, Any],
    ) -> HttpResponse | None:
        """Send a visitor whose session ended to the sign-in page."""
        open_to_all = not getattr(view, "login_required", True)
        if request.user.is_authenticated or open_to_all or not _had_session(request):
            return None
        back = request.get_full_path()
        partial = request.headers.get("HX-Request") == "true"
        if partial:
            back = _page_of(request)
        elif request.method not in SAFE_METHODS:
            back = _keep_form(request)
        address = f"{reverse('account_login')}?{urlencode({'next': back, 'ended': '1'})}"
        if partial:
            return HttpResponse(status=204, headers={"HX-Redirect": address})
        return HttpResponseRedirect(address)


def _without_language(path: str) -> str:
    """The address without the language with which it begins."""
    first, slash, rest = path.removeprefix("/").partition("/")
    return f"{slash}{rest}" if first in dict(settings.LANGUAGES) else path


def _had_session(request: PortalRequest) -> bool:
    """Whether this visitor was signed in: it ended just now, or their session is gone."""
    cookie = settings.SESSION_COOKIE_NAME in request.COOKIES
    return cookie and (ENDED in request.session or request.session.is_empty())


def _page_of(request: PortalRequest) -> str:
    """The address of the page from which htmx asked, without its host."""
    page = request.headers.get("HX-Current-URL", "")
    host = request.get_host()
    if not url_has_allowed_host_and_scheme(page, {host}):
        return reverse("accounts:start")
    return "/" + page.partition("://")[2].partition("/")[2]


def _keep_form(request: PortalRequest) -> str:
    """Keep what was sent by whom we knew, without files and passwords; where to go after."""
    whose = request.session.get(ENDED)
    data = request.POST.copy()
    data.pop("csrfmiddlewaretoken", None)
    typed = data.urlencode()
    secret = any("password" in name or name == "code" for name in data)
    if whose is None or secret or request.FILES or len(typed) > KEPT_FORM_LIMIT:
        return reverse("accounts:start")
    request.session[KEPT_FORM] = {
        "whose": whose,
        "path": request.get_full_path(),
        "typed": typed,
        "at": time.time(),
    }
    return reverse("accounts:resume")


class StaffNeedsSecondFactor:
    """Staff are let in only with a second factor, except in the demo.

    Who has none sets one up first; who has one but came in without it (by single sign-on, or
    before becoming staff) confirms it. A university that says it asked for one (`amr`: mfa) is
    believed.
    """

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: PortalRequest) -> HttpResponse:
        user = request.user
        if settings.DEMO or not user.is_authenticated or not user.is_staff_member:
            return self.get_response(request)
        records = get_authentication_records(request, user)
        if any(record["method"] == "mfa" for record in records):
            return self.get_response(request)
        if request.session.get("second_factor_elsewhere"):
            return self.get_response(request)
        if is_mfa_enabled(user, FACTORS):
            return self._sent(request, "mfa_reauthenticate")
        if _confirms_elsewhere(request):
            response = self.get_response(request)
        else:
            response = self._sent(request, "mfa_index")
        sets_up = request.method == "POST" or request.path_info == reverse("sso-callback")
        if sets_up and is_mfa_enabled(user, FACTORS):
            # Set up just now, by whoever showed who they are: that was the first use of it.
            record_authentication(request, user, method="mfa", type="set-up")
        return response

    def _sent(self, request: PortalRequest, name: str) -> HttpResponse:
        """The page asked for where it serves signing in, or the way to page `name`."""
        if _serves_signing_in(request):
            return self.get_response(request)
        address = f"{reverse(name)}?{urlencode({'next': request.get_full_path()})}"
        if request.headers.get("HX-Request") == "true":
            return HttpResponse(status=204, headers={"HX-Redirect": reverse(name)})
        return HttpResponseRedirect(address)


def _serves_signing_in(request: PortalRequest) -> bool:
    """Whether somebody half signed in needs this address to finish, to leave or to read it."""
    path = request.path_info
    logout_path = reverse("account_logout")
    if path in {logout_path, reverse("display"), reverse("account_reauthenticate")}:
        return True
    return path.startswith((reverse("mfa_index"), settings.STATIC_URL)) or path in {
        "/livez",
        "/readyz",
    }


def _confirms_elsewhere(request: PortalRequest) -> bool:
    """Whether somebody shows at their university who they are, and comes back from there.

    Setting up a factor asks for that. Who has one shows the factor instead: it may not be taken
    away by whoever got hold of the university's account alone.
    """
    return request.path_info in {reverse("sso-confirm"), reverse("sso-callback")}


class FailedFormsSay422:
    """A form that comes back with errors has status 422, also on allauth's pages."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: PortalRequest) -> HttpResponse:
        return self.get_response(request)

    def process_template_response(
        self, request: PortalRequest, response: TemplateResponse
    ) -> TemplateResponse:
        form = (response.context_data or {}).get("form")
        if (
            request.method == "POST"
            and response.status_code == HTTPStatus.OK
            and getattr(form, "errors", False)
        ):
            response.status_code = HTTPStatus.UNPROCESSABLE_ENTITY
        return response
