"""The audit trail: added to and never changed, sealed, and every change is seen."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import time_machine
from django.core.management import call_command
from django.core.management.base import CommandError
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from accounts.models import Role, User
from paperwork import chain
from paperwork.models import ChainCheck, Event, EventDigest, Notice, Seal
from paperwork.services import chain as sealing
from paperwork.services.events import record
from paperwork.verifying import Anchor, Fault, anchors_in, verify
from tests import factories
from tests.races import at_once


@pytest.fixture(autouse=True)
def _seals_of_this_test(settings: Any, tmp_path: Path) -> None:
    settings.SEALS_FILE = tmp_path / "seals.jsonl"


def happen(times: int, by: User | None = None) -> list[Event]:
    """So many events, about the same course."""
    course = factories.CourseFactory.create()
    details = {"changed": ["title", "é"], "number": 1.50, "none": None, "nested": {"b": 1, "a": 2}}
    return [
        record(course, "publish", by=by, reason="Zo was het.", details=details)
        for _n in range(times)
    ]


# --- What stands in the database ------------------------------------------------------------------
def test_what_was_written_reads_the_same(db: None) -> None:
    (written,) = happen(1, factories.UserFactory.create(name="Zoë Čapek"))

    assert chain.is_genuine(Event.objects.get(pk=written.pk))


@pytest.mark.parametrize(
    "change",
    [
        {"action": "other"},
        {"reason": "Zo was het!"},
        {"actor_name": "x"},
        {"actor": None},
        {"at": timezone.now()},
        {"details": {}},
        {"details": {"changed": ["é", "title"]}},
        {"subject_id": 7},
        {"subject_kind": "courses.edition"},
        {"from_state": "x"},
        {"to_state": "x"},
        {"role": "office"},
        {"request_id": "x"},
    ],
)
def test_every_word_counts(db: None, change: dict[str, Any]) -> None:
    (event,) = happen(1, factories.UserFactory.create())
    for name, value in change.items():
        setattr(event, name, value)

    assert not chain.is_genuine(event)


def test_numbers_are_compared_by_what_they_are_worth() -> None:
    assert chain.canonical([1, 1.0, 1.50, 1e22]) == chain.canonical([1.0, 1, 1.5, 10**22])
    assert chain.canonical(1) != chain.canonical("1.1")


@pytest.mark.parametrize("change", ["update", "delete", "save"])
def test_the_database_refuses_to_change_an_event(db: None, change: str) -> None:
    (event,) = happen(1)
    sealing.seal()
    rows = Event.objects.filter(pk=event.pk)
    event.reason = "Anders."
    do: dict[str, Callable[[], object]] = {
        "update": lambda: rows.update(reason="Anders."),
        "delete": rows.delete,
        "save": event.save,
    }

    with pytest.raises(IntegrityError, match="audit trail"), transaction.atomic():
        do[change]()

    assert Event.objects.get(pk=event.pk).reason == "Zo was het."


@pytest.mark.parametrize(
    "change",
    [
        lambda: Seal.objects.update(events=0),
        lambda: Seal.objects.all().delete(),
        lambda: EventDigest.objects.all().delete(),
        lambda: EventDigest.objects.update(digest="x"),
        lambda: EventDigest.objects.update(event=9_999, taken="x", taken_at=timezone.now()),
    ],
)
def test_the_database_refuses_to_change_the_chain(db: None, change: Callable[[], object]) -> None:
    happen(1)
    sealing.seal()

    with pytest.raises(IntegrityError), transaction.atomic():
        change()


def test_an_event_without_a_digest_is_refused(db: None) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        Event.objects.create(action="publish")


def test_who_it_was_stays_when_the_account_goes(db: None) -> None:
    somebody = factories.UserFactory.create(name="Noor")
    (event,) = happen(1, somebody)
    number = somebody.pk
    sealing.seal()

    somebody.delete()

    stored = Event.objects.select_related("actor").get(pk=event.pk)
    assert (stored.actor_id, stored.actor_name, stored.actor) == (number, "Noor", None)
    assert verify().faults == []


# --- Sealing --------------------------------------------------------------------------------------
def test_seals_hold_each_other(db: None) -> None:
    for number in (3, 1, 2):
        happen(number)
        assert sealing.seal() == number
    assert sealing.seal() == 0  # nothing new, no seal

    first, second, third = Seal.objects.order_by("number")

    assert [seal.events for seal in (first, second, third)] == [3, 1, 2]
    assert first.previous == chain.BEGINNING
    assert (second.previous, third.previous) == (first.seal, second.seal)
    found = verify()
    assert (found.seals, found.events, found.unsealed, found.faults) == (3, 6, 0, [])


def test_many_are_sealed_in_several(db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sealing, "AT_ONCE", 4)
    happen(10)

    assert sealing.seal() == 10
    assert Seal.objects.count() == 3
    assert verify().faults == []


def test_of_several_sealers_at_once_each_event_has_one_seal(transactional_db: None) -> None:
    for _round in range(5):
        happen(20)
        at_once([sealing.seal] * 4)
        sealing.seal()

    numbers = list(Seal.objects.order_by("number").values_list("number", flat=True))
    assert numbers == list(range(1, len(numbers) + 1))
    assert EventDigest.objects.count() == Event.objects.count() == 100
    assert verify().faults == []


def test_what_commits_late_is_sealed_later(transactional_db: None) -> None:
    """A transaction takes its number first and commits last, after a seal over higher numbers."""
    begun, may_commit = threading.Event(), threading.Event()
    numbers: list[int] = []

    def slow() -> None:
        try:
            with transaction.atomic():
                numbers.append(happen(1)[0].pk)
                begun.set()
                may_commit.wait(20)
        finally:
            connection.close()

    thread = threading.Thread(target=slow)
    if connection.vendor == "postgresql":
        thread.start()
        assert begun.wait(20)
        (quick,) = happen(1)
        assert sealing.seal() == 1
        may_commit.set()
        thread.join()
    else:  # one writer at a time: only a number that is given comes before one that is there
        (first,) = happen(1)
        quick = chain.sign(Event(pk=first.pk + 2, action="publish"))
        quick.save(force_insert=True)
        assert sealing.seal() == 2
        numbers.append(first.pk + 1)
        chain.sign(Event(pk=numbers[0], action="publish")).save(force_insert=True)

    assert numbers[0] < quick.pk
    assert sealing.seal() == 1
    found = verify()
    assert (found.seals, found.unsealed, found.faults) == (2, 0, [])


def test_what_was_never_sealed_is_seen_a_day_later(db: None) -> None:
    early, late = happen(2)
    with transaction.atomic():
        seal = chain.close(
            Seal(
                number=1,
                first_event=late.pk,
                last_event=late.pk,
                events=1,
                root=chain.root_of([(late.pk, late.digest)]),
                previous=chain.BEGINNING,
            )
        )
        seal.save(force_insert=True)
        EventDigest.objects.create(event=late.pk, digest=late.digest, seal=seal)

    assert verify().faults == []
    with time_machine.travel(timezone.now() + timedelta(days=1, seconds=1)):
        assert verify().faults == [Fault("event_inserted", early.pk)]
        assert sealing.seal() == 0


# --- Letting go -----------------------------------------------------------------------------------
def test_words_go_and_the_digest_stays(db: None) -> None:
    first, second, third = happen(3)
    sealing.seal()

    assert sealing.let_go(Event.objects.filter(pk__in=[first.pk, third.pk])) == 2
    assert sealing.let_go(Event.objects.filter(pk=first.pk)) == 0

    assert list(Event.objects.values_list("pk", flat=True)) == [second.pk]
    assert EventDigest.objects.count() == 3
    found = verify()
    assert (found.events, found.let_go, found.faults) == (1, 2, [])


def test_what_is_not_sealed_yet_can_go_too(db: None) -> None:
    happen(2)

    assert sealing.let_go(Event.objects.all()) == 2
    assert (verify().let_go, verify().faults) == (2, [])


def test_only_the_portal_can_let_go(db: None) -> None:
    """Who knows what the database wants to see, and has not the key."""
    (event,) = happen(1)
    sealing.seal()
    key = chain.signed("x").partition(":")[0]

    EventDigest.objects.update(taken=f"{key}:{'0' * 64}", taken_at=timezone.now())
    Event.objects.filter(pk=event.pk).delete()

    assert verify().faults == [Fault("event_missing", event.pk)]


# --- Keys -----------------------------------------------------------------------------------------
def test_a_former_key_still_proves_what_it_sealed(db: None, settings: Any) -> None:
    happen(2)
    sealing.seal()
    before = chain.signed("x")
    settings.AUDIT_KEY = "a-key-of-its-own-that-is-long-enough"
    happen(1)
    sealing.seal()

    assert chain.signed("x") != before
    assert verify().faults == []


def test_a_key_that_is_gone_is_named(db: None, settings: Any) -> None:
    (event,) = happen(1)
    sealing.seal()
    settings.SECRET_KEY = "another-key-that-is-long-enough-for-this-test"

    assert set(verify().faults) == {Fault("seal_key", 1), Fault("event_key", event.pk)}


# --- Outside the database -------------------------------------------------------------------------
def lines(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text().splitlines()]


def test_seals_are_carried_out_once_each(db: None, settings: Any, caplog: Any) -> None:
    happen(1)
    sealing.seal()
    assert sealing.export() == 1
    happen(1)
    sealing.seal()
    with caplog.at_level("INFO"):
        assert sealing.export() == 1
    assert sealing.export() == 0

    written = lines(settings.SEALS_FILE)
    assert [line["number"] for line in written] == [1, 2]
    assert [line["seal"] for line in written] == [s.seal for s in Seal.objects.order_by("number")]
    assert written[1]["seal"] in caplog.text
    assert verify(anchors_in(settings.SEALS_FILE)).faults == []


def test_a_line_that_was_cut_off_is_written_again(db: None, settings: Any) -> None:
    for _time in range(3):
        happen(1)
        sealing.seal()
    sealing.export()
    whole = settings.SEALS_FILE.read_bytes()
    settings.SEALS_FILE.write_bytes(whole[:-40])

    assert sealing.export() == 1
    assert [anchor.number for anchor in anchors_in(settings.SEALS_FILE)] == [1, 2, 3]
    assert verify(anchors_in(settings.SEALS_FILE)).faults == []


def test_the_command_says_what_it_found(db: None, capsys: Any, settings: Any) -> None:
    happen(3)
    sealing.seal()
    sealing.export()

    call_command("verify_events")
    said = capsys.readouterr().out
    settings.SEALS_FILE.write_text(json.dumps({"number": 2, "seal": "x"}))
    with pytest.raises(CommandError, match="Faults: 1, in 1 seals over 3 events"):
        call_command("verify_events")

    assert said == "Intact: 1 seals over 3 events, 0 more whose time was over, 0 not sealed yet.\n"
    assert "Seal 2" in capsys.readouterr().err
    with pytest.raises(CommandError, match="not there"):
        call_command("verify_events", "--seals", "/nowhere")


# --- Looking at it --------------------------------------------------------------------------------
def test_a_check_is_kept(db: None) -> None:
    auditor = factories.MemberFactory.create(role=Role.AUDITOR)
    happen(2)
    sealing.seal()

    asked = sealing.ask_check(auditor)
    assert sealing.ask_check(auditor) == asked
    sealing.check(asked)

    stored = ChainCheck.objects.get()
    assert (stored.seals, stored.events, stored.faults, stored.asked_by) == (1, 2, 0, auditor)
    assert stored.done_at is not None
    assert not Notice.objects.exists()


def test_the_office_and_auditors_hear_of_a_fault(db: None, settings: Any, caplog: Any) -> None:
    office = factories.MemberFactory.create(role=Role.OFFICE)
    factories.MemberFactory.create(role=Role.EXAMS)
    settings.SEALS_FILE.write_text(json.dumps({"number": 5, "seal": "x"}) + "\n")

    row = sealing.check()
    caplog.clear()  # it is an error in the log, on purpose

    assert row.found == [{"kind": "anchor_missing", "number": 5}]
    (notice,) = Notice.objects.filter(kind="chain_broken")
    assert (notice.recipient, notice.asks) == (office, True)


def test_anchors_of_nobody(db: None) -> None:
    assert verify([Anchor(1, "x")]).faults == [Fault("anchor_missing", 1)]
