"""Somebody who holds two roles, and what a page holds."""

from __future__ import annotations

import re

from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.models import Membership, Role, User
from courses.models import Faculty
from tests import factories


def of_both(faculty: Faculty, **more: object) -> User:
    """The exchange coordinator and honours coordinator of `faculty`."""
    user = factories.MemberFactory.create(role=Role.COORDINATOR, faculty=faculty, **more)
    Membership.objects.create(user=user, role=Role.HONOURS, faculty=faculty)
    return user


def page(client: Client, address: str) -> str:
    """The part of the page that is its own."""
    answer = client.get(address)
    assert answer.status_code == 200, address
    return answer.text.split("<main", 1)[1].split("</main>", 1)[0]


def names(html: str) -> list[str]:
    """The students whose lines stand on a board, in their order."""
    return re.findall(r'<h3><a href="[^"]*">([^<]+)</a>', html)


def queries(client: Client, address: str) -> int:
    """How many queries the page takes, once the session has been written."""
    client.get("/en/account/")
    with CaptureQueriesContext(connection) as asked:
        assert client.get(address).status_code == 200
    return len(asked)
