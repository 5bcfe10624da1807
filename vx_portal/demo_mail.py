"""The mail that the demo sent, to be read in the browser. Exists only while DEMO=1."""

from __future__ import annotations

import email
import email.policy
import re
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

PAGE = 25
LONGEST = 1_000_000  # bytes that are read of a file
# As Django's file backend writes: a file for each connection, messages with a ruler between them.
NAME = re.compile(r"[0-9]{8}-[0-9]{6}-[0-9]{1,40}\.log\Z")
RULER = b"\n" + b"-" * 79 + b"\n"


class Mail(NamedTuple):
    """One message as its reader sees it."""

    subject: str
    sender: str
    to: str
    text: str


class Sent(NamedTuple):
    """A file of messages, usually one."""

    name: str
    at: datetime
    mails: list[Mail]


def folder() -> Path:
    return Path(settings.VAR_DIR / "mail")


def names() -> list[str]:
    """The files there are, newest first: their names begin with the time."""
    if not folder().is_dir():
        return []
    found = (path for path in folder().iterdir() if _is_one(path))
    return sorted((path.name for path in found), reverse=True)


def _is_one(path: Path) -> bool:
    """Whether the backend could have written it: no other name, no link to elsewhere."""
    if not NAME.match(path.name) or path.parent != folder():
        return False
    return path.is_file() and not path.is_symlink()


def read(name: str) -> Sent:
    """The file with this name; Http404 for any other name than the backend gives, or none such."""
    path = folder() / name
    if not _is_one(path):
        raise Http404
    with path.open("rb") as file:
        content = file.read(LONGEST)
    at = datetime.fromtimestamp(path.stat().st_mtime, timezone.get_current_timezone())
    parts = (part.strip(b"\n") for part in (content + b"\n").split(RULER))
    return Sent(name, at, [_mail(part) for part in parts if part.strip()])


def _mail(content: bytes) -> Mail:
    message = email.message_from_bytes(content, policy=email.policy.default)
    return Mail(
        subject=_header(message, "Subject"),
        sender=_header(message, "From"),
        to=_header(message, "To"),
        text=_text(message),
    )


def _header(message: EmailMessage, name: str) -> str:
    """A header in words; empty when it is missing or cannot be read."""
    try:
        return str(message.get(name, ""))
    except (ValueError, IndexError, AttributeError):  # as the parser fails on broken headers
        return ""


def _text(message: EmailMessage) -> str:
    """The plain text, in whatever encoding it came."""
    part = message.get_body(preferencelist=("plain",))
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
    page = Paginator(names(), PAGE).get_page(request.GET.get("page"))
    sent = [read(name) for name in page]
    return render(request, "demo/mails.html", {"page_obj": page, "sent": sent})


@require_safe
@login_not_required
@only_in_the_demo
def message(request: PortalRequest, name: str) -> HttpResponse:
    return render(request, "demo/mail.html", {"sent": read(name)})
