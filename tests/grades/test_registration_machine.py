"""Hypothesis moves a registration by whatever anybody tries: no illegal state, nothing unwritten.

`REGISTRATION_STEPS=10000` tries as many.
"""

from __future__ import annotations

import os
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from grades.models import Registration, RegistrationState, Result
from grades.services import registering
from grades.services.registration_actions import ACTIONS, ActionError
from paperwork.models import Event
from tests import factories
from tests.enrolments.cases import Cast, make_cast
from tests.grades.registering import fresh, opened, today

STEPS = int(os.environ.get("REGISTRATION_STEPS", "40"))
IN_ONE = 20 if STEPS < 1000 else 100  # steps of one registration
S = RegistrationState
DAYS = st.sampled_from([-400, -30, -1, 0, 1])
MOVES = st.tuples(
    st.sampled_from(sorted(ACTIONS)),
    st.sampled_from(["owner", "coordinator", "second", "administration", "honours", "auditor"]),
    DAYS,
    st.booleans(),  # with a reason
    st.booleans(),  # from a page that is old
)


def also_for(name: str, day: int) -> dict[str, Any]:
    at = today() + timedelta(days=day)
    return {
        "file": {"filed_on": at},
        "decide": {"board_decided_on": at, "board_reference": "EC 1"},
        "prepare": {"honours_ec": Decimal(10)},
        "register": {"registered_on": at},
        "amend": {"registered_on": at, "usis_reference": "U-2"},
        "choose": {
            "request_type": ["vervanging", "extern_onderwijs", "extracurriculair"][day % 3],
            "override_reason": "Because." if day < 0 else "",
        },
    }.get(name, {})


def check(row: Registration, seen: str, result: Result) -> None:
    """What must hold after every step."""
    assert row.state in S.values
    assert row.result == result  # no result changes by moving its registration
    assert (row.route == Registration.Route.HONOURS) == (row.request_type == "")
    if row.state in {S.REGISTERED, S.RECONCILED}:
        assert row.registered_by_id not in {None, row.verified_by_id}
        assert row.registered_on
        assert row.route == Registration.Route.HONOURS or row.board_decided_on
    if row.state != seen:
        last = Event.objects.about(row).order_by("-pk").first()
        assert last is not None
        assert (last.from_state, last.to_state) == (seen, row.state)


def try_all(cast: Cast, people: dict[str, Any], purpose: str, moves: list[Any]) -> int:
    row = opened(cast, purpose=purpose)
    result, old, written = row.result, row, Event.objects.about(row).count()
    for name, who, day, with_reason, is_old in moves:
        seen = row.state
        try:
            registering.act(
                old if is_old else row,
                name,
                by=people[who],
                reason="Because." if with_reason else "",
                also=also_for(name, day),
            )
        except ActionError:
            assert Event.objects.about(row).count() == written  # nothing is half done
        else:
            written += 1
            old = row
        row = fresh(row)
        check(row, seen, result)
    return len(moves)


@pytest.mark.django_db
def test_no_way_leads_to_an_illegal_state() -> None:
    cast = make_cast()
    second = factories.MemberFactory.create(role="coordinator", faculty=cast.faculty)
    people = cast.people() | {"second": second}
    done = []

    @settings(
        max_examples=max(1, STEPS // IN_ONE),
        database=None,
        derandomize=STEPS < 1000,
        suppress_health_check=list(HealthCheck),
    )
    @given(
        purpose=st.sampled_from(["elective", "extracurricular", "honours"]),
        moves=st.lists(MOVES, min_size=IN_ONE, max_size=IN_ONE),
    )
    def run(purpose: str, moves: list[Any]) -> None:
        inside = transaction.savepoint_create()
        done.append(try_all(cast, people, purpose, moves))
        transaction.savepoint_rollback(inside)

    run()
    assert sum(done) >= STEPS
