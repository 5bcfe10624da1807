"""Everybody locks in one order: the edition, the case, its messages. No two wait for each other."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import OperationalError, connection
from django.utils import timezone

from accounts.models import Role, User
from courses.models import Edition
from enrolments.models import Enrolment, State
from enrolments.models.enrolment import Board
from enrolments.services import acting, board, places, telling
from enrolments.services.actions import StaleError
from paperwork import digest
from paperwork.models import Event, MailChoice, Notice
from paperwork.services.notices import settle
from tests import factories
from tests.enrolments.cases import case_in, case_of, draft, fresh, make_cast, student_of
from tests.races import at_once

pytestmark = pytest.mark.django_db(transaction=True)

# On SQLite a transaction has the only right to write from its start: none can wait for another.
ROW_LOCKS = connection.vendor == "postgresql"
ROUNDS = 25


class Meeting:
    """The first goes on when the second is where they could block each other, or in a moment."""

    def __init__(self) -> None:
        self._first, self._second = threading.Event(), threading.Event()

    def first_is_here(self) -> None:
        self._first.set()
        self._second.wait(1 if ROW_LOCKS else 0.1)

    def second_may_begin(self) -> None:
        assert self._first.wait(20)

    def second_is_here(self) -> None:
        self._second.set()


def line(waiting: int) -> tuple[Enrolment, list[tuple[Enrolment, Enrolment]]]:
    """Who has the only place, and who wait: each as another device saw it, and as it was sent."""
    faculty = factories.FacultyFactory.create()
    factories.MemberFactory.create(role=Role.COORDINATOR, faculty=faculty)  # is asked to check
    edition = factories.EditionFactory.create(places=1)
    first, *others = (fresh(draft(edition, student_of(faculty))) for _ in range(waiting + 1))
    acting.act(first, "submit", by=first.student)
    pairs = []
    for case in others:
        acting.act(sent := fresh(case), "submit", by=case.student)
        pairs.append((case, sent))
    assert {sent.state for _seen, sent in pairs} == {State.WAITING}
    assert Notice.objects.about(others[0]).to_do().exists()
    return first, pairs


def deadlocks(results: list[object]) -> list[object]:
    """Those that the database broke off; every other is an event, or told that it came late."""
    broken = [result for result in results if isinstance(result, OperationalError)]
    rest = [result for result in results if result not in broken]
    assert all(isinstance(result, (Event, Enrolment, StaleError, bool)) for result in rest), results
    return broken


def test_moving_up_and_sending_again_at_once_keep_the_books() -> None:
    for _round in range(ROUNDS):
        first, ((seen, _sent), (_seen, last)) = line(2)
        clicks = [withdrawing(first), withdrawing(last), *map(sending, _as_seen(seen, 2))]

        results = at_once(clicks)

        assert deadlocks(results) == [], results
        assert isinstance(results[0], Event)
        assert [type(result) for result in results[2:]] == [StaleError, StaleError]
        assert fresh(seen).state == State.SUBMITTED
        assert Edition.objects.get(pk=seen.edition_id).taken == 1
        assert Notice.objects.about(seen).filter(kind="enrolments.promoted").count() == 1
    assert places.imbalances() == []


def withdrawing(case: Enrolment) -> Callable[[], object]:
    return lambda: acting.act(case, "withdraw", by=case.student)


def sending(case: Enrolment) -> Callable[[], object]:
    return lambda: acting.act(case, "submit", by=case.student)


def _as_seen(seen: Enrolment, times: int) -> list[Enrolment]:
    """The draft as so many devices still show it."""
    copies = [fresh(seen) for _number in range(times)]
    for copy in copies:
        copy.state, copy.changed_at = seen.state, seen.changed_at
        copy.sequence = copy.rank = copy.submitted_at = None
    return copies


@pytest.mark.parametrize("before", [False, True], ids=["under the edition's lock", "control"])
def test_what_was_asked_is_settled_under_the_editions_lock(
    before: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The control settles before the edition is locked: the two wait for each other."""
    first, ((seen, _sent),) = line(1)
    meeting, lock, know = Meeting(), places.lock, telling.know_home

    def locked(edition: int) -> Edition:
        row = lock(edition)
        if threading.current_thread().name == "withdraws":
            meeting.first_is_here()
        return row

    def known(case: Enrolment) -> None:
        know(case)
        if before:
            settle(case)
        meeting.second_is_here()

    monkeypatch.setattr(places, "lock", locked)
    monkeypatch.setattr(telling, "know_home", known)

    def withdraw() -> object:
        threading.current_thread().name = "withdraws"
        return acting.act(first, "withdraw", by=first.student)

    def send_again() -> object:
        meeting.second_may_begin()
        return acting.act(seen, "submit", by=seen.student)

    broken = deadlocks(at_once([withdraw, send_again]))

    assert len(broken) == (before and ROW_LOCKS)
    assert places.imbalances() == []
    if not before:
        assert fresh(seen).state == State.SUBMITTED


def undoing(cast: Any, meeting: Meeting, monkeypatch: pytest.MonkeyPatch) -> tuple[Enrolment, Any]:
    """An approval that is taken back while its student withdraws."""
    case = case_of(cast, State.SUBMITTED, purpose="elective", board=Board.GIVEN)
    event = acting.act(case, "approve", by=cast.coordinator)
    take_back = acting.take_back

    def paused(prefix: str) -> int:
        meeting.first_is_here()
        return take_back(prefix)

    monkeypatch.setattr(acting, "take_back", paused)
    return case, lambda: acting.undo(event, by=cast.coordinator)


def deciding(cast: Any, meeting: Meeting, monkeypatch: pytest.MonkeyPatch) -> tuple[Enrolment, Any]:
    """What the Board said is put right while the student withdraws."""
    case = case_of(cast, State.SUBMITTED, purpose="elective")

    def decide(granted: bool) -> Event:
        today = timezone.localdate()
        return board.record_board(
            fresh(case), by=cast.office, granted=granted, decided_on=today, name="Prof. Bos"
        )

    decide(False)

    def paused(about: Enrolment, *kinds: str) -> int:
        meeting.first_is_here()
        return settle(about, *kinds)

    monkeypatch.setattr(board, "settle", paused)
    return case, lambda: decide(True)


@pytest.mark.parametrize("before", [False, True], ids=["after the case", "control"])
@pytest.mark.parametrize("begin", [undoing, deciding])
def test_messages_are_settled_after_the_case_is_moved(
    begin: Any, before: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The control settles first: who has the case waits for messages, who has them for the case."""
    cast, meeting, move = make_cast(), Meeting(), acting._move
    case, do = begin(cast, meeting, monkeypatch)

    def moved(case: Enrolment, *args: Any, **how: Any) -> Event:
        if before:
            settle(case)
        meeting.second_is_here()
        return move(case, *args, **how)

    monkeypatch.setattr(acting, "_move", moved)
    seen = fresh(case)

    def withdraw() -> object:
        meeting.second_may_begin()
        return acting.act(seen, "withdraw", by=cast.owner)

    broken = deadlocks(at_once([do, withdraw]))

    assert len(broken) == (before and ROW_LOCKS)
    assert places.imbalances() == []


@pytest.mark.parametrize("whole", [False, True], ids=["not its key", "control"])
def test_gathering_a_days_messages_does_not_stop_who_acts(
    whole: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The control locks the person's key too, which every event of theirs has to look at."""
    case = case_in(State.SUBMITTED)
    coordinator = factories.MemberFactory.create(role=Role.COORDINATOR, faculty=case.faculty)
    MailChoice.objects.create(
        user=coordinator, kind="enrolments.answered", when=MailChoice.When.DAILY
    )
    Enrolment.objects.filter(pk=case.pk).update(state=State.RETURNED)
    acting.act(fresh(case), "answer", by=case.student, reason="Yes.")
    meeting, owe, record = Meeting(), digest.owe_notice, acting.record

    def owed(*args: Any, **how: Any) -> None:
        owe(*args, **how)
        if whole:
            User.objects.select_for_update().get(pk=coordinator.pk)
        meeting.first_is_here()

    def recorded(*args: Any, **how: Any) -> Event:
        meeting.second_is_here()
        return record(*args, **how)

    monkeypatch.setattr(digest, "owe_notice", owed)
    monkeypatch.setattr(acting, "record", recorded)
    seen = fresh(case)

    def approve() -> object:
        meeting.second_may_begin()
        return acting.act(seen, "approve", by=coordinator)

    until = timezone.now() + timedelta(minutes=1)
    broken = deadlocks(at_once([lambda: digest.gather(coordinator.pk, until), approve]))

    assert len(broken) == (whole and ROW_LOCKS)
