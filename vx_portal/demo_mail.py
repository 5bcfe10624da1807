"""The mail that the demo sent, to be read in the browser. Exists only while DEMO=1."""

from __future__ import annotations

import email
import email.policy
from collections.abc import Callable
from datetime import datetime
from email.message import EmailMessage
from functools import wraps
from pathlib import Path
from typing import NamedTuple

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from vx_portal.http import PortalRequest
from vx_portal.mail_files import NAME

PAGE = 25
LONGEST = 1_000_000  # bytes that are read of a file
LONGEST_SEARCH = 200  # characters
# The page of a mail's HTML alone: its own styles, and nothing else. No script, form or picture;
# `sandbox` gives it an origin of its own, so that it is nobody's page here.
MAIL_POLICY = (
    "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none';"
    " frame-ancestors 'none'; sandbox allow-top-navigation-by-user-activation"
)
LONGEST_HEADER = 2_000  # characters; reading thousands of addresses takes seconds


class Mail(NamedTuple):
    """One message as its reader sees it."""

    name: str
    at: datetime
    subject: str
    sender: str
    to: str
    text: str
    html: str


def folder() -> Path:
    return Path(settings.VAR_DIR / "mail")


def names() -> list[str]:
    """The files there are, newest first."""
    if not folder().is_dir():
        return []
    found = [(path.stat().st_mtime, path.name) for path in folder().iterdir() if _is_one(path)]
    return [name for _time, name in sorted(found, reverse=True)]


def _is_one(path: Path) -> bool:
    """Whether the backend could have written it: no other name, no link to elsewhere."""
    if not NAME.fullmatch(path.name) or path.parent != folder():
        return False
    return path.is_file() and not path.is_symlink()


def read(name: str) -> Mail:
    """The mail with this name; Http404 for any other name than the backend gives, or none such."""
    path = folder() / name
    if not _is_one(path):
        raise Http404
    with path.open("rb") as file:
        message = email.message_from_bytes(file.read(LONGEST), policy=email.policy.default)
    return Mail(
        name,
        datetime.fromtimestamp(path.stat().st_mtime, timezone.get_current_timezone()),
        subject=_header(message, "Subject"),
        sender=_header(message, "From"),
        to=_header(message, "To"),
        text=_part(message, "plain"),
        html=_part(message, "html"),
    )


def _header(message: EmailMessage, name: str) -> str:
    """A header in words; empty when it is missing or cannot be read, cut off when very long."""
    for other, value in message.raw_items():
        if other.lower() == name.lower() and len(value) > LONGEST_HEADER:
            start = str(value)[:LONGEST_HEADER]
            return start.encode("utf-8", "replace").decode() + "…"
    try:
        return str(message.get(name, ""))
    except (ValueError, IndexError, AttributeError):  # as the parser fails on broken headers
        return ""


def _part(message: EmailMessage, kind: str) -> str:
    """The plain text or the HTML, in whatever encoding it came."""
    part = message.get_body(preferencelist=(kind,))
    if part is None:
        return ""
    try:
        return str(part.get_content())
    except (LookupError, ValueError):
        payload = part.get_payload(decode=True)
        return payload.decode("utf-8", "replace") if isinstance(payload, bytes) else ""


def only_in_the_demo[**P](view: Callable[P, HttpResponse]) -> Callable[P, HttpResponse]:
    """404 unless DEMO=1."""

    @wraps(view)
    def guarded(*args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        if not settings.DEMO:
            raise Http404
        return view(*args, **kwargs)

    return guarded


@require_safe
@login_not_required
@only_in_the_demo
def messages(request: PortalRequest) -> HttpResponse:
    to = request.GET.get("to", "").strip()[:LONGEST_SEARCH]
    found = names()
    if to:
        found = [name for name in found if to.casefold() in read(name).to.casefold()]
    page = Paginator(found, PAGE).get_page(request.GET.get("page"))
    sent = [read(name) for name in page]
    return render(request, "demo/mails.html", {"page_obj": page, "sent": sent, "to": to})


@require_safe
@login_not_required
@only_in_the_demo
def message(request: PortalRequest, name: str) -> HttpResponse:
    return render(request, "demo/mail.html", {"mail": read(name)})


@require_safe
@login_not_required
@only_in_the_demo
def as_html(request: PortalRequest, name: str) -> HttpResponse:
    """The mail as a mail program shows it, under a policy of its own."""
    html = read(name).html
    if not html:
        raise Http404
    response = HttpResponse(html)
    response.headers["Content-Security-Policy"] = MAIL_POLICY
    response.headers["X-Robots-Tag"] = "noindex, nofollow"
    response.headers["Referrer-Policy"] = "no-referrer"
    return response
