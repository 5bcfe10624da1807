"""What a grade table suggests for a grade as printed. It suggests: a person records."""

from __future__ import annotations

from typing import NamedTuple

from courses.models.university import in_language
from grades.models import GradeTable, GradeTableRow
from grades.reading import values


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
            row.suggests,
            row.lowest,
            row.highest,
            table.scale,
            table.source,
            table.source_url,
            in_language(table, "method"),
        )
        for table in tables
        if (row := _row_for(table, printed)) is not None
    ]


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
