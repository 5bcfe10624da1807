"""Approving several applications at once: what can, what cannot, and what changed in between."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import partial

import pytest
import time_machine
from django.test import Client
from django.utils import timezone

from accounts.models import Role, User
from enrolments.models import Enrolment, Purpose, State
from enrolments.models.enrolment import Board
from enrolments.services import acting, bulk
from enrolments.services.actions import ActionError
from paperwork.models import Event, Notice
from tests import factories
from tests.enrolments.cases import Cast, case_in, fresh, make_cast
from tests.enrolments.test_deciding import ready
from tests.races import at_once

type SignIn = Callable[[User], Client]


@pytest.fixture
def cast(db: None) -> Cast:
    return make_cast()


class TestSeveral:
    def test_a_mixture(self, cast: Cast, sign_in: SignIn) -> None:
        can, gone = ready(cast), ready(cast)
        no_board, rejected = ready(cast, board=Board.MISSING), ready(cast)
        waits = ready(cast)
        Enrolment.objects.filter(pk=waits.pk).update(state=State.WAITING)
        acting.act(rejected, "reject", by=cast.coordinator, reason="No.")
        strange = case_in(State.SUBMITTED, purpose=Purpose.ELECTIVE, board=Board.GIVEN)
        asked = [can, gone, no_board, rejected, waits, strange]
        client = sign_in(cast.coordinator)

        query = "&".join(f"case={case.reference}" for case in asked)
        page = client.get(f"/en/desk/several/?view=mine&{query}")

        assert {v.case for v in page.context["can"]} == {can, gone, waits}
        why = {verdict.case: verdict.why for verdict in page.context["cannot"]}
        assert why.keys() == {no_board, rejected}, "what is out of sight is not even named"
        assert "Record it first" in why[no_board]
        assert "rejected" in why[rejected]
        assert Event.objects.filter(action="approve").count() == 0, "a page to read changes nothing"

        acting.act(fresh(gone), "withdraw", by=gone.student)
        done = client.post(
            "/en/desk/several/", {"case": [case.reference for case in (can, gone, waits, strange)]}
        )

        assert {v.case for v in done.context["can"]} == {can, waits}
        assert [v.case for v in done.context["cannot"]] == [gone]
        assert (fresh(can).state, fresh(waits).state) == (State.APPROVED, State.WAITING)
        assert fresh(waits).home_approved_by == cast.coordinator
        assert fresh(strange).state == State.SUBMITTED
        again = client.post("/en/desk/several/", {"case": [can.reference]})
        assert len(again.context["cannot"]) == 1

    def test_one_that_fails_does_not_stop_the_rest(
        self, cast: Cast, sign_in: SignIn, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """Somebody is first between the look and the deed: only that one is left out."""
        first, second, third = (ready(cast) for _number in range(3))
        act = acting.act

        def slow(case: Enrolment, *args: object, **how: object) -> Event:
            if case == second:
                act(fresh(second), "withdraw", by=second.student)
            return act(case, *args, **how)

        monkeypatch.setattr(acting, "act", slow)
        refs = [case.reference for case in (first, second, third)]
        done = sign_in(cast.coordinator).post("/en/desk/several/", {"case": refs})

        assert [v.case for v in done.context["cannot"]] == [second]
        assert [fresh(c).state for c in (first, second, third)] == [
            "approved",
            "withdrawn",
            "approved",
        ]

    @pytest.mark.parametrize("query", ["", "case=", "case=VX-NONE", "case=%00", "case=x&" * 150])
    def test_nothing_to_approve(self, cast: Cast, sign_in: SignIn, query: str) -> None:
        client = sign_in(cast.coordinator)

        assert client.get(f"/en/desk/several/?{query}").context["can"] == []
        assert client.post("/en/desk/several/").context["can"] == []


def events_on(page: object) -> list[str]:
    """What the page's form would take back."""
    return re.findall(r'name="event" value="(\d+)"', page.content.decode())  # type: ignore[attr-defined]


class TestUndo:
    def test_takes_all_back(self, cast: Cast, sign_in: SignIn) -> None:
        cases = [ready(cast) for _number in range(3)]
        waits = ready(cast)
        Enrolment.objects.filter(pk=waits.pk).update(state=State.WAITING)
        client = sign_in(cast.coordinator)
        sent = {"case": [case.reference for case in [*cases, waits]]}
        done = client.post("/en/desk/several/?view=mine&purpose=elective", sent)
        events = events_on(done)
        assert len(events) == 3, "what was approved ahead of a place cannot be undone"
        assert 'several/undo/?purpose=elective&amp;view=mine"' in done.text

        answer = client.post(
            "/en/desk/several/undo/?purpose=elective&view=mine", {"event": events}, follow=True
        )

        assert answer.redirect_chain == [("/en/desk/?purpose=elective&view=mine", 302)]
        assert "3 approvals are taken back" in answer.text
        assert {fresh(case).state for case in cases} == {State.SUBMITTED}
        told = Notice.objects.filter(kind="enrolments.approved").exclude(state="cancelled")
        assert not told.exists()

    def test_leaves_and_names_what_is_too_late_or_has_moved_on(
        self, cast: Cast, sign_in: SignIn
    ) -> None:
        can, late, moved = (ready(cast) for _number in range(3))
        client = sign_in(cast.coordinator)
        with time_machine.travel(timezone.now() - acting.UNDO, tick=False):
            early = acting.act(fresh(late), "approve", by=cast.coordinator)
        refs = {"case": [case.reference for case in (can, moved)]}
        events = [*events_on(client.post("/en/desk/several/", refs)), str(early.pk)]
        acting.act(fresh(moved), "withdraw", by=moved.student)

        answer = client.post("/en/desk/several/undo/", {"event": events}, follow=True)

        states = [fresh(case).state for case in (can, late, moved)]
        assert states == [State.SUBMITTED, State.APPROVED, State.WITHDRAWN]
        assert "1 approval is taken back" in answer.text
        for case in (late, moved):
            assert f"{case.reference} is not taken back" in answer.text

    @pytest.mark.parametrize("sent", [[], ["x"], ["9" * 30], ["12345"], ["others"]])
    def test_nothing_of_one_s_own(self, cast: Cast, sign_in: SignIn, sent: list[str]) -> None:
        case = ready(cast)
        event = acting.act(case, "approve", by=cast.coordinator)
        sent = [str(event.pk) if one == "others" else one for one in sent]
        other = factories.MemberFactory.create(role=Role.COORDINATOR, faculty=cast.faculty)

        answer = sign_in(other).post("/en/desk/several/undo/", {"event": sent})

        assert answer.status_code == 302
        assert fresh(case).state == State.APPROVED


@pytest.mark.django_db(transaction=True)
def test_undoing_while_the_host_confirms_ends_in_one_of_them() -> None:
    cast = make_cast()
    cases = [ready(cast) for _number in range(4)]
    events = [acting.act(case, "approve", by=cast.coordinator) for case in cases]

    def confirm() -> list[object]:
        return [
            attempt(acting.act, fresh(case), "confirm", by=cast.host) for case in reversed(cases)
        ]

    undone, _confirmed = at_once([partial(bulk.undo_all, events, by=cast.coordinator), confirm])

    for verdict in undone:  # type: ignore[attr-defined]
        state = fresh(verdict.case).state
        assert state == (State.ENROLLED if verdict.why else State.SUBMITTED)


def attempt(do: Callable[..., object], *what: object, **how: object) -> object:
    try:
        return do(*what, **how)
    except ActionError as refusal:
        return refusal
