"""What happens to a plan afterwards: planned anew, another length, other materials."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from functools import partial
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import Role, User
from enrolments.models import Enrolment
from enrolments.services.actions import ActionError, StaleError
from exams import own
from exams.instances import situation
from exams.models import Exam, Mode, Paper, Seat, Sitting, SlotChoice, SlotOffer
from exams.services import fixing, sittings, slots
from paperwork.models import Event, Notice
from tests import factories
from tests.enrolments.cases import fresh
from tests.exams.planned import granted, plan_all, problems_of, publish_all, told
from tests.exams.sittings import ExamFactory, RoomFactory, enrolled, in_days
from tests.filling import Forms
from tests.races import at_once

type SignIn = Callable[[User], Client]


@pytest.fixture
def staff(db: None) -> User:
    return factories.MemberFactory.create(role=Role.EXAMS)


def test_a_sitting_that_loses_seats_learns_it(staff: User) -> None:
    exam = ExamFactory.create()
    cases = [enrolled(exam), enrolled(exam)]
    row = plan_all(exam, staff)
    now = situation()
    task = now.tasks[exam.pk]
    one = task.sitters[cases[0].student_id]

    sittings.plan(now, task, [one], RoomFactory.create(), row.starts_at, by=staff)

    row.refresh_from_db()
    assert (row.version, row.seats.get().enrolment) == (2, cases[1])
    assert Event.objects.about(row).filter(action="seat", details={"freed": 1}).exists()


def test_of_two_who_plan_the_same_students_the_second_is_refused(staff: User) -> None:
    exam = ExamFactory.create()
    enrolled(exam)
    now = situation()
    task, later = now.tasks[exam.pk], exam.starts_at + timedelta(days=1)
    who = now.unseated(task)
    sittings.plan(now, task, who, RoomFactory.create(), exam.starts_at, by=staff)

    with pytest.raises(StaleError):
        sittings.plan(now, task, who, RoomFactory.create(), later, by=staff)
    assert Sitting.objects.count() == 1


@pytest.mark.parametrize(("minutes", "wrong"), [(180, "too_short"), (60, "too_long")])
@pytest.mark.parametrize("way", ["seat", "move"])
def test_another_length_reaches_the_seats_and_the_students(
    staff: User, minutes: int, wrong: str, way: str
) -> None:
    exam = ExamFactory.create()
    plain, longer = enrolled(exam), enrolled(exam)
    granted(longer, extra_minutes=30)
    row = plan_all(exam, staff)
    publish_all(staff)
    fixing.fix(exam.edition, 1, {"minutes": minutes}, seen=fixing.seen_of(exam), by=staff)
    row.refresh_from_db()
    assert wrong in problems_of(row)

    if way == "seat":
        sittings.bring_up_to_date(situation(), row, seen=row.version, by=staff)
    else:
        sittings.move(row, RoomFactory.create(), row.starts_at, seen=row.version, by=staff)

    lasts = {one.enrolment: one.ends_at - one.starts_at for one in row.seats.all()}
    assert lasts == {
        plain: timedelta(minutes=minutes),
        longer: timedelta(minutes=minutes + 30),
    }
    assert row.ends_at - row.starts_at == timedelta(minutes=minutes + 30)
    assert set(problems_of(row)) <= {"no_invigilator"}
    assert len(told("moved")) == 2


@pytest.mark.parametrize("state", ["planned", "published"])
def test_other_materials_are_told_to_those_who_know_of_the_exam(staff: User, state: str) -> None:
    exam = ExamFactory.create(materials="Een rekenmachine")
    case = enrolled(exam)
    plan_all(exam, staff)
    if state == "published":
        publish_all(staff)
    facts = {"materials": "Niets, ook geen rekenmachine", "kind": "laptop"}
    fixing.fix(exam.edition, 1, facts, seen=fixing.seen_of(exam), by=staff)

    assert told("rules_changed") == ([case.student_id] if state == "published" else [])
    if state == "published":
        text = Notice.objects.get(kind="exams.rules_changed").text
        assert "Niets, ook geen rekenmachine" in text
        assert "laptop" in text


@pytest.mark.parametrize("moved", [False, True])
def test_the_form_sent_twice_plans_once(
    staff: User, client: Client, sign_in: SignIn, moved: bool
) -> None:
    """`moved`: for one who sits elsewhere already."""
    exam = ExamFactory.create()
    case = enrolled(exam)
    if moved:
        plan_all(exam, staff)
    sign_in(staff)
    page = reverse("planner:exam", args=[exam.pk]) + (f"?case={case.pk}" if moved else "")
    form = next(one for one in Forms(client.get(page).content.decode()).found if "at" in one.kinds)
    rooms = [RoomFactory.create(), RoomFactory.create()]
    answers = [client.post(page, {**form.filled(), "room": room.pk}) for room in rooms]

    assert [one.status_code for one in answers] == [302, 409]
    assert "intussen opnieuw" in answers[1].content.decode()
    assert [row.seats.count() for row in exam.sittings.order_by("pk")] == [0, 1][1 - moved :]
    if moved:  # the page that was refused knows by now, and can be sent again
        again = Forms(answers[1].content.decode()).found
        form = next(one for one in again if "at" in one.kinds)
        answer = client.post(page, {**form.filled(), "room": rooms[1].pk})
        assert answer.status_code == 302


def window(**fields: Any) -> Exam:
    return ExamFactory.create(
        mode=Mode.WINDOW,
        starts_at=None,
        window_from=in_days(40),
        window_until=in_days(50),
        **fields,
    )


def change(exam: Exam, by: User, **facts: Any) -> Exam:
    exam.refresh_from_db()
    return fixing.fix(exam.edition, 1, facts, seen=fixing.seen_of(exam), by=by)


@pytest.mark.parametrize("by_hand", [False, True])
def test_the_hour_from_which_a_paper_can_be_opened_follows_the_start(
    staff: User, by_hand: bool
) -> None:
    exam = window()
    enrolled(exam)
    before = timedelta(hours=9 if by_hand else 4)
    paper = Paper.objects.create(
        exam=exam, handed_over="By courier", readable_from=in_days(40) - before
    )

    def opens() -> Any:
        paper.refresh_from_db()
        return paper.readable_from + before if paper.readable_from else None

    now = situation()
    task = now.tasks[exam.pk]
    who, room = now.unseated(task), RoomFactory.create()
    row = sittings.plan(now, task, who, room, in_days(48), by=staff)
    assert opens() == in_days(48)
    sittings.move(row, RoomFactory.create(), in_days(46), seen=row.version, by=staff)
    assert opens() == in_days(46)
    change(exam, staff, window_from=in_days(42))
    assert opens() == in_days(46)  # it is planned
    sittings.cancel(row, "", seen=row.version, by=staff)
    assert opens() == in_days(42)
    change(exam, staff, window_from=in_days(41))
    assert opens() == in_days(41)


class TestMomentsToChoose:
    """A host moves the period, or fixes one moment, after students have chosen."""

    @pytest.fixture
    def exam(self, staff: User) -> Exam:
        return window()

    @pytest.fixture
    def case(self, exam: Exam) -> Enrolment:
        case = enrolled(exam)
        for day in (41, 48):
            SlotOffer.objects.create(exam=exam, starts_at=in_days(day), places=2)
        slots.choose(case, exam.slots.first(), by=case.student)
        return case

    @pytest.mark.parametrize("what", ["period", "length"])
    def test_what_no_longer_fits_is_taken_back_and_told(
        self, exam: Exam, case: Enrolment, staff: User, what: str
    ) -> None:
        facts: dict[str, Any] = {"window_from": in_days(45)}
        if what == "length":
            SlotChoice.objects.all().delete()
            SlotOffer.objects.all().delete()
            for at in (in_days(50) - timedelta(hours=2), in_days(44)):
                SlotOffer.objects.create(exam=exam, starts_at=at, places=2)
            slots.choose(case, exam.slots.last(), by=case.student)
            facts = {"minutes": 180}
        other = factories.MemberFactory.create(role=Role.EXAMS)

        change(exam, staff, **facts)

        assert exam.slots.count() == 1
        assert not SlotChoice.objects.exists()
        notice = Notice.objects.get(kind="exams.slot_gone")
        assert (notice.recipient, notice.asks) == (case.student, True)
        assert "Kies een ander moment" in notice.text
        assert Notice.objects.get(recipient=other).asks  # staff look at it
        slots.choose(case, exam.slots.get(), by=case.student)
        notice.refresh_from_db()
        assert notice.settled_at

    def test_one_fixed_moment_leaves_nothing_to_choose(
        self, exam: Exam, case: Enrolment, staff: User
    ) -> None:
        mine = fresh(case)
        assert own.attempts_of(mine, case.student)[0].moments

        later = in_days((exam.edition.ends_on - timezone.localdate()).days)
        fixed = {"mode": Mode.INSTANT, "starts_at": later}
        change(exam, staff, window_from=None, window_until=None, **fixed)

        assert not exam.slots.exists()
        assert not own.attempts_of(mine, case.student)[0].moments
        assert "Je hoeft niet te kiezen" in Notice.objects.get(kind="exams.slot_gone").text
        (task,) = situation().tasks.values()
        assert (task.start, task.awaits_choice) == (later, False)
        assert not own.news([mine])

    def test_a_page_that_shows_an_older_period_is_refused(
        self, exam: Exam, case: Enrolment, staff: User
    ) -> None:
        slot = exam.slots.last()
        Exam.objects.filter(pk=exam.pk).update(window_until=in_days(45))
        assert slot is not None

        with pytest.raises(ActionError, match="periode"):
            slots.choose(case, slot, by=case.student)
        assert len(own.attempts_of(fresh(case), case.student)[0].moments) == 1

    def test_a_seat_that_was_told_is_wrong_until_it_is_moved(
        self, exam: Exam, case: Enrolment, staff: User
    ) -> None:
        now = situation()
        task = next(one for one in now.tasks.values() if one.slot)
        room, who = RoomFactory.create(), now.unseated(task)
        row = sittings.plan(now, task, who, room, in_days(41), by=staff)
        publish_all(staff)

        change(exam, staff, window_from=in_days(45))

        assert "outside_window" in problems_of(row)
        assert row.seats.standing().count() == 1
        assert not told("slot_gone")  # the seat counts; they hear when it is moved


@pytest.mark.django_db(transaction=True)
def test_who_chooses_while_the_host_moves_the_period_has_no_moment_outside_it() -> None:
    by = factories.MemberFactory.create(role=Role.EXAMS)
    for _round in range(3):
        exam = window()
        case = enrolled(exam)
        slot = SlotOffer.objects.create(exam=exam, starts_at=in_days(41), places=1)
        results = at_once(
            [
                partial(change, exam, by, window_from=in_days(45)),
                partial(slots.choose, case, slot, by=case.student),
            ]
        )

        assert isinstance(results[0], Exam), results
        assert not SlotOffer.objects.filter(exam=exam).exists()
        assert not SlotChoice.objects.filter(exam=exam).exists()


@pytest.mark.django_db(transaction=True)
def test_two_who_plan_the_same_students_at_once_make_one_sitting() -> None:
    """At two moments, so that the guards have nothing to refuse."""
    by = factories.MemberFactory.create(role=Role.EXAMS)
    for number in range(3):
        exam = ExamFactory.create(starts_at=in_days(40 + number))
        enrolled(exam)
        now = situation()
        task = now.tasks[exam.pk]
        who = now.unseated(task)
        moments = [exam.starts_at, exam.starts_at + timedelta(hours=5)]
        plans = [
            partial(sittings.plan, now, task, who, RoomFactory.create(), at, by=by)
            for at in moments
        ]
        results = at_once(plans)

        assert sum(isinstance(one, Sitting) for one in results) == 1, results
        assert sum(isinstance(one, StaleError) for one in results) == 1, results
        assert Seat.objects.standing().filter(sitting__exam=exam).count() == 1
