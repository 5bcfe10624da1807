"""Hints: given after the commit, by a thread that nothing ends."""

from __future__ import annotations

import contextlib
import queue
from datetime import timedelta

import pytest
from celery import current_app
from django.db import transaction

from paperwork import waking
from paperwork.models import Notice
from tests import factories
from tests.paperwork.owing import owe_a_notice


def hinted(until: str = "", seconds: float = 5) -> list[str]:
    """The keys of the hints that reach the broker until that of `until`; other tests' too."""
    keys: list[str] = []
    with current_app.connection_for_read() as connection:
        hints = connection.SimpleQueue("celery", no_ack=True)
        with contextlib.suppress(queue.Empty):
            while until not in keys:
                keys += hints.get(timeout=seconds).payload[0]
        hints.close()
    return keys


def test_a_hint_that_cannot_be_given_does_not_end_the_others(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(waking, "REST", 0.0)
    waker = waking.Waker()

    waker.hint("a.task", object())  # type: ignore[arg-type]  # which no message can hold
    waker.hint("a.task", "1")

    assert "1" in hinted("1")


def test_a_hint_is_given_when_the_change_is_committed(transactional_db: None) -> None:
    reader = factories.UserFactory.create()
    with transaction.atomic():
        owe_a_notice("rolled back", reader)
        transaction.set_rollback(True)
    owe_a_notice("waits", reader, wait=timedelta(seconds=10))

    with transaction.atomic():
        owe_a_notice("committed", reader)
        pks = {key: str(pk) for key, pk in Notice.objects.values_list("key", "pk")}
        assert pks["committed"] not in hinted("none", 0.2)

    given = hinted(pks["committed"])
    given += hinted("none", 0.2)
    assert [key for key, pk in pks.items() if pk in given] == ["committed"]
    assert given.count(pks["committed"]) == 1
