"""Scanned answers, and lines of uSis lists about strangers: they go, unless they are held."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone

from accounts.models import User
from enrolments.models import Enrolment
from exams.models import Paper
from grades.models import UsisList, UsisRow
from paperwork import verifying
from paperwork.models import Attachment, Event
from paperwork.services import chain
from paperwork.services.events import record
from privacy.models import Preview
from privacy.services import retention
from tests import factories
from tests.enrolments.cases import Cast, case_of
from tests.exams import sittings
from tests.grades.rows import finished, registration_of, result_of, verified
from tests.privacy.test_opened import cast, file_about
from tests.privacy.test_retention import files, in_days
from tests.privacy.test_retention_of_no_case import two_nights

__all__ = ["cast", "files"]
HOLDS = ["", "case", "person"]


def hold(of: str, case: Enrolment, by: User) -> None:
    """A hold on `case` or on its student; on nothing when `of` is empty."""
    if of:
        which: dict[str, Any] = {"case": None, "person": None}
        which[of] = case if of == "case" else case.student
        retention.place_hold(**which, reason="Appeal.", until=in_days(60), by=by)


@pytest.mark.parametrize("held", HOLDS)
def test_scans_go_unless_a_case_of_the_course_is_held(
    held: str, cast: Cast, office: User, files: Path
) -> None:
    case = case_of(cast, "enrolled")
    hold(held, case, office)
    kept, gone = [], []
    for edition in (case.edition, factories.EditionFactory.create()):
        exam = sittings.ExamFactory.create(edition=edition)
        paper = Paper.objects.create(exam=exam, handed_over="-", received_from="Host")
        kept.append(file_about(paper, "new.png", purpose="exam_answers"))
        long_ago = timezone.now() - timedelta(days=740)
        gone.append(file_about(paper, "old.png", purpose="exam_answers", given_at=long_ago))
    record(gone[0], "opened", by=office)
    chain.seal()

    two_nights()

    there = set(Attachment.objects.filter(purpose="exam_answers"))
    assert there == {*kept, *(gone[:1] if held else [])}
    assert Event.objects.about(gone[0]).exists() is bool(held)
    assert Preview.objects.get().deleted == {"answers": 1 if held else 2}
    assert verifying.verify().faults == []


@pytest.mark.parametrize("held", HOLDS)
def test_lines_of_strangers_go_unless_they_are_held(
    held: str, cast: Cast, office: User, files: Path
) -> None:
    case = finished(cast)
    hold(held, case, office)
    known = registration_of(result_of(case, cast.coordinator, transcript=verified(case, office)))
    number = f"s0{case.student_number.lstrip('s0')}"  # as uSis may write it
    lines = {}
    for name, days, of, whose in (
        ("theirs", 100, None, number),
        ("others", 100, None, "s7654321"),
        ("young", 60, None, "s7654321"),
        ("found", 100, known, number),
    ):
        brought_at = timezone.now() - timedelta(days=days)
        usis_list = UsisList.objects.create(faculty=case.faculty, name=name, brought_at=brought_at)
        lines[name] = UsisRow.objects.create(
            usis_list=usis_list,
            line=2,
            cells={"student_number": whose, "ec": "5"},
            registration=of,
            outcome="found" if of else "unknown",
        )

    two_nights()

    gone = {"others"} if held else {"others", "theirs"}
    assert set(UsisRow.objects.all()) == {row for name, row in lines.items() if name not in gone}
    assert UsisList.objects.count() == len(lines)
    assert Preview.objects.get().deleted == {"strangers": len(gone)}
