"""A student who leaves the course lets go of seat and moment, and is offered no resit."""

from __future__ import annotations

from functools import partial

import pytest
from django.utils import timezone

from accounts.models import Role, User
from enrolments.models import Enrolment, State
from enrolments.services import acting
from enrolments.services.actions import ActionError, StaleError
from exams.instances import situation
from exams.models import Attendance, Mode, Seat, Sitting, SlotChoice, SlotOffer
from exams.services import publishing, resits, sittings, slots
from paperwork.models import Event, Notice
from tests import factories
from tests.enrolments.cases import fresh
from tests.exams.planned import granted, plan_all, problems_of, publish_all, told
from tests.exams.sittings import (
    ExamFactory,
    PublishedSittingFactory,
    RoomFactory,
    duty,
    enrolled,
    in_days,
    seat,
)
from tests.races import at_once


@pytest.fixture
def staff(db: None) -> User:
    return factories.MemberFactory.create(role=Role.EXAMS)


def leave(case: Enrolment, by: User | None = None) -> None:
    by = by or factories.MemberFactory.create(role=Role.OFFICE)
    acting.act(fresh(case), "withdraw_late", by=by, reason="Ziek.")


@pytest.mark.parametrize("state", ["planned", "published"])
def test_the_seat_comes_free_and_exam_staff_hear(staff: User, state: str) -> None:
    exam = ExamFactory.create()
    case, stays = enrolled(exam), enrolled(exam)
    granted(case, extra_minutes=30)
    row = plan_all(exam, staff)
    duty(row)
    if state == "published":
        publish_all(staff)
    before = Sitting.objects.get()

    leave(case)

    row.refresh_from_db()
    assert row.seats.standing().get().enrolment == stays
    assert row.seats.count() == (2 if state == "published" else 1)
    assert row.ends_at == row.seats.standing().get().ends_at  # nobody else has extra time
    assert row.version == before.version + 1
    assert row.duties.get().ends_at == row.ends_at
    if state == "published":
        last = Notice.objects.filter(kind="exams.duty").order_by("created_at").last()
        assert last is not None
        assert f"{timezone.localtime(row.ends_at):%H:%M}" in last.text
    assert told("left") == [staff.pk]
    text = Notice.objects.get(kind="exams.left").text
    assert "Nog 1 student heeft daar een plaats." in text
    assert Event.objects.about(row).filter(action="left").exists()
    assert "gone" not in problems_of(row)


def test_a_chosen_moment_comes_free(staff: User) -> None:
    exam = ExamFactory.create(
        mode=Mode.WINDOW, starts_at=None, window_from=in_days(40), window_until=in_days(42)
    )
    case, other = enrolled(exam), enrolled(exam)
    slot = SlotOffer.objects.create(exam=exam, starts_at=in_days(41), places=1)
    slots.choose(case, slot, by=case.student)
    with pytest.raises(StaleError):
        slots.choose(other, slot, by=other.student)

    leave(case)

    slot.refresh_from_db()
    assert (slot.taken, SlotChoice.objects.count()) == (0, 0)
    slots.choose(other, slot, by=other.student)
    with pytest.raises(ActionError):
        slots.choose(fresh(case), slot, by=case.student)


def test_what_has_begun_keeps_its_list_but_offers_no_resit(staff: User) -> None:
    exam = ExamFactory.create(edition__resit_offered=True, starts_at=in_days(-1))
    row = PublishedSittingFactory.create(exam=exam)
    here = seat(row, attendance=Attendance.ABSENT)

    leave(here.enrolment)

    assert row.seats.standing().count() == 1
    assert resits.offer_to_absent(row) == []
    with pytest.raises(ActionError, match="volgt dit vak niet meer"):
        resits.offer_resit(fresh(here.enrolment), because="failed")


@pytest.mark.parametrize("what", ["plan", "seat"])
def test_who_has_left_since_is_given_no_seat(staff: User, what: str) -> None:
    exam = ExamFactory.create()
    enrolled(exam)
    row = plan_all(exam, staff)
    case = enrolled(exam)
    now = situation()
    leave(case)

    task = now.tasks[exam.pk]
    room, who = RoomFactory.create(), now.unseated(task)
    ways = {
        "plan": partial(sittings.plan, now, task, who, room, exam.starts_at, by=staff),
        "seat": partial(sittings.bring_up_to_date, now, row, seen=row.version, by=staff),
    }
    with pytest.raises(StaleError):
        ways[what]()
    assert not Seat.objects.standing().filter(enrolment=case).exists()


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("what", ["plan", "publish"])
def test_who_leaves_while_it_is_planned_or_published_has_left(what: str) -> None:
    by = factories.MemberFactory.create(role=Role.EXAMS)
    office = factories.MemberFactory.create(role=Role.OFFICE)
    for number in range(3):
        exam = ExamFactory.create(starts_at=in_days(40 + number))
        case, _stays = enrolled(exam), enrolled(exam)
        if what == "publish":
            plan_all(exam, by)
        now = situation()
        task = now.tasks[exam.pk]
        if what == "plan":
            who = now.unseated(task)
            change = partial(
                sittings.plan, now, task, who, RoomFactory.create(), exam.starts_at, by=by
            )
        else:
            one = next(each for each in publishing.announcements(now) if each.task.id == exam.pk)
            seen = {row.pk: row.version for row in one.rows}
            change = partial(publishing.publish, one, seen=seen, by=by)
        gone, other = at_once([partial(leave, case, office), change])

        assert gone is None
        assert not isinstance(other, Exception) or isinstance(other, StaleError), other
        case.refresh_from_db()
        assert case.state == State.WITHDRAWN
        assert not Seat.objects.standing().filter(enrolment=case).exists()
