"""Exams: the days ahead, how early students heard, who came, and resits; counted by hand."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from courses import house
from exams.models import Resit
from tests import factories
from tests.exams.sittings import ExamFactory, PublishedSittingFactory, SittingFactory, seat
from tests.reports.made import TODAY, YEAR, a_case, at, edition_of, filters, numbers, office
from vx_portal.reports.exams import ahead, attendance, notice, resits
from vx_portal.reports.periods import Period

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("today")]


@pytest.fixture
def world() -> dict[str, Any]:
    """Two exams on Wednesday the 24th, of two hosts; a resit on the 31st; one that is over."""
    one, two = (factories.UniversityFactory.create(code=code) for code in ("ONE", "TWO"))
    law = factories.FacultyFactory.create(name_en="Law")
    first, second = edition_of(one), edition_of(two)
    day = date(2027, 3, 24)
    exam = ExamFactory.create(edition=first, starts_at=at(day))
    other = ExamFactory.create(edition=second, starts_at=at(day, 15))
    ExamFactory.create(edition=first, attempt=2, starts_at=at(date(2027, 3, 31)))
    ExamFactory.create(edition=second, attempt=2, held="home", starts_at=at(date(2027, 3, 31)))
    ExamFactory.create(edition=edition_of(one), starts_at=at(date(2027, 3, 9)))
    cases = [a_case(first, law, state="enrolled") for _number in range(3)]
    a_case(first, law, state="approved")
    late = a_case(second, law, state="enrolled")
    told = PublishedSittingFactory.create(exam=exam, published_at=at(date(2027, 3, 8)))
    seat(told, cases[0])
    seat(told, cases[1])
    for number, (answer, because) in enumerate((("yes", "failed"), ("no", "ill"), ("", "absent"))):
        Resit.objects.create(
            enrolment=cases[number],
            attempt=2,
            because=because,
            offered_at=at(date(2027, 3, 5)),
            answer=answer,
            answered_at=at(TODAY) if answer else None,
        )
    return {"one": one, "law": law, "exam": exam, "other": other, "cases": cases, "late": late}


def test_days_ahead(world: dict[str, Any]) -> None:
    table = ahead(office(), filters(per="day"))

    names = ("ahead", "exams", "students", "seated", "rooms", "unplanned", "untold", "tell_by")
    assert [(r.label.day, *(r.numbers[n] for n in names)) for r in table.rows] == [
        (date(2027, 3, 24), 10, 2, 4, 2, 1, 1, 1, date(2027, 3, 10)),
        (date(2027, 3, 31), 13, 1, 1, 0, 0, 1, 1, date(2027, 3, 15)),  # Easter
    ]
    one_by_one = ahead(office(), filters(per="exam"))
    assert [(r.label.code, r.numbers["students"]) for r in one_by_one.rows] == [
        ("ONE", 3),
        ("TWO", 1),
        ("ONE", 1),
    ]
    SittingFactory.create(exam=world["other"])  # planned, and not told
    assert [r.numbers["unplanned"] for r in ahead(office(), filters(per="day")).rows] == [0, 1]
    assert [r.numbers["untold"] for r in ahead(office(), filters(per="day")).rows] == [1, 1]


def test_a_partner_and_a_coordinator_see_what_was_told(world: dict[str, Any]) -> None:
    contact = factories.MemberFactory.create(role="partner", university=world["one"])
    stranger = factories.MemberFactory.create(role="coordinator")

    table = ahead(contact, filters(per="exam"))

    assert [row.label.code for row in table.rows] == ["ONE", "ONE"]
    assert "unplanned" not in [column.name for column in table.columns]
    assert ahead(stranger, filters(per="day")).rows == []


def test_how_early_students_heard(world: dict[str, Any]) -> None:
    """Told on the 8th of an exam on the 24th: 12 working days. Told on the 19th: 3."""
    short = PublishedSittingFactory.create(exam=world["other"], published_at=at(date(2027, 3, 19)))
    seat(short, world["late"])
    SittingFactory.create(exam=world["exam"])

    table = notice(office(), filters(YEAR))

    assert house.number("exams.notice_days") == 10
    assert {code: tuple(row.values()) for code, row in numbers(table).items()} == {
        "ONE": (2, 12, 12, 2, 100),
        "TWO": (1, 3, 3, 0, 0),
    }
    assert table.total is not None
    assert tuple(table.total.numbers.values()) == (3, 3, 12, 2, Decimal("66.7"))
    contact = factories.MemberFactory.create(role="partner", university=world["one"])
    assert set(numbers(notice(contact, filters(YEAR)))) == {"ONE"}


def test_an_exam_that_is_years_ahead_counts_too(world: dict[str, Any]) -> None:
    for case, year in zip(world["cases"], (2019, 2034), strict=False):
        told = PublishedSittingFactory.create(
            exam=world["exam"],
            starts_at=at(date(year, 3, 29)),
            ends_at=at(date(year, 3, 29), 15),
            published_at=at(date(year, 3, 22)),
        )
        seat(told, case)

    table = notice(office(), filters(Period(date(2018, 8, 1), date(2035, 7, 31))))

    assert numbers(table)["ONE"]["students"] == 4


def test_who_came(world: dict[str, Any]) -> None:
    held = PublishedSittingFactory.create(exam=world["exam"], state="held")
    marks = ["present", "left_early", "late", "absent", "absent", "expected"]
    for number, mark in enumerate(marks):
        case = a_case(world["exam"].edition, world["law"], state="enrolled")
        seat(held, case, attendance=mark, ill_reported_at=at(TODAY) if number == 3 else None)

    table = attendance(factories.MemberFactory.create(role="exams"), filters(YEAR, per="faculty"))

    assert numbers(table) == {
        "Law": {"students": 5, "present": 2, "late": 1, "absent": 1, "ill": 1, "share": 20}
    }
    stranger = factories.MemberFactory.create(role="coordinator")
    assert attendance(stranger, filters(YEAR, per="faculty")).rows == []


def test_resits(world: dict[str, Any]) -> None:
    expected = {
        **dict.fromkeys(("absent", "ill", "failed", "yes", "no", "open"), 1),
        "offered": 3,
    }
    assert numbers(resits(office(), filters(YEAR, per="partner"))) == {"ONE": expected}
    coordinator = factories.MemberFactory.create(role="coordinator", faculty=world["law"])
    assert numbers(resits(coordinator, filters(YEAR, per="partner"))) == {"ONE": expected}
    stranger = factories.MemberFactory.create(role="coordinator")
    assert resits(stranger, filters(YEAR, per="partner")).rows == []
