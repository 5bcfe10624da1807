"""How long each step takes: counted by hand, and against the statistics module."""

from __future__ import annotations

import math
from datetime import date, timedelta
from statistics import median
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from accounts.models import User
from courses.models import Faculty, University
from enrolments.models import Enrolment
from grades import durations
from paperwork.day_counts import WorkingDays, day_of
from paperwork.working_days import working_days_between
from tests import factories
from tests.grades.rows import registration_of, result_of, transcript_of
from tests.reports.made import (
    TODAY,
    YEAR,
    a_case,
    at,
    edition_of,
    filters,
    happened,
    numbers,
    office,
)
from vx_portal.reports.periods import Period
from vx_portal.reports.tables import Few
from vx_portal.reports.turnaround import figures, how_long

MONDAY = date(2027, 3, 1)


def checked(case: Enrolment, days: int, to: date = MONDAY) -> None:
    """It was sent on `to` less so many days, and approved on `to`."""
    Enrolment.objects.filter(pk=case.pk).update(
        submitted_at=at(to - timedelta(days=days)), home_approved_at=at(to)
    )


@pytest.fixture
def world(db: None, today: None) -> dict[str, Any]:
    """Six students of Law and one of Arts, of whom the home side approved at the host ONE."""
    host = factories.UniversityFactory.create(code="ONE")
    law = factories.FacultyFactory.create(code="LAW", name_en="Law")
    arts = factories.FacultyFactory.create(code="ARTS", name_en="Arts")
    edition = edition_of(host, starts_on=date(2026, 9, 1), exam_on=date(2026, 12, 9))
    cases = [a_case(edition, law, state="finished") for _number in range(6)]
    cases.append(a_case(edition, arts, state="finished"))
    # From Monday the 1st back: Friday, Thursday, … the Monday before, the Saturday before that.
    for case, days in zip(cases, (3, 4, 5, 7, 9, 14, 21), strict=True):
        checked(case, days)
    return {"host": host, "law": law, "arts": arts, "cases": cases}


def test_the_median_and_nine_of_ten_of_a_step(world: dict[str, Any]) -> None:
    """Working days of the six of Law: 1, 2, 3, 5, 6 and 10."""
    table = how_long(office(), filters(YEAR, per="faculty", step="check"))

    assert numbers(table) == {
        "Law": {"cases": 6, "median": 4, "late": 10, "step": "Application checked at home"},
        "Arts": {
            "cases": 1,
            "median": Few(5),
            "late": Few(5),
            "step": "Application checked at home",
        },
    }


def test_every_step_from_what_happened(world: dict[str, Any]) -> None:
    """One case from application to uSis; every span is worked out by hand."""
    case: Enrolment = world["cases"][0]
    coordinator = factories.MemberFactory.create(role="coordinator", faculty=world["law"])
    administration = factories.MemberFactory.create(role="administration", faculty=world["law"])
    # On the Wednesday after the Monday on which it was approved.
    happened(case, "confirm", "approved", "enrolled", date(2027, 3, 3))
    paper = transcript_of(
        case,
        received_at=at(date(2026, 12, 16)),  # a week after the exam
        state="verified",
        verified_by=coordinator,
        verified_at=at(date(2026, 12, 18)),  # two days later
    )
    registration_of(
        result_of(case, coordinator, transcript=paper),
        state="registered",
        created_at=at(date(2026, 12, 18)),
        filed_on=date(2026, 12, 21),  # over a weekend
        sent_at=at(date(2026, 12, 21)),
        registered_on=date(2026, 12, 29),  # over Christmas, two holidays and a weekend
        registered_by=administration,
        board_decided_on=date(2026, 12, 21),
    )

    spans = {
        span.step: span.days
        for span in durations.read(Enrolment.objects.filter(pk=case.pk), YEAR.begins, YEAR.ends)
    }

    assert spans == {
        "check": 1,
        "answer": 2,
        "transcript": 5,
        "verify": 2,
        "file": 1,
        "send": 0,
        "register": 5,
        "whole": 13,
    }
    per_step = how_long(office(), filters(YEAR, per="step"))
    assert [row.label.text for row in per_step.rows] == [
        str(durations.STEPS[step]) for step in durations.STEPS if step in spans
    ]


@pytest.mark.parametrize(("ended", "counts"), [(date(2026, 7, 31), 0), (date(2026, 8, 3), 7)])
def test_a_step_counts_in_the_period_in_which_it_ended(
    world: dict[str, Any], ended: date, counts: int
) -> None:
    for case in world["cases"]:
        checked(case, 10, ended)

    table = how_long(office(), filters(YEAR, per="step"))

    assert sum(row.numbers["cases"] for row in table.rows) == counts  # type: ignore[misc]


def test_each_sees_the_own_cases_alone(world: dict[str, Any]) -> None:
    member = factories.MemberFactory.create
    other: University = factories.UniversityFactory.create()

    def seen(user: User) -> int:
        table = how_long(user, filters(YEAR, per="step"))
        return sum(row.numbers["cases"] for row in table.rows)  # type: ignore[misc]

    assert seen(member(role="coordinator", faculty=world["arts"])) == 1
    assert seen(member(role="administration", faculty=world["law"])) == 6
    assert seen(member(role="partner", university=world["host"])) == 7
    assert seen(member(role="partner", university=other)) == 0
    assert seen(member(role="honours")) == 0


def test_all_steps_per_faculty_have_a_row_each(world: dict[str, Any]) -> None:
    table = how_long(office(), filters(YEAR, per="faculty", step="all"))

    assert [(row.label.text, row.numbers["cases"]) for row in table.rows] == [
        ("Arts", 1),
        ("Law", 6),
    ]
    assert table.columns[0].name == "step"
    assert table.shape is None
    law: Faculty = world["law"]
    assert (
        how_long(office(), filters(YEAR, per="step", faculty=law.pk)).rows[0].numbers["cases"] == 6
    )


@given(st.lists(st.integers(0, 300), min_size=1))
def test_figures_are_those_of_statistics(days: list[int]) -> None:
    found = figures(days)

    assert found["median"] == median(days)
    late = found["late"]
    assert isinstance(late, int)
    within = sum(day <= late for day in days)
    assert within >= 0.9 * len(days)
    assert sum(day < late for day in days) < math.ceil(0.9 * len(days))


@given(st.dates(date(2025, 1, 1), TODAY), st.dates(date(2025, 1, 1), TODAY))
def test_working_days_are_those_of_everywhere_else(first: date, last: date) -> None:
    counted = WorkingDays().between(str(first), str(last))

    assert counted == max(0, working_days_between(first, last))


@pytest.mark.parametrize(
    "period",
    [Period(date(2019, 4, 1), date(2027, 3, 31)), Period(date(2020, 8, 1), date(2035, 7, 31))],
    ids=["eight years", "far ahead"],
)
def test_long_periods_leave_nobody_out(world: dict[str, Any], period: Period) -> None:
    """The oldest case ended when the period had begun; what lasts too long is a mistake."""
    law: Faculty = world["law"]
    edition = world["cases"][0].edition
    days = (9, 12, 15, 4000)
    for number in days:
        case = a_case(edition, law, state="finished")
        checked(case, number, date(2020, 9, 7))

    table = how_long(office(), filters(period, per="faculty", step="check"))

    assert numbers(table)["Law"]["cases"] == 6 + len(days) - 1


@pytest.mark.parametrize(
    ("hour", "day"),
    [
        ("2027-01-31 22", date(2027, 1, 31)),
        ("2027-01-31 23", date(2027, 2, 1)),  # winter: one hour ahead of UTC
        ("2027-07-31 21", date(2027, 7, 31)),
        ("2027-07-31 22", date(2027, 8, 1)),  # summer: two
        ("2027-07-31", date(2027, 7, 31)),  # a day stays that day
    ],
)
def test_the_day_of_an_hour(hour: str, day: date) -> None:
    assert day_of(hour) == day
