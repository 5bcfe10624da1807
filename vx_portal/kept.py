"""Public pages, kept rendered until the offer changes.

Which: the views marked with vx_portal.http.kept (the decorator is there: apps import only http.py).
For whom: visitors, who have no session; a page with a query in its address is made each time.
How long: while the offer's version, free places (at most 5 seconds old), Leiden's day and, for a
page with clocks, the minute are what they were when it was made. The version is read from the
database for every request, so a change shows in every process as soon as it is committed.
"""

from __future__ import annotations

import gzip
import hashlib
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from threading import Lock
from typing import Any, NamedTuple

from django.conf import settings
from django.db import DatabaseError
from django.http import HttpResponse
from django.urls import ResolverMatch
from django.utils import timezone
from django.utils.cache import patch_vary_headers
from django.utils.http import parse_etags

from courses.catalogue import current_places
from courses.services.offer import offer_version
from vx_portal.http import PortalRequest, accepts_gzip, is_visitor, kept

__all__ = ["KeptPages", "kept"]

MAX_BYTES = 24 * 1024 * 1024  # of compressed pages, per process
# An answer that varies with anything else is not kept.
VARIES_WITH = {"cookie", "accept-encoding", "hx-request"}


class Stamp(NamedTuple):
    """What a kept page was true for."""

    version: int
    places: int
    day: str


@dataclass(frozen=True, slots=True)
class Page:
    """An answer as it is sent again."""

    stamp: Stamp
    minute: int | None  # of the clocks on it
    packed: bytes  # its body, gzipped
    size: int  # of the body as it is
    headers: dict[str, tuple[str, str]]  # as a response keeps them, by their small letters
    etag: str
    match: ResolverMatch | None  # so that the log names its view


class Shelf:
    """The pages of this process, at most MAX_BYTES of them; the one unused longest goes first."""

    def __init__(self, max_bytes: int = MAX_BYTES) -> None:
        self.max_bytes = max_bytes
        self.bytes = 0
        self._pages: OrderedDict[tuple[str, ...], Page] = OrderedDict()
        self._lock = Lock()

    def get(self, key: tuple[str, ...]) -> Page | None:
        with self._lock:
            if (page := self._pages.get(key)) is not None:
                self._pages.move_to_end(key)
            return page

    def put(self, key: tuple[str, ...], page: Page) -> None:
        with self._lock:
            if (old := self._pages.pop(key, None)) is not None:
                self.bytes -= len(old.packed)
            self._pages[key] = page
            self.bytes += len(page.packed)
            while self.bytes > self.max_bytes:
                _, oldest = self._pages.popitem(last=False)
                self.bytes -= len(oldest.packed)

    def clear(self) -> None:
        with self._lock:
            self._pages.clear()
            self.bytes = 0


shelf = Shelf()


class KeptPages:
    """Send a visitor the kept page while it is still true."""

    def __init__(self, get_response: Callable[[PortalRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: PortalRequest) -> HttpResponse:
        if not can_be_kept(request):
            return self.get_response(request)
        key = key_of(request)
        if page := shelf.get(key):
            try:
                stamp = read_stamp()
            except DatabaseError:  # the page that says so comes through the other middleware
                return self.get_response(request)
            if page.stamp == stamp and page.minute in (None, minute()):
                request.resolver_match = page.match
                return answer(request, page)
            request._stamp = stamp  # type: ignore[attr-defined]
        response = self.get_response(request)
        lasts = getattr(request, "_kept_for", "")
        if lasts and may_be_kept(request, response):
            stamp = request._stamp  # type: ignore[attr-defined]
            page = keep(request, response, stamp, made_at=minute() if lasts == "minute" else None)
            shelf.put(key, page)
            return answer(request, page)
        return response

    def process_view(
        self, request: PortalRequest, view: Callable[..., Any], *_args: Any
    ) -> HttpResponse | None:
        """Read what is true before the view does: a page is never stamped newer than it is."""
        if (lasts := getattr(view, "kept_for", "")) and can_be_kept(request):
            request._kept_for = lasts  # type: ignore[attr-defined]
            if not hasattr(request, "_stamp"):
                request._stamp = read_stamp()  # type: ignore[attr-defined]
        return None


def can_be_kept(request: PortalRequest) -> bool:
    """Whether the answer to `request` is the same for every visitor."""
    return (
        request.method in ("GET", "HEAD")
        and not request.META.get("QUERY_STRING")
        and "HTTP_HX_REQUEST" not in request.META
        and is_visitor(request)
    )


def key_of(request: PortalRequest) -> tuple[str, ...]:
    """Everything in a visitor's request that its answer may depend on; the path has the language.

    Raises DisallowedHost for a host that is not ours, as the rest of the portal would.
    """
    theme = request.COOKIES.get(settings.THEME_COOKIE_NAME, "")
    return (
        request.path,
        request.get_host(),
        request.scheme or "",
        theme if theme in ("light", "dark") else "",
    )


def read_stamp() -> Stamp:
    """What is true now: one query, and every five seconds a second one for free places."""
    version = offer_version()
    return Stamp(version, current_places(version).number, str(timezone.localdate()))


def minute() -> int:
    return int(time.time() // 60)


def may_be_kept(request: PortalRequest, response: HttpResponse) -> bool:
    """Whether `response` holds nothing that is one visitor's own."""
    varies_with = {name.strip().lower() for name in response.get("Vary", "").split(",") if name}
    return (
        response.status_code == 200
        and not response.streaming
        and not response.cookies
        and "CSRF_COOKIE_NEEDS_UPDATE" not in request.META
        and "no-store" not in response.get("Cache-Control", "")
        and "private" not in response.get("Cache-Control", "")
        and "nonce-" not in response.get("Content-Security-Policy", "")
        and varies_with <= VARIES_WITH
    )


def keep(request: PortalRequest, response: HttpResponse, stamp: Stamp, made_at: int | None) -> Page:
    """The page that `response` is."""
    body = response.content
    if response.get("Content-Encoding") == "gzip":
        body = gzip.decompress(body)
    etag = f'W/"{hashlib.sha256(body).hexdigest()[:32]}"'
    response.headers["ETag"] = etag
    response.headers.setdefault("Cache-Control", "no-cache")
    patch_vary_headers(response, ["Cookie", "Accept-Encoding", "HX-Request"])
    headers = {
        name.lower(): (name, value)
        for name, value in response.headers.items()
        if name not in {"Content-Length", "Content-Encoding"}
    }
    return Page(
        stamp=stamp,
        minute=made_at,
        packed=gzip.compress(body, compresslevel=9, mtime=0),
        size=len(body),
        headers=headers,
        etag=etag,
        match=request.resolver_match,
    )


def answer(request: PortalRequest, page: Page) -> HttpResponse:
    """`page` as `request` can read it: 304 when it has it already, without a body for HEAD."""
    known = request.META.get("HTTP_IF_NONE_MATCH", "")
    if known and (known.strip() == "*" or page.etag in parse_etags(known)):
        response = HttpResponse(status=304)
        del response.headers["Content-Type"]
        for name, value in page.headers.values():
            if name in {"ETag", "Cache-Control", "Vary", "Content-Language"}:
                response.headers[name] = value
        return response
    body, length = page.packed, len(page.packed)
    packed = accepts_gzip(request)
    if not packed:
        body, length = gzip.decompress(page.packed), page.size
    response = HttpResponse(b"" if request.method == "HEAD" else body)
    # They were checked when they were set first; to set each again takes a tenth of the whole time.
    response.headers._store.update(page.headers)
    if packed:
        response.headers["Content-Encoding"] = "gzip"
    response.headers["Content-Length"] = str(length)
    return response


if settings.DEBUG:  # templates change under a development server
    shelf.max_bytes = 0
