"""The cells of a list of our own results."""

from __future__ import annotations

import pytest
from django.utils import timezone

from grades import lists
from tests.grades.test_own_results import Scene, scene

__all__ = ["scene"]  # a fixture


@pytest.mark.parametrize(
    ("said", "is_taken"),
    [("5", True), ("2,5", True), ("5 EC", True), ("7.50", True)]
    + [(said, False) for said in ("NaN", "5.25", "59.97", "Infinity", "1e9999", "five")],
)
def test_credits_have_one_decimal_at_most(scene: Scene, said: str, is_taken: bool) -> None:
    rows = lists.rows_of("r.csv", f"student_number;result;ec\n77A;7;{said}\n".encode())

    (found,) = lists.check(scene.edition, rows, timezone.localdate())

    assert (found.outcome == lists.NEW) is is_taken
    assert ("als getal" in found.fault) is not is_taken
