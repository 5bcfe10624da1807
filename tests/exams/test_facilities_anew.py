"""A facility that is sent again: until a newer decision is granted, seats keep what they have."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import Role, User
from exams.instances import situation
from exams.models import Exam, Facility, Seat, Sitting
from exams.services import facilities, sittings
from paperwork.models import Attachment
from tests import factories
from tests.enrolments.cases import fresh
from tests.exams.planned import plan_all, problems_of, publish_all
from tests.exams.sittings import LENGTH, ExamFactory, RoomFactory, enrolled
from tests.exams.test_facilities import asked, checked, decision
from tests.races import at_once


@pytest.fixture
def staff(db: None) -> User:
    return factories.MemberFactory.create(role=Role.EXAMS)


@pytest.fixture
def exam(db: None) -> Exam:
    return ExamFactory.create()


def seated(exam: Exam, staff: User) -> Seat:
    """A published seat of who was granted 30 extra minutes in a room alone."""
    case = fresh(enrolled(exam))
    checked(asked(case, own_room=True), staff)
    plan_all(exam, staff)
    publish_all(staff)
    return Seat.objects.get()


def bring_up_to_date(staff: User) -> int:
    row = Sitting.objects.standing().get()
    return sittings.bring_up_to_date(situation(), row, seen=row.version, by=staff)


@pytest.mark.parametrize("refused", [False, True])
def test_a_seat_keeps_what_was_granted_until_a_newer_decision_is(
    exam: Exam, staff: User, refused: bool
) -> None:
    mine = seated(exam, staff)
    before = Sitting.objects.get()
    assert before.ends_at == before.starts_at + timedelta(minutes=LENGTH + 30)
    again = asked(fresh(mine.enrolment), extra_minutes=60, other="front")
    if refused:
        checked(again, staff, granted=False)

    assert bring_up_to_date(staff) == 0

    mine.refresh_from_db()
    assert (mine.extra_minutes, mine.arrangement) == (30, ["own_room"])
    assert mine.ends_at == Sitting.objects.get().ends_at == before.ends_at
    assert problems_of(before) == problems_of(Sitting.objects.get()) == ["no_invigilator"]
    assert facilities.all_misfits() == []


def test_a_seat_elsewhere_has_what_the_one_before_had(exam: Exam, staff: User) -> None:
    mine = seated(exam, staff)
    asked(fresh(mine.enrolment), extra_minutes=60)
    now = situation()
    task = now.tasks[exam.pk]

    room, at = RoomFactory.create(), exam.earliest_at
    sittings.plan(now, task, list(task.sitters.values()), room, at, by=staff)

    there = Seat.objects.standing().get()
    assert there != mine
    assert (there.extra_minutes, there.arrangement) == (30, ["own_room"])


def test_what_is_granted_anew_comes_to_the_seat(exam: Exam, staff: User) -> None:
    mine = seated(exam, staff)
    checked(asked(fresh(mine.enrolment), extra_minutes=60), staff)

    assert bring_up_to_date(staff) == 1

    mine.refresh_from_db()
    assert (mine.extra_minutes, mine.arrangement) == (60, [])


def test_what_was_never_granted_comes_to_no_seat(exam: Exam, staff: User) -> None:
    asked(fresh(enrolled(exam)))
    plan_all(exam, staff)

    bring_up_to_date(staff)

    seat = Seat.objects.get()
    assert (seat.extra_minutes, seat.arrangement) == (0, [])
    assert Facility.objects.get().state == Facility.State.ASKED


# --- two clicks -----------------------------------------------------------------------------------
def test_of_two_clicks_at_once_the_second_sends_it_again(transactional_db: None) -> None:
    case = fresh(enrolled(ExamFactory.create()))

    results = at_once([lambda: asked(case)] * 4)

    assert [type(result) for result in results] == [Facility] * 4, results
    assert Attachment.objects.about(Facility.objects.get()).count() == 1


def test_a_decision_that_another_click_sent_already_is_asked_again(
    exam: Exam, sign_in: Callable[[User], Client], monkeypatch: pytest.MonkeyPatch
) -> None:
    case, ask = fresh(enrolled(exam)), facilities.ask

    def second_click(*said: Any, by: User) -> Facility:
        ask(*said, by=by)
        return ask(*said, by=by)

    monkeypatch.setattr(facilities, "ask", second_click)
    address = reverse("exchange-exam:facility", args=[case.reference, 1])
    response = sign_in(case.student).post(address, {"extra_minutes": "45", "decision": decision()})

    assert response.status_code == 422
    assert list(response.context["form"].errors) == ["decision"]
    assert 'value="45"' in response.text
    assert Attachment.objects.about(Facility.objects.get()).count() == 1
