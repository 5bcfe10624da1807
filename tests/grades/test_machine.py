"""Hypothesis does with one case whatever anybody tries, from the transcript to the registration.

Transcripts are given, verified, corrected, returned and undone; registrations are moved on, back
and aside, and the case to honours and back, by the right people and by the wrong.
`GRADES_STEPS=10000` tries as many.
"""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import transaction
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from time_machine import TimeMachineFixture

from enrolments.models import Enrolment
from grades import form
from grades.models import Registration, RegistrationState, Result, Transcript
from grades.services import honours, reading, receiving, registering, verifying
from grades.services.actions import ACTIONS as OF_TRANSCRIPTS
from grades.services.actions import ActionError
from grades.services.registration_actions import ACTIONS
from paperwork.models import Event
from paperwork.uploads import CheckedUpload, Found
from tests.enrolments.cases import Cast
from tests.grades.papers import upload
from tests.grades.rows import finished, second_coordinator
from tests.grades.test_registration_machine import also_for
from tests.grades.test_verifying import statement

STEPS = int(os.environ.get("GRADES_STEPS", "120"))
IN_ONE = 40 if STEPS < 1000 else 100  # steps of one case
R = RegistrationState
VALUES = ("grade", "mark", "passed", "ec", "grade_printed", "recorded_by_id", "replaces_id")
KNOWN = {
    (source, action.target) for action in OF_TRANSCRIPTS.values() for source in action.sources
} | {
    ("", "received"),
    *((state, "superseded") for state in ("received", "verified", "returned")),
    *((state, "received") for state in ("verified", "returned")),  # undone
}
ONWARD = {  # what comes next, and who does it
    R.REQUESTED: [("file", "owner"), ("decide", "coordinator")],
    R.PREPARED: [("send", "coordinator")],
    R.SENT: [("register", "administration"), ("back", "administration")],
    R.REGISTERED: [("reconcile", "administration")],
    R.REFUSED: [("again", "coordinator")],
}
PEOPLE = ["owner", "coordinator", "second", "administration", "honours", "auditor"]
MOVES = st.tuples(
    st.sampled_from(
        ["give", "verify", "verify", "keep", "correct", "return", "undo", "wait", "any"]
        + ["onward"] * 6
        + ["cross"]
    ),
    st.sampled_from(["coordinator"] * 6 + PEOPLE),
    st.sampled_from(["8", "4", "V", "7.5"]),
    st.sampled_from(sorted(ACTIONS)),
    st.sampled_from([-1, 0, 0, 0, 1]),
    st.booleans(),  # with a reason
)


class Machine:
    """One case, and what was seen of it so far."""

    def __init__(self, case: Enrolment, people: dict[str, Any], wait: Callable[[], None]) -> None:
        self.case, self.people, self.wait = case, people, wait
        self.seen: dict[int, tuple[Any, ...]] = {}
        self.last: list[Event] = []

    def newest(self) -> Transcript:
        rows = Transcript.objects.select_related("enrolment__edition__course__university")
        found = rows.filter(enrolment=self.case).order_by("-version").first()
        return found or Transcript(enrolment=self.case, state="none")

    def registration(self) -> Registration | None:
        rows = Registration.objects.filter(enrolment=self.case).current()
        return rows.select_related(*form.SHOWN).first()

    def step(self, what: str, who: str, grade: str, name: str, day: int, why: bool) -> None:
        by, reason = self.people[who], "Because." if why else ""
        said = statement(self.case, grade)
        match what:
            case "give":
                checked = CheckedUpload(upload(b"%PDF"), Found("application/pdf", 1))
                receiving.receive(self.case, [checked], by=by)
            case "verify":
                self.last.append(verifying.verify(self.newest(), said, by=by, reason="Newer."))
            case "keep":
                self.last.append(verifying.keep(self.newest(), by=by))
            case "correct":
                verifying.correct(self.newest(), said, by=by, reason=reason)
            case "return":
                self.last.append(verifying.send_back(self.newest(), by=by, reason=reason))
            case "undo" if self.last:
                event = self.last.pop()
                verifying.undo(event, self.newest(), by=by)
                self.seen.pop(event.details.get("result"), None)
            case "wait":
                self.wait()
            case "cross":
                self.cross(by, why)
            case "onward" | "any":
                self.move(what == "onward", name, who, day, reason)

    def cross(self, by: Any, agreed: bool) -> None:
        """To or from the honours route: asked by one coordinator, answered by the other."""
        change = honours.open_change_of(self.case)
        if change is None:
            for purpose in honours.purposes_for(self.case)[:1]:
                honours.ask_for(self.case, purpose, "Because.", by=by)
            return
        honours.answer(change, agreed=agreed, by=by)
        self.case.refresh_from_db(fields=["purpose"])

    def move(self, onward: bool, name: str, who: str, day: int, reason: str) -> None:
        row = self.registration()
        if row is None:
            return
        if onward and (steps := ONWARD.get(R(row.state))):
            name, who = steps[-1] if row.filed_on and len(steps) == 2 and day < 1 else steps[0]
            day, reason = 0, "Because."
        registering.act(row, name, by=self.people[who], reason=reason, also=also_for(name, day))

    def check(self) -> None:
        """What must hold after every step."""
        transcripts = Transcript.objects.filter(enrolment=self.case)
        assert transcripts.counting().count() == min(1, transcripts.count())
        found = Result.objects.filter(enrolment=self.case)
        results = {one.pk: tuple(getattr(one, name) for name in VALUES) for one in found}
        assert {pk: results.get(pk) for pk in self.seen} == self.seen, "a result was changed"
        self.seen |= results
        holds = [one for one in found if one.current]
        assert len(holds) == min(1, len(results))
        rows = list(Registration.objects.filter(enrolment=self.case))
        current = [row for row in rows if row.current]
        assert len(current) == (1 if holds and holds[0].passed else 0)
        assert [row.result_id for row in current] == [one.pk for one in holds if one.passed]
        for row in rows:
            if row.state in {R.REGISTERED, R.RECONCILED}:
                assert row.registered_by_id not in {None, row.verified_by_id}
                assert row.registered_on
                assert row.board_decided_on or row.route == Registration.Route.HONOURS


@pytest.mark.django_db
def test_from_transcript_to_registration_no_way_leads_astray(
    cast: Cast, monkeypatch: pytest.MonkeyPatch, time_machine: TimeMachineFixture
) -> None:
    monkeypatch.setattr(reading, "read_now", lambda _row: True)
    people = cast.people() | {"second": second_coordinator(cast)}
    case = finished(cast, purpose="elective")
    done: Counter[str] = Counter()
    came_to: set[str] = set()
    moves_of_transcripts: set[tuple[str, str]] = set()

    def wait() -> None:
        time_machine.move_to(timezone.now() + timedelta(seconds=11))

    @settings(
        max_examples=max(1, STEPS // IN_ONE),
        database=None,
        derandomize=STEPS < 1000,
        suppress_health_check=list(HealthCheck),
    )
    @given(moves=st.lists(MOVES, min_size=IN_ONE, max_size=IN_ONE))
    def run(moves: list[Any]) -> None:
        inside = transaction.savepoint_create()
        case.refresh_from_db(fields=["purpose"])
        machine = Machine(case, people, wait)
        for move in moves:
            written = Event.objects.count()
            try:
                with transaction.atomic():
                    machine.step(*move)
                done["done"] += 1
            except ActionError:
                done["refused"] += 1
                assert Event.objects.count() == written, "nothing is half done"
            machine.check()
        events = Event.objects.exclude(to_state="").filter(subject_kind__startswith="grades.")
        came_to.update(events.values_list("to_state", flat=True))
        papers = events.filter(subject_kind="grades.transcript")
        moves_of_transcripts.update(papers.values_list("from_state", "to_state"))
        transaction.savepoint_rollback(inside)

    run()
    print(f"{done.total()} steps, of which {done['refused']} refused; states: {sorted(came_to)}")
    assert done.total() >= STEPS
    assert done["done"]
    assert done["refused"]
    assert moves_of_transcripts <= KNOWN
    assert {"received", "verified", "superseded", "requested"} <= came_to
    if STEPS >= 1000:
        assert {"returned", "registered", "reconciled", "refused"} <= came_to
