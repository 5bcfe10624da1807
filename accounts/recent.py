"""Acts that are asked for again who one is, when signing in was a while ago.

allauth asks before somebody changes what protects their own account. The same question stands here
before acts that touch others: roles, lists of people, grades. Signing in counts as an answer.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from functools import wraps
from typing import Concatenate
from urllib.parse import urlsplit

from allauth.account.adapter import get_adapter
from allauth.account.authentication import get_authentication_records
from allauth.account.internal.flows.reauthentication import STATE_SESSION_KEY
from allauth.core.internal.httpkit import serialize_request
from django.conf import settings
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.http import urlencode
from django.utils.translation import gettext as _

from accounts.services import sessions
from vx_portal.http import PortalRequest

type View[**P] = Callable[Concatenate[PortalRequest, P], HttpResponse]

PEOPLE = "ACCOUNT_REAUTHENTICATION_TIMEOUT"
GRADES = "GRADES_REAUTHENTICATION_TIMEOUT"


def last_shown(request: HttpRequest) -> float:
    """When who is signed in last showed who they are, in seconds since the epoch."""
    records = get_authentication_records(request, request.user)
    moments: list[float] = [
        request.session.get(sessions.STARTED, 0.0),
        *(one["at"] for one in records),
    ]
    return max(moments)


def is_recent(request: HttpRequest, setting: str = PEOPLE) -> bool:
    """Whether that was within the seconds of `setting`."""
    return time.time() - last_shown(request) < float(getattr(settings, setting))


def needs_recent_sign_in[**P](
    setting: str = PEOPLE, *, file: bool = False
) -> Callable[[View[P]], View[P]]:
    """Ask again who somebody is before this view does what it does, unless they said so recently.

    What opens a form (GET) is not asked for; what was sent is kept, and done after the answer. With
    `file` the view hands out a file, to GET as well: the answer leads back to the page before it,
    since a download leaves no page to be on.
    """

    def decorate(view: View[P]) -> View[P]:
        @wraps(view)
        def asked(request: PortalRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
            acts = file or request.method not in ("GET", "HEAD")
            if acts and not is_recent(request, setting):
                return _ask(request, file=file)
            return view(request, *args, **kwargs)

        asked.recent = setting  # type: ignore[attr-defined]  # read by the test of all of them
        return asked

    return decorate


def _ask(request: PortalRequest, *, file: bool) -> HttpResponse:
    """The way to the question; after it allauth does what was kept, or goes to `next`."""
    ways = get_adapter().get_reauthentication_methods(request.user)
    if not ways:
        raise PermissionDenied
    back = request.get_full_path()
    if file:
        back = _page_before(request)
        messages.info(request, _("After this you can download the file: choose it once more."))
    elif request.method == "POST":
        kept = json.loads(serialize_request(request))
        kept["META"].pop("HTTP_COOKIE", None)
        request.session[STATE_SESSION_KEY] = {"request": json.dumps(kept)}
        back = request.path
    address = f"{ways[0]['url']}?{urlencode({'next': back})}"
    if request.headers.get("HX-Request") == "true":
        return HttpResponse(status=204, headers={"HX-Redirect": address})
    return HttpResponseRedirect(address)


def _page_before(request: PortalRequest) -> str:
    """The page of ours that led here; without one, the address that was asked for."""
    before = request.headers.get("Referer", "")
    if not before or not get_adapter().is_safe_url(before):
        return request.get_full_path()
    parts = urlsplit(before)
    return f"{parts.path}?{parts.query}" if parts.query else parts.path
