"""Hosts are asked by themselves for exams and papers: in time, once in a fortnight, and no more."""

from __future__ import annotations

import os
from collections.abc import Callable
from datetime import datetime, time, timedelta
from functools import partial
from pathlib import Path
from time import sleep
from types import ModuleType
from typing import Any

import pytest
from django.conf import LazySettings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection, transaction
from django.db.models import QuerySet
from django.utils import timezone

from accounts.models import Role, User
from courses import house
from courses.models import Edition
from exams.models import Exam, ExamLink, Held, Paper
from exams.services import chasing, done, fixing, own_papers, paper_links, papers
from paperwork.filing import path_of
from paperwork.models import Notice
from tests import factories
from tests.enrolments.cases import case_in
from tests.exams.sittings import ExamFactory, enrolled
from tests.exams.things import link_to
from tests.paperwork.files.samples import plain
from tests.races import at_once


def edition_due_in(days: int, *, with_student: bool = True) -> Edition:
    """One, with a student, whose host should have fixed its exam in so many days."""
    expected = timezone.localdate() + timedelta(days=days + house.number("exams.fix_days"))
    edition = factories.EditionFactory.create(assessment="exam")
    if with_student:
        case_in("enrolled", edition)
    Edition.objects.filter(pk=edition.pk).update(
        exam_on=expected, ends_on=expected, withdraw_until=None, resit_offered=False
    )
    return Edition.objects.select_related("course__university").get(pk=edition.pk)


def contact_of(edition: Edition) -> User:
    host = edition.course.university
    return factories.MemberFactory.create(role=Role.PARTNER, university=host)


def exam_whose_paper_is_due_in(days: int, **fields: object) -> Exam:
    """One, with a student."""
    now = timezone.now()
    due = now + timedelta(days=days)
    exam = ExamFactory.create(starts_at=now + timedelta(days=20), paper_due_at=due, **fields)
    enrolled(exam)
    return exam


def wanted(kind: str) -> int:
    return Notice.objects.filter(kind=f"exams.{kind}").count()


# --- exams that are not fixed ---------------------------------------------------------------------
def test_people_of_the_host_are_asked_once_in_a_fortnight_until_it_is_fixed(db: None) -> None:
    edition = edition_due_in(10)
    contact_of(edition)
    today = timezone.localdate()

    asked = [chasing.ask_to_fix(today + timedelta(days=days)) for days in (0, 1, 14, 15)]

    assert asked == [1, 0, 1, 0]
    assert wanted("fix_wanted") == 2
    assert Notice.objects.to_do().filter(kind="exams.fix_wanted").count() == 2
    assert not ExamLink.objects.exists()


def test_what_is_fixed_is_asked_no_more_and_leaves_the_list(db: None) -> None:
    edition = edition_due_in(10)
    by = contact_of(edition)
    chasing.ask_to_fix(timezone.localdate())
    facts = {
        "mode": "instant",
        "starts_at": timezone.now() + timedelta(days=100),
        "minutes": 120,
        "kind": "paper",
    }

    fixing.fix(edition, 1, facts, seen="", by=by)

    assert not Notice.objects.to_do().filter(kind="exams.fix_wanted").exists()
    assert chasing.ask_to_fix(timezone.localdate() + timedelta(days=14)) == 0


def test_a_host_without_an_account_gets_a_link_once_in_a_fortnight(db: None) -> None:
    edition = edition_due_in(0)
    type(edition.course.university).objects.update(contact_email="exams@host.example")
    today = timezone.localdate()

    assert [chasing.ask_to_fix(today), chasing.ask_to_fix(today)] == [1, 0]
    assert Notice.objects.get(kind="exams.ask_host").email == "exams@host.example"
    long_ago = timezone.now() - house.span("exams.remind_days") - timedelta(hours=1)
    ExamLink.objects.update(created_at=long_ago)
    assert chasing.ask_to_fix(today) == 1


@pytest.fixture(params=[True, False], ids=["locked", "not_locked"])
def links_of_two(
    request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch, transactional_db: None
) -> Callable[..., int]:
    """Two workers do the same at once; the links that must have been sent.

    Not locked is the control: both find that none was sent, and both send one. On SQLite, which
    has one writer at a time, there is nothing to lock.
    """
    if not request.param:
        monkeypatch.setattr(QuerySet, "select_for_update", lambda rows, **_how: rows)

    def links(work: Callable[[], object], module: ModuleType, sends: str) -> int:
        send = getattr(module, sends)

        def send_slowly(*about: Any, **how: Any) -> ExamLink:
            sleep(0.3)
            link: ExamLink = send(*about, **how)
            return link

        monkeypatch.setattr(module, sends, send_slowly)
        at_once([work] * 2)
        return 1 if request.param or connection.vendor == "sqlite" else 2

    return links


def test_two_workers_at_once_send_one_link(links_of_two: Callable[..., int]) -> None:
    edition = edition_due_in(0)
    type(edition.course.university).objects.update(contact_email="exams@host.example")

    links = links_of_two(partial(chasing.ask_to_fix, timezone.localdate()), fixing, "ask")

    assert ExamLink.objects.count() == wanted("ask_host") == links


def test_two_workers_at_once_ask_who_makes_a_paper_once(links_of_two: Callable[..., int]) -> None:
    exam = ExamFactory.create(contact_email="maker@home.example")

    work = transaction.atomic(partial(own_papers._ask_maker, exam))
    links = links_of_two(work, paper_links, "ask")

    assert ExamLink.objects.count() == links


def test_two_workers_at_once_ask_for_answers_once(links_of_two: Callable[..., int]) -> None:
    exam = ExamFactory.create()
    home = factories.UniversityFactory.create()
    link_to(exam.edition, university=home)

    work = transaction.atomic(partial(paper_links.ask_for_answers, exam, home))
    links = links_of_two(work, paper_links, "_send")

    assert ExamLink.objects.count() - 1 == wanted("answers_wanted") == links


def test_not_too_early_not_without_students_and_not_ourselves(db: None) -> None:
    early = edition_due_in(house.number("exams.ask_fix_days") + 1)
    empty = edition_due_in(0, with_student=False)
    ours = edition_due_in(0)
    for edition in (early, empty, ours):
        contact_of(edition)
    home = factories.HomeUniversityFactory.create()
    type(ours.course).objects.filter(pk=ours.course_id).update(university=home)

    assert chasing.ask_to_fix(timezone.localdate()) == 0


# --- papers ---------------------------------------------------------------------------------------
def test_a_paper_is_asked_for_a_week_before_and_when_it_is_late(db: None) -> None:
    exam = exam_whose_paper_is_due_in(7)
    contact_of(exam.edition)
    staff = factories.MemberFactory.create(role=Role.EXAMS)
    today = timezone.localdate()

    asked = [chasing.ask_for_papers(today + timedelta(days=days)) for days in (-1, 0, 3, 8, 9)]

    assert asked == [0, 1, 0, 1, 0]
    assert [notice.recipient for notice in Notice.objects.filter(kind="exams.paper_late")] == [
        staff
    ]


def test_a_paper_that_is_here_is_wanted_no_more(
    db: None, settings: LazySettings, tmp_path: Path
) -> None:
    settings.MEDIA_ROOT = tmp_path
    exam = exam_whose_paper_is_due_in(-1)
    by = contact_of(exam.edition)
    factories.MemberFactory.create(role=Role.EXAMS)
    chasing.ask_for_papers(timezone.localdate())
    assert Notice.objects.to_do().count() == 2

    papers.receive(exam, SimpleUploadedFile("exam.pdf", plain(), "application/pdf"), by=by)

    late = Notice.objects.to_do().filter(kind__in=["exams.paper_late", "exams.paper_wanted"])
    assert not late.exists()
    assert chasing.ask_for_papers(timezone.localdate() + timedelta(days=20)) == 0


def test_only_papers_that_come_here_are_asked_for(db: None) -> None:
    exam = exam_whose_paper_is_due_in(0, held=Held.HOME)
    contact_of(exam.edition)

    assert chasing.ask_for_papers(timezone.localdate()) == 0


def test_the_paper_of_an_exam_that_nobody_sits_is_not_asked_for(db: None) -> None:
    left = exam_whose_paper_is_due_in(-1)
    again = exam_whose_paper_is_due_in(-1, attempt=2)
    for exam in (left, again):
        contact_of(exam.edition)
    left.edition.enrolments.update(state="withdrawn")
    factories.MemberFactory.create(role=Role.EXAMS)
    takes = again.edition.enrolments.get()
    today = timezone.localdate()
    assert chasing.ask_for_papers(today) == 0
    assert not Notice.objects.exists()

    takes.resits.create(attempt=2, because="failed", answer="yes", answered_at=timezone.now())
    assert chasing.ask_for_papers(today) == 1
    assert wanted("paper_late") == 1

    takes.edition.enrolments.update(state="withdrawn")
    assert chasing.ask_for_papers(today + timedelta(days=20)) == 0
    done.settle_done()
    assert not Notice.objects.to_do().exists(), "nobody has to see to it any more"


def test_a_paper_that_never_came_is_up_to_nobody_after_the_exam(db: None) -> None:
    exam = exam_whose_paper_is_due_in(-1)
    contact_of(exam.edition)
    factories.MemberFactory.create(role=Role.EXAMS)
    chasing.ask_for_papers(timezone.localdate())
    done.settle_done()
    assert Notice.objects.to_do().count() == 2

    Exam.objects.update(starts_at=timezone.now() - timedelta(hours=1))
    done.settle_done()

    assert not Notice.objects.to_do().exists()


@pytest.mark.parametrize("exams", [1, 3])
def test_who_owes_a_paper_is_found_in_as_many_queries_for_more(
    db: None, django_assert_num_queries: Any, exams: int
) -> None:
    for _number in range(exams):
        exam_whose_paper_is_due_in(30)

    with django_assert_num_queries(2):  # the exams, the settings
        assert chasing.ask_for_papers(timezone.localdate()) == 0


@pytest.mark.parametrize(
    ("day", "hour", "asked"),
    [("2026-11-30", 9, 1), ("2026-11-30", 7, 0), ("2026-11-29", 9, 0), ("2026-12-25", 9, 0)],
    ids=["a Monday", "before work", "a Sunday", "Christmas"],
)
def test_on_working_days_from_eight(
    db: None, monkeypatch: pytest.MonkeyPatch, day: str, hour: int, asked: int
) -> None:
    monkeypatch.setattr(chasing, "ask_to_fix", lambda _today: 1)
    at = datetime.combine(datetime.fromisoformat(day), time(hour))

    assert chasing.chase(timezone.make_aware(at)) == asked


# --- files without a row --------------------------------------------------------------------------
def test_sealed_files_that_no_row_names_go_after_a_day(
    db: None, settings: LazySettings, tmp_path: Path
) -> None:
    settings.MEDIA_ROOT = tmp_path
    exam = ExamFactory.create(starts_at=timezone.now() + timedelta(days=3))
    by = factories.MemberFactory.create(role=Role.EXAMS)
    upload = SimpleUploadedFile("exam.pdf", plain(), "application/pdf")
    kept = papers.receive(exam, upload, by=by).paper.file
    left, new = (papers.vault.lock_away(b"left by a crash", exam.pk) for _n in range(2))
    long_ago = (timezone.now() - timedelta(days=2)).timestamp()
    for name in (kept, left):
        os.utime(path_of(name), (long_ago, long_ago))

    assert papers.sweep() == 1
    assert [path_of(name).exists() for name in (kept, left, new)] == [True, False, True]
    assert Paper.objects.filter(file=kept).exists()
