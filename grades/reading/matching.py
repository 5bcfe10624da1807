"""Whose transcript it is, of the students that a host could send one for."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

from grades.reading import values
from grades.reading.finding import SHORTEST_NUMBER, Sought, read
from grades.reading.layout import Row, rows_of


class Candidate(NamedTuple):
    """A case that the transcript could belong to."""

    key: str
    sought: Sought


def matches(
    pages: Sequence[Iterable[Sequence[Any]]], candidates: Iterable[Candidate]
) -> list[Candidate]:
    """Those whose number stands in it, or else whose name; of one student those with the course.

    One: it is this one. None or several: a person must say.
    """
    rows = rows_of(pages)
    candidates = list(candidates)
    found = [one for one in candidates if _has_number(rows, one.sought.number)]
    found = found or [one for one in candidates if _has_name(rows, one.sought.name)]
    if len(found) > 1:
        with_course = [one for one in found if _has_course(pages, one.sought)]
        found = with_course or found
    return found


def _has_number(rows: list[Row], number: str) -> bool:
    plain = number.lstrip("sS")
    if len(plain) < SHORTEST_NUMBER:
        return False
    words = (word.strip(".,:;()").lstrip("sS") for row in rows for word in row.text.split())
    return plain in words


def _has_name(rows: list[Row], name: str) -> bool:
    wanted = values.fold(name).split()
    return len(wanted) > 1 and any(
        set(wanted) <= set(values.fold(row.text).split()) for row in rows
    )


def _has_course(pages: Sequence[Iterable[Sequence[Any]]], sought: Sought) -> bool:
    said = read(pages, sought).found
    return "code" in said or "title" in said
