"""Grade tables: written by the office, suggesting and never more."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal

import pytest
from django.test import Client
from django.utils import translation

from accounts.models import User
from courses.models import University
from grades.models import GradeTable, GradeTableRow
from grades.suggesting import suggestions
from tests import factories

type SignIn = Callable[[User], Client]
SAID = {
    "scale": "1 to 6",
    "source": "Nuffic",
    "method_nl": "Lineair",
    "method_en": "Linear",
    "lines": "5.5-6; 9; 8.5; 10\n\n5 – 5,49; 7,5\nHD; V",
}


@pytest.fixture
def host(db: None) -> University:
    return factories.UniversityFactory.create()


def test_it_is_written_and_suggests(office: User, host: University, sign_in: SignIn) -> None:
    client, path = sign_in(office), f"/en/office/grade-tables/{host.pk}/"

    answer = client.post(path, SAID | {"seen": ""})

    assert answer.status_code == 302, answer.context["form"].errors
    for printed, grade in (("5.75", "9"), ("5,2", "7.5"), ("hd", "V"), ("4", None), ("", None)):
        found = [one.grade for one in suggestions(host.pk, printed)]
        assert found == ([grade] if grade else [])
    page = client.get(path).content.decode()
    assert "5.5-6; 9; 8.5; 10" in page
    first = GradeTable.objects.get().rows.first()
    assert first is not None
    assert first.printed_to == Decimal(6)

    assert client.post(path, SAID | {"seen": "old"}).status_code == 409, "changed meanwhile"


@pytest.mark.parametrize(
    ("lines", "said"),
    [
        ("5.5", "Line 1: Write the host"),
        ("6-5; 8", "must not be lower"),
        ("5; 5.7", "no final grade between 5 and 6"),
        ("A; 8\nB; 11", "Line 2: A Dutch grade is 1 to 10"),
        ("", "required"),
    ],
)
def test_wrong_lines(
    office: User, host: University, sign_in: SignIn, lines: str, said: str
) -> None:
    answer = sign_in(office).post(
        f"/en/office/grade-tables/{host.pk}/", SAID | {"lines": lines, "seen": ""}
    )

    assert answer.status_code == 422
    assert said in answer.content.decode()
    assert not GradeTable.objects.exists()


@pytest.mark.parametrize(("language", "suggested"), [("nl", "7,5"), ("en", "7.5")])
def test_a_suggestion_is_written_as_its_reader_writes(
    db: None, language: str, suggested: str
) -> None:
    host = factories.UniversityFactory.create()
    table = GradeTable.objects.create(university=host, scale="1 to 6", source="x")
    GradeTableRow.objects.create(
        table=table, printed="B", suggests="7.5", lowest="7", highest="8.5"
    )
    with translation.override(language):
        (one,) = suggestions(host.pk, "B")
    assert one.grade == suggested
    assert one.highest == suggested.replace("7", "8")
