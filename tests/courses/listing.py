"""What the tests of the catalogue share."""

from __future__ import annotations

import re

from django.db import transaction
from django.test import Client

from courses.services.offer import offer_changed

LISTING = "/en/courses/"
HTMX = {"HX-Request": "true"}


def titles(page: str) -> list[str]:
    """The titles of the rows in `page`, in order."""
    return re.findall(r'<h3><a href="/\w\w/courses/[^"]*"[^>]*>([^<]*)</a>', page)


def get(client: Client, address: str, **headers: str) -> str:
    response = client.get(address, headers=headers)
    assert response.status_code == 200
    return response.content.decode()


def change_offer() -> None:
    with transaction.atomic():
        offer_changed()
