"""The list of exam papers: what comes first stands first, and what is late is said."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from accounts.models import Role, User
from exams import passport
from exams.models import Exam, Paper
from tests import factories
from tests.exams.sittings import ExamFactory

LIST = "/en/exams/papers/"


def exam_in(days: int, *, due: int, attempt: int = 1) -> Exam:
    now = timezone.now()
    starts, paper = now + timedelta(days=days), now + timedelta(days=due)
    return ExamFactory.create(starts_at=starts, paper_due_at=paper, attempt=attempt)


@pytest.fixture
def staff(db: None) -> User:
    return factories.MemberFactory.create(role=Role.EXAMS)


def test_what_comes_first_stands_first_and_what_is_over_apart(staff: User) -> None:
    later, over, sooner = exam_in(9, due=5), exam_in(-2, due=-5), exam_in(3, due=1)
    long_over = exam_in(-30, due=-33)

    assert list(passport.exams(staff, over=False)) == [sooner, later]
    assert list(passport.exams(staff, over=True)) == [over, long_over]


def test_late_is_what_should_be_here_and_is_not(staff: User) -> None:
    late, here, due = exam_in(3, due=-1), exam_in(4, due=-1), exam_in(5, due=1)
    Paper.objects.create(exam=here, handed_over="By courier", received_from="Somebody")

    rows = passport.listed(passport.exams(staff, over=False))

    assert [(row.exam, row.is_late) for row in rows] == [(late, True), (here, False), (due, False)]


def test_the_page_says_which_is_a_resit_and_what_is_late(
    staff: User, sign_in: Callable[[User], Client]
) -> None:
    exam_in(3, due=-1, attempt=2)
    client = sign_in(staff)

    page = client.get(LIST).text

    assert "(resit)" in page
    assert '<strong class="tag t-err">not here yet</strong>' in page
    assert "No exam is over yet" in client.get(LIST, {"view": "over"}).text
