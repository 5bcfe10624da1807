"""Everybody locks a case before its transcript: who verifies and who sends another do not block."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import OperationalError
from django.utils import timezone

from grades.models import Registration, Result, Transcript
from grades.services import receiving, verifying
from paperwork.models import Attachment, Event
from tests.enrolments.cases import fresh, make_cast
from tests.enrolments.test_lock_order import ROW_LOCKS, Meeting
from tests.grades.papers import paper_of, upload
from tests.grades.rows import finished
from tests.grades.test_verifying import statement
from tests.races import at_once

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.mark.parametrize("before", [True, False], ids=["the case first", "control"])
def test_verifying_while_another_comes(before: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    """The control has the transcript before the case: the two wait for each other."""
    cast, meeting = make_cast(), Meeting()
    case = finished(cast, purpose="elective")
    row = receiving.receive(case, [upload(paper_of(case))], by=cast.owner)
    row = Transcript.objects.select_related("enrolment__edition__course").get(pk=row.pk)
    lock, look, supersede = verifying._lock, receiving._to_look_at, receiving._supersede

    def locked(case: Any) -> None:
        if before:
            lock(case)
        else:
            Transcript.objects.filter(pk=row.pk).update(read_at=timezone.now())
        meeting.first_is_here()
        if not before:
            lock(case)

    def looked(originals: list[Attachment]) -> Attachment:
        found = look(originals)
        meeting.second_may_begin()  # its files are kept, so that it is quick from here
        return found

    def superseding(*args: Any) -> None:
        meeting.second_is_here()
        supersede(*args)

    monkeypatch.setattr(verifying, "_lock", locked)
    monkeypatch.setattr(receiving, "_to_look_at", looked)
    monkeypatch.setattr(receiving, "_supersede", superseding)

    def verify() -> object:
        return verifying.verify(row, statement(case), by=cast.coordinator)

    def receive() -> object:
        return receiving.receive(fresh(case), [upload(paper_of(case))], by=cast.owner)

    results = at_once([verify, receive])

    broken = [one for one in results if isinstance(one, OperationalError)]
    assert len(broken) == (not before and ROW_LOCKS), results
    if before:
        assert isinstance(results[0], Event), results
        assert isinstance(results[1], Transcript), results
        assert Result.objects.count() == Registration.objects.count() == 1
