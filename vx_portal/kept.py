"""Public pages, kept rendered until the offer changes.

Which: the views marked with vx_portal.http.kept (the decorator is there: apps import only http.py).
"""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpResponse

from vx_portal.http import PortalRequest, kept

__all__ = ["KeptPages", "kept"]


class KeptPages:
    """Send a visitor the kept page while it is still true."""

    def __init__(self, get_response: Callable[[PortalRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: PortalRequest) -> HttpResponse:
        return self.get_response(request)
