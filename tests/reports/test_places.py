"""Places, students sent and received, and the waiting list: counted by hand."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from courses.models import Edition, University
from enrolments.models import Enrolment
from tests import factories
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
from vx_portal.reports.places import balance, places, waiting

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("today")]
HOSTS = ("HA", "HB", "HC")


def host(code: str) -> University:
    return factories.UniversityFactory.create(code=code)


def test_places_per_partner() -> None:
    one, two = host("ONE"), host("TWO")
    edition = edition_of(one, places=10, taken=4, kept=3, kept_taken=1)
    edition_of(one, places=5, taken=5)
    edition_of(one, places=None, taken=7)
    edition_of(two, places=20)
    edition_of(two, places=99, starts_on=date(2027, 8, 1))  # the next year
    edition_of(two, places=99, state="draft")
    law = factories.FacultyFactory.create()
    a_case(edition, law, state="waiting")
    a_case(edition, law, state="waiting", purpose="honours")
    a_case(edition, law, state="approved")

    table = places(office(), filters(YEAR, per="partner"))

    names = ("editions", "places", "taken", "free", "filled", "kept", "unlimited", "waiting")
    found = {code: tuple(row[name] for name in names) for code, row in numbers(table).items()}
    assert found == {
        "ONE": (3, 15, 9, 6, 60, 3, 7, 2),
        "TWO": (1, 20, 0, 20, 0, 0, 0, 0),
    }
    assert table.total is not None
    assert [table.total.numbers[n] for n in names[:5]] == [4, 35, 9, 26, Decimal("25.7")]
    assert "chosen" not in table.total.numbers
    coordinator = factories.MemberFactory.create(role="coordinator", faculty=law)
    mine = places(coordinator, filters(YEAR, per="partner"))
    assert {code: row["chosen"] for code, row in numbers(mine).items()} == {"ONE": 1, "TWO": 0}


def test_a_partner_sees_the_places_of_its_own_courses() -> None:
    one = host("ONE")
    edition_of(one, places=10)
    edition_of(host("TWO"), places=20)
    member = factories.MemberFactory.create

    def seen(user: Any) -> set[str]:
        return set(numbers(places(user, filters(YEAR, per="partner"))))

    assert seen(member(role="partner", university=one)) == {"ONE"}
    assert seen(member(role="exams")) == seen(office()) == {"ONE", "TWO"}


def test_sent_and_received() -> None:
    one, two = host("ONE"), host("TWO")
    leiden = factories.HomeUniversityFactory.create()
    out, ours, law = edition_of(one), edition_of(leiden), factories.FacultyFactory.create()
    for state in ("enrolled", "finished", "finished", "approved", "withdrawn"):
        a_case(out, law, state=state)
    a_case(ours, None, state="enrolled", home=one)
    for state in ("enrolled", "finished", "rejected"):
        a_case(ours, None, state=state, home=two)
    a_case(ours, law, kind="own", state="enrolled")  # neither sent nor received

    table = balance(office(), filters(YEAR))

    expected = {
        "ONE": {"sent": 3, "received": 1, "balance": -2},
        "TWO": {"sent": 0, "received": 2, "balance": 2},
    }
    assert numbers(table) == expected
    assert table.total is not None
    assert table.total.numbers == {"sent": 3, "received": 3, "balance": 0}
    contact = factories.MemberFactory.create(role="partner", university=two)
    assert numbers(balance(contact, filters(YEAR))) == {"TWO": expected["TWO"]}


def moved(case: Enrolment, action: str, to: str, day: date) -> None:
    happened(case, action, "waiting", to, day)


def test_waiting_list() -> None:
    law = factories.FacultyFactory.create(name_en="Law")
    arts = factories.FacultyFactory.create(name_en="Arts")
    edition = edition_of(host("ONE"))
    a_case(edition, law, state="waiting", sent=date(2027, 2, 28))
    a_case(edition, law, state="waiting", sent=date(2027, 3, 8))
    a_case(edition, arts, state="offered", sent=date(2027, 3, 8), offer_until=at(TODAY))
    for days, faculty in ((1, law), (4, law), (7, law), (2, arts)):
        case = a_case(edition, faculty, state="submitted", sent=date(2027, 1, 1))
        moved(case, "promote", "submitted", date(2027, 1, 1 + days))
        moved(case, "reorder", "waiting", date(2027, 1, 1))  # which moves nobody off the list
    moved(a_case(edition, arts, state="withdrawn"), "pass", "withdrawn", date(2027, 1, 5))
    moved(a_case(edition, arts, state="rejected"), "reject", "rejected", date(2026, 7, 31))

    table = waiting(office(), filters(YEAR, per="faculty"))

    names = ("waiting", "longest", "offered", "promoted", "wait", "left")
    found = {name: tuple(row.get(n) for n in names) for name, row in numbers(table).items()}
    assert found == {"Law": (2, 10, 0, 3, 4, 0), "Arts": (0, None, 1, 1, 2, 1)}
    assert table.total is not None
    assert (table.total.numbers["promoted"], table.total.numbers.get("wait")) == (4, None)
    coordinator = factories.MemberFactory.create(role="coordinator", faculty=arts)
    assert set(numbers(waiting(coordinator, filters(YEAR, per="faculty")))) == {"Arts"}


@settings(max_examples=20, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.lists(
        st.tuples(st.sampled_from(HOSTS), st.none() | st.integers(0, 30), st.integers(0, 30)),
        max_size=8,
    )
)
def test_taken_never_passes_given_and_rows_sum_to_the_total(
    made: list[tuple[str, int | None, int]],
) -> None:
    Edition.objects.all().delete()
    hosts = {known.code: known for known in University.objects.filter(code__in=HOSTS)}
    hosts |= {code: host(code) for code in HOSTS if code not in hosts}
    for code, given_places, taken in made:
        most = taken if given_places is None else min(taken, given_places)
        edition_of(hosts[code], places=given_places, taken=most)

    table = places(office(), filters(YEAR, per="partner"))

    for row in [*table.rows, *([table.total] if table.total else [])]:
        assert 0 <= row.numbers["taken"] <= row.numbers["places"]  # type: ignore[operator]
        assert row.numbers["taken"] + row.numbers["free"] == row.numbers["places"]  # type: ignore[operator]
    assert sum(row.numbers["editions"] for row in table.rows) == len(made)  # type: ignore[misc]
    by_course = places(office(), filters(YEAR, per="course"))
    for name in ("places", "taken", "unlimited"):
        parts = [sum(r.numbers[name] for r in t.rows) for t in (table, by_course)]  # type: ignore[misc]
        assert parts[0] == parts[1]
