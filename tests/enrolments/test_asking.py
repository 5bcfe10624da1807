"""A Board of Examiners asked by a link: one decision, no account."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from functools import partial

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import User
from enrolments.holding import Who, holder
from enrolments.models import BoardRequest, Enrolment, Purpose, State
from enrolments.models.enrolment import Board
from enrolments.services import acting, asking, board
from enrolments.services.actions import ActionError, StaleError
from paperwork.models import Event, Notice
from paperwork.sealing import unseal
from paperwork.working_days import add_working_days
from tests.enrolments.cases import Cast, case_of, fresh, make_cast
from tests.races import at_once

HOSTILE = "<script>alert(1)</script> =cmd() {{ 7 }}"
GIVE = {"answer": "give", "name": "Dr. A. Bord", "reference": "EC-7"}
REFUSE = {"answer": "refuse", "name": "Dr. A. Bord", "reason": "It overlaps."}


@pytest.fixture
def cast(db: None) -> Cast:
    return make_cast()


@pytest.fixture
def case(cast: Cast) -> Enrolment:
    return case_of(cast, State.SUBMITTED, purpose=Purpose.ELECTIVE, board=Board.ASKED)


def ask(case: Enrolment, by: User, **more: str) -> BoardRequest:
    said = {"email": "board@university.example", "language": "en", "message": ""} | more
    return asking.ask(fresh(case), by=by, **said)


def address() -> str:
    """The link in the message that was owed last, as a mail has it."""
    return unseal(
        Notice.objects.filter(kind="enrolments.board_asked").latest("created_at").sealed_link
    )


def test_the_token_is_nowhere_in_clear(cast: Cast, case: Enrolment) -> None:
    ask(case, cast.coordinator)

    token = address().rstrip("/").rsplit("/", 1)[1]
    stored = str(list(BoardRequest.objects.values())) + str(list(Notice.objects.values()))
    assert len(token) >= 43
    assert token not in stored
    assert BoardRequest.digest_of(token) in stored


def test_a_look_by_a_person_or_a_scanner_changes_nothing(
    cast: Cast, case: Enrolment, client: Client
) -> None:
    ask(case, cast.coordinator, message=HOSTILE)
    url = address()

    with CaptureQueriesContext(connection) as queries:
        page = client.get(url)
    client.head(url)

    assert page.status_code == 200
    assert [query for query in queries if not query["sql"].startswith("SELECT")] == []
    assert len(queries) <= 12
    assert page["Referrer-Policy"] == "no-referrer"
    assert "no-store" in page["Cache-Control"]
    assert not page.cookies
    assert "<script>alert" not in page.text
    assert "&lt;script&gt;alert(1)" in page.text
    assert fresh(case).board == Board.ASKED
    assert BoardRequest.objects.get().is_usable


def test_from_then_on_it_waits_for_the_board(cast: Cast, case: Enrolment) -> None:
    sent = timezone.now() - timedelta(days=8)
    Enrolment.objects.update(since=sent, due_on=timezone.localdate() - timedelta(days=1))

    ask(case, cast.coordinator)

    case, today = fresh(case), timezone.localdate()
    now = holder(case)
    assert (now.who, timezone.localdate(now.since)) == (Who.BOARD, today)
    assert now.due_on == add_working_days(today, 15)
    assert not now.is_overdue


def test_asked_while_it_waits_for_a_place_no_clock_runs(cast: Cast) -> None:
    case = case_of(cast, State.WAITING, purpose=Purpose.ELECTIVE, board=Board.ASKED)

    ask(case, cast.coordinator)

    assert (fresh(case).since, fresh(case).due_on) == (case.since, case.due_on)


def test_an_old_page_asks_nobody(cast: Cast, case: Enrolment) -> None:
    old = fresh(case)
    acting.act(fresh(case), "withdraw", by=cast.owner)

    with pytest.raises(StaleError):
        asking.ask(old, email="b@u.example", language="en", message="", by=cast.coordinator)

    assert not BoardRequest.objects.exists()
    assert not Notice.objects.filter(kind="enrolments.board_asked").exists()


@pytest.mark.parametrize(("sent", "permission"), [(GIVE, "given"), (REFUSE, "refused")])
def test_a_decision_is_taken_once(
    cast: Cast, case: Enrolment, client: Client, sent: dict[str, str], permission: str
) -> None:
    ask(case, cast.coordinator)
    url = address()

    assert client.post(url, sent).status_code == 302
    again = client.post(url, GIVE if sent == REFUSE else REFUSE, follow=True)

    assert fresh(case).board == permission
    assert fresh(case).board_name == "Dr. A. Bord"
    assert "Dr. A. Bord" in again.text
    assert Event.objects.about(case).filter(action="board").count() == 1
    event = acting.history(case)[-1]
    assert (event.actor, event.actor_name, event.role) == (None, "Dr. A. Bord", "board")
    assert client.get(url).status_code == 302


@pytest.mark.parametrize(
    "wrong", [{}, {"answer": "give"}, {"answer": "maybe", "name": "x"}, REFUSE | {"reason": " "}]
)
def test_half_an_answer_is_asked_again(
    cast: Cast, case: Enrolment, client: Client, wrong: dict[str, str]
) -> None:
    ask(case, cast.coordinator)

    page = client.post(address(), wrong)

    assert page.status_code == 422
    assert wrong.get("name", "") in page.text
    assert fresh(case).board == Board.ASKED
    assert BoardRequest.objects.get().is_usable


def test_a_link_that_has_ended_says_so_and_decides_nothing(
    cast: Cast, case: Enrolment, client: Client
) -> None:
    ask(case, cast.coordinator)
    url, rows = address(), BoardRequest.objects.all()
    assert client.get("/en/board/unknown/").status_code == 404

    rows.update(expires_at=timezone.now() - timedelta(seconds=1))
    assert client.get(url).status_code == client.post(url, GIVE).status_code == 410

    ask(case, cast.office)  # asked again: the old link stays dead
    newer = address()
    assert client.post(url, GIVE).status_code == 410
    assert client.get(newer).status_code == 200

    asking.revoke(fresh(case), by=cast.coordinator)
    assert client.post(newer, GIVE).status_code == 410
    assert fresh(case).board == Board.ASKED


@pytest.mark.parametrize("how", ["recorded", "withdrawn"])
def test_when_it_was_decided_otherwise_the_link_is_over(
    cast: Cast, case: Enrolment, client: Client, how: str
) -> None:
    ask(case, cast.coordinator)
    if how == "recorded":
        day = timezone.localdate()
        board.record_board(
            fresh(case), by=cast.coordinator, granted=True, decided_on=day, name="Mail"
        )
    else:
        acting.act(fresh(case), "withdraw", by=cast.owner)

    assert client.get(address()).status_code == client.post(address(), REFUSE).status_code == 410

    assert fresh(case).board == (Board.GIVEN if how == "recorded" else Board.ASKED)


def test_reminders_come_once_each_and_replace_the_link(
    cast: Cast, case: Enrolment, client: Client
) -> None:
    ask(case, cast.coordinator)
    first, today = address(), timezone.localdate()
    assert asking.remind(add_working_days(today, 4)) == 0
    assert [asking.remind(add_working_days(today, 5)) for _time in range(2)] == [1, 0]
    assert client.get(first).status_code == 404
    assert client.get(address()).status_code == 200
    assert [asking.remind(add_working_days(today, 11)) for _time in range(2)] == [1, 0]
    assert asking.remind(add_working_days(today, 20)) == 0
    assert Notice.objects.filter(kind="enrolments.board_asked").count() == 3


def test_after_a_pause_one_reminder_and_none_when_it_was_decided(
    cast: Cast, case: Enrolment
) -> None:
    ask(case, cast.coordinator)
    late = add_working_days(timezone.localdate(), 12)
    Enrolment.objects.update(board=Board.GIVEN)
    assert asking.remind(late) == 0
    Enrolment.objects.update(board=Board.ASKED)
    assert asking.remind(late) == 1
    assert asking.remind(late) == 0


@pytest.mark.parametrize("who", ["owner", "other_coordinator", "honours", "host", "auditor"])
def test_others_may_not_ask_or_revoke(cast: Cast, case: Enrolment, who: str) -> None:
    ask(case, cast.coordinator)
    for attempt in (ask, lambda case, by: asking.revoke(case, by=by)):
        with pytest.raises(ActionError):
            attempt(case, getattr(cast, who))
    assert BoardRequest.objects.get().is_usable


def test_the_coordinator_asks_follows_and_revokes(
    cast: Cast, case: Enrolment, sign_in: Callable[[User], Client]
) -> None:
    client = sign_in(cast.coordinator)
    url = f"/en/desk/{case.reference}/board/ask/"
    assert client.get(url).status_code == 200
    wrong = client.post(url, {"email": "nobody", "language": "en", "message": HOSTILE})
    assert wrong.status_code == 422
    assert "&lt;script&gt;alert(1)" in wrong.text

    client.post(url, {"email": "board@university.example", "language": "en"})

    page = client.get(f"/en/desk/{case.reference}/")
    assert "asked board@university.example" in page.text
    BoardRequest.objects.update(reminded=1)
    student = sign_in(cast.owner)
    page = student.get(f"/en/exchange/{case.reference}/")
    assert "Your coordinator asked the Board on" in page.text
    assert "reminded once" in page.text
    assert "board@university.example" not in page.text
    client = sign_in(cast.coordinator)
    client.post(f"/en/desk/{case.reference}/board/revoke/")
    assert not BoardRequest.objects.get().is_usable
    page = client.get(f"/en/desk/{case.reference}/")
    assert "The link was revoked" in page.text
    assert holder(fresh(case)).who == Who.COORDINATOR, "who has yet to ask somebody else"
    assert case.reference in client.get("/en/desk/?view=mine").text


@pytest.mark.django_db(transaction=True)
def test_of_two_answers_at_once_one_counts() -> None:
    cast = make_cast()
    case = case_of(cast, State.SUBMITTED, purpose=Purpose.ELECTIVE, board=Board.ASKED)
    ask(case, cast.coordinator)
    token = address().rstrip("/").rsplit("/", 1)[1]
    said = {"name": "A", "reference": "", "reason": "x"}

    results = at_once(
        [
            partial(asking.answer, token, granted=True, **said),
            partial(asking.answer, token, granted=False, **said),
        ]
    )

    won = [result for result in results if isinstance(result, Event)]
    assert len(won) == 1, results
    assert sum(isinstance(result, ActionError) for result in results) == 1
    assert Event.objects.about(case).filter(action="board").count() == 1
    assert (fresh(case).board == Board.GIVEN) is won[0].details["granted"]
