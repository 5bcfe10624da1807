"""Scratch: addresses whose page is being built. Goes away before the first commit of pages."""

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse


@login_not_required
def soon(request: HttpRequest, **_kwargs: object) -> HttpResponse:
    return HttpResponse("soon")
