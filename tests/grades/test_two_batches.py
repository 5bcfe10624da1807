"""Two coordinators who make a batch of the same registrations: one of them does.

Where nobody can begin while another writes (SQLite), they come one after the other anyway.
"""

from __future__ import annotations

import threading
from typing import Any

import pytest

from accounts.models import Role
from grades.models import Batch
from grades.services import batches
from tests import factories
from tests.enrolments.cases import make_cast
from tests.enrolments.test_lock_order import ROW_LOCKS
from tests.grades.registering import fresh
from tests.grades.test_batches import prepared
from tests.races import at_once

REFUSED = "StaleError" if ROW_LOCKS else "ActionError"  # found them free, or gone


@pytest.mark.parametrize("first", ["both at once", "the colleague first"])
@pytest.mark.django_db(transaction=True)
def test_of_two_one_makes_it(first: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Both find the registrations free before either claims them: without that, no race."""
    cast = make_cast()
    rows = prepared(cast)
    colleague = factories.MemberFactory.create(role=Role.COORDINATOR, faculty=cast.faculty)
    look, keys, found = batches.dry_run, [row.pk for row in rows], []
    both, made = threading.Barrier(2, timeout=30), threading.Event()

    def looked(*args: Any, **kwargs: Any) -> list[batches.Ready]:
        ready = look(*args, **kwargs)
        found.append([one.row.pk for one in ready])
        if ROW_LOCKS:
            both.wait()
            if first == "the colleague first" and kwargs["by"] != colleague:
                made.wait(30)
        return ready

    def begin(by: Any) -> object:
        try:
            return batches.begin(cast.faculty, keys, by=by)
        finally:
            made.set()

    monkeypatch.setattr(batches, "dry_run", looked)
    results = at_once([lambda: begin(cast.coordinator), lambda: begin(colleague)])

    assert found == ([keys] * 2 if ROW_LOCKS else [keys, []])
    assert sorted(type(one).__name__ for one in results) == sorted(["Batch", REFUSED]), results
    assert {fresh(row).batch_id for row in rows} == {Batch.objects.get().pk}
