"""A student says when they have exams of their own: plans go around it, or say whom it hits."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import Role, User
from enrolments.services.actions import ActionError
from exams import conflicts, planning, proposals
from exams.instances import situation
from exams.models import Exam, OwnExam
from exams.services import own_exams
from paperwork.models import Event
from tests import factories
from tests.exams.planned import plan_all
from tests.exams.sittings import ExamFactory, InvigilatorFactory, RoomFactory, enrolled, in_days

type SignIn = Callable[[User], Client]
DAY = 35
HOUR = timedelta(hours=1)


def day() -> str:
    return (timezone.localdate() + timedelta(days=DAY)).isoformat()


def test_said_on_its_page_seen_by_the_planner_and_taken_off(db: None, sign_in: SignIn) -> None:
    """From the student's page to the conflict in words; which exam it is, nobody asks."""
    staff = factories.MemberFactory.create(role=Role.EXAMS)
    exam = ExamFactory.create(starts_at=in_days(DAY, 10))
    case = enrolled(exam)
    enrolled(exam)
    client, page = sign_in(case.student), reverse("exchange-exam:own", args=[case.reference])
    assert page in client.get(reverse("exchange-exam:exam", args=[case.reference])).text
    sent = {"on": day(), "begins": "11:30", "ends": "13:00"}

    assert client.post(page, sent).status_code == 302
    assert client.post(page, sent).status_code == 302  # a second time changes nothing

    said = OwnExam.objects.get()
    assert (said.enrolment, said.ends_at - said.starts_at) == (case, 1.5 * HOUR)
    assert Event.objects.about(case).filter(action="say_own_exam").count() == 1
    html = client.get(page).text
    assert "11:30–13:00" in html
    assert "Het tentamenteam ziet het" in html or "Exam staff see it" in html
    row = plan_all(exam, staff)
    (problem,) = [one for one in conflicts.by_sitting(situation())[row.pk] if not one.stops][:1]
    assert problem.kind == "own_exam_week"
    assert str(case.student) in problem.text
    assert "11:30–13:00" in problem.text
    assert problem.text in sign_in(staff).get(f"{reverse('planner:plan')}?day={day()}").text

    client = sign_in(case.student)
    client.post(reverse("exchange-exam:remove-own", args=[case.reference, said.pk]))
    assert not OwnExam.objects.exists()
    assert "own_exam_week" not in {
        one.kind for one in conflicts.by_sitting(situation()).get(row.pk, [])
    }


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"on": ""}, "on"),
        ({"on": "1999-12-31"}, "on"),
        ({"on": "2020-01-01"}, "on"),
        ({"ends": ""}, "ends"),
        ({"begins": ""}, "begins"),
        ({"ends": "09:00"}, "ends"),
        ({"on": "2027-03-28", "begins": "02:30", "ends": "04:00"}, "begins"),
    ],
)
def test_what_cannot_be_is_said_at_its_field(
    db: None, sign_in: SignIn, changes: dict[str, Any], field: str
) -> None:
    case = enrolled(ExamFactory.create(starts_at=in_days(DAY, 10)))
    sent = {"on": day(), "begins": "10:00", "ends": "12:00"} | changes

    response = sign_in(case.student).post(reverse("exchange-exam:own", args=[case.reference]), sent)

    assert response.status_code == 422
    assert list(response.context["form"].errors) == [field]


def test_a_proposed_plan_goes_around_it(db: None) -> None:
    """Also around what the student said with another case; others' hours do not count."""
    exam = ExamFactory.create(
        mode="window", starts_at=None, window_from=in_days(DAY, 7), window_until=in_days(DAY, 15)
    )
    case = enrolled(exam)
    other = enrolled(ExamFactory.create(starts_at=in_days(90)), student=case.student)
    RoomFactory.create()
    InvigilatorFactory.create().hours.create(starts_at=in_days(DAY, 6), ends_at=in_days(DAY, 16))
    taken = (in_days(DAY, 7), in_days(DAY, 12, 30))
    own_exams.add(other, *taken, by=case.student)

    first = timezone.localdate() + timedelta(days=DAY)
    now = proposals.between(first, first)
    plan = planning.propose(now.instance, seconds=60)

    assert plan.sittings[0].start >= taken[1]
    assert not planning.check(plan, now.instance)
    OwnExam.objects.all().delete()  # control: without it the morning would do
    again = planning.propose(proposals.between(first, first).instance, seconds=60)
    assert again.sittings


def test_only_the_student_and_not_without_end(db: None) -> None:
    case = enrolled(ExamFactory.create(starts_at=in_days(DAY)))
    with pytest.raises(ActionError):
        own_exams.add(case, in_days(5), in_days(6), by=factories.UserFactory.create())
    for number in range(own_exams.MOST):
        own_exams.add(case, in_days(number + 2), in_days(number + 3), by=case.student)
    with pytest.raises(ActionError):
        own_exams.add(case, in_days(60), in_days(61), by=case.student)


# --- one room -------------------------------------------------------------------------------------
def test_an_exam_of_one_room_is_not_split(db: None) -> None:
    """As the host says; the checker says it in words, and the planner takes one room or none."""
    exam = ExamFactory.create(starts_at=in_days(DAY, 10), one_room=True)
    for _number in range(3):
        enrolled(exam)
    RoomFactory.create(places=2), RoomFactory.create(places=2)
    InvigilatorFactory.create().hours.create(starts_at=in_days(DAY, 6), ends_at=in_days(DAY, 16))
    InvigilatorFactory.create().hours.create(starts_at=in_days(DAY, 6), ends_at=in_days(DAY, 16))
    first = timezone.localdate() + timedelta(days=DAY)

    now = proposals.between(first, first)
    assert not now.instance.exams[0].may_split
    plan = planning.propose(now.instance, seconds=60)
    assert not plan.sittings
    assert plan.impossible[0].rule == planning.Rule.SPLITTING

    Exam.objects.update(one_room=False)
    assert len(planning.propose(proposals.between(first, first).instance, seconds=60).sittings) == 2
