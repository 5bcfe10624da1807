"""A student with a browser, who applies."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.test import Client

from accounts.models import User
from courses.models import Edition
from enrolments.models import Enrolment

BACKEND = "accounts.backends.Backend"


def words(number: int) -> str:
    return " ".join(["woord"] * number)


class Student:
    """A student with a browser, who applies for one edition."""

    def __init__(self, client: Client, user: User, edition: Edition) -> None:
        self.client, self.user, self.edition = client, user, edition

    @property
    def apply(self) -> str:
        course, day = self.edition.course, self.edition.starts_on.isoformat()
        return f"/nl/exchange/apply/{course.university.code.lower()}/{course.slug}/{day}/"

    @property
    def case(self) -> Enrolment:
        return Enrolment.objects.get(student=self.user, edition=self.edition)

    def sign_in(self) -> None:
        self.client.force_login(self.user, backend=BACKEND)

    def at(self, page: str = "") -> str:
        return f"/nl/exchange/{self.case.reference}/{page}"

    def begin(self) -> HttpResponse:
        return self.client.post(self.apply)

    def post(self, page: str, **data: Any) -> HttpResponse:
        data.setdefault("seen", self.case.changed_at.isoformat())
        return self.client.post(self.at(page), data)

    def write(self, purpose: str = "elective", number: int = 200, **data: Any) -> HttpResponse:
        return self.post("purpose/", purpose=purpose, motivation=words(number), **data)

    def send(self, **data: Any) -> HttpResponse:
        return self.post("check/", **{"acknowledged": "on", "consents": "on", **data})


def text(response: HttpResponse) -> str:
    return response.content.decode()
