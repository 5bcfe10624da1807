"""What the office does about work that came to a stop, and what is taken back in time."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db import transaction

from accounts.models import User
from paperwork.models import Document, Event, Notice, Owed
from paperwork.services import background
from paperwork.services.notices import take_back
from tests import factories
from tests.paperwork.owing import owe_a_notice
from tests.races import at_once


def stopped(state: str) -> Notice:
    owe_a_notice("cause", factories.UserFactory.create())
    Notice.objects.update(state=state, attempts=6, error="SMTP 550")
    return Notice.objects.get()


@pytest.mark.parametrize("state", ["dead", "uncertain"])
def test_the_office_tries_again(office: User, state: str) -> None:
    notice = stopped(state)

    assert background.try_again(notice, by=office)

    again = Notice.objects.get()
    assert (again.state, again.attempts, again.error) == (Owed.State.NEW, 0, "")
    assert again.claim()
    event = Event.objects.about(again).get()
    assert (event.action, event.actor, event.from_state, event.to_state) == (
        "try_again",
        office,
        state,
        "new",
    )


def test_the_office_knows_that_it_was_sent(office: User) -> None:
    notice = stopped("uncertain")

    assert background.say_sent(notice, by=office)

    assert Notice.objects.get().state == Owed.State.DONE
    assert Notice.objects.get().done_at
    assert Event.objects.about(notice).get().action == "say_sent"


@pytest.mark.parametrize(
    ("what", "state"),
    [
        (background.try_again, "done"),
        (background.try_again, "leased"),
        (background.try_again, "cancelled"),
        (background.say_sent, "dead"),
        (background.say_sent, "done"),
    ],
)
def test_a_stale_click_changes_nothing(office: User, what: Callable[..., bool], state: str) -> None:
    notice = stopped(state)

    assert not what(notice, by=office)

    assert Notice.objects.get().state == state
    assert not Event.objects.exists()


def test_two_clicks_try_again_once(transactional_db: None) -> None:
    office = factories.UserFactory.create()
    notice = stopped("dead")

    done = at_once([lambda: background.try_again(notice, by=office)] * 2)

    assert sorted(done, key=str) == [False, True]
    assert Event.objects.count() == 1


def test_a_document_is_tried_again_too(office: User) -> None:
    document = Document.objects.create(kind="letter", key="1", language="en", state="dead")

    assert background.try_again(document, by=office)
    assert Document.objects.get().state == Owed.State.NEW


# --- Taken back, while a worker claims ------------------------------------------------------------
def claim_without_comparing(notice: Notice) -> bool:
    """What a claim must not be: it looked, and then writes."""
    return bool(Notice.objects.filter(pk=notice.pk).update(state=Owed.State.LEASED))


@pytest.mark.parametrize(
    ("claim", "claimed"), [(Notice.claim, False), (claim_without_comparing, True)]
)
def test_what_is_taken_back_never_goes(
    transactional_db: None, claim: Callable[[Notice], bool], claimed: bool
) -> None:
    """The taking back is not committed yet when a worker comes for the row. The second is wrong."""
    reader = factories.UserFactory.create()
    owe_a_notice("decision-1", reader, wait=timedelta(seconds=0.4))
    seen = Notice.objects.get()

    def office() -> int:
        with transaction.atomic():
            count = take_back("decision-")
            time.sleep(0.5)
        return count

    def worker() -> bool:
        time.sleep(0.45)  # due now
        return claim(seen)

    assert at_once([office, worker]) == [1, claimed]
    assert (Notice.objects.get().state == Owed.State.CANCELLED) is not claimed
    assert Notice.objects.visible_to(reader).exists() is claimed


def test_what_is_due_is_not_taken_back(db: None) -> None:
    owe_a_notice("decision-1", factories.UserFactory.create())

    assert take_back("decision-") == 0
    assert Notice.objects.get().claim()


# --- Claims ---------------------------------------------------------------------------------------
@pytest.mark.parametrize("state", ["new", "leased"])
def test_of_many_workers_one_claims(transactional_db: None, state: str) -> None:
    owe_a_notice("cause", factories.UserFactory.create())
    Notice.objects.update(state=state, lease_until=Notice.objects.get().due_at)
    workers = [Notice.objects.get() for _ in range(8)]

    claimed = at_once([worker.claim for worker in workers])

    assert claimed.count(True) == 1, claimed
    assert claimed.count(False) == 7, claimed
    assert Notice.objects.get().attempts == 1


def test_without_comparing_many_claim(transactional_db: None) -> None:
    """The control: this race can be lost."""
    owe_a_notice("cause", factories.UserFactory.create())
    workers = [Notice.objects.get() for _ in range(8)]

    claimed = at_once([lambda w=w: claim_without_comparing(w) for w in workers])  # type: ignore[misc]

    assert claimed.count(True) > 1
