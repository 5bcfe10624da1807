"""What happens to every request and answer."""

from __future__ import annotations

import re
import time
import uuid
from collections.abc import Callable

import structlog
from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.http.response import HttpResponseBase
from django.middleware.gzip import GZipMiddleware
from django.utils.cache import patch_vary_headers

from vx_portal import errors
from vx_portal.http import PortalRequest, is_visitor
from vx_portal.metrics import count_request

type GetResponse = Callable[[PortalRequest], HttpResponse]

log = structlog.get_logger("vx_portal.request")

FOR_MACHINES = {"/livez", "/readyz", "/metrics"}
METHODS = {"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"}


class RequestLog:
    """A request id on every log line and answer, and one line a request: view, status, ms.

    The line names the view, never the address: addresses can hold what somebody searched for.
    The id is nginx's, whose form it must have, so that nobody writes other things into the logs.
    """

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: PortalRequest) -> HttpResponse:
        given = request.META.get("HTTP_X_REQUEST_ID", "")
        request_id = given if re.fullmatch(r"[0-9a-f]{32}", given) else uuid.uuid4().hex
        structlog.contextvars.bind_contextvars(request_id=request_id)
        started = time.monotonic()
        try:
            response = self.get_response(request)
            seconds = time.monotonic() - started
            log.info(
                "request",
                method=request.method if request.method in METHODS else "other",
                view=count_request(request, response, seconds),
                status=response.status_code,
                ms=round(seconds * 1000),
            )
        finally:
            structlog.contextvars.unbind_contextvars("request_id")
        response.headers["X-Request-Id"] = request_id
        return response


class AskedByMachines:
    """Health and figures are asked for by container, address or name inside: any host will do.

    Their answers mention no host, so that a false one can do no harm.
    """

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: PortalRequest) -> HttpResponse:
        if request.path in FOR_MACHINES:
            request.META["HTTP_HOST"] = settings.ALLOWED_HOSTS[0].removeprefix(".")
        return self.get_response(request)


class GZip(GZipMiddleware):
    """Packs pages; a file is sent as it lies, or its length and its parts would not be true."""

    def process_response(
        self, request: HttpRequest, response: HttpResponseBase
    ) -> HttpResponseBase:
        if response.has_header("Accept-Ranges"):
            return response
        return super().process_response(request, response)


class Maintenance:
    """503 in the portal's look while MAINTENANCE=1; asks nothing of the database.

    WhiteNoise stands before it, so the page's own files are served.
    """

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: PortalRequest) -> HttpResponse:
        if settings.MAINTENANCE and request.path not in FOR_MACHINES:
            return errors.maintenance(request)
        return self.get_response(request)


class PersonalPagesAreNotStored:
    """What a signed-in person sees may not be stored by any cache, the browser's included."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: PortalRequest) -> HttpResponse:
        response = self.get_response(request)
        patch_vary_headers(response, ["Cookie"])
        if not is_visitor(request) and not response.has_header("Cache-Control"):
            response.headers["Cache-Control"] = "private, no-store"
        return response


class RefusedMethods:
    """Django's empty 405 becomes a page that says what to do."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: PortalRequest) -> HttpResponse:
        response = self.get_response(request)
        if isinstance(response, HttpResponseNotAllowed) and not response.content:
            page = errors.not_allowed(request)
            page.headers["Allow"] = response.headers["Allow"]
            return page
        return response
