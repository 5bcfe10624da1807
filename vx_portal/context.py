"""What every template may use."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.http import HttpRequest


def portal(request: HttpRequest) -> dict[str, Any]:
    """Names and switches of the portal; asks the database nothing for a visitor."""
    return {"demo": settings.DEMO}
