"""Where who sits an exam: in our own rooms, or with the home university that holds it.

An exam of ours may be held at the home universities, of those who came to us from a partner. Our
own students who follow the same course sit it here: the place goes by the kind of case.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db.models import CharField, Exists, ExpressionWrapper, OuterRef, Q, QuerySet

from enrolments.models import Enrolment
from enrolments.models.enrolment import Kind
from exams.models import Exam, Held, Resit, Sitting
from exams.models.exam import FIRST_ATTEMPT
from exams.services.resits import SITTING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from enrolments.models import State


def is_away(exam: Exam, kind: str) -> bool:
    """Whether students of this kind of case sit `exam` with their home university."""
    return exam.held == Held.HOME and kind == Kind.INCOMING


def cases_here(states: Iterable[State] = SITTING) -> QuerySet[Enrolment]:
    """For a subquery of exams: the cases of its edition whose students sit it in our rooms."""
    rows = Enrolment.objects.alias(held=_held()).filter(
        Q(held=Held.LEIDEN) | ~Q(kind=Kind.INCOMING), edition=OuterRef("edition")
    )
    return rows.filter(state__in=list(states))


def resits_here(states: Iterable[State] = SITTING) -> QuerySet[Resit]:
    """For a subquery of exams: who takes this resit in our rooms, of cases in these states."""
    return (
        Resit.objects.taking()
        .alias(held=_held())
        .filter(
            Q(held=Held.LEIDEN) | ~Q(enrolment__kind=Kind.INCOMING),
            attempt=OuterRef("attempt"),
            enrolment__edition=OuterRef("edition"),
            enrolment__state__in=list(states),
        )
    )


def sat_here(states: Iterable[State] = SITTING) -> Q:
    """Of exams: those that somebody sits in our rooms."""
    states = list(states)
    first = Q(attempt=FIRST_ATTEMPT) & Exists(cases_here(states))
    return first | Q(attempt__gt=FIRST_ATTEMPT) & Exists(resits_here(states))


def _held() -> ExpressionWrapper[OuterRef]:
    return ExpressionWrapper(OuterRef("held"), output_field=CharField())


def here(rows: QuerySet[Exam]) -> QuerySet[Exam]:
    """Those held in our rooms, for everybody or for some."""
    planned = Q(Exists(Sitting.objects.standing().filter(exam=OuterRef("pk"))))
    return rows.filter(Q(held=Held.LEIDEN) | sat_here() | planned)


def is_here(exam: Exam) -> bool:
    """Whether anybody sits `exam` in our rooms. A query where it is held elsewhere too."""
    return exam.held == Held.LEIDEN or here(Exam.objects.filter(pk=exam.pk)).exists()
