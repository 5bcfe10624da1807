"""What the nights do with many rows is done in turns: each goes on where the last one stopped."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import DatabaseError
from django.utils import timezone

from accounts.models import User
from enrolments.models import Enrolment
from paperwork import tasks as paperwork_tasks
from paperwork import verifying
from paperwork.models import ChainCheck, Event, Notice, Seal
from paperwork.services import chain
from paperwork.services.events import record
from paperwork.verifying import Anchor, Fault
from privacy import tasks
from privacy.models import DueRow, Preview
from privacy.services import retention
from tests import factories
from tests.paperwork.test_tampering import anchors
from tests.privacy.test_retention import files, rejected

__all__ = ["anchors", "files"]
pytestmark = pytest.mark.django_db
type Queue = list[Callable[[], object]]


@pytest.fixture
def queue(monkeypatch: pytest.MonkeyPatch) -> Queue:
    """What the tasks leave to a later turn; a turn takes one row, a piece has two events."""
    left: Queue = []
    for task in (tasks.delete_named, paperwork_tasks.go_on_checking):
        monkeypatch.setattr(
            task,
            "apply_async",
            lambda args, task=task, **_options: left.append(lambda: task(*args)),
        )
    monkeypatch.setattr(tasks, "TURN", 0)
    monkeypatch.setattr(verifying, "AT_ONCE", 2)
    return left


def named(number: int) -> Preview:
    """A preview of so many cases whose day is today."""
    for _one in range(number):
        rejected()
    retention.run()
    Preview.objects.update(delete_on=timezone.localdate())
    return Preview.objects.get()


class TestDeleting:
    def test_each_turn_takes_some_and_the_last_names_what_is_due(self, queue: Queue) -> None:
        preview = named(3)
        new = rejected()

        tasks.every_night()
        left = [Enrolment.objects.count()]
        while queue:
            queue.pop()()
            left.append(Enrolment.objects.count())

        assert left[:3] == [3, 2, 1]
        preview.refresh_from_db()
        assert (preview.state, preview.deleted) == ("done", {"nothing": 3})
        assert Event.objects.about(preview).filter(action="carry_out").count() == 1
        assert [row.reference for row in DueRow.objects.all()] == [new.reference]

    def test_a_lost_turn_is_taken_up_by_the_next_night(self, queue: Queue) -> None:
        preview = named(3)
        tasks.every_night()
        queue.clear()

        tasks.every_night()
        while queue:
            queue.pop()()

        assert not Enrolment.objects.exists()
        preview.refresh_from_db()
        assert preview.deleted == {"nothing": 3}

    def test_what_cannot_go_does_not_stop_the_others(
        self, queue: Queue, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        named(3)
        first = DueRow.objects.order_by("pk").values_list("number", flat=True)[0]
        delete = retention.DELETE["nothing"]

        def refuse(case: Enrolment) -> None:
            if case.pk == first:
                raise DatabaseError
            delete(case)

        monkeypatch.setitem(retention.DELETE, "nothing", refuse)
        tasks.every_night()
        while queue:
            queue.pop()()

        assert [case.pk for case in Enrolment.objects.all()] == [first]

    def test_what_the_office_holds_meanwhile_stays(self, queue: Queue, office: User) -> None:
        preview = named(3)
        tasks.every_night()

        retention.hold_back(preview, "Wait.", by=office)
        while queue:
            queue.pop()()

        assert Enrolment.objects.count() == 2
        preview.refresh_from_db()
        assert (preview.state, preview.deleted) == ("held", {"nothing": 1})


class TestChecking:
    @pytest.fixture(autouse=True)
    def exported(
        self, queue: Queue, anchors: list[Anchor], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """Six seals over four events each, carried out, and an event that is not sealed."""
        monkeypatch.setattr(chain.go_on, "__kwdefaults__", {"seconds": 0})
        chain.export()
        record(factories.FacultyFactory.create(), "change", by=None)

    def test_turns_find_what_one_look_finds(
        self, queue: Queue, files: Path, office: User, caplog: Any
    ) -> None:
        Event.objects.filter(pk=Event.objects.order_by("pk")[9].pk).update(reason="Another.")
        Seal.objects.filter(number=4).update(previous="-")
        with (files / "seals.jsonl").open("a") as file:
            file.write('{"number": 99, "seal": "x"}\n')
        whole = verifying.verify(verifying.anchors_in(files / "seals.jsonl"))
        assert {fault.kind for fault in whole.faults} >= {
            *("event_changed", "seal_broken", "anchor_missing"),
        }

        paperwork_tasks.check_chain()
        turns = 1
        while queue:
            assert ChainCheck.objects.get().done_at is None
            queue.pop()()
            turns += 1
        caplog.clear()  # it is an error in the log, on purpose

        row = ChainCheck.objects.get()
        assert row.done_at is not None
        assert turns == row.turns > 10
        assert [Fault(**one) for one in row.found] == whole.faults
        assert row.faults == len(whole.faults)
        numbers = (row.seals, row.events, row.let_go, row.unsealed)
        assert numbers == (whole.seals, whole.events, whole.let_go, whole.unsealed)
        assert Notice.objects.filter(kind="chain_broken", recipient=office).count() == 1

    def test_of_two_at_once_one_counts(self, monkeypatch: pytest.MonkeyPatch) -> None:
        row = chain.begin_check()
        keep: Any = chain._keep

        def slowly(*args: Any) -> bool:
            monkeypatch.setattr(chain, "_keep", keep)
            chain.go_on(row.pk)  # the other worker is quicker
            return bool(keep(*args))

        monkeypatch.setattr(chain, "_keep", slowly)
        assert chain.go_on(row.pk)  # it leaves the rest to the other

        row.refresh_from_db()
        assert (row.turns, row.seals, row.done_at) == (1, 1, None)

    def test_a_check_that_nobody_goes_on_with_is_taken_up(self, queue: Queue) -> None:
        paperwork_tasks.check_chain()
        queue.clear()
        assert not ChainCheck.objects.left().exists()
        ChainCheck.objects.update(went_on_at=timezone.now() - timedelta(minutes=3))

        paperwork_tasks.seal_events()
        while queue:
            queue.pop()()

        row = ChainCheck.objects.get()
        assert row.done_at is not None
        assert (row.seals, row.faults) == (7, 0)
