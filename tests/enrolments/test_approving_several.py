"""Approving several applications at once: what can, what cannot, and what changed in between."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client

from accounts.models import User
from enrolments.models import Enrolment, Purpose, State
from enrolments.models.enrolment import Board
from enrolments.services import acting
from paperwork.models import Event
from tests.enrolments.cases import Cast, case_in, fresh, make_cast
from tests.enrolments.test_deciding import ready

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
