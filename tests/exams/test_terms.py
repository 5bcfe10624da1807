"""What the office settles about exams holds in the planner and in what students read."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from accounts.models import Role, User
from exams import conflicts, proposals
from exams.instances import situation
from paperwork.models import Notice
from paperwork.services.settings import save_setting
from tests import factories
from tests.exams.planned import plan_all, problems_of, publish_all
from tests.exams.sittings import ExamFactory, duty, enrolled


@pytest.fixture
def staff(db: None) -> User:
    return factories.MemberFactory.create(role=Role.EXAMS)


def test_how_many_students_one_invigilator_has(staff: User) -> None:
    exam = ExamFactory.create()
    for _number in range(3):
        enrolled(exam)
    row = plan_all(exam, staff)
    one = duty(row)
    one.invigilator.hours.create(starts_at=row.starts_at, ends_at=row.ends_at)
    assert "no_invigilator" not in problems_of(row)

    save_setting("exams.students_per_invigilator", 2, seen=0, by=None)

    found = {one.kind: one.text for one in conflicts.by_sitting(situation())[row.pk]}
    assert "1 van 2" in found["no_invigilator"]
    day = timezone.localdate(row.starts_at)
    proposed = proposals.between(day - timedelta(days=1), day + timedelta(days=1))
    assert proposed.instance.invigilators_for(3) == 2


def test_how_early_students_are_there(staff: User) -> None:
    exam = ExamFactory.create()
    enrolled(exam)
    plan_all(exam, staff)
    save_setting("exams.early_minutes", 25, seen=0, by=None)

    publish_all(staff)

    assert "25 minuten" in Notice.objects.get(kind="exams.published").text
