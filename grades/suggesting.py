"""What a grade table suggests for a grade as printed. It suggests: a person records."""

from __future__ import annotations

from typing import NamedTuple

from courses.models.university import in_language
from grades.dutch import GradeError, in_words, understood
from grades.models import GradeTable, GradeTableRow
from grades.reading import values

# What a fail is called in print, where no table is needed to know it.
FAILED = {"f", "fx", "fail", "failed", "not passed", "o", "onvoldoende", "insufficient"}


class Suggestion(NamedTuple):
    """What one table says, with all that a person needs to judge it."""

    grade: str
    lowest: str
    highest: str
    scale: str
    source: str
    source_url: str
    method: str


def suggestions(university_id: int, printed: str) -> list[Suggestion]:
    """What the tables of a university say of a grade as printed. Two queries at most."""
    if not printed.strip():
        return []
    tables = GradeTable.objects.filter(university=university_id).prefetch_related("rows")
    return [
        Suggestion(
            _as_written(row.suggests),
            _as_written(row.lowest),
            _as_written(row.highest),
            table.scale,
            table.source,
            table.source_url,
            in_language(table, "method"),
        )
        for table in tables
        if (row := _row_for(table, printed)) is not None
    ]


def looks_failed(university_id: int, printed: str) -> bool:
    """Whether a grade as printed is a word for a fail, or one that a table of the host takes so."""
    if printed.strip().casefold() in FAILED:
        return True
    tables = GradeTable.objects.filter(university=university_id).prefetch_related("rows")
    rows = [row for table in tables if (row := _row_for(table, printed)) is not None]
    return any(_is_fail(row.suggests) for row in rows)


def _is_fail(suggested: str) -> bool:
    try:
        return not understood(suggested).passed
    except GradeError:
        return False


def _as_written(suggested: str) -> str:
    """7.5 as the reader's language writes it; a word as it is."""
    try:
        said = understood(suggested)
    except GradeError:
        return suggested
    return said.mark or in_words(said.grade)


def _row_for(table: GradeTable, printed: str) -> GradeTableRow | None:
    number = values.number_in(printed)
    for row in table.rows.all():
        if row.printed:
            if row.printed.casefold() == printed.strip().casefold().replace("\u2212", "-"):
                return row
        elif (
            number is not None
            and row.printed_from is not None
            and row.printed_to is not None
            and row.printed_from <= number <= row.printed_to
        ):
            return row
    return None
