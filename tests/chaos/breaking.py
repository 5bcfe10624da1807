"""The portal's addresses, and one more that fails with what somebody typed in its exception."""

from __future__ import annotations

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.urls import path

from vx_portal.urls import (
    handler400,
    handler403,
    handler404,
    handler429,
    handler500,
)
from vx_portal.urls import urlpatterns as portals

__all__ = ["handler400", "handler403", "handler404", "handler429", "handler500"]


@login_not_required
def break_down(request: HttpRequest, words: str) -> HttpResponse:
    raise ValueError(f"cannot handle {words} of {request.GET} and {request.POST}")


urlpatterns = [path("en/break/<str:words>/", break_down), *portals]
