"""What the Board decided, written down by hand or by its own link."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from enrolments.models import Enrolment, PortalRules, Purpose, RulesVersion, State
from enrolments.models.enrolment import Board, Kind
from enrolments.services import acting, rules
from enrolments.services.actions import ActionError, StaleError
from enrolments.services.board import record_board
from paperwork.models import Notice
from paperwork.services.events import Outsider
from paperwork.working_days import add_working_days
from tests.enrolments.cases import Cast, case_of, fresh, make_cast


def asked(cast: Cast, **fields: object) -> Enrolment:
    fields = {"purpose": Purpose.ELECTIVE, "board": Board.ASKED} | fields
    return case_of(cast, State.SUBMITTED, **fields)


def decide(case: Enrolment, by: object, **fields: object) -> None:
    said = {"granted": True, "decided_on": timezone.localdate(), "name": "Dr. A. Bord"} | fields
    record_board(case, by=by, **said)


@pytest.mark.parametrize("granted", [True, False])
def test_is_kept_and_told(db: None, granted: bool) -> None:
    cast = make_cast()
    long_ago = timezone.now() - timedelta(days=9)
    case = asked(cast, since=long_ago, board_asked_on=timezone.localdate(long_ago))

    decide(case, cast.coordinator, granted=granted, reference="EC-7", reason="It fits.")

    stored = Enrolment.objects.get()
    assert stored.board == (Board.GIVEN if granted else Board.REFUSED)
    assert (stored.board_name, stored.board_reference) == ("Dr. A. Bord", "EC-7")
    assert stored.board_decided_on == timezone.localdate()
    assert stored.since > timezone.now() - timedelta(minutes=1), "it waits for the coordinator now"
    assert stored.due_on == add_working_days(timezone.localdate(), 5), "with the days that it has"
    event = acting.history(case)[-1]
    assert (event.action, event.actor, event.role) == ("board", cast.coordinator, "coordinator")
    assert event.details["granted"] is granted
    told = Notice.objects.get(kind="enrolments.board_answered")
    assert told.recipient == cast.owner
    assert "It fits." in told.text


def test_by_its_own_link_the_coordinator_is_told_too(db: None) -> None:
    cast = make_cast()

    decide(asked(cast), Outsider("Dr. A. Bord", "board"))

    told = Notice.objects.filter(kind="enrolments.board_answered")
    assert {(n.recipient, n.asks) for n in told} == {(cast.owner, False), (cast.coordinator, True)}


def test_after_it_the_case_can_be_approved(db: None) -> None:
    cast = make_cast()
    case = asked(cast)
    with pytest.raises(ActionError):
        acting.act(fresh(case), "approve", by=cast.coordinator)

    decide(case, cast.office)

    acting.act(fresh(case), "approve", by=cast.coordinator)


def test_the_decision_keeps_the_rules_that_held(db: None) -> None:
    cast = make_cast()
    case = asked(cast)
    decide(case, cast.coordinator)
    book = PortalRules.now()
    book.answer_days += 1
    rules.save_rules(book)

    decide(case, cast.coordinator, granted=False, reason="Overlap.")

    kept = [event.details["rules"] for event in acting.history(case) if event.action == "board"]
    first, second = (RulesVersion.objects.get(pk=pk).rules["portal"] for pk in kept)
    assert second["answer_days"] == first["answer_days"] + 1


def test_after_the_board_the_home_side_has_its_own_number_of_days(db: None) -> None:
    cast = make_cast()
    case = asked(cast, board_asked_on=timezone.localdate() - timedelta(days=9))

    decide(case, cast.office)

    assert fresh(case).due_on == add_working_days(timezone.localdate(), 5)


@pytest.mark.parametrize(
    "who", ["owner", "other_student", "other_coordinator", "honours", "administration", "auditor"]
)
def test_others_may_not(db: None, who: str) -> None:
    cast = make_cast()
    case = asked(cast)

    with pytest.raises(ActionError):
        decide(case, getattr(cast, who))

    assert fresh(case).board == Board.ASKED


def test_only_while_it_matters(db: None) -> None:
    cast, incoming = make_cast(), make_cast(Kind.INCOMING)
    for case in (
        case_of(cast, State.APPROVED, purpose=Purpose.ELECTIVE),
        case_of(incoming, State.SUBMITTED),
    ):
        with pytest.raises(ActionError):
            decide(case, cast.office)


def test_of_two_answers_at_once_the_second_is_stale(db: None) -> None:
    cast = make_cast()
    case = asked(cast)
    old = fresh(case)
    decide(case, cast.coordinator)

    with pytest.raises(StaleError):
        decide(old, cast.office, granted=False)

    assert fresh(case).board == Board.GIVEN
