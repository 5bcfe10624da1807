"""How far applications came and how they ended: counted by hand."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from enrolments.models import Enrolment
from tests import factories
from tests.grades.rows import registration_of, result_of, transcript_of
from tests.reports.made import YEAR, a_case, at, edition_of, filters, happened, numbers, office
from vx_portal.reports.progress import ENDINGS, endings, how_far

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("today")]
APPROVED = {"home_approved_at": at(date(2026, 12, 5))}


def test_how_far() -> None:
    law, edition = factories.FacultyFactory.create(), edition_of()
    a_case(edition, law, state="submitted")
    a_case(edition, law, state="rejected")
    a_case(edition, law, state="approved", **APPROVED)
    a_case(edition, law, state="withdrawn", **APPROVED)
    a_case(edition, law, state="enrolled", **APPROVED)
    a_case(edition, law, state="finished", **APPROVED)
    transcript_of(a_case(edition, law, state="finished", **APPROVED))
    auditor = factories.MemberFactory.create(role="auditor")
    by, other = office(), factories.MemberFactory.create(role="administration", faculty=law)
    for state in ("sent", "registered"):
        case = a_case(edition, law, state="finished", **APPROVED)
        who = {"registered_by": other, "registered_on": date(2027, 3, 1)}
        registration_of(
            result_of(case, by),
            state=state,
            board_decided_on=date(2027, 3, 1),
            **(who if state == "registered" else {}),
        )
    a_case(edition, law, state="finished", sent=date(2026, 7, 31))

    table = how_far(auditor, filters(YEAR))

    assert [tuple(row.numbers.values()) for row in table.rows] == [
        (9, 100, None),
        (7, Decimal("77.8"), Decimal("77.8")),
        (5, Decimal("55.6"), Decimal("71.4")),
        (4, Decimal("44.4"), 80),
        (3, Decimal("33.3"), 75),
        (1, Decimal("11.1"), Decimal("33.3")),
    ]
    assert len(how_far(by, filters(YEAR)).rows) == 5  # only a pass is registered
    assert how_far(factories.MemberFactory.create(role="honours"), filters(YEAR)).rows == []


def ended(case: Enrolment, action: str, before: str, day: date = date(2027, 1, 5)) -> None:
    happened(case, action, before, case.state, day)


def test_endings() -> None:
    law, arts = factories.FacultyFactory.create(), factories.FacultyFactory.create()
    edition = edition_of(factories.UniversityFactory.create(code="ONE"))
    stories = [
        ("rejected", "reject", "submitted"),
        ("rejected", "reject", "waiting"),
        ("declined", "decline", "approved"),
        ("declined", "decline", "enrolled"),
        ("withdrawn", "withdraw", "returned"),
        ("withdrawn", "withdraw", "approved"),
        ("withdrawn", "withdraw", "enrolled"),
        ("withdrawn", "pass", "waiting"),
        ("withdrawn", "pass", "offered"),
        ("expired", "expire", "offered"),
        ("expired", "expire", "returned"),
        ("withdrawn", "withdraw_late", "enrolled"),
        ("withdrawn", "withdraw_consent", "enrolled"),
    ]
    for state, action, before in stories:
        ended(a_case(edition, law, state=state), action, before)
    ended(a_case(edition, arts, state="rejected", board="refused"), "reject", "submitted")
    ended(a_case(edition, arts, state="withdrawn", sent=None), "withdraw", "draft")
    ended(a_case(edition, arts, state="withdrawn"), "withdraw", "approved", date(2026, 7, 31))

    table = endings(office(), filters(YEAR))

    found = {label: row["number"] for label, row in numbers(table).items()}
    expected = {
        **dict.fromkeys(ENDINGS, 1),
        "rejected": 2,
        "offer": 2,
    }
    del expected["other"]
    assert found == {str(ENDINGS[name][0]): number for name, number in expected.items()}
    assert table.total is not None
    assert table.total.numbers["number"] == 14
    mine: Any = factories.MemberFactory.create(role="coordinator", faculty=arts)
    assert [row.numbers for row in endings(mine, filters(YEAR)).rows] == [
        {"number": 1, "share": 100}
    ]


def test_no_way_to_end_is_forgotten() -> None:
    """Every action of the table that ends a case, from every state, has its own words."""
    from enrolments.models.enrolment import OVER
    from enrolments.services.actions import ACTIONS
    from vx_portal.reports.progress import _ending

    ways = {
        (name, str(source)): _ending(name, str(source))
        for name, action in ACTIONS.items()
        if action.target in OVER
        for source in action.sources
        if source != "draft"
    }

    assert ways
    assert "other" not in ways.values()
