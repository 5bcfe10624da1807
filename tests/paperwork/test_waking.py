"""Hints: given after the commit, by a thread that nothing ends."""

from __future__ import annotations

import contextlib
import os
import queue
from datetime import timedelta
from pathlib import Path
from queue import Empty
from types import SimpleNamespace

import pytest
from celery import current_app
from django.db import transaction
from kombu import Connection
from kombu.transport import virtual
from redis.exceptions import RedisError

from paperwork import waking
from paperwork.models import Notice
from tests import factories
from tests.paperwork.owing import owe_a_notice
from vx_portal import brokers


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


@pytest.fixture
def one_by_one(monkeypatch: pytest.MonkeyPatch) -> None:
    """Hints of other tests may wait too; here none becomes a sweep."""
    monkeypatch.setattr(waking, "MANY", 1000)


def test_a_hint_that_cannot_be_given_does_not_end_the_others(
    monkeypatch: pytest.MonkeyPatch, one_by_one: None
) -> None:
    monkeypatch.setattr(waking, "REST", 0.0)
    waker = waking.Waker()

    waker.hint("a.task", object())  # type: ignore[arg-type]  # which no message can hold
    waker.hint("a.task", "1")

    assert "1" in hinted("1")


def test_many_hints_that_wait_become_one_for_a_sweep() -> None:
    few = [("paperwork.tasks.send_notice", str(number)) for number in range(waking.MANY - 1)]
    other = ("paperwork.tasks.draw_pages", "a file")

    assert waking.fewer(few) == [(task, [pk]) for task, pk in few]
    assert waking.fewer([*few, few[0], other]) == [
        ("paperwork.tasks.sweep", []),
        ("paperwork.tasks.draw_pages", ["a file"]),
    ]


def test_loading_much_at_once_wakes_nobody(transactional_db: None, one_by_one: None) -> None:
    reader = factories.UserFactory.create()
    with waking.nobody_woken(), transaction.atomic():
        owe_a_notice("loaded", reader)
    owe_a_notice("after", reader)

    pks = {key: str(pk) for key, pk in Notice.objects.values_list("key", "pk")}
    found = hinted(pks["after"])
    assert pks["after"] in found
    assert pks["loaded"] not in found


def test_a_hint_is_given_when_the_change_is_committed(
    transactional_db: None, one_by_one: None
) -> None:
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


def test_a_redis_that_does_not_answer_takes_no_worker_along(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A message whose end cannot be told no longer counts as one in hand."""
    qos = object.__new__(brokers.RedisQoS)
    virtual.QoS.__init__(qos, SimpleNamespace(do_restore=False), prefetch_count=1)
    virtual.QoS.append(qos, object(), "one")
    assert not qos.can_consume()

    def refuse(*_args: object) -> None:
        raise RedisError

    monkeypatch.setattr(brokers.RedisQoS, "_remove_from_indices", refuse)
    with pytest.raises(RedisError):
        qos.ack("one")

    assert qos.can_consume()


def test_a_message_in_the_folder_is_whole_or_not_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folders = {"data_folder_in": str(tmp_path), "data_folder_out": str(tmp_path)}
    folders["control_folder"] = str(tmp_path / "control")
    seen: list[str] = []
    replace = os.replace

    def watched(source: Path, target: Path) -> None:
        with Connection("folder://", transport_options=folders) as other:
            queue = other.SimpleQueue("hints", no_ack=True)
            with contextlib.suppress(Empty):
                seen.append(queue.get(block=False).payload)
            queue.close()
        replace(source, target)

    (tmp_path / "control").mkdir()
    monkeypatch.setattr(os, "replace", watched)
    with Connection("folder://", transport_options=folders) as connection:
        queue = connection.SimpleQueue("hints", no_ack=True)
        queue.put("a hint")
        assert seen == []
        assert queue.get(timeout=2).payload == "a hint"
        queue.close()
