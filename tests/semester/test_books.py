"""The books of `make semester`: they balance for a portal that is in order, and say what is not."""

from __future__ import annotations

import hashlib
from collections import Counter
from datetime import timedelta
from pathlib import Path

import pytest
from django.utils import timezone

from accounts.models import Role
from bench.semester.books import BOOKS
from bench.semester.breaking import CONTROLS, seen
from bench.semester.evidence import Evidence
from courses.models import Edition
from enrolments.services import acting
from grades.models import Registration
from paperwork import filing
from paperwork.mails import message_id
from paperwork.models import Document, Notice
from paperwork.services.notices import UNDO
from tests import factories
from tests.enrolments.cases import case_in, draft, fresh, student_of
from tests.exams import sittings
from tests.grades.rows import finish, registration_of, result_of


@pytest.fixture
def evidence(db: None, settings: object, tmp_path: Path) -> Evidence:
    """A small portal: one student left, one moved up, two wait, one is enrolled, one registered."""
    settings.MEDIA_ROOT = tmp_path  # type: ignore[attr-defined]
    edition: Edition = factories.EditionFactory.create(places=2)
    faculty = factories.FacultyFactory.create()
    coordinator = factories.MemberFactory.create(role=Role.COORDINATOR, faculty=faculty)
    office = factories.MemberFactory.create(role=Role.OFFICE)
    cases = [fresh(draft(edition, student_of(faculty))) for _number in range(5)]
    for case in cases:
        acting.act(case, "submit", by=case.student)
    acting.act(cases[0], "withdraw", by=cases[0].student)
    acting.act(cases[1], "approve", by=coordinator)
    acting.act(cases[1], "confirm", by=office)
    passed = finish(case_in("finished"))
    registration_of(
        result_of(passed, coordinator),
        state="reconciled",
        registered_by=office,
        registered_on=timezone.localdate(),
        board_decided_on=timezone.localdate(),
        usis_reference="U1",
    )
    sitting = sittings.SittingFactory.create()
    sittings.seat(sitting, case_in("enrolled", sitting.exam.edition))
    return delivered(passed.reference)


def delivered(reference: str) -> Evidence:
    """Everything that is owed has been made and sent."""
    for row in Document.objects.all():
        content = f"%PDF-1.7 {row.pk}".encode()
        name = filing.write("documents", ".pdf", content)
        Document.objects.filter(pk=row.pk).update(
            state="done", file=name, sha256=hashlib.sha256(content).hexdigest(),
            size=len(content),
        )  # fmt: skip
    Notice.objects.update(state="done", due_at=timezone.now() - UNDO - timedelta(seconds=1))
    row = Registration.objects.select_related("enrolment", "result").get()
    entered = {
        "student_number": row.enrolment.student_number,
        "ec": "5",
        "result": "8",
        "title": row.result.title_printed,
    }
    mails = Counter(message_id(notice) for notice in Notice.objects.all())
    return Evidence(mails, {reference: entered}, kills=1, logs={"web-1": '{"level": "info"}'})


IN_ORDER = ("places", "waiting lists", "notices", "registrations", "uSis", "seats", "files")


def test_each_book_balances_and_says_when_it_is_broken(evidence: Evidence) -> None:
    """Beside what it says before: some rows of this portal were made without their history."""
    before = {name: book(evidence) for name, book in BOOKS.items()}
    assert {name: before[name] for name in IN_ORDER} == {name: [] for name in IN_ORDER}

    silent = [one.what for one in CONTROLS if not seen(one, evidence, before[one.book])]

    assert silent == []
    assert {name: book(evidence) for name, book in BOOKS.items()} == before


def test_each_book_has_a_control() -> None:
    assert {one.book for one in CONTROLS} == set(BOOKS)


def test_what_was_corrected_since_still_stands_in_usis(evidence: Evidence) -> None:
    """The old result is there until the new request comes; what nobody ever sent is not."""
    Registration.objects.update(current=False)

    assert BOOKS["uSis"](evidence) == []

    Registration.objects.update(state="requested", registered_on=None, registered_by=None)
    assert [line.endswith("nobody sent it") for line in BOOKS["uSis"](evidence)] == [True]
