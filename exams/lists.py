"""Which exams there are to fix, to plan and to hold: the lists that pages show."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import TYPE_CHECKING, NamedTuple

from django.db.models import Count, Exists, IntegerField, OuterRef, Prefetch, Q, Subquery
from django.db.models.functions import Coalesce
from django.utils import timezone

from courses import house
from courses.models import Edition
from enrolments.models import Enrolment, State
from exams.models import Exam, ExamLink
from exams.models.exam import FIRST_ATTEMPT
from exams.showing import Shown, shown

if TYPE_CHECKING:
    from django.db.models import QuerySet

ASSESSED_BY_EXAM = ("exam", "both")


class Row(NamedTuple):
    """One attempt of the exam of an edition, fixed or not."""

    edition: Edition
    attempt: int
    exam: Exam | None
    expected_on: date | None
    link: ExamLink | None  # the open question to the host

    @property
    def shown(self) -> Shown | None:
        """When it is, in words; None when the host has not said."""
        return shown(self.exam) if self.exam else None

    @property
    def fix_by(self) -> date | None:
        """By when the host should have fixed it."""
        return self.expected_on - house.span("exams.fix_days") if self.expected_on else None

    @property
    def is_late(self) -> bool:
        """Whether the host should have fixed it by now."""
        due = self.fix_by
        return self.exam is None and due is not None and due < timezone.localdate()


def editions(of: Iterable[int] | None = None) -> QuerySet[Edition]:
    """Editions that count for exams: with students, or published; of these universities.

    How many students each has (`enrolled`) is counted edition by edition, from an index: a join
    with all cases takes a hundred times as long.
    """
    placed = Enrolment.objects.filter(
        edition=OuterRef("pk"), state__in=[State.ENROLLED, State.FINISHED]
    ).order_by()
    number = placed.values("edition").annotate(number=Count("pk")).values("number")
    rows = Edition.objects.filter(Q(state="published") | Exists(placed)).annotate(
        enrolled=Coalesce(Subquery(number, output_field=IntegerField()), 0)
    )
    if of is not None:
        rows = rows.filter(course__university__in=list(of))
    links = ExamLink.objects.filter(purpose="fix", spent_at=None, revoked_at=None)
    return rows.select_related("course__university").prefetch_related(
        "exams",
        Prefetch(
            "exam_links", links.filter(expires_at__gt=timezone.now()), to_attr="open_questions"
        ),
    )


def with_exam(rows: QuerySet[Edition], today: date) -> QuerySet[Edition]:
    """Those whose exam or resit can still come."""
    coming = Q(ends_on__gte=today) | Q(exam_on__gte=today) | Q(resit_on__gte=today)
    return rows.filter(coming, assessment__in=ASSESSED_BY_EXAM)


def with_assignment(rows: QuerySet[Edition], today: date) -> QuerySet[Edition]:
    """Those that end with a final assignment: no exam in Leiden."""
    return rows.filter(ends_on__gte=today, assessment="assignment")


def attempts_of(edition: Edition, today: date) -> list[Row]:
    """The attempts of an edition (from `editions`) that are to come, fixed or not."""
    fixed = {exam.attempt: exam for exam in edition.exams.all()}
    for known in fixed.values():
        known.edition = edition
    links = {link.attempt: link for link in getattr(edition, "open_questions", [])}
    expected = {FIRST_ATTEMPT: edition.exam_on, FIRST_ATTEMPT + 1: edition.resit_on}
    rows = []
    for attempt in sorted({FIRST_ATTEMPT, *fixed, *(FIRST_ATTEMPT + 1,) * wants_resit(edition)}):
        exam = fixed.get(attempt)
        day = expected.get(attempt)
        is_past = (day or edition.ends_on) < today
        if exam is not None:
            is_past = timezone.localdate(exam.latest_end_at) < today
        if not is_past:
            rows.append(Row(edition, attempt, exam, day, links.get(attempt)))
    return rows


def wants_resit(edition: Edition) -> bool:
    """Whether the host gives a resit, or may."""
    return edition.resit_offered is True


def rows_of(found: Iterable[Edition], today: date) -> list[Row]:
    """The attempts of these editions: first what is late, then by day."""
    rows = [row for edition in found for row in attempts_of(edition, today)]
    return sorted(rows, key=lambda row: (_day(row), row.edition.pk, row.attempt))


def _day(row: Row) -> date:
    if row.exam is not None:
        return timezone.localdate(row.exam.earliest_at)
    return row.expected_on or row.edition.ends_on
