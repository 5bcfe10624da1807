"""How many applied, and what came of them: counted by hand in a made world."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from accounts.models import User
from enrolments.models import Enrolment, State
from tests import factories
from tests.reports.made import YEAR, a_case, edition_of, filters, numbers, office
from vx_portal.reports.applications import OUTCOMES, outcomes
from vx_portal.reports.tables import Table

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("today")]


@pytest.fixture
def world() -> dict[str, object]:
    """Nine that were sent to two hosts by students of two faculties, one of them incoming."""
    one, two = factories.UniversityFactory.create(code="ONE"), factories.UniversityFactory.create()
    law = factories.FacultyFactory.create(name_en="Law")
    arts = factories.FacultyFactory.create(name_en="Arts")
    first, second = edition_of(one), edition_of(two)
    a_case(first, law, state="enrolled", sent=date(2026, 12, 1))  # a Tuesday
    a_case(first, law, state="finished", sent=date(2026, 12, 6), purpose="minor")  # its Sunday
    a_case(first, law, state="rejected", sent=date(2026, 12, 7))  # the next Monday
    a_case(first, arts, state="declined", sent=date(2026, 12, 21))
    a_case(first, arts, state="withdrawn", sent=date(2026, 12, 21), level="master")
    a_case(second, arts, state="waiting", sent=date(2026, 12, 22))
    a_case(second, arts, state="submitted", sent=date(2026, 12, 23), purpose="honours")
    ours = edition_of(factories.HomeUniversityFactory.create())
    a_case(ours, None, state="approved", home=one, sent=date(2026, 12, 1))
    a_case(second, arts, state="expired", sent=date(2026, 7, 31))  # the year before
    a_case(second, arts, state="draft", sent=None)
    a_case(second, arts, state="withdrawn", sent=None)  # a draft that was never sent
    return {"one": one, "two": two, "law": law, "arts": arts}


def short(table: Table) -> dict[str, tuple[object, ...]]:
    names = ("sent", "placed", "open", "rejected", "declined", "withdrawn", "expired")
    return {label: tuple(row[name] for name in names) for label, row in numbers(table).items()}


def test_per_faculty(world: dict[str, object]) -> None:
    table = outcomes(office(), filters(YEAR, per="faculty"))

    assert short(table) == {
        "Law": (3, 2, 0, 1, 0, 0, 0),
        "Arts": (4, 0, 2, 0, 1, 1, 0),
        "Students of partner universities": (1, 0, 1, 0, 0, 0, 0),
    }
    assert table.total is not None
    assert (table.total.numbers["sent"], table.total.numbers["share"]) == (8, 25)
    assert [row.label.text for row in table.rows][-1] == "Students of partner universities"


def test_per_partner_an_incoming_student_counts_for_the_university_it_comes_from(
    world: dict[str, object],
) -> None:
    table = outcomes(office(), filters(YEAR, per="partner"))

    assert {code: row[0] for code, row in short(table).items()} == {
        "ONE": 6,
        world["two"].code: 2,  # type: ignore[attr-defined]
    }


def test_per_week_each_week_has_a_row(world: dict[str, object]) -> None:
    table = outcomes(office(), filters(YEAR, per="week"))

    weeks = [(row.label.text, row.numbers["sent"]) for row in table.rows]
    assert weeks == [
        ("2026, week 49 (from 30 Nov)", 3),
        ("2026, week 50 (from 7 Dec)", 1),
        ("2026, week 51 (from 14 Dec)", 0),
        ("2026, week 52 (from 21 Dec)", 4),
    ]


def test_a_week_begins_at_midnight_in_leiden(world: dict[str, object]) -> None:
    """23:30 UTC on a Sunday is Monday in Leiden, in winter; and 22:30 UTC in summer."""
    Enrolment.objects.all().delete()
    law, first = world["law"], edition_of()
    for moment in ("2026-12-06T22:59:59Z", "2026-12-06T23:00:00Z", "2026-08-09T22:00:00Z"):
        a_case(first, law, submitted_at=moment)  # type: ignore[arg-type]

    table = outcomes(office(), filters(YEAR, per="week"))

    found = {row.label.day: row.numbers["sent"] for row in table.rows if row.numbers["sent"]}
    assert found == {date(2026, 8, 10): 1, date(2026, 11, 30): 1, date(2026, 12, 7): 1}


@pytest.mark.parametrize(
    ("chosen", "number"),
    [
        ({"purpose": "minor"}, 1),
        ({"level": "master"}, 1),
        ({"faculty": "law"}, 3),
        ({"partner": "one"}, 6),
        ({"partner": "two", "purpose": "honours"}, 1),
    ],
)
def test_filters(world: dict[str, object], chosen: dict[str, str], number: int) -> None:
    asked = {name: getattr(world.get(value), "pk", value) for name, value in chosen.items()}

    table = outcomes(office(), filters(YEAR, per="kind", **asked))

    assert sum(row.numbers["sent"] for row in table.rows) == number  # type: ignore[misc]


def test_each_sees_the_own_cases_alone(world: dict[str, object]) -> None:
    member = factories.MemberFactory.create

    def seen(user: User) -> object:
        table = outcomes(user, filters(YEAR, per="kind"))
        return sum(row.numbers["sent"] for row in table.rows)  # type: ignore[misc]

    assert seen(member(role="coordinator", faculty=world["law"])) == 3
    assert seen(member(role="coordinator", faculty=world["arts"])) == 3  # not the honours one
    assert seen(member(role="honours")) == 1
    assert seen(member(role="partner", university=world["one"])) == 4  # it decided, or sends one
    assert seen(member(role="auditor")) == 8
    assert seen(factories.StudentFactory.create()) == 0


def test_every_state_but_the_draft_has_an_outcome() -> None:
    known = [state for states in OUTCOMES.values() for state in states]

    assert sorted(known) == sorted(set(State) - {State.DRAFT})


@settings(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.sampled_from(sorted(set(State.values) - {"draft", "offered"})), max_size=12))
def test_parts_sum_to_the_whole(states: list[str]) -> None:
    Enrolment.objects.all().delete()
    law, edition = factories.FacultyFactory.create(), edition_of()
    for number, state in enumerate(states):
        a_case(edition, law, state=state, sent=date(2026, 9, 1 + number))

    for per in ("week", "month", "faculty", "partner", "course", "purpose"):
        table = outcomes(office(), filters(YEAR, per=per))
        assert sum(row.numbers["sent"] for row in table.rows) == len(states)  # type: ignore[misc]
        for row in [*table.rows, *([table.total] if table.total else [])]:
            assert sum(row.numbers[name] for name in OUTCOMES) == row.numbers["sent"]  # type: ignore[misc]
