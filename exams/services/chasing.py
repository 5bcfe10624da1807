"""Hosts are asked by themselves: for an exam that is not fixed, and for a paper that is not here.

On working days from eight, each thing once in a while. People with an account read it in the
portal; a host without one gets a link. Exam staff hear of a paper that is late. Papers of our own
are chased by `own_papers.py`.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from functools import partial
from typing import Any, NamedTuple

import structlog
from django.db import DatabaseError, models, transaction
from django.db.models import QuerySet
from django.utils import timezone

from accounts.models import User
from courses import house
from courses.models import University
from enrolments.services.actions import ActionError
from exams import lists, people, places
from exams.models import Exam, ExamLink, Held, Paper
from exams.services import fixing, own_papers, paper_links
from exams.services.papers import PaperError
from paperwork.models import Notice
from paperwork.services.notices import Link, owe_notice
from paperwork.working_days import WORK_BEGINS, is_working_day

log = structlog.get_logger("exams.chasing")


class Question(NamedTuple):
    """What is asked of people with an account, and where they answer it."""

    kind: str
    key: str  # one for each occasion
    about: models.Model
    facts: dict[str, Any]
    page: Link


def chase(at: datetime | None = None) -> int:
    """Ask for what hosts owe; how many exams and papers were asked for. Run twice: asked once."""
    now = timezone.localtime(at)
    if now.hour < WORK_BEGINS or not is_working_day(now.date()):
        return 0
    today = now.date()
    return ask_to_fix(today) + ask_for_papers(today) + own_papers.chase(today)


def ask_to_fix(today: date) -> int:
    """Hosts whose exam has students and no moment, from some weeks before it should have one."""
    asked, every = 0, house.number("exams.remind_days")
    for row in lists.rows_of(lists.with_exam(lists.editions(), today), today):
        edition, attempt = row.edition, row.attempt
        host = edition.course.university
        students: int = edition.enrolled  # type: ignore[attr-defined]  # counted by the list
        if row.exam or not row.fix_by or not students or host.is_home:
            continue
        since = (today - row.fix_by).days + house.number("exams.ask_fix_days")
        if since < 0:
            continue
        question = Question(
            "exams.fix_wanted",
            f"fix-wanted-{edition.pk}-{attempt}-{since // every}",
            edition,
            {"course": edition.course, "attempt": attempt, "expected_on": row.expected_on},
            Link("partner-exams:fix", [edition.pk, attempt]),
        )
        links = ExamLink.objects.filter(edition=edition, attempt=attempt, purpose="fix")
        ask = partial(fixing.ask, edition, attempt, by=None)
        asked += _ask(host, question, links, ask, host.contact_email)
    return asked


def ask_for_papers(today: date) -> int:
    """Hosts whose paper is due within a week or late; exam staff hear of those that are late.

    Of an exam that nobody sits no paper is asked for.
    """
    asked, every = 0, house.number("exams.remind_days")
    here = Paper.objects.current().values("exam")
    rows = Exam.objects.upcoming().filter(held=Held.LEIDEN, paper_due_at__isnull=False)
    rows = rows.filter(places.sat_here()).exclude(pk__in=here)
    rows = rows.exclude(edition__course__university__is_home=True)
    for exam in rows.select_related("edition__course__university").order_by("pk"):
        assert exam.paper_due_at is not None  # noqa: S101  # asked for above
        due = timezone.localdate(exam.paper_due_at)
        if (due - today).days > house.number("exams.ask_paper_days"):
            continue
        late = (today - due).days
        course, host = exam.edition.course, exam.edition.course.university
        facts = {"course": course, "exam": exam, "is_late": late > 0}
        if late > 0:
            _tell_staff(exam, facts)
        question = Question(
            "exams.paper_wanted",
            f"paper-wanted-{exam.pk}-{1 + late // every if late > 0 else 0}",
            exam,
            facts,
            Link("partner-day:exam", [exam.pk]),
        )
        links = ExamLink.objects.filter(
            edition=exam.edition_id, attempt=exam.attempt, purpose="paper", university=None
        )
        ask = partial(paper_links.ask, exam, by=None)
        asked += _ask(host, question, links, ask, exam.contact_email or host.contact_email)
    return asked


def _tell_staff(exam: Exam, facts: dict[str, Any]) -> None:
    for reader in people.exam_staff():
        owe_notice(
            "exams.paper_late",
            f"paper-late-{exam.pk}-{reader.pk}",
            reader,
            facts,
            about=exam,
            link=Link("papers:exam", [exam.pk]),
            asks=True,
        )


def _ask(
    host: University,
    question: Question,
    links: QuerySet[ExamLink],
    ask: Callable[..., ExamLink],
    email: str,
) -> bool:
    """Ask the people of `host` in the portal, or else its address by a link. Whether it was now."""
    readers = people.contacts_of(host)
    try:
        with transaction.atomic():
            if readers:
                return _ask_readers(readers, question)
            University.objects.select_for_update(no_key=True).get(pk=host.pk)  # two workers
            lately = timezone.now() - house.span("exams.remind_days")
            if not email or links.filter(created_at__gt=lately).exists():
                return False
            ask(email=email, language="nl" if host.country == "NL" else "en")
            return True
    except (ActionError, PaperError, DatabaseError) as error:
        log.warning("host not asked", kind=question.kind, reason=type(error).__name__)
        return False


def _ask_readers(readers: list[User], question: Question) -> bool:
    keys = {f"{question.key}-{reader.pk}": reader for reader in readers}
    known = set(Notice.objects.filter(key__in=keys).values_list("key", flat=True))
    for key in keys.keys() - known:
        owe_notice(
            question.kind,
            key,
            keys[key],
            question.facts,
            about=question.about,
            link=question.page,
            asks=True,
        )
    return bool(keys.keys() - known)
