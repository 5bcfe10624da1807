"""Who may do what to a case in which state: every role × state × action from one literal table."""

from __future__ import annotations

from functools import partial

import pytest
from django.db import transaction
from django.utils import timezone

from accounts.models import Membership, Role, User
from enrolments.models import Enrolment, Purpose, State
from enrolments.models.enrolment import Board, Kind
from enrolments.services import acting, actions, places
from enrolments.services.actions import ACTIONS, ActionError, StaleError
from paperwork.models import Event, Notice
from tests import factories
from tests.enrolments.cases import case_in, case_of, fresh, make_cast
from tests.races import at_once

# Who may do what, in full, for each kind of case. What is not listed here must be refused.
LIVE = ["submitted", "waiting", "offered", "returned", "approved", "enrolled"]
OWNER = {
    ("owner", state, action)
    for action, states in {
        "submit": ["draft"],
        "answer": ["returned"],
        "accept": ["offered"],
        "pass": ["waiting", "offered"],
        "withdraw": ["draft", *LIVE],
        "withdraw_consent": LIVE,
    }.items()
    for state in states
}
HOME_SIDE = {
    ("submitted", "approve"),
    ("submitted", "return"),
    ("submitted", "reject"),
    ("waiting", "approve_waiting"),
    ("waiting", "reject"),
    ("offered", "reject"),
    ("returned", "reject"),
}
HOST_SIDE = {("approved", "confirm"), ("approved", "decline"), ("enrolled", "decline")}
OFFICE = {("office", state, "withdraw_late") for state in LIVE}
EVERY_KIND = OWNER | OFFICE | {("office", *what) for what in HOST_SIDE}
ALLOWED = {
    "elective": EVERY_KIND
    | {("coordinator", *what) for what in HOME_SIDE}
    | {("host", *what) for what in HOST_SIDE},
    "honours": EVERY_KIND
    | {("honours", *what) for what in HOME_SIDE}
    | {("host", *what) for what in HOST_SIDE},
    "incoming": EVERY_KIND | {("home", *what) for what in HOME_SIDE},
    "own": EVERY_KIND | {("coordinator", *what) for what in HOME_SIDE},
}
KINDS = {"incoming": Kind.INCOMING, "own": Kind.OWN}
PORTAL = {
    ("draft", "expire"),
    ("returned", "expire"),
    ("waiting", "expire"),
    ("offered", "expire"),
    ("waiting", "promote"),
    ("enrolled", "finish"),
}


def fields_of(kind: str) -> dict[str, object]:
    """A case of this kind that only its rules of role and state can stop."""
    purposes = {"honours": Purpose.HONOURS, "incoming": ""}
    return {"purpose": purposes.get(kind, Purpose.ELECTIVE), "board": Board.GIVEN}


@pytest.mark.parametrize("kind", ALLOWED)
def test_matrix(db: None, kind: str) -> None:
    cast = make_cast(KINDS.get(kind, Kind.OUTGOING))
    if kind == "honours":
        cast.owner.student.honours = True
        cast.owner.student.save()
    possible, by_portal = set(), set()
    for state in State:
        case = case_of(cast, state, **fields_of(kind))
        assert case.kind == KINDS.get(kind, Kind.OUTGOING)
        for who, user in [*cast.people().items(), ("portal", None)]:
            rows = {(who, state.value, action) for action in actions.actions_for(user, case)}
            (possible if user else by_portal).update(rows)

    assert possible == ALLOWED[kind]
    assert by_portal == {("portal", *row) for row in PORTAL}


@pytest.mark.parametrize("kind", ALLOWED)
def test_nobody_decides_in_a_case_of_their_own(db: None, kind: str) -> None:
    """With every role that decides about it, its student still may what a student may."""
    cast = make_cast(KINDS.get(kind, Kind.OUTGOING))
    for other in (cast.coordinator, cast.honours, cast.host, cast.home, cast.office):
        other.memberships.update(user=cast.owner)
    hosts = {cast.host_university, cast.home_university}
    for university in hosts:
        Membership.objects.get_or_create(user=cast.owner, role=Role.PARTNER, university=university)
    possible = set()
    for state in State:
        case = case_of(cast, state, **fields_of(kind))
        owner = User.objects.get(pk=cast.owner.pk)
        rows = {("owner", state.value, action) for action in actions.actions_for(owner, case)}
        possible.update(rows)

    assert possible == OWNER


@pytest.mark.parametrize("kind", ALLOWED)
def test_what_is_not_allowed_changes_nothing(db: None, kind: str) -> None:
    cast = make_cast(KINDS.get(kind, Kind.OUTGOING))
    people = cast.people()
    for action, row in ACTIONS.items():
        state = min(row.sources)
        case = case_of(cast, state, **fields_of(kind))
        before = Enrolment.objects.values().get(pk=case.pk)
        others = [who for who in people if (who, state.value, action) not in ALLOWED[kind]]

        for who in others:
            with pytest.raises(ActionError):
                acting.act(case, action, by=people[who], reason="Because.")

        assert len(others) > 9, action
        assert Enrolment.objects.values().get(pk=case.pk) == before
        assert not Event.objects.about(case).exclude(action="begin").exists()


@pytest.mark.parametrize(
    ("who", "state", "action", "target"),
    [
        ("owner", "draft", "submit", "submitted"),
        ("coordinator", "submitted", "approve", "approved"),
        ("coordinator", "waiting", "approve_waiting", "waiting"),
        ("coordinator", "submitted", "return", "returned"),
        ("owner", "returned", "answer", "submitted"),
        ("coordinator", "returned", "reject", "rejected"),
        ("host", "approved", "confirm", "enrolled"),
        ("host", "enrolled", "decline", "declined"),
        ("owner", "offered", "accept", "submitted"),
        ("owner", "offered", "pass", "withdrawn"),
        ("owner", "enrolled", "withdraw", "withdrawn"),
        ("owner", "enrolled", "withdraw_consent", "withdrawn"),
        ("office", "enrolled", "withdraw_late", "withdrawn"),
    ],
)
def test_a_move_is_kept_with_who_and_why(
    db: None, who: str, state: str, action: str, target: str
) -> None:
    cast = make_cast()
    case = case_of(cast, state, purpose=Purpose.ELECTIVE, board=Board.GIVEN)

    event = acting.act(case, action, by=getattr(cast, who), reason="Because it fits.")

    stored = Enrolment.objects.get()
    assert (stored.state, case.state) == (target, target)
    assert (event.from_state, event.to_state, event.reason) == (state, target, "Because it fits.")
    assert event.actor == getattr(cast, who)
    assert event.details["rules"] == stored.rules_id
    assert places.imbalances() == []


@pytest.mark.parametrize("action", ["return", "reject", "decline", "withdraw_late"])
def test_some_actions_need_a_reason(db: None, action: str) -> None:
    cast = make_cast()
    case = case_of(cast, min(ACTIONS[action].sources), purpose="elective")
    case.state = "approved" if action == "decline" else "submitted"
    case.save()
    who = {"decline": cast.host, "withdraw_late": cast.office}.get(action, cast.coordinator)

    with pytest.raises(ActionError, match="Zeg waarom"):
        acting.act(case, action, by=who, reason="  ")


RACES = sorted(
    (action, state)
    for action, row in ACTIONS.items()
    for state in row.sources
    if action != "promote"  # which nobody chooses: below
)


@pytest.mark.django_db(transaction=True)
def test_of_eight_at_once_one_wins() -> None:
    cast = make_cast()
    for action, state in RACES:
        fields = {"purpose": "elective", "board": Board.GIVEN} if state != "draft" else {}
        case = case_of(cast, state, **fields)
        who = next((u for u in cast.people().values() if ACTIONS[action].who(u, case)), None)
        results = at_once([partial(try_one, fresh(case), action, who) for _number in range(8)])

        won = [result for result in results if isinstance(result, Event)]
        assert len(won) == 1, (action, state, results)
        assert all(isinstance(result, (Event, ActionError)) for result in results), results
        assert Event.objects.about(case).filter(action=action).count() == 1
    assert places.imbalances() == []
    # The place that comes free is given once, whoever looks at the line.
    edition = factories.EditionFactory.create(places=1)
    first, second = case_in("waiting", edition), case_in("waiting", edition)
    given = at_once([partial(fill, edition.pk) for _number in range(8)])
    assert sorted(given) == [0] * 7 + [1], given
    assert [fresh(case).state for case in (first, second)] == ["submitted", "waiting"]
    assert Event.objects.about(first).filter(action="promote").count() == 1
    assert places.imbalances() == []


def fill(edition: int) -> int:
    with transaction.atomic():
        return len(acting.fill(edition))


def try_one(case: Enrolment, action: str, who: User | None) -> Event:
    return acting.act(case, action, by=who, reason="Why.")


@pytest.mark.django_db(transaction=True)
def test_without_the_swap_more_than_one_would_win() -> None:
    """The control of the race above: read, then write, lets several through."""
    case = case_in("submitted")
    copies = [fresh(case) for _number in range(8)]

    def check_then_save(copy: Enrolment) -> bool:
        if copy.state == State.SUBMITTED:
            copy.state = State.APPROVED
            copy.save(update_fields=["state"])
            return True
        return False

    results = at_once([lambda copy=copy: check_then_save(copy) for copy in copies])

    assert results.count(True) > 1


def test_what_was_approved_ahead_is_not_approved_again(db: None) -> None:
    cast = make_cast()
    case = case_of(cast, "waiting", purpose=Purpose.ELECTIVE, board=Board.GIVEN)
    acting.act(case, "approve_waiting", by=cast.coordinator)

    assert "approve_waiting" not in actions.actions_for(cast.coordinator, fresh(case))
    assert "al goedgekeurd" in actions.hindrance("approve_waiting", cast.coordinator, fresh(case))


def test_an_old_page_meets_what_has_happened(db: None) -> None:
    cast = make_cast()
    case = case_of(cast, "submitted")
    old = fresh(case)
    acting.act(case, "reject", by=cast.coordinator, reason="No.")

    with pytest.raises(StaleError):
        acting.act(old, "approve", by=cast.coordinator)

    assert Enrolment.objects.get().state == State.REJECTED


class TestUndo:
    def test_takes_back_before_anybody_has_heard(self, db: None) -> None:
        cast = make_cast()
        case = case_of(cast, "submitted")
        event = acting.act(case, "approve", by=cast.coordinator)

        acting.undo(event, by=cast.coordinator)

        assert Enrolment.objects.get().state == State.SUBMITTED
        told = Notice.objects.filter(kind__in=["enrolments.approved", "enrolments.to_confirm"])
        assert {notice.state for notice in told} == {"cancelled"}
        assert [e.action for e in acting.history(case)] == ["begin", "approve", "undo"]

    @pytest.mark.parametrize("fault", ["late", "other", "moved", "not_undoable"])
    def test_is_refused(self, db: None, fault: str) -> None:
        cast = make_cast()
        case = case_of(cast, "submitted")
        name = "reject" if fault == "not_undoable" else "approve"
        event = acting.act(case, name, by=cast.coordinator, reason="Why.")
        by = cast.office if fault == "other" else cast.coordinator
        if fault == "late":
            event.at = timezone.now() - acting.UNDO
        if fault == "moved":
            acting.act(case, "confirm", by=cast.host)
        before = Enrolment.objects.values().get()

        with pytest.raises(ActionError):
            acting.undo(event, by=by)

        assert Enrolment.objects.values().get() == before


def test_the_board_comes_before_approval(db: None) -> None:
    cast = make_cast()
    case = case_of(cast, "submitted", purpose="elective", board=Board.ASKED)

    assert "approve" not in actions.actions_for(cast.coordinator, case)
    assert "toestemming" in actions.hindrance("approve", cast.coordinator, case)
    case.board = Board.GIVEN
    assert "approve" in actions.actions_for(cast.coordinator, case)
