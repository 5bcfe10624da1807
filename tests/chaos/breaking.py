"""The portal's addresses, and two more: one fails with what somebody typed, one hands files out."""

from __future__ import annotations

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.urls import path

from paperwork.models import Attachment, Document
from paperwork.serving import serve
from vx_portal.http import PortalRequest
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


@login_not_required
def hand_out(request: PortalRequest, kind: str) -> HttpResponse:
    """The last file that somebody gave, or document that was made, as an app's view would."""
    rows = Attachment.objects.all() if kind == "given" else Document.objects.all()
    return serve(request, rows.order_by("pk").last(), inline=kind == "inline")


urlpatterns = [
    path("en/break/<str:words>/", break_down),
    path("en/hand-out/<str:kind>/", hand_out),
    *portals,
]
