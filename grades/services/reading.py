"""Having a transcript read by the limited process, and laying what it says beside the case."""

from __future__ import annotations

import structlog
from django.utils import timezone

from enrolments.models import Enrolment
from grades.models import Transcript
from grades.reading.comparing import Check, Expected, compare
from grades.reading.finding import Read, Sought, read
from paperwork import limited
from paperwork.filing import path_of
from paperwork.models import Attachment

log = structlog.get_logger("grades.reading")
MOST_PAGES_LATER = 50  # transcripts that one sweep reads


def read_now(row: Transcript) -> bool:
    """Read `row` and keep what was found; False when the file could not be read at all.

    Harmless twice: the file never changes.
    """
    if row.file is None:
        return False
    found = read_file(row.file, sought_for(row.enrolment))
    if found is None:
        return False
    row.findings, row.read_at = found.as_json(), timezone.now()
    Transcript.objects.filter(pk=row.pk).update(findings=row.findings, read_at=row.read_at)
    return True


def read_file(file: Attachment, sought: Sought) -> Read | None:
    """What stands in `file`; None when the process could not say."""
    pages = words_of(file)
    return None if pages is None else read(pages, sought)


def words_of(file: Attachment) -> list[list[list[object]]] | None:
    """The words of each page of `file`; None when the process could not say."""
    try:
        said = limited.read_file("words", path_of(file.file))
    except FileNotFoundError:
        return None
    if said.refusal:
        log.warning("transcript not read", file=str(file.pk), reason=said.refusal)
        return None
    pages: list[list[list[object]]] = said.found.get("pages", [])
    return pages


def read_what_was_left() -> int:
    """Read those that nobody has read: after a crash, or when the process had no room."""
    rows = Transcript.objects.filter(read_at=None, file__isnull=False).counting()
    rows = rows.select_related("file", "enrolment__student", "enrolment__edition__course")
    return sum(read_now(row) for row in rows[:MOST_PAGES_LATER])


def sought_for(case: Enrolment) -> Sought:
    """What to look for on a transcript of `case`."""
    course = case.edition.course
    return Sought(case.student.name, case.student_number, course.title, course.code)


def expected_for(row: Transcript) -> Expected:
    """What the case of `row` says, to lay beside what was read."""
    case = row.enrolment
    edition, course = case.edition, case.edition.course
    known = (course.ec, course.host_credits)
    return Expected(
        name=case.student.name,
        number=case.student_number,
        title=course.title,
        code=course.code,
        credits=tuple(one for one in known if one is not None),
        begins=edition.starts_on,
        today=timezone.localdate(),
        grade_typed=row.grade_typed,
    )


def checks_of(row: Transcript) -> list[Check]:
    """What was read in `row` beside what its case says now."""
    return compare(Read.from_json(row.findings), expected_for(row))
