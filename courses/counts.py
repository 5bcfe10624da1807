"""How many rows several queries have, asked together."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db.models import CharField, Count, QuerySet, Value


def counted(queries: Mapping[str, QuerySet[Any, Any]]) -> dict[str, int]:
    """The number of rows of each query, by its name. One query for all of them; none for none."""
    parts = [
        rows.order_by()
        .annotate(counted_as=Value(name, output_field=CharField()))
        .values("counted_as")
        .annotate(rows_found=Count("pk"))
        .values_list("counted_as", "rows_found")
        for name, rows in queries.items()
    ]
    if not parts:
        return {}
    first, *others = parts
    return dict.fromkeys(queries, 0) | dict(first.union(*others, all=True).order_by())
