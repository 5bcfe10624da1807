"""Proposing a plan: made in the background whatever happens, compared, explained, taken over."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from django.db import OperationalError
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import Role, User
from enrolments.services.actions import ActionError, StaleError
from exams import planning, proposals
from exams.instances import situation
from exams.models import Exam, Mode, Plan, Sitting
from exams.services import adopting, proposing, sittings, upkeep
from paperwork.models import Notice
from tests import factories
from tests.exams.planned import granted, plan_all, problems_of, publish_all, told
from tests.exams.sittings import (
    ExamFactory,
    InvigilatorFactory,
    RoomFactory,
    SittingFactory,
    enrolled,
    in_days,
)

type SignIn = Callable[[User], Client]
S = Plan.State


@pytest.fixture
def staff(db: None) -> User:
    return factories.MemberFactory.create(role=Role.EXAMS)


def days_around(day: int) -> tuple[date, date]:
    at = timezone.localdate(in_days(day))
    return at - timedelta(days=1), at + timedelta(days=1)


def helpers(number: int = 3, day: int = 40) -> None:
    for _number in range(number):
        InvigilatorFactory.create().hours.create(
            starts_at=in_days(day, 6), ends_at=in_days(day + 1, 20)
        )


def window_exam(students: int = 3, **fields: Any) -> Exam:
    exam = ExamFactory.create(
        mode=Mode.WINDOW,
        starts_at=None,
        window_from=in_days(40, 8),
        window_until=in_days(40, 18),
        **fields,
    )
    for _number in range(students):
        enrolled(exam)
    return exam


def proposal(staff: User) -> Plan:
    plan = proposing.ask(*days_around(40), by=staff)
    proposing.make(plan.pk)
    plan.refresh_from_db()
    return plan


def test_a_plan_without_conflicts_is_proposed_compared_and_taken_over(
    staff: User, client: Client, sign_in: SignIn
) -> None:
    window = window_exam(3)
    granted(window.edition.enrolments.first(), own_room=True, extra_minutes=30)
    fixed = ExamFactory.create(starts_at=in_days(40))
    enrolled(fixed)
    helpers()
    RoomFactory.create_batch(2, places=4)
    plan = proposal(staff)

    assert (plan.state, plan.result["status"]) == (S.DONE, "optimal")
    assert {one.kind for one in proposals.compared(plan, situation())} == {"added"}
    assert not Sitting.objects.exists()  # nothing happens by itself
    assert told("plan_ready") == [staff.pk]
    sign_in(staff)
    html = client.get(reverse("planner:proposal", args=[plan.pk])).content.decode()
    assert "bewezen" in html
    answer = client.post(reverse("planner:adopt", args=[plan.pk]), {"all": "1"})

    assert answer.status_code == 302
    assert Sitting.objects.filter(state="planned").count() == 3
    assert not any(problems_of(row) for row in Sitting.objects.all())
    assert not told("published")
    assert (
        "gelijk aan de planning"
        in client.get(reverse("planner:proposal", args=[plan.pk])).content.decode()
    )


def test_one_exam_alone_is_taken_over_and_what_is_pinned_or_told_stays(staff: User) -> None:
    pinned, published, moves, new = (window_exam(1) for _number in range(4))
    helpers(4)
    rows = {exam.pk: plan_all(exam, staff, places=50) for exam in (pinned, published, moves)}
    sittings.pin(rows[pinned.pk], seen=1, by=staff)
    one = rows[published.pk]
    publish_all(staff)  # all three
    Sitting.objects.filter(pk=rows[moves.pk].pk).update(state="planned")
    before = {one.pk: (one.room_id, one.starts_at) for one in Sitting.objects.all()}
    plan = proposal(staff)

    assert adopting.adopt(plan, {new.pk}, by=staff) == (1, [])
    adopting.adopt(plan, by=staff)
    for kept in (rows[pinned.pk], one):
        kept.refresh_from_db()
        assert (kept.room_id, kept.starts_at) == before[kept.pk]
        assert kept.state != "cancelled"
    assert not told("moved") + told("cancelled")


@pytest.mark.parametrize("since", ["published", "pinned"])
def test_what_was_published_or_pinned_after_the_proposal_stays_and_is_named(
    staff: User, client: Client, sign_in: SignIn, since: str
) -> None:
    exam, other = window_exam(2), window_exam(1)
    helpers()
    row = plan_all(exam, staff, places=50)
    plan = proposal(staff)
    elsewhere = RoomFactory.create(places=60)
    sittings.move(row, elsewhere, in_days(40, 9), seen=row.version, by=staff)
    if since == "published":
        publish_all(staff)
    else:
        sittings.pin(row, seen=row.version, by=staff)
    row.refresh_from_db()
    sign_in(staff)
    html = client.post(
        reverse("planner:adopt", args=[plan.pk]), {"all": "1"}, follow=True
    ).content.decode()

    before = row.version
    row.refresh_from_db()
    assert (row.room, row.version) == (elsewhere, before)
    assert row.seats.standing().count() == 2
    assert exam.sittings.count() == 1
    assert other.sittings.get().seats.count() == 1  # the rest is taken over
    assert f"vastgezet: {exam.edition.course.university.code}" in html
    with pytest.raises(ActionError, match="vastgezet"):
        adopting.adopt(plan, {exam.pk}, by=staff)


def test_a_sitting_published_while_a_plan_is_taken_over_keeps_its_students(
    staff: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    exam = window_exam(1)
    helpers()
    row = plan_all(exam, staff, places=50)
    plan = proposal(staff)
    sittings.move(row, RoomFactory.create(), in_days(40, 9), seen=row.version, by=staff)
    read = situation()
    publish_all(staff)
    monkeypatch.setattr(adopting, "situation", lambda: read)

    with pytest.raises(StaleError):
        adopting.adopt(plan, by=staff)
    assert row.seats.standing().count() == 1


def test_what_collides_changes_nothing(staff: User) -> None:
    window_exam(1)
    helpers()
    room = RoomFactory.create()
    plan = proposal(staff)
    (proposed,) = proposals.sittings_of(plan)
    other = ExamFactory.create(starts_at=proposed.start)
    SittingFactory.create(exam=other, room=room)

    with pytest.raises(ActionError, match="zaal"):
        adopting.adopt(plan, by=staff)
    plan.refresh_from_db()
    assert plan.applied_at is None
    assert Sitting.objects.count() == 1


@pytest.mark.parametrize(
    ("fault", "words"),
    [
        ("no invigilator", "surveillant"),
        ("too small", "plaatsen"),
        ("closed", "open"),
        ("wrong room", "zaal"),
    ],
)
def test_what_is_impossible_is_explained_with_the_rule_to_relax(
    staff: User, fault: str, words: str
) -> None:
    window_exam(3, kind="laptop" if fault == "wrong room" else "paper")
    room = RoomFactory.create(places=2 if fault == "too small" else 40)
    if fault == "closed":
        room.hours.update(closes="09:30")
    if fault != "no invigilator":
        helpers()
    plan = proposal(staff)

    assert plan.state == S.IMPOSSIBLE
    (reason,) = proposals.reasons(plan, situation())
    assert words in " ".join([reason.why, *reason.ways])


class TestTheBackground:
    """The row is the queue: a worker that dies loses it."""

    @pytest.fixture
    def plan(self, staff: User, monkeypatch: pytest.MonkeyPatch) -> Plan:
        nothing = planning.Plan(
            status=planning.Status.NONE,
            sittings=(),
            cost=planning.Cost(0, 0, 0),
            bounds=planning.Cost(0, 0, 0),
        )
        monkeypatch.setattr(proposing.planning, "propose", lambda *_a, **_k: nothing)
        return proposing.ask(*days_around(40), by=staff)

    def test_a_killed_worker_loses_it_and_another_makes_it(self, plan: Plan) -> None:
        began = timezone.now() - timedelta(minutes=1)
        Plan.objects.filter(pk=plan.pk).update(
            state=S.RUNNING, started_at=began, beat_at=timezone.now()
        )
        assert proposing.due() == []  # it lives
        assert not proposing.make(plan.pk)
        Plan.objects.update(beat_at=began)
        assert proposing.due() == [plan.pk]
        assert proposing.make(plan.pk)

    def test_one_that_comes_back_late_writes_nothing(
        self, plan: Plan, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        made = proposing.planning.propose(None)  # type: ignore[arg-type]

        def slow(*_args: Any, stop: Callable[[], bool], **_more: Any) -> planning.Plan:
            assert not stop()
            Plan.objects.update(started_at=timezone.now())  # another attempt has begun
            monkeypatch.setattr(proposing, "EACH", 0)
            assert stop()
            return made

        monkeypatch.setattr(proposing.planning, "propose", slow)
        assert not proposing.make(plan.pk)
        plan.refresh_from_db()
        assert plan.state == S.RUNNING

    def test_one_that_stops_its_workers_is_given_up(self, plan: Plan) -> None:
        old = timezone.now() - timedelta(minutes=1)
        Plan.objects.update(state=S.RUNNING, started_at=old, beat_at=old, given={"attempts": 3})
        assert not proposing.make(plan.pk)
        plan.refresh_from_db()
        assert plan.state == S.FAILED

    def test_it_can_be_stopped_and_there_is_one_at_a_time(
        self, plan: Plan, staff: User, client: Client, sign_in: SignIn
    ) -> None:
        with pytest.raises(ActionError, match="al"):
            proposing.ask(*days_around(40), by=staff)
        sign_in(staff)
        page = reverse("planner:proposal", args=[plan.pk])
        assert "<progress" in client.get(page, headers={"HX-Request": "true"}).content.decode()
        assert client.post(reverse("planner:stop", args=[plan.pk])).status_code == 302
        plan.refresh_from_db()
        assert plan.state == S.STOPPED
        assert client.post(reverse("planner:stop", args=[plan.pk])).status_code == 409
        running = proposing.ask(*days_around(40), by=staff)
        Plan.objects.filter(pk=running.pk).update(state=S.RUNNING)
        proposing.stop(running, by=staff)
        running.refresh_from_db()
        assert running.stop_asked_at

    def test_the_form_says_what_is_wrong(
        self, plan: Plan, staff: User, client: Client, sign_in: SignIn
    ) -> None:
        Plan.objects.update(state=S.DONE)
        sign_in(staff)
        first, last = days_around(40)
        page = reverse("planner:proposed")
        assert client.get(page).status_code == 200
        assert client.post(page, {"first": last, "last": first}).status_code == 422
        assert client.post(page, {"first": first, "last": last}).status_code == 302

    def test_one_that_cannot_be_made_fails_at_once_and_makes_room_for_others(
        self,
        plan: Plan,
        staff: User,
        client: Client,
        sign_in: SignIn,
        monkeypatch: pytest.MonkeyPatch,
        caplog: pytest.LogCaptureFixture,
    ) -> None:
        def broken(*_days: date) -> None:
            raise OverflowError

        monkeypatch.setattr(proposing.proposals, "between", broken)
        assert not proposing.make(plan.pk)
        caplog.clear()

        plan.refresh_from_db()
        assert plan.state == S.FAILED
        assert proposing.due() == []
        sign_in(staff)
        html = client.get(reverse("planner:proposal", args=[plan.pk])).content.decode()
        assert "Er is geen planning uit gekomen" in html
        proposing.ask(*days_around(40), by=staff)

    def test_a_database_that_is_away_is_no_failure_of_the_plan(
        self, plan: Plan, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def away(*_days: date) -> None:
            raise OperationalError

        monkeypatch.setattr(proposing.proposals, "between", away)
        with pytest.raises(OperationalError):
            proposing.make(plan.pk)
        plan.refresh_from_db()
        assert plan.state == S.RUNNING  # another takes it when the lease is over


@pytest.mark.parametrize("day", ["9999-12-31", "0001-01-01", "1999-12-31"])
def test_days_that_nobody_means_are_refused_not_reckoned_with(
    staff: User, client: Client, sign_in: SignIn, day: str
) -> None:
    row = SittingFactory.create()
    exam = window_exam(1)
    sign_in(staff)
    where = {"day": day, "at": "23:30", "room": row.room_id, "seen": row.version}
    assert client.get(reverse("planner:plan"), {"day": day}).status_code == 200
    for name, pk in (("planner:move", row.pk), ("planner:exam", exam.pk)):
        page = reverse(name, args=[pk])
        assert client.get(page, where, headers={"HX-Request": "true"}).status_code == 200
        answer = client.post(page, where)
        assert answer.status_code == 422
        assert "het jaar van deze datum" in answer.content.decode()
    assert client.post(reverse("planner:proposed"), {"first": day, "last": day}).status_code == 422
    slot = {"on": day, "at": "23:30", "places": 1}
    assert client.post(reverse("exams:slots", args=[exam.edition_id, 1]), slot).status_code == 422
    assert not Plan.objects.exists()


class TestTheAlarm:
    def test_comes_before_the_last_day_and_once_a_day(self, staff: User, office: User) -> None:
        soon, far = ExamFactory.create(starts_at=in_days(19)), ExamFactory.create()
        enrolled(soon), enrolled(far)
        morning = timezone.localtime().replace(hour=9)
        while not upkeep.is_working_day(morning.date()):
            morning += timedelta(days=1)
        assert upkeep.warn_to_publish(morning.replace(hour=7)) == 0
        upkeep.warn_to_publish(morning)
        upkeep.warn_to_publish(morning)

        assert sorted(told("publish_soon")) == sorted([staff.pk, office.pk])  # type: ignore[type-var]
        text = Notice.objects.filter(kind="exams.publish_soon")[0].text
        assert soon.edition.course.university.code in text
        assert far.edition.course.university.code not in text

    def test_not_when_all_know(self, staff: User) -> None:
        exam = ExamFactory.create(starts_at=in_days(19))
        enrolled(exam)
        plan_all(exam, staff)
        assert upkeep.pressing(timezone.localdate())
        publish_all(staff)
        assert not upkeep.pressing(timezone.localdate())
