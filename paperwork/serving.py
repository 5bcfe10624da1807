"""Handing out a file: who opened it is written down, and a browser does nothing with it.

Only the view of the owning app leads here, after its gate. Nothing that people gave us is ever
shown inside a page of ours or opened by the browser itself: they see pictures of its pages
(`paperwork/previews.py`), or download the original.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, cast
from urllib.parse import quote

from django.conf import settings
from django.http import Http404, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.utils import timezone
from django.utils.http import content_disposition_header

from accounts.models import STUDENT, User
from paperwork.filing import path_of
from paperwork.models import Attachment, Document, Event
from paperwork.services.events import Actor, Outsider, record

if TYPE_CHECKING:
    from privacy.models import DataCopy
    from vx_portal.http import PortalRequest

ONCE_IN = timedelta(minutes=15)  # opening the same file again within this is the same opening
CHUNK = 64 * 1024  # bytes

# nginx keeps none of these from an answer with X-Accel-Redirect: deploy/nginx/files.conf says them
# again, and a test compares.
HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Content-Security-Policy": "sandbox; default-src 'none'; frame-ancestors 'none'",
}
# A browser's own reader does not work in a sandbox; this is for PDFs that we made.
INLINE_CSP = "default-src 'none'; object-src 'self'; frame-ancestors 'none'"
GIVEN_LOCATION, INLINE_LOCATION = "/private-files/", "/private-files-inline/"

ONE_RANGE = re.compile(r"bytes=(\d*)-(\d*)", re.ASCII)


def serve(
    request: PortalRequest,
    thing: Attachment | Document | DataCopy,
    *,
    inline: bool = False,
    by: Actor = None,
) -> HttpResponse:
    """The file of `thing` as a download, after it is written down that it was opened.

    The caller has asked the gate. `inline` lets the browser show a document that we made; what
    people gave us is a download always. `by` says who opens it when nobody is signed in. Knows
    HEAD, which is not written down, and a range of bytes. Raises Http404 when there is no file.
    """
    inline = inline and isinstance(thing, Document)
    try:
        path = path_of(thing.file)
        size = path.stat().st_size
    except (ValueError, FileNotFoundError):
        raise Http404 from None
    note_opening(request, thing, by=by)
    if settings.FILES_BY_NGINX:
        location = INLINE_LOCATION if inline else GIVEN_LOCATION
        response: HttpResponseBase = HttpResponse()
        response.headers["X-Accel-Redirect"] = location + quote(thing.file)
    else:
        response = _streamed(request, path, size, thing.sha256)
    name = f"{thing.title[:110]}.pdf" if isinstance(thing, Document) else thing.name
    kind = "application/pdf" if isinstance(thing, Document) else thing.content_type
    response.headers["Content-Type"] = kind
    response.headers["Content-Disposition"] = str(content_disposition_header(not inline, name))
    response.headers["Cache-Control"] = "private, no-store"
    for header, value in HEADERS.items():
        response.headers[header] = value
    if inline:
        response.headers["Content-Security-Policy"] = INLINE_CSP
    return cast(HttpResponse, response)  # as every view is typed; it streams


def note_opening(
    request: PortalRequest, thing: Attachment | Document | DataCopy, *, by: Actor = None
) -> None:
    """Write down who opens `thing`, once in a quarter of an hour for each person."""
    if request.method != "GET":
        return
    who = by or (request.user if isinstance(request.user, User) else Outsider("", "visitor"))
    earlier = Event.objects.about(thing).filter(action="opened", at__gt=timezone.now() - ONCE_IN)
    same = {"actor": who} if isinstance(who, User) else {"actor_name": who.name, "role": who.role}
    if not earlier.filter(**same).exists():
        roles = sorted(who.roles - {STUDENT}) if isinstance(who, User) else [who.role]
        record(thing, "opened", by=who, role=(roles or [STUDENT])[0])


def _streamed(request: PortalRequest, path: Path, size: int, sha256: str) -> HttpResponseBase:
    etag = f'"{sha256}"'
    wanted = _range_of(request, size, etag)
    if wanted is None:
        response: HttpResponseBase = StreamingHttpResponse(_part(path, range(size)))
        response.headers["Content-Length"] = str(size)
    elif not wanted:
        response = HttpResponse(status=416)
        response.headers["Content-Range"] = f"bytes */{size}"
    else:
        response = StreamingHttpResponse(_part(path, wanted), status=206)
        response.headers["Content-Length"] = str(len(wanted))
        response.headers["Content-Range"] = f"bytes {wanted[0]}-{wanted[-1]}/{size}"
    response.headers["Accept-Ranges"] = "bytes"
    response.headers["ETag"] = etag
    return response


def _range_of(request: PortalRequest, size: int, etag: str) -> range | None:
    """The bytes that are asked for; None: all; an empty range: some that there are not."""
    asked = ONE_RANGE.fullmatch(request.headers.get("Range", "").strip())
    if not asked or request.method != "GET" or not any(asked.groups()):
        return None
    if request.headers.get("If-Range", etag) != etag:
        return None
    first, last = (int(number) if number else None for number in asked.groups())
    if first is None:  # the last so many
        return range(max(0, size - (last or 0)), size)
    if last is not None and last < first:
        return None
    return range(first, min(size, size if last is None else last + 1))


def _part(path: Path, wanted: range) -> Iterator[bytes]:
    """The bytes; the file is opened when the first are asked for, so that HEAD leaves none open."""
    with path.open("rb") as file:
        file.seek(wanted.start)
        left = len(wanted)
        while left > 0 and (chunk := file.read(min(CHUNK, left))):
            left -= len(chunk)
            yield chunk
