"""What a proposal says where little or nothing could be planned."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import Role, User
from exams import proposals
from exams.instances import situation
from tests import factories
from tests.exams.sittings import RoomFactory, in_days
from tests.exams.test_proposing import helpers, proposal, window_exam

type SignIn = Callable[[User], Client]


@pytest.fixture
def staff(db: None) -> User:
    return factories.MemberFactory.create(role=Role.EXAMS)


def test_nothing_planned_is_not_called_the_best(
    staff: User, client: Client, sign_in: SignIn
) -> None:
    """Nothing costs nothing: a plan that was not found would seem to be proven."""
    window_exam(1)  # and there is no room
    plan = proposal(staff)

    sign_in(staff)
    html = client.get(reverse("planner:proposal", args=[plan.pk])).content.decode()
    assert plan.result["sittings"] == []
    assert "bewezen" not in html
    assert "Er is geen planning uit gekomen" in html


def test_an_oral_exam_for_which_students_choose_no_moment_is_told_of_choosing(
    staff: User,
) -> None:
    window_exam(8, kind="oral", minutes=30)
    RoomFactory.create(places=2, for_oral=True)
    helpers()
    plan = proposal(staff)

    (reason,) = proposals.reasons(plan, situation())
    assert "een moment kiezen" in reason.why
    assert reason.ways == []


def test_a_way_out_is_said_once(staff: User) -> None:
    exam = window_exam(1)
    plan = proposal(staff)
    moment = in_days(40).isoformat()
    way = {"rule": "window", "exams": [exam.pk], "students": [], "room": None, "amount": None}
    twice = [way | {"start": moment, "until": moment}, way | {"start": moment, "until": None}]
    plan.result["impossible"] = [
        {"rule": "window", "exams": [exam.pk], "relax": [twice], "conflicts": []}
    ]

    (reason,) = proposals.reasons(plan, situation())
    assert reason.ways[0].count("ander moment") == 1
