"""Results of our own courses as the office sees them: by edition, and the students of one."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.db.models import Count, Exists, OuterRef, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy

from courses.models import Edition
from courses.spreadsheets import Sheet
from enrolments.models import Enrolment
from enrolments.scopes import scopes_of
from grades.gates import ENDED_WELL
from grades.lists import TEMPLATE
from grades.models import Result
from grades.no_transcript import not_there
from paperwork.models import Document

if TYPE_CHECKING:
    from collections.abc import Iterable

    from django.db.models import QuerySet

    from accounts.models import User

VIEWS = {
    "enter": gettext_lazy("To enter"),
    "confirm": gettext_lazy("To confirm"),
    "all": gettext_lazy("All courses"),
}


def editions(user: User) -> QuerySet[Any]:
    """Our own editions that have begun and have students, with how far their results are."""
    placed = Q(enrolments__state__in=ENDED_WELL)
    visible = Result.objects.visible_to(user)
    results = visible.filter(enrolment__edition=OuterRef("pk"))
    standing = visible.filter(enrolment=OuterRef("pk")).standing()
    open_cases = Enrolment.objects.filter(edition=OuterRef("pk"), state__in=ENDED_WELL).filter(
        ~Exists(standing), ~not_there()
    )
    rows = Edition.objects.filter(
        course__university__is_home=True, starts_on__lte=timezone.localdate()
    )
    return (
        rows.annotate(
            students=Count("enrolments", filter=placed, distinct=True),
            to_enter=Exists(open_cases),
            to_confirm=Exists(results.to_confirm()),
        )
        .filter(students__gt=0)
        .select_related("course__university")
        .order_by("-ends_on", "pk")
    )


def narrowed(rows: QuerySet[Any], view: str) -> QuerySet[Any]:
    """To enter: the course is over and somebody has no result. To confirm: one waits."""
    if view == "enter":
        return rows.filter(to_enter=True, ends_on__lt=timezone.localdate())
    return rows.filter(to_confirm=True) if view == "confirm" else rows


def waiting(rows: QuerySet[Any]) -> tuple[int, int]:
    """How many of `editions` have results to confirm, and how many to enter. One query."""
    over = Q(to_enter=True, ends_on__lt=timezone.localdate())
    counts = rows.order_by().aggregate(
        confirm=Count("pk", filter=Q(to_confirm=True)), enter=Count("pk", filter=over)
    )
    return counts["confirm"], counts["enter"]


@dataclass
class Student:
    """A student of an edition, with the result that holds and the one that waits."""

    case: Enrolment
    holds: Result | None = None
    waits: Result | None = None
    document: Document | None = None


def students(user: User, edition: Edition) -> QuerySet[Enrolment]:
    """The students of `edition`, in the order of their names."""
    rows = Enrolment.objects.visible_to(user).filter(edition=edition, state__in=ENDED_WELL)
    return rows.select_related("student", "home_university", "faculty").order_by(
        "student__name", "pk"
    )


def with_results(user: User, cases: Iterable[Enrolment]) -> list[Student]:
    """Each with its results and transcript of records. Two queries."""
    found = {case.pk: Student(case) for case in cases}
    rows = Result.objects.visible_to(user).filter(enrolment__in=found).standing()
    for result in rows.select_related("recorded_by", "confirmed_by"):
        one = found[result.enrolment_id]
        if result.is_confirmed:
            one.holds = result
        else:
            one.waits = result
    for document in documents_of(found):
        if document.subject_id in found:
            found[document.subject_id].document = document
    return list(found.values())


def documents_of(cases: Iterable[int]) -> QuerySet[Document]:
    """The transcripts of records of these cases that hold now. Ask the cases' gate before."""
    return Document.objects.filter(
        kind="records",
        subject_kind=Enrolment._meta.label_lower,
        subject_id__in=list(cases),
        state=Document.State.DONE,
        replaced_at=None,
        withdrawn_at=None,
    ).defer("data")


def template_of(cases: Iterable[Enrolment]) -> Sheet:
    """A list to fill in: each student of the edition, nothing in the result yet."""
    empty = [""] * (len(TEMPLATE) - 2)
    return Sheet(TEMPLATE, ([case.student_number, case.student.name, *empty] for case in cases))


def of_home_universities(user: User) -> QuerySet[Result]:
    """The results that were sent to the universities for which `user` acts, the latest first."""
    rows = Result.objects.visible_to(user).current()
    return (
        rows.filter(
            source=Result.Source.RESULT_LIST,
            enrolment__home_university__in=scopes_of(user).partner_of,
        )
        .select_related("enrolment__student", "enrolment__edition__course__university")
        .order_by("-confirmed_at", "-pk")
    )


def results_to_read(user: User) -> QuerySet[Result]:
    """The results whose transcript of records `user` may open as staff."""
    rows = Result.objects.visible_to(user).filter(source=Result.Source.RESULT_LIST)
    return rows.exclude(confirmed_at=None).exclude(enrolment__student=user).order_by()
