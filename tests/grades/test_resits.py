"""Who failed is offered the resit where the host gives one: once, and not before it is certain."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.utils import timezone

from accounts.models import Role, User
from courses.models import Edition
from enrolments.models import Enrolment
from exams.models import Resit
from grades.models import Result
from grades.services.resits import offer_after_failing
from paperwork.models import Notice
from tests import factories
from tests.enrolments.cases import Cast
from tests.grades.rows import finished, result_of, verified

AN_HOUR_AGO = timedelta(hours=1)


@pytest.fixture
def coordinator(db: None) -> User:
    return factories.MemberFactory.create(role=Role.COORDINATOR)


def failed(case: Enrolment, by: User, **fields: Any) -> Result:
    values = {
        "transcript": verified(case, by),
        "grade": Decimal(4),
        "passed": False,
        "recorded_at": timezone.now() - AN_HOUR_AGO,
    }
    return result_of(case, by, **values | fields)


@pytest.fixture
def case(cast: Cast) -> Enrolment:
    case = finished(cast)
    Edition.objects.filter(pk=case.edition_id).update(resit_offered=True)
    return case


def test_who_failed_is_offered_the_resit_once(case: Enrolment, coordinator: User) -> None:
    failed(case, coordinator)

    assert [offer_after_failing(), offer_after_failing()] == [1, 0]
    assert Resit.objects.get().because == "failed"
    assert Notice.objects.filter(kind="exams.resit_offered", recipient=case.student).count() == 1


@pytest.mark.parametrize(
    "fields",
    [
        {"grade": Decimal(6), "passed": True},
        {"attempt": "resit"},
        {"recorded_at": timezone.now() + timedelta(hours=1)},
    ],
    ids=["passed", "of the resit itself", "can still be undone"],
)
def test_nobody_else_is(case: Enrolment, coordinator: User, fields: dict[str, Any]) -> None:
    failed(case, coordinator, **fields)

    assert offer_after_failing() == 0


def test_not_where_the_host_gives_none(case: Enrolment, coordinator: User) -> None:
    Edition.objects.filter(pk=case.edition_id).update(resit_offered=False)
    failed(case, coordinator)

    assert offer_after_failing() == 0


def test_not_again_who_was_absent_first(case: Enrolment, coordinator: User) -> None:
    Resit.objects.create(enrolment=case, attempt=2, because="absent")
    failed(case, coordinator)

    assert offer_after_failing() == 0
