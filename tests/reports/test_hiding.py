"""Small numbers stay hidden, also from who subtracts."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from vx_portal.reports.hiding import hidden, without_few
from vx_portal.reports.tables import Bars, Column, Few, Label, Row, Table, total_of

sizes_of_parts = st.lists(st.integers(0, 40), max_size=12)


def found_out(sizes: list[int], places: set[int], fewest: int) -> bool:
    """Whether somebody who knows the total and the parts that are shown learns of a few cases: the
    total less the others leaves one part, or few cases in all."""
    left = [size for place, size in enumerate(sizes) if place in places]
    return bool(left) and (len(left) == 1 or sum(left) < fewest)


def can_hide(sizes: list[int], fewest: int) -> bool:
    """Whether there is enough beside the small parts to hide them in."""
    return sum(sizes) >= fewest and sum(size > 0 for size in sizes) > 1


@given(sizes_of_parts, st.integers(2, 12))
def test_nothing_is_shown_of_few_and_nothing_can_be_worked_out(
    sizes: list[int], fewest: int
) -> None:
    places = hidden(sizes, fewest)

    assert all(sizes[place] >= fewest for place in set(range(len(sizes))) - places if sizes[place])
    if can_hide(sizes, fewest):
        assert not found_out(sizes, places, fewest)


@given(sizes_of_parts, st.integers(2, 12))
def test_no_more_is_hidden_than_needs_be(sizes: list[int], fewest: int) -> None:
    places = hidden(sizes, fewest)
    small = {place for place, size in enumerate(sizes) if 0 < size < fewest}

    if not small or (len(small) > 1 and sum(sizes[p] for p in small) >= fewest):
        assert places == small


def test_hiding_the_small_part_alone_would_give_it_away() -> None:
    """The control: what is tested above is false for a simpler way."""
    sizes = [30, 4, 20]

    assert found_out(sizes, {1}, 10)
    assert hidden(sizes, 10) == {1, 2}
    assert found_out([30, 4, 5], {1, 2}, 10)
    assert hidden([30, 4, 5], 10) == {0, 1, 2}
    assert hidden([30, 10, 0], 10) == set()


COLUMNS = (Column("cases", "Cases"), Column("days", "Days", added=False))


def table_of(sizes: list[int]) -> Table:
    rows = [Row(Label(f"P{n}"), {"cases": size, "days": n}) for n, size in enumerate(sizes)]
    return Table("x", "X", "", "P", COLUMNS, rows, total_of(COLUMNS, rows), shape=Bars("cases"))


@given(sizes_of_parts)
def test_a_table_shows_no_number_of_a_hidden_row(sizes: list[int]) -> None:
    table = without_few(table_of(sizes), "cases", 10)

    for place, row in enumerate(table.rows):
        cells = {row.numbers["cases"], row.numbers["days"]}
        assert (cells == {Few(10)}) == (place in hidden(sizes, 10))
    if table.total is not None and 0 < sum(sizes) < 10:
        assert table.total.numbers["cases"] == Few(10)
