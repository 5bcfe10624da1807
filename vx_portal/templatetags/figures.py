"""The cells of a report's row."""

from __future__ import annotations

from typing import Any

from django import template

from vx_portal.reports.tables import Few, Row, Table, in_words

register = template.Library()


@register.inclusion_tag("reports/cells.html")
def cells(table: Table, row: Row) -> dict[str, Any]:
    """Each cell in words; one that is hidden says so."""
    found = []
    for column in table.columns:
        cell = row.numbers.get(column.name)
        found.append(
            {
                "words": in_words(cell, column.kind),
                "number": column.is_number,
                "few": cell.fewest if isinstance(cell, Few) else 0,
            }
        )
    return {"cells": found}
