"""What changes for people who count on an edition: later apps hear of it, and tell them.

Those apps may not be imported here; each hands its side to `add` when the apps are loaded.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import date
from typing import NamedTuple, Protocol

from django.db.models import Q

from courses.models import Edition, PublicState


class Facts(NamedTuple):
    """What people count on."""

    offered: bool
    starts_on: date
    ends_on: date
    withdraw_until: date | None


class Change(NamedTuple):
    """One edition that is no longer what it was."""

    edition: int
    before: Facts
    after: Facts


class Hearer(Protocol):
    """An app that knows who counts on editions."""

    def hear(self, changes: Sequence[Change]) -> None:
        """Tell those whom it concerns, in the caller's transaction."""

    def concerned(self, editions: Q) -> int:
        """How many people would be told when these editions were withdrawn."""


_hearers: list[Hearer] = []


def add(hearer: Hearer) -> None:
    """From now on `hearer` is told too."""
    _hearers.append(hearer)


def concerned(editions: Q) -> int:
    """How many people count on these editions."""
    return sum(hearer.concerned(editions) for hearer in _hearers)


@contextmanager
def told(editions: Q) -> Iterator[None]:
    """What is written inside about these editions, or their courses, is told when it ends.

    For inside a transaction. Two queries.
    """
    before = _facts(editions)
    yield
    after = _facts(Q(pk__in=before)) if before else {}
    changes = [Change(pk, before[pk], after[pk]) for pk in after if before[pk] != after[pk]]
    for hearer in _hearers if changes else []:
        hearer.hear(changes)


def _facts(editions: Q) -> dict[int, Facts]:
    rows = Edition.objects.filter(editions).values_list(
        "pk", "state", "course__state", "starts_on", "ends_on", "withdraw_until"
    )
    shown = {PublicState.PUBLISHED}
    return {
        pk: Facts({state, course} == shown, starts, ends, withdraw)
        for pk, state, course, starts, ends, withdraw in rows
    }
