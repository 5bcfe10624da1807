"""The desk's list as a table for spreadsheets."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from django.db.models import QuerySet

from courses.spreadsheets import Sheet
from enrolments import holding

if TYPE_CHECKING:
    from enrolments.models import Enrolment

COLUMNS = (
    *("reference", "student", "student_number", "email", "home_university", "faculty"),
    *("programme", "level", "year", "course", "course_code", "host", "starts_on", "purpose"),
    *("kind", "state", "now_with", "since", "due_on", "board", "sent_on"),
)


def sheet_of(cases: QuerySet[Enrolment]) -> Sheet:
    """All of `cases`, which come with what a row of the list shows."""
    return Sheet(COLUMNS, _table(cases))


def _table(cases: QuerySet[Enrolment]) -> Iterator[list[str]]:
    for case in cases.iterator(chunk_size=2000):
        course = case.edition.course
        yield [
            case.reference,
            case.student.name,
            case.student_number,
            case.student.email,
            case.home_university.code,
            case.faculty.code if case.faculty else "",
            case.programme_title,
            case.level,
            str(case.year),
            course.title,
            course.code,
            course.university.code,
            case.edition.starts_on.isoformat(),
            case.purpose,
            case.kind,
            case.state,
            holding.who_has(case),
            case.since.date().isoformat(),
            case.due_on.isoformat() if case.due_on else "",
            case.board,
            case.submitted_at.date().isoformat() if case.submitted_at else "",
        ]
