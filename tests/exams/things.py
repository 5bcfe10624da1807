"""One of each thing that the addresses of the exam day and of exam papers name: for the matrix."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.utils import timezone

from courses.models import Edition
from exams.models import ExamLink, Held, Paper
from tests import factories
from tests.enrolments.cases import case_in, student_of
from tests.exams.sittings import ExamFactory, PublishedSittingFactory, seat

TOKEN = "a-token-for-a-paper"


def link_to(edition: Edition, token: str = TOKEN, **fields: Any) -> ExamLink:
    """A link to the paper of the first exam of `edition`."""
    return ExamLink.objects.create(
        edition=edition,
        purpose="paper",
        digest=ExamLink.digest_of(token),
        expires_at=timezone.now() + timedelta(days=30),
        email="exams@university.example",
        language="en",
        **fields,
    )


def things(edition: Edition) -> dict[str, dict[str, Any]]:
    """What `tests/world.py` has of them, by what `tests/addresses.py` calls it."""
    exam = ExamFactory.create(edition=edition)
    sitting = PublishedSittingFactory.create(exam=exam)
    seat(sitting)
    paper = Paper.objects.create(exam=exam, handed_over="By courier", received_from="Somebody")
    link_to(edition)
    home = factories.UniversityFactory.create()
    ours = factories.EditionFactory.create(
        course=factories.CourseFactory.create(university=factories.HomeUniversityFactory.create())
    )
    case_in("enrolled", ours, student_of(None, home_university=home))
    held_there = ExamFactory.create(edition=ours, held=Held.HOME)
    Paper.objects.create(exam=held_there, handed_over="By courier", received_from="Somebody")
    link_to(ours, "another", university=home)
    return {
        "sitting": {"pk": sitting.pk},
        "exam": {"pk": exam.pk},
        "paper": {"pk": paper.pk},
        "our exam elsewhere": {"pk": held_there.pk, "university": home.pk},
        "link to a paper": {"token": TOKEN},
        "link to our paper": {"token": "another"},
    }
