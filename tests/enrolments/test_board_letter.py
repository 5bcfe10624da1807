"""A student who had asked the Board sends its letter after the application."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from functools import partial

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone

from accounts.models import User
from enrolments.holding import Who, who_has
from enrolments.models import BoardRequest, Enrolment, State
from enrolments.models.enrolment import Board, Kind
from enrolments.services import acting, actions, asking, board, upkeep
from enrolments.services.actions import ActionError
from paperwork.models import Attachment, Event, Notice
from paperwork.uploads import Upload
from tests.enrolments.cases import Cast, case_of, fresh, make_cast
from tests.factories import days
from tests.paperwork.files import samples
from tests.races import at_once


def awaiting(cast: Cast, state: str = "submitted", **fields: object) -> Enrolment:
    fields = {"purpose": "elective", "board": Board.ASKED, "board_asked_on": days(-9)} | fields
    return case_of(cast, state, **fields)


def letter() -> Upload:
    return SimpleUploadedFile("besluit.pdf", samples.plain())


def test_the_student_uploads_what_the_board_answered(
    db: None, sign_in: Callable[[User], Client]
) -> None:
    cast = make_cast()
    case = awaiting(cast, since=timezone.now() - timedelta(days=9), due_on=days(-1))
    assert who_has(case) == Who.BOARD
    client, here = sign_in(cast.owner), f"/nl/exchange/{case.reference}/"
    assert 'type="file"' in client.get(here).text
    assert client.post(f"{here}board/").status_code == 422
    file = SimpleUploadedFile("besluit.pdf", samples.plain())

    answer = client.post(f"{here}board/", {"letter": file})

    assert answer.status_code == 302
    stored = fresh(case)
    assert (stored.board, who_has(stored)) == (Board.GIVEN, Who.COORDINATOR)
    assert stored.since.date() == timezone.now().date()
    assert stored.due_on is not None
    assert stored.due_on > timezone.localdate(), "the coordinator has the full number of days"
    kept = Attachment.objects.about(case).get()
    event = acting.history(case)[-1]
    assert (event.action, event.actor, event.role) == ("board_letter", cast.owner, "student")
    assert event.details == {"file": str(kept.pk)}
    notice = Notice.objects.get(kind="enrolments.board_letter")
    assert (notice.recipient, notice.asks) == (cast.coordinator, True)
    page = client.get(here).text
    assert 'type="file"' not in page
    assert "besluit.pdf" in page
    assert "besluit.pdf" in sign_in(cast.coordinator).get(f"/nl/desk/{case.reference}/").text
    assert "approve" in actions.actions_for(cast.coordinator, stored)


# By whom, and in which states; everybody else and every other state is refused.
STATES = {"submitted", "waiting", "offered", "returned"}


@pytest.mark.parametrize("kind", [Kind.OUTGOING, Kind.INCOMING])
def test_by_whom_and_when(db: None, kind: str) -> None:
    cast = make_cast(kind)
    possible = set()
    for state in State:
        for permission in Board:
            case = awaiting(cast, state, board=permission)
            for who, user in cast.people().items():
                if board.may_hand_in(user, case):
                    possible.add((who, state.value, permission.value))
                else:
                    with pytest.raises(ActionError):
                        board.hand_in(case, letter(), by=user)

    expected = {("owner", state, "asked") for state in STATES} if kind != Kind.INCOMING else set()
    assert possible == expected
    assert not Attachment.objects.exists()
    assert not Event.objects.filter(action="board_letter").exists()


@pytest.mark.django_db(transaction=True)
def test_of_eight_at_once_one_is_kept() -> None:
    cast = make_cast()
    case = awaiting(cast)
    clicks = [partial(board.hand_in, fresh(case), letter(), by=cast.owner) for _n in range(8)]

    results = at_once(clicks)

    assert sum(isinstance(result, Event) for result in results) == 1, results
    assert all(isinstance(result, (Event, ActionError)) for result in results), results
    assert Attachment.objects.about(case).count() == 1
    assert Event.objects.about(case).filter(action="board_letter").count() == 1


def test_the_clock_of_who_waits_for_a_place_does_not_move(db: None) -> None:
    cast = make_cast()
    case = awaiting(cast, "waiting")

    board.hand_in(case, letter(), by=cast.owner)

    assert (fresh(case).since, fresh(case).due_on) == (case.since, case.due_on)
    assert not Notice.objects.get(kind="enrolments.board_letter").asks


class TestReminder:
    @pytest.mark.parametrize(("due", "told"), [(1, 0), (0, 1), (-3, 1)])
    def test_comes_once_when_the_board_should_have_answered(
        self, db: None, due: int, told: int
    ) -> None:
        cast = make_cast()
        awaiting(cast, due_on=days(due))

        upkeep.remind_of_board()
        upkeep.remind_of_board()

        notices = Notice.objects.filter(kind="enrolments.board_awaited", recipient=cast.owner)
        assert notices.count() == told

    @pytest.mark.parametrize(
        "fields", [{"board": Board.GIVEN}, {"board_asked_on": None}, {"board": Board.REFUSED}]
    )
    def test_is_for_who_has_asked(self, db: None, fields: dict[str, object]) -> None:
        awaiting(make_cast(), due_on=days(-1), **fields)

        assert upkeep.remind_of_board() == 0

    def test_is_not_for_who_has_a_coordinator_that_asked_by_link(self, db: None) -> None:
        cast = make_cast()
        case = awaiting(cast)
        asking.ask(case, email="b@board.example", language="en", message="", by=cast.coordinator)
        Enrolment.objects.update(due_on=days(-1))

        assert upkeep.remind_of_board() == 0
        BoardRequest.objects.update(expires_at=timezone.now())
        assert upkeep.remind_of_board() == 0, "the student has asked nobody"
