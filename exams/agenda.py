"""What exams still need, each by its day: a room, publishing, a paper, closing."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from typing import TYPE_CHECKING, NamedTuple

from django.db.models import Exists, OuterRef, Prefetch, Q
from django.db.models.functions import Coalesce
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from courses import house
from enrolments.models import State
from enrolments.scopes import scopes_of
from exams import deadlines, elsewhere, lists, places
from exams.models import Exam, Held, Paper, Sitting, SittingState
from exams.models.exam import FIRST_ATTEMPT

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from accounts.models import User
    from courses.models import Course

OPEN = (SittingState.PUBLISHED, SittingState.HELD)  # after its end somebody has to close it
HAS_PAPER = Exists(Paper.objects.current().filter(exam=OuterRef("pk")))
AHEAD = timedelta(days=28)  # what is due later needs nobody yet


class Need(NamedTuple):
    """Something that an exam needs, and by when."""

    by: date
    words: str
    address: str
    course: Course
    is_resit: bool
    day: date | None  # of the exam, where it is known

    @property
    def is_late(self) -> bool:
        return self.by < timezone.localdate()


class Agenda(NamedTuple):
    """What is needed, the first first; the sittings to come; how many exams have no room."""

    needs: list[Need]
    sittings: list[Sitting]
    unplanned: int


def agenda(user: User) -> Agenda:
    """The exams in Leiden that `user` arranges or reads, and ours that are held elsewhere.

    Four queries; seven more when there are such.
    """
    now = timezone.now()
    visible = Exam.objects.visible_to(user)
    known = list(_going_on(places.here(visible)))
    out = visible.filter(held=Held.HOME).annotate(has_paper=HAS_PAPER)
    there = list(elsewhere.needs(out, paper_by))
    goes_out = {one.exam.pk for one in there}
    needs = [
        Need(by, words, page, exam.edition.course, exam.is_resit, _day(exam))
        for exam in known
        for by, words, page in _needs_of(exam, asks_paper=exam.pk not in goes_out)
    ]
    needs += [
        Need(
            *(one.by, one.words, one.page),
            *(one.exam.edition.course, one.exam.is_resit, _day(one.exam)),
        )
        for one in there
    ]
    needs += [
        Need(
            timezone.localdate(exam.latest_end_at),
            _("It has passed and was never planned: agree on another moment with the host"),
            reverse("exams:exam", args=[exam.edition_id, exam.attempt]),
            exam.edition.course,
            exam.is_resit,
            _day(exam),
        )
        for exam in missed(visible)
    ]
    sittings = [sitting for exam in known for sitting in _standing(exam) if sitting.ends_at >= now]
    return Agenda(
        sorted(needs, key=lambda need: need.by),
        sorted(sittings, key=lambda sitting: (sitting.starts_at, sitting.pk)),
        sum(not _standing(exam) for exam in known),
    )


def _going_on(exams: QuerySet[Exam]) -> QuerySet[Exam]:
    """Those to come that somebody sits, and those of which a sitting is not closed."""
    coming = Exam.objects.upcoming().values("pk")
    unclosed = Sitting.objects.filter(exam=OuterRef("pk"), state__in=OPEN)
    sittings = Sitting.objects.standing().select_related("room__building")
    return (
        exams.filter(Q(pk__in=coming) & places.sat_here() | Q(Exists(unclosed)))
        .annotate(has_paper=HAS_PAPER)
        .select_related("edition__course__university")
        .prefetch_related(Prefetch("sittings", sittings, to_attr="standing"))
    )


def missed(exams: QuerySet[Exam]) -> list[Exam]:
    """Those in Leiden that passed without a plan, while students still wait for them. One query.

    The first one first. They leave it when the host fixes another moment, or the cases end.
    """
    now = timezone.now()
    planned = Sitting.objects.standing().filter(exam=OuterRef("pk"))
    return list(
        exams.filter(
            Q(starts_at__lte=now) | Q(window_until__lte=now),
            places.sat_here([State.ENROLLED]),
            ~Exists(planned),
        )
        .select_related("edition__course__university")
        .order_by(Coalesce("starts_at", "window_until"), "pk")
    )


def _standing(exam: Exam) -> list[Sitting]:
    """The sittings of an exam that is going on."""
    found: list[Sitting] = exam.standing  # type: ignore[attr-defined]  # fetched with it
    for sitting in found:
        sitting.exam = exam
    return found


def _day(exam: Exam) -> date:
    return timezone.localdate(exam.earliest_at)


def _needs_of(exam: Exam, *, asks_paper: bool) -> Iterator[tuple[date, str, str]]:
    """By when, what, and where it is done; the paper unless it is asked for already."""
    now, today, day = timezone.now(), timezone.localdate(), _day(exam)
    sittings = _standing(exam)
    for sitting in sittings:
        if sitting.state in OPEN and sitting.ends_at < now:
            page = reverse("examday:sitting", args=[sitting.pk])
            yield timezone.localdate(sitting.ends_at), _("Close the sitting"), page
    if (exam.starts_at or exam.window_until or now) <= now:
        return
    tell_by = deadlines.tell_by(day)
    if tell_by <= today + AHEAD:
        planner = f"{reverse('planner:plan')}?day={day:%Y-%m-%d}"
        if not sittings:
            yield tell_by, _("Plan it and tell the students"), planner
        elif any(sitting.state == SittingState.PLANNED for sitting in sittings):
            yield tell_by, _("Publish it: then the students are told"), planner
    due = paper_by(exam)
    if asks_paper and due and due <= today + house.span("exams.ask_paper_days"):
        yield due, _("Have the exam paper here"), reverse("papers:exam", args=[exam.pk])


def paper_by(exam: Exam) -> date | None:
    """By when the paper of `exam`, which knows whether it is here, should be; None when it is."""
    if exam.has_paper:  # type: ignore[attr-defined]  # asked for with it
        return None
    return timezone.localdate(exam.paper_due_at) if exam.paper_due_at else _day(exam)


def of_hosts(user: User) -> list[Need]:
    """What the universities of which `user` is a contact owe for their exams. Two queries."""
    today = timezone.localdate()
    exams = Exam.objects.annotate(has_paper=HAS_PAPER)
    editions = lists.with_exam(lists.editions(scopes_of(user).partner_of), today)
    editions = editions.prefetch_related(None).prefetch_related(Prefetch("exams", exams))
    needs = []
    for row in lists.rows_of(editions, today):
        if not row.edition.enrolled:  # type: ignore[attr-defined]  # counted by the list
            continue
        about = (row.edition.course, row.attempt > FIRST_ATTEMPT)
        named = [row.edition.pk, row.attempt]
        if row.exam is None:
            if row.fix_by and row.fix_by <= today + house.span("exams.ask_fix_days"):
                page = reverse("partner-exams:fix", args=named)
                words = _("Fix the exam: when, how long and how")
                needs.append(Need(row.fix_by, words, page, *about, row.expected_on))
        elif row.exam.held == Held.LEIDEN and (by := paper_by(row.exam)) and by <= today + AHEAD:
            page = reverse("partner-day:exam", args=[row.exam.pk])
            needs.append(Need(by, _("Send the exam paper"), page, *about, _day(row.exam)))
    return sorted(needs, key=lambda need: need.by)
