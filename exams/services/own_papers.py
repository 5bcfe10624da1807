"""Papers of our own exams at the home universities are chased as those of hosts are.

Who makes the paper is asked for it by a link, exam staff hear that it has to go out, and a home
university whose answers have not come is asked for them. Once in a while, until it is done.
"""

from __future__ import annotations

from collections import defaultdict
from datetime import date

import structlog
from django.db import DatabaseError, transaction

from courses import house
from enrolments.services.actions import ActionError
from exams import elsewhere, people
from exams.agenda import HAS_PAPER, paper_by
from exams.elsewhere import Needed, What
from exams.models import Exam, ExamLink, Held
from exams.services import paper_links
from exams.services.papers import PaperError
from paperwork.models import Notice
from paperwork.services.notices import Link, owe_notice

log = structlog.get_logger("exams.chasing")
NOTICES = {
    What.PAPER: "exams.own_paper",
    What.SENDING: "exams.own_paper_out",
    What.ANSWERS: "exams.own_answers",
}


def chase(today: date) -> int:
    """Ask for what our exams at home universities need; how many were asked for."""
    out = Exam.objects.filter(held=Held.HOME).annotate(has_paper=HAS_PAPER)
    due: defaultdict[tuple[int, What], list[Needed]] = defaultdict(list)
    for one in elsewhere.needs(out, paper_by, today):
        if (one.by - today).days <= _lead(one):
            due[one.exam.pk, one.what].append(one)
    asked = 0
    for group in due.values():
        try:
            with transaction.atomic():
                asked += _ask(group, today)
        except (ActionError, PaperError, DatabaseError) as error:
            log.warning("paper not chased", what=group[0].what, reason=type(error).__name__)
    return asked


def _lead(one: Needed) -> int:
    """How long before its day it is asked for: answers from that day."""
    return 0 if one.what == What.ANSWERS else house.number("exams.ask_paper_days")


def _ask(group: list[Needed], today: date) -> bool:
    """Tell exam staff, and ask who has it, all in need of the same; whether anybody was asked."""
    first = group[0]
    exam, late = first.exam, (today - first.by).days
    turn = late // house.number("exams.remind_days") if late > 0 else 0
    if late > 0 and first.what != What.ANSWERS:  # which were not asked for before their day
        turn += 1
    homes = [one.home for one in group if one.home is not None]
    facts = {
        "course": exam.edition.course,
        "exam": exam,
        "by": first.by,
        "is_late": late > 0,
        "homes": homes,
    }
    keys = {f"own-{first.what}-{exam.pk}-{turn}-{one.pk}": one for one in people.exam_staff()}
    known = set(Notice.objects.filter(key__in=keys).values_list("key", flat=True))
    for key in keys.keys() - known:
        owe_notice(
            NOTICES[first.what],
            key,
            keys[key],
            facts,
            about=exam,
            link=Link("papers:exam", [exam.pk]),
            asks=True,
        )
    asked = [_ask_maker(exam)] if first.what == What.PAPER else []
    if first.what == What.ANSWERS:
        asked = [paper_links.ask_for_answers(exam, home) for home in homes]
    return bool(keys.keys() - known) or any(asked)


def _ask_maker(exam: Exam) -> bool:
    """A link for who makes the paper, when the exam says who that is; whether it went now."""
    Exam.objects.select_for_update(no_key=True).get(pk=exam.pk)  # two workers
    links = ExamLink.objects.filter(
        edition=exam.edition_id, attempt=exam.attempt, purpose="paper", university=None
    )
    if not exam.contact_email or links.filter(created_at__gt=paper_links.lately()).exists():
        return False
    paper_links.ask(exam, email=exam.contact_email, language=exam.language, by=None)
    return True
