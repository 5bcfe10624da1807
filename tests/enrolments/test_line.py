"""The waiting list keeps to the rules: its end, the caps on credits, what was approved before."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from functools import partial

import pytest
from django.db import connection
from django.test import Client
from django.utils import timezone

from accounts.models import Role, User
from courses.models import Course, Edition, Faculty, PublicState
from enrolments.models import Enrolment, HostRules, PortalRules, State
from enrolments.models.enrolment import Board
from enrolments.services import acting, board, places, requests, rules, upkeep
from paperwork.models import Event, Notice
from tests import factories
from tests.enrolments.cases import case_in, draft, fresh, student_of
from tests.factories import days
from tests.races import at_once


def cap_of(ec: str) -> None:
    portal = PortalRules.now()
    portal.credit_cap = Decimal(ec)
    rules.save_rules(portal)


def near_edition() -> Edition:
    """Its start is so near that a place is offered, not given."""
    return factories.EditionFactory.create(
        places=1, starts_on=days(7), applications_open_on=days(-9), applications_close_on=days(0)
    )


def sent(edition: Edition, student: User, **fields: object) -> Enrolment:
    case = fresh(draft(edition, student, **fields))
    acting.act(case, "submit", by=student)
    return case


def leave(case: Enrolment) -> None:
    acting.act(fresh(case), "withdraw", by=case.student)


class TestEnd:
    """The line ends with the day before the course starts, or with the applications."""

    def course_begins(self, starts: int, closes: int | None) -> None:
        Edition.objects.update(
            starts_on=days(starts),
            ends_on=days(60),
            applications_open_on=None if closes is None else days(-90),
            applications_close_on=None if closes is None else days(closes),
            withdraw_until=None,
            exam_on=None,
        )

    @pytest.mark.parametrize(
        ("starts", "closes", "state"),
        [
            (1, -5, State.WAITING),
            (0, -5, State.EXPIRED),
            (-3, None, State.EXPIRED),
            (-3, 0, State.WAITING),
            (-3, -1, State.EXPIRED),
        ],
    )
    def test_who_still_waits_expires_and_hears_so(
        self, db: None, starts: int, closes: int | None, state: State
    ) -> None:
        edition = factories.EditionFactory.create(places=1)
        waiting = case_in("waiting", edition)
        self.course_begins(starts, closes)

        upkeep.end_lines()
        upkeep.end_lines()

        assert fresh(waiting).state == state
        told = Notice.objects.filter(kind="enrolments.expired", recipient=waiting.student)
        assert told.count() == (state == State.EXPIRED)
        assert all("wachtlijst" in notice.text for notice in told)

    @pytest.mark.parametrize(
        ("starts", "closes", "state"),
        [(1, -5, State.OFFERED), (0, -5, State.WAITING), (-3, 0, State.OFFERED)],
    )
    def test_no_place_is_given_after_it(
        self, db: None, starts: int, closes: int, state: State
    ) -> None:
        edition = factories.EditionFactory.create(places=1)
        first, second = case_in("submitted", edition), case_in("waiting", edition)
        self.course_begins(starts, closes)

        leave(first)
        upkeep.fill_free_places()

        assert fresh(second).state == state

    def test_who_joins_the_line_reads_when_it_ends(self, db: None) -> None:
        edition = factories.EditionFactory.create(places=1, starts_on=days(60))
        case_in("submitted", edition)

        second = sent(edition, student_of(factories.FacultyFactory.create()))

        notice = Notice.objects.get(kind="enrolments.waiting", recipient=second.student)
        assert "De lijst sluit op" in notice.text
        assert places.last_day_of_line(second.edition) == days(59)


@pytest.mark.parametrize("what", [Edition, Course])
def test_nobody_gets_a_place_on_what_is_withdrawn(db: None, what: type) -> None:
    edition = factories.EditionFactory.create(places=1)
    first, second = case_in("submitted", edition), case_in("waiting", edition)
    what.objects.update(state=PublicState.WITHDRAWN)

    leave(first)
    assert upkeep.fill_free_places() == 0

    assert fresh(second).state == State.WAITING
    what.objects.update(state=PublicState.PUBLISHED)
    assert upkeep.fill_free_places() == 1, "when it is offered again"


class TestCaps:
    """Two courses of 5 EC, full when the student comes; at most 6 EC."""

    @pytest.fixture
    def faculty(self, db: None) -> Faculty:
        cap_of("6")
        return factories.FacultyFactory.create()

    @pytest.fixture
    def editions(self, faculty: Faculty) -> list[Edition]:
        return [factories.EditionFactory.create(places=1, course__ec=5) for _number in range(2)]

    def waiting_for_both(self, faculty: Faculty, editions: list[Edition]) -> list[Enrolment]:
        student = student_of(faculty)
        return [sent(edition, student) for edition in editions]

    def test_who_would_pass_it_keeps_the_turn_and_the_next_gets_the_place(
        self, faculty: Faculty, editions: list[Edition], sign_in: Callable[[User], Client]
    ) -> None:
        holders = [case_in("submitted", edition) for edition in editions]
        mine = self.waiting_for_both(faculty, editions)
        behind = sent(editions[1], student_of(faculty))
        for case in holders:
            leave(case)
        upkeep.fill_free_places()

        assert [fresh(case).state for case in [*mine, behind]] == [
            State.SUBMITTED,
            State.WAITING,
            State.SUBMITTED,
        ]
        assert places.position(fresh(mine[1])) == 1
        notice = Notice.objects.get(kind="enrolments.passed_over")
        assert notice.recipient == mine[1].student
        assert "10 EC" in notice.text
        assert "je mag er 6" in notice.text
        page = sign_in(mine[1].student).get(f"/nl/exchange/{mine[1].reference}/").text
        assert "je mag er 6" in page
        assert places.imbalances() == []

    def test_it_is_said_once_and_the_place_stays_free(
        self, faculty: Faculty, editions: list[Edition]
    ) -> None:
        holders = [case_in("submitted", edition) for edition in editions]
        mine = self.waiting_for_both(faculty, editions)
        for case in holders:
            leave(case)

        assert [upkeep.fill_free_places() for _minute in range(3)] == [0, 0, 0]

        assert Edition.objects.get(pk=editions[1].pk).taken == 0
        assert Notice.objects.filter(kind="enrolments.passed_over").count() == 1
        assert Event.objects.about(mine[1]).filter(action="passed_over").count() == 1
        newcomer = sent(editions[1], student_of(faculty))
        assert newcomer.state == State.SUBMITTED, "nobody else waits who could have it"

    def test_with_another_course_given_up_the_turn_comes(
        self, faculty: Faculty, editions: list[Edition]
    ) -> None:
        holders = [case_in("submitted", edition) for edition in editions]
        mine = self.waiting_for_both(faculty, editions)
        for case in holders:
            leave(case)
        leave(mine[0])

        assert upkeep.fill_free_places() == 1
        assert fresh(mine[1]).state == State.SUBMITTED

    def test_the_cap_of_a_host_counts_too(self, db: None) -> None:
        host = factories.UniversityFactory.create()
        rules.save_rules(HostRules(university=host, credit_cap=Decimal(6)))
        faculty = factories.FacultyFactory.create()
        editions = [
            factories.EditionFactory.create(places=1, course__ec=5, course__university=host)
            for _number in range(2)
        ]
        holders = [case_in("submitted", edition) for edition in editions]
        mine = self.waiting_for_both(faculty, editions)

        for case in holders:
            leave(case)

        assert [fresh(case).state for case in mine] == [State.SUBMITTED, State.WAITING]

    def test_students_who_come_to_us_have_no_cap_of_ours(self, db: None) -> None:
        cap_of("6")
        home = factories.HomeUniversityFactory.create()
        guest = student_of(None, home_university=factories.UniversityFactory.create())
        editions = [
            factories.EditionFactory.create(places=1, course__ec=5, course__university=home)
            for _number in range(2)
        ]
        holders = [case_in("submitted", edition) for edition in editions]
        mine = [sent(edition, guest) for edition in editions]

        for case in holders:
            leave(case)

        assert {fresh(case).state for case in mine} == {State.SUBMITTED}


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("locks", [True, False], ids=["locked", "control"])
def test_two_places_at_once_do_not_pass_a_cap(locks: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    """Two editions give a place to one student at the same moment."""
    cap_of("6")
    faculty = factories.FacultyFactory.create()
    if not locks:
        monkeypatch.setattr(requests, "lock_if_free", lambda _student: True)
    passed = 0
    for _round in range(12):
        student = student_of(faculty)
        editions = [factories.EditionFactory.create(places=1, course__ec=5) for _n in range(2)]
        holders = [case_in("submitted", edition) for edition in editions]
        mine = [sent(edition, student) for edition in editions]

        results = at_once([partial(leave, case) for case in holders])

        assert results == [None, None]
        upkeep.fill_free_places()
        passed += {fresh(case).state for case in mine} == {State.SUBMITTED}
    if locks:
        assert passed == 0
    elif connection.vendor == "postgresql":
        assert passed > 0
    assert places.imbalances() == []


def test_while_its_student_does_something_else_nobody_overtakes(
    db: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Who sends another request at this moment has the profile: the line stands still."""
    cap_of("6")
    faculty = factories.FacultyFactory.create()
    edition = factories.EditionFactory.create(places=1, course__ec=5)
    first = case_in("submitted", edition)
    second = sent(edition, student_of(faculty))

    with monkeypatch.context() as busy:
        busy.setattr(requests, "lock_if_free", lambda _student: False)
        leave(first)
        newcomer = sent(edition, student_of(faculty))

    assert [fresh(case).state for case in (second, newcomer)] == [State.WAITING] * 2
    assert upkeep.fill_free_places() == 1
    assert fresh(second).state == State.SUBMITTED
    assert places.imbalances() == []


class TestApprovedBefore:
    @pytest.fixture
    def faculty(self, db: None) -> Faculty:
        return factories.FacultyFactory.create()

    @pytest.fixture
    def coordinator(self, faculty: Faculty) -> User:
        return factories.MemberFactory.create(role=Role.COORDINATOR, faculty=faculty)

    def test_who_takes_an_offered_place_goes_on_at_once(
        self, faculty: Faculty, coordinator: User
    ) -> None:
        edition = near_edition()
        first, second = (sent(edition, student_of(faculty)) for _number in range(2))
        acting.act(second, "approve_waiting", by=coordinator)
        leave(first)
        Notice.objects.all().delete()

        acting.act(offered := fresh(second), "accept", by=second.student)

        assert (offered.state, fresh(second).state) == (State.APPROVED, State.APPROVED)
        assert [e.action for e in acting.history(second)][-3:] == ["promote", "accept", "approve"]
        assert not Notice.objects.filter(kind="enrolments.to_check").exists()
        assert Notice.objects.filter(kind="enrolments.approved").count() == 1

    @pytest.mark.parametrize("near", [False, True])
    def test_a_permission_refused_since_stops_it(
        self, faculty: Faculty, coordinator: User, near: bool
    ) -> None:
        edition = near_edition() if near else factories.EditionFactory.create(places=1)
        first = sent(edition, student_of(faculty))
        second = sent(edition, student_of(faculty), purpose="elective", board=Board.GIVEN)
        acting.act(second, "approve_waiting", by=coordinator)
        board.record_board(
            fresh(second), by=coordinator, granted=False, decided_on=timezone.localdate(), name="X"
        )
        Notice.objects.all().delete()

        leave(first)
        if near:
            acting.act(fresh(second), "accept", by=second.student)

        assert fresh(second).state == State.SUBMITTED
        assert Notice.objects.filter(kind="enrolments.to_check", recipient=coordinator).exists()

    def test_somebody_whose_approver_left_is_looked_at_again(
        self, faculty: Faculty, coordinator: User
    ) -> None:
        edition = factories.EditionFactory.create(places=1)
        first, second = (sent(edition, student_of(faculty)) for _number in range(2))
        acting.act(second, "approve_waiting", by=coordinator)
        Enrolment.objects.filter(pk=second.pk).update(home_approved_by=None)
        Notice.objects.all().delete()

        leave(first)

        assert fresh(second).state == State.SUBMITTED
        assert Notice.objects.filter(kind="enrolments.to_check").count() == 1
