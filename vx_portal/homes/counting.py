"""Several counts of several tables in one query."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db.models import Count, Q, Value

if TYPE_CHECKING:
    from django.db.models import QuerySet


def count_together(asked: dict[str, tuple[QuerySet[Any], dict[str, Q]]]) -> dict[str, Any]:
    """How many rows of each queryset meet each of its conditions, by name. One query; none for {}.

    `{"requests": (rows, {"mine": Q(…), "late": Q(…)})}` gives `{"requests": {"mine": 3, …}}`.
    """
    if not asked:
        return {}
    width = max(len(conditions) for _rows, conditions in asked.values())
    columns = [f"n{number}" for number in range(width)]
    tables = []
    for part, (rows, conditions) in enumerate(asked.values()):
        counts: dict[str, Any] = dict.fromkeys(columns, Value(0))
        for column, condition in zip(columns, conditions.values(), strict=False):
            counts[column] = Count("pk", filter=condition)
        grouped = rows.order_by().values(part=Value(part)).annotate(**counts)
        tables.append(grouped.values_list("part", *columns))
    first, *others = tables
    rows = first.union(*others, all=True).order_by() if others else first
    found = {part: numbers for part, *numbers in rows}
    none = [0] * width  # of a part that cannot have rows, which the database is not asked for
    return {
        name: dict(zip(conditions, found.get(part, none), strict=False))
        for part, (name, (_rows, conditions)) in enumerate(asked.items())
    }
