"""What was written for a request: after its time no word of it is left anywhere."""

from __future__ import annotations

from pathlib import Path

import pytest

from accounts.models import Role
from enrolments.models import Enrolment
from enrolments.services import acting, answering
from paperwork import verifying
from paperwork.models import Event, Notice
from paperwork.services import chain
from paperwork.services.events import record
from privacy import retention as due
from privacy.services import deleting
from tests import factories
from tests.enrolments.cases import case_in
from tests.grades.rows import finish
from tests.privacy.test_opened import file_about
from tests.privacy.test_retention import files, in_days

__all__ = ["files"]
pytestmark = pytest.mark.django_db


def asked_and_answered() -> Enrolment:
    """A finished case about which somebody asked something, with an answer."""
    case = case_in("submitted")
    by = factories.MemberFactory.create(role=Role.COORDINATOR, faculty=case.faculty)
    acting.act(case, "return", by=by, reason="Which ailment?")
    answering.answer(case, "This ailment.", None, by=case.student)
    daily = Notice.objects.create(key="daily", kind="digest", recipient=case.student, language="nl")
    Notice.objects.filter(kind="enrolments.question").update(digest=daily)
    return finish(case)


def with_ailment() -> list[object]:
    """What still names it."""
    events = Event.objects.filter(reason__contains="ailment")
    notices = Notice.objects.filter(text__contains="ailment")
    return [*events, *notices, *Notice.objects.filter(key="daily")]


def test_a_question_and_its_answer_go_from_the_trail_and_from_messages(files: Path) -> None:
    case = asked_and_answered()
    others = Event.objects.about(case).exclude(action__in=["return", "answer"]).count()
    told = Notice.objects.exclude(kind__in=["enrolments.question", "digest"]).count()
    assert len(with_ailment()) == 4  # the control
    chain.seal()

    deleting.delete_words(case)

    assert with_ailment() == []
    assert Event.objects.about(case).count() == others  # where the case went stays
    assert Notice.objects.count() == told > 0
    found = verifying.verify()
    assert (found.faults, found.let_go) == ([], 2)


def test_words_that_stand_in_the_trail_alone_are_due_too() -> None:
    """Of a question that was taken back, and of cases whose other words went before."""
    case = finish(case_in("finished"))
    Enrolment.objects.filter(pk=case.pk).update(motivation="", question="", answer="")
    later = in_days(3000)
    words = due.due("words", later)
    assert case not in words

    record(case, "return", by=None, reason="Why?")

    assert case in due.due("words", later)
    deleting.delete_words(case)
    assert case not in due.due("words", later)


def test_who_opened_the_evidence_goes_with_it() -> None:
    case, other = (finish(case_in("finished")) for _number in range(2))
    gone, kept = (file_about(one, "evidence.pdf") for one in (case, other))
    for file in (gone, kept):
        record(file, "opened", by=case.student)
    chain.seal()

    deleting.delete_words(case)

    assert not Event.objects.about(gone).exists()
    assert Event.objects.about(kept).exists()
    assert verifying.verify().faults == []
