"""References: drawn again when taken, and nonsense in their place is no address."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.db import IntegrityError
from django.test import Client

from accounts.models import Role, User
from courses.models import Edition
from enrolments.services import requests
from tests import factories
from tests.enrolments.cases import case_in, student_of


def draw(monkeypatch: pytest.MonkeyPatch, letters: str) -> None:
    """Let the next references be made of these letters."""
    left = iter(letters)
    monkeypatch.setattr("enrolments.models.enrolment.secrets.choice", lambda _all: next(left))


def test_one_that_is_taken_is_drawn_again(db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    edition, students = world()
    draw(monkeypatch, "AAAAA" * 3 + "BBBBB")

    drawn = [requests.begin(edition, by=student).reference for student in students]

    assert drawn == ["VX-AAAAA", "VX-BBBBB"]


def test_not_for_ever(db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    edition, (first, second) = world()
    draw(monkeypatch, "AAAAA" * 20)
    requests.begin(edition, by=first)

    with pytest.raises(IntegrityError):
        requests.begin(edition, by=second)


def world() -> tuple[Edition, list[User]]:
    """An edition and two students, made before letters are drawn."""
    edition = factories.EditionFactory.create()
    faculty = factories.FacultyFactory.create()
    students = [student_of(faculty) for _number in range(2)]
    return Edition.objects.select_related("course__university").get(pk=edition.pk), students


@pytest.mark.parametrize("path", ["exchange", "desk"])
@pytest.mark.parametrize("nonsense", ["VX-%00", "%00", "x" * 10_000, "VX-7K3M9'--", "é"])
def test_nonsense_is_no_address(
    sign_in: Callable[[User], Client], path: str, nonsense: str
) -> None:
    case_in("submitted")
    client = sign_in(factories.MemberFactory.create(role=Role.OFFICE))

    assert client.get(f"/nl/{path}/{nonsense}/").status_code == 404


def test_capitals_do_not_matter(sign_in: Callable[[User], Client]) -> None:
    case = case_in("submitted")

    assert sign_in(case.student).get(f"/nl/exchange/{case.reference.lower()}/").status_code == 200
