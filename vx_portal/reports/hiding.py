"""Small numbers: which parts of a whole are not shown, so that nobody can be told from them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from vx_portal.reports.tables import Column, Few, Numbers, Row, Table


def hidden(sizes: Sequence[int], fewest: int) -> set[int]:
    """The places of the parts that may not be shown beside their total: those of fewer than
    `fewest` cases, and as many more, the smallest first, that what is hidden is two parts at least
    and not few together. Else the total less the others would give it away.

    A part without cases tells of nobody, and hides nothing.
    """
    found = {place for place, size in enumerate(sizes) if 0 < size < fewest}
    if not found:
        return found
    others = sorted((size, place) for place, size in enumerate(sizes) if size >= fewest)
    for _size, place in others:
        if len(found) > 1 and sum(sizes[one] for one in found) >= fewest:
            break
        found.add(place)
    return found


def without_few(table: Table, by: str, fewest: int) -> Table:
    """`table` without the numbers of rows that count too few in the column `by`."""
    sizes = [_size(row.numbers.get(by)) for row in table.rows]
    places = hidden(sizes, fewest)
    rows = [
        _emptied(row, table.columns, fewest) if place in places else row
        for place, row in enumerate(table.rows)
    ]
    total = table.total
    if total is not None and 0 < _size(total.numbers.get(by)) < fewest:
        total = _emptied(total, table.columns, fewest)
    return replace(table, rows=rows, total=total, few=fewest)


def _size(cell: object) -> int:
    return cell if isinstance(cell, int) else 0


def _emptied(row: Row, columns: Sequence[Column], fewest: int) -> Row:
    few: Numbers = {column.name: Few(fewest) for column in columns if column.is_number}
    return Row(row.label, {**row.numbers, **few})
