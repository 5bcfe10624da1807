"""The rules that the database keeps, asked beforehand of thousands of rows without a query each."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

from django.core.exceptions import FieldError
from django.db import models
from django.db.models import F, Q


def _equal(left: Any, right: Any) -> bool | None:
    if right is None:
        return left is None
    return None if left is None else bool(left == right)


def _both(compare: Callable[[Any, Any], bool]) -> Callable[[Any, Any], bool | None]:
    def compared(left: Any, right: Any) -> bool | None:
        return None if left is None or right is None else compare(left, right)

    return compared


LOOKUPS: dict[str, Callable[[Any, Any], bool | None]] = {
    "exact": _equal,
    "isnull": lambda left, right: (left is None) == right,
    "in": _both(lambda left, right: left in right),
    "gt": _both(lambda left, right: bool(left > right)),
    "gte": _both(lambda left, right: bool(left >= right)),
    "lt": _both(lambda left, right: bool(left < right)),
    "lte": _both(lambda left, right: bool(left <= right)),
}


def broken_rules(row: models.Model) -> list[models.CheckConstraint]:
    """The model's CHECK constraints that the database would refuse `row` for."""
    return [
        constraint
        for constraint in row._meta.constraints
        if isinstance(constraint, models.CheckConstraint)
        and isinstance(constraint.condition, Q)
        and holds(constraint.condition, row) is False
    ]


def holds(condition: Q, row: models.Model) -> bool | None:
    """Whether `condition` is true of `row`; None as in SQL where it is unknown."""
    answers = [
        holds(child, row) if isinstance(child, Q) else _lookup(child, row)
        for child in condition.children
    ]
    decisive = condition.connector == Q.OR
    if decisive in answers:
        answer: bool | None = decisive
    else:
        answer = None if None in answers else not decisive
    return answer if answer is None or not condition.negated else not answer


def _lookup(child: Any, row: models.Model) -> bool | None:
    if not isinstance(child, tuple):
        raise FieldError(f"a rule of a form not known here: {child!r}")
    path, right = child
    name, _separator, lookup = path.partition("__")
    left = getattr(row, name)
    if isinstance(right, F):
        right = getattr(row, right.name)  # type: ignore[attr-defined]  # the stubs lack it
    if isinstance(left, float | Decimal) and isinstance(right, str):
        right = Decimal(right)
    return LOOKUPS[lookup or "exact"](left, right)
