"""Students who chose a moment, and the seats that they were told of."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from accounts.models import Role, User
from enrolments.models import Enrolment
from exams import own
from exams.instances import situation
from exams.models import Exam, Held, Mode, Sitting, SlotChoice, SlotOffer
from exams.services import sittings, slots
from paperwork.models import Notice
from tests import factories
from tests.enrolments.cases import fresh
from tests.exams.planned import granted, plan_all, problems_of, publish_all, told
from tests.exams.sittings import ExamFactory, RoomFactory, enrolled, in_days


@pytest.fixture
def staff(db: None) -> User:
    return factories.MemberFactory.create(role=Role.EXAMS)


@pytest.fixture
def exam(db: None) -> Exam:
    return ExamFactory.create(
        mode=Mode.WINDOW, starts_at=None, window_from=in_days(40), window_until=in_days(42)
    )


def offered(exam: Exam, hours: int = 0, places: int = 5) -> SlotOffer:
    at = in_days(41) + timedelta(hours=hours)
    return SlotOffer.objects.create(exam=exam, starts_at=at, places=places)


class TestWhatIsUpToThem:
    def test_nobody_chooses_who_knows_of_a_seat(
        self, staff: User, exam: Exam, django_assert_num_queries: Callable[..., Any]
    ) -> None:
        offered(exam)
        case = fresh(enrolled(exam))
        slots.tell(exam, by=staff)
        plan_all(exam, staff)
        assert case.pk in own.news([case])
        assert Notice.objects.to_do().filter(recipient=case.student).exists()

        publish_all(staff)

        assert not own.news([case])
        assert not Notice.objects.to_do().filter(recipient=case.student).exists()
        assert slots.tell(exam, by=staff) == 0
        cases = [case, *(fresh(enrolled(exam)) for _more in range(3))]
        with django_assert_num_queries(4):  # resits, exams with their choices, and seats
            assert len(own.news(cases)) == 3

    def test_nobody_can_choose_where_all_is_full(self, exam: Exam) -> None:
        slot = offered(exam, places=1)
        first, other = fresh(enrolled(exam)), fresh(enrolled(exam))
        slots.choose(first, slot, by=first.student)
        assert not own.news([first, other])

        offered(exam, hours=4)

        assert list(own.news([first, other])) == [other.pk]


class TestASittingThatIsMoved:
    """From the moment that its students chose to another one, after they were told."""

    @pytest.fixture
    def case(self, exam: Exam) -> Enrolment:
        case, slot = fresh(enrolled(exam)), offered(exam)
        granted(case, extra_minutes=30)
        slots.choose(case, slot, by=case.student)
        return case

    @pytest.fixture
    def row(self, case: Enrolment, exam: Exam, staff: User) -> Sitting:
        now = situation()
        (task,) = now.tasks.values()
        assert task.slot
        room, who = RoomFactory.create(), now.unseated(task)
        row = sittings.plan(now, task, who, room, task.slot, by=staff)
        publish_all(staff)
        row.refresh_from_db()
        return row

    @pytest.mark.parametrize("another_slot", [False, True])
    def test_keeps_its_students(
        self, row: Sitting, exam: Exam, staff: User, another_slot: bool
    ) -> None:
        later = row.starts_at + timedelta(hours=1)
        if another_slot:
            other, slot = fresh(enrolled(exam)), offered(exam, hours=1)
            slots.choose(other, slot, by=other.student)
        sittings.move(row, row.room, later, seen=row.version, by=staff)
        assert "gone" not in problems_of(row)
        ends_at = row.ends_at

        sittings.bring_up_to_date(situation(), row, seen=row.version, by=staff)

        assert row.seats.standing().count() == 1 + another_slot
        assert row.ends_at == ends_at == later + timedelta(minutes=exam.minutes + 30)

    def test_who_loses_the_seat_is_told(
        self, row: Sitting, case: Enrolment, exam: Exam, staff: User
    ) -> None:
        Exam.objects.filter(pk=exam.pk).update(held=Held.HOME)
        Enrolment.objects.filter(pk=case.pk).update(kind="incoming")
        assert "gone" in problems_of(row)

        sittings.bring_up_to_date(situation(), row, seen=row.version, by=staff)

        assert not row.seats.standing().exists()
        assert told("other_place") == [case.student_id]

    def test_one_that_nobody_was_told_of_is_for_those_of_its_moment(
        self, row: Sitting, case: Enrolment, exam: Exam
    ) -> None:
        Sitting.objects.update(state="planned", published_at=None)
        later = offered(exam, hours=4)
        SlotChoice.objects.update(slot=later, chosen_at=timezone.now())

        assert "gone" in problems_of(row)
