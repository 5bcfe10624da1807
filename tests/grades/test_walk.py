"""A long random walk through everything that can happen to the transcripts of one case."""

from __future__ import annotations

import random
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from enrolments.models import Enrolment
from grades.models import Result, Transcript
from grades.services import reading, receiving, verifying
from grades.services.actions import ACTIONS, ActionError
from paperwork.models import Event
from paperwork.uploads import CheckedUpload, Found
from tests.enrolments.cases import Cast
from tests.grades.papers import upload
from tests.grades.test_verifying import statement

STEPS = 120
VALUES = ("grade", "mark", "passed", "ec", "grade_printed", "recorded_by_id", "replaces_id")
KNOWN = {(source, action.target) for action in ACTIONS.values() for source in action.sources} | {
    ("", "received"),
    *((state, "superseded") for state in ("received", "verified", "returned")),
    *((state, "received") for state in ("verified", "returned")),  # undone
}


@pytest.mark.parametrize("seed", [1, 2])
def test_no_illegal_state_and_no_result_changed(
    cast: Cast, case: Enrolment, seed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whatever happens: one transcript counts, one result holds, and a result is never changed."""
    monkeypatch.setattr(reading, "read_now", lambda _row: True)
    chance = random.Random(seed)  # the same walk every time
    seen: dict[int, tuple[Any, ...]] = {}
    last: list[Event] = []

    def newest() -> Transcript:
        rows = Transcript.objects.select_related("enrolment__edition__course")
        return rows.order_by("-version").first() or Transcript(enrolment=case, state="none")

    def give() -> None:
        checked = CheckedUpload(upload(b"%PDF"), Found("application/pdf", 1))
        receiving.receive(case, [checked], by=chance.choice([cast.coordinator, cast.office]))

    def verify() -> None:
        said = statement(case, chance.choice(["8", "4", "V", "7.5"]))
        last.append(verifying.verify(newest(), said, by=cast.coordinator, reason="Newer."))

    def correct() -> None:
        verifying.correct(newest(), statement(case, "9"), by=cast.coordinator, reason="A typo.")

    def send_back() -> None:
        last.append(verifying.send_back(newest(), by=cast.coordinator, reason="Not yours."))

    def undo() -> None:
        if last:
            row, event = newest(), last.pop()
            number = event.details.get("result")
            verifying.undo(event, row, by=cast.coordinator)
            seen.pop(number, None)

    def too_late() -> None:
        Event.objects.update(at=timezone.now() - timedelta(minutes=1))
        for event in last:
            event.refresh_from_db()

    steps: list[Callable[[], None]] = [give, verify, verify, correct, send_back, undo, too_late]
    refused = 0
    for _step in range(STEPS):
        try:
            chance.choice(steps)()
        except ActionError:
            refused += 1
        assert Transcript.objects.counting().count() == min(1, Transcript.objects.count())
        results = {
            one.pk: tuple(getattr(one, name) for name in VALUES) for one in Result.objects.all()
        }
        assert {pk: results[pk] for pk in seen} == seen, "a result was changed or is gone"
        seen |= results
        assert Result.objects.current().count() == min(1, len(results))

    events = Event.objects.filter(subject_kind="grades.transcript").exclude(to_state="")
    moves = set(events.values_list("from_state", "to_state"))
    assert moves <= KNOWN
    assert {"verified", "returned", "superseded"} <= {after for _before, after in moves}
    assert 0 < refused < STEPS
