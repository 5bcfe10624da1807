"""One of each thing that the addresses of the exam day and of exam papers name: for the matrix."""

from __future__ import annotations

from typing import Any

from courses.models import Edition
from tests.exams.sittings import ExamFactory, PublishedSittingFactory, seat


def things(edition: Edition) -> dict[str, dict[str, Any]]:
    """What `tests/world.py` has of them, by what `tests/addresses.py` calls it."""
    sitting = PublishedSittingFactory.create(exam=ExamFactory.create(edition=edition))
    seat(sitting)
    return {"sitting": {"pk": sitting.pk}}
