"""What the page of a case shows of the result besides the transcript and the registration.

Beforehand what the host's grades have meant here; of one of our own courses the result; and when
all is done, one question.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils.translation import pgettext

from accounts.models import Role
from enrolments.later import Happened, Part
from enrolments.models.enrolment import OVER, Kind
from grades.meanings import meanings_of
from grades.models import Experience, Result
from grades.services import experience
from paperwork.models import Event

if TYPE_CHECKING:
    from collections.abc import Iterable

    from accounts.models import User
    from enrolments.models import Enrolment


def parts(case: Enrolment, user: User) -> Iterable[Part]:
    """For its student. Four queries at most."""
    if case.state in OVER or case.student_id != user.pk:
        return
    result = Result.objects.visible_to(user).filter(enrolment=case).current().first()
    if result is not None and case.kind == Kind.INCOMING:
        yield Part("grades/parts/own_result.html", result)
    if result is None and case.kind == Kind.OUTGOING:
        host = case.edition.course.university
        if lines := meanings_of(host):
            yield Part("grades/parts/meanings.html", {"lines": lines, "university": host})
    if result is not None and experience.is_asked(case):
        given = Experience.objects.visible_to(user).filter(enrolment=case).first()
        facts = {"case": case, "given": given, "answers": Experience.Answer.choices}
        yield Part("grades/parts/experience.html", facts)


def history(case: Enrolment, user: User) -> Iterable[Happened]:
    """That a result of our own was confirmed or corrected, for those who may read it. Two queries.

    Nothing for cases whose result comes from a transcript.
    """
    if case.kind == Kind.OUTGOING:
        return
    rows = Result.objects.visible_to(user).filter(enrolment=case).exclude(confirmed_at=None)
    numbers = dict(rows.values_list("pk", "replaces"))
    if not numbers:
        return
    events = Event.objects.filter(
        subject_kind=Result._meta.label_lower, subject_id__in=numbers, action="confirm"
    )
    for event in events:
        words = (
            pgettext("history", "confirmed a correction of the result")
            if numbers[event.subject_id]
            else pgettext("history", "confirmed the result")
        )
        yield Happened(event.at, event.actor_name, str(Role.OFFICE.label), words, event.reason)
