"""Refusals in the portal's look: what went wrong, and what to do. One page for each status.

A page that may be shown while the database is down (500, 503) asks it nothing: see `plain_page`.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import Any

import structlog
from django.conf import settings
from django.core.exceptions import (
    RequestDataTooBig,
    SuspiciousOperation,
    TooManyFieldsSent,
    TooManyFilesSent,
)
from django.db import DatabaseError
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.utils import timezone, translation
from django.utils.translation import get_language_from_request

from accounts.models import Role
from paperwork.uploads import FileTooLargeError, TogetherTooLargeError
from vx_portal.context import plain
from vx_portal.http import WrongRoleError

log = structlog.get_logger("vx_portal.refusals")

TOO_LARGE = (RequestDataTooBig, TooManyFieldsSent, TooManyFilesSent)
WORTH_KEEPING = 20  # characters; shorter texts are soon typed again
NOT_SHOWN_AGAIN = ("csrf", "password", "code", "credential", "token")  # in a field's name


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """400, or 413 when what was sent is too much."""
    if not isinstance(exception, TOO_LARGE):
        return _page(request, 400)
    most = settings.DATA_UPLOAD_MAX_NUMBER_FILES
    context = {
        "file": isinstance(exception, FileTooLargeError),
        "together": isinstance(exception, TogetherTooLargeError),
        "files": most if isinstance(exception, TooManyFilesSent) else 0,
    }
    return _page(request, 413, context)


def forbidden(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """403: names the roles that have the page, where they are known."""
    names = exception.roles if isinstance(exception, WrongRoleError) else ()
    match, user = request.resolver_match, getattr(request, "user", None)
    log.warning("refused", view=match and match.view_name, user=user and user.pk, needs=names)
    return _page(request, 403, {"page_roles": [role_name(name) for name in names]})


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """404: offers a search of the courses."""
    return _page(request, 404)


def not_allowed(request: HttpRequest) -> HttpResponse:
    """405: the address exists, but does something else (opening the address of a form, say)."""
    return _page(request, 405)


def conflict(request: HttpRequest, context: dict[str, Any] | None = None) -> HttpResponse:
    """409: somebody else changed it in the meantime.

    `context` may have `what` (a sentence on what the other did), `typed` (pairs of a field's name
    and what was typed, shown so that it can be copied) and `back` (an address).
    """
    return _page(request, 409, context)


def too_many(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """429: too much in a short time."""
    response = _page(request, 429)
    response.headers["Retry-After"] = "300"
    return response


def server_error(request: HttpRequest) -> HttpResponse:
    """500, with the reference under which the log has it."""
    return plain_page(request, 500)


def maintenance(request: HttpRequest) -> HttpResponse:
    """503 while we work on the portal; tells when to come back (MAINTENANCE_UNTIL)."""
    now, until = timezone.now(), settings.MAINTENANCE_UNTIL
    left = (until - now).total_seconds() if until else 0
    response = plain_page(request, 503, {"until": until, "is_over_time": until and left <= 0})
    response.headers["Retry-After"] = str(math.ceil(left)) if left > 0 else "600"
    return response


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """403 for a form that is out of date; what was typed is given back."""
    try:
        typed = [("", text) for text in worth_keeping(request.POST.items())]
    except (SuspiciousOperation, OSError):
        typed = []
    return _page(request, 403, {"typed": typed}, template="form_expired")


def worth_keeping(fields: Iterable[tuple[str, object]]) -> list[str]:
    """The longer texts among what was sent, and nothing secret."""
    return [
        value
        for name, value in fields
        if isinstance(value, str)
        and len(value.strip()) >= WORTH_KEEPING
        and not any(part in name.lower() for part in NOT_SHOWN_AGAIN)
    ]


def role_name(role: str) -> str:
    """A role as people call it."""
    return str(Role(role).label) if role in Role.values else role


def plain_page(
    request: HttpRequest, status: int, more: dict[str, Any] | None = None
) -> HttpResponse:
    """A page without navigation and sign-in, which needs neither session nor database."""
    with translation.override(language_of(request)):
        context = {**plain(request), "bare": True, "reference": _reference(), **(more or {})}
        content = render_to_string(f"errors/{status}.html", context)
    return _sent(content, status)


def language_of(request: HttpRequest) -> str:
    """The reader's language, also outside the addresses that carry one."""
    return get_language_from_request(request, check_path=True)


def _page(
    request: HttpRequest,
    status: int,
    context: dict[str, Any] | None = None,
    template: str | None = None,
) -> HttpResponse:
    """The page of `status` with the navigation; without it if that cannot be asked for."""
    name = f"errors/{template or status}.html"
    own = {"reference": _reference(), **(context or {})}
    with translation.override(language_of(request)):
        try:
            content = render_to_string(name, own, request=request)
        except DatabaseError:
            content = render_to_string(name, {**plain(request), "bare": True, **own})
    return _sent(content, status)


def _sent(content: str, status: int) -> HttpResponse:
    response = HttpResponse(content, status=status)
    response.headers["Cache-Control"] = "no-store"
    return response


def _reference() -> str:
    """What RequestLog calls this request."""
    return str(structlog.contextvars.get_contextvars().get("request_id", ""))
