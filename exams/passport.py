"""A paper's passport: its versions, its steps, who opened it, and where a number gapes."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, NamedTuple

from django.db.models import Prefetch
from django.db.models.functions import Coalesce
from django.utils import timezone
from django.utils.translation import gettext as _

from exams.models import Exam, Paper, PaperStep, Seat
from exams.models.exam import ExamQuerySet
from exams.services import papers
from paperwork.models import Attachment, Event

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from vx_portal.http import Person


K = PaperStep.Kind
STOPS = (K.RECEIVED, K.OPENED, K.PRINTED, K.COLLECTED, K.SCANNED, K.SENT, K.CONFIRMED)


@dataclass
class Opening:
    """Somebody who opened a file, and when."""

    at: datetime
    who: str
    what: str


@dataclass
class Passport:
    """One version of a paper."""

    paper: Paper
    steps: list[PaperStep]
    there: int | None  # students who were there, once the sittings are closed
    answers: list[Attachment] = field(default_factory=list)
    openings: list[Opening] = field(default_factory=list)

    @property
    def last(self) -> PaperStep | None:
        """The furthest step."""
        known = {step.kind: step for step in self.steps}
        return next((known[kind] for kind in reversed(STOPS) if kind in known), None)

    @property
    def is_open(self) -> bool:
        """Whether two people have opened it together."""
        opened = (step for step in self.steps if step.kind == K.OPENED and not step.university_id)
        return not self.paper.file or any(step.with_name for step in opened)

    def count(self, kind: str) -> int | None:
        """The number that was written down last for `kind`."""
        own = (step for step in self.steps if not step.university_id)
        numbers = [step.number for step in own if step.kind == kind]
        return next((number for number in reversed(numbers) if number is not None), None)

    @property
    def gaps(self) -> list[str]:
        """Where two numbers do not fit, or a step was passed over; a sentence each."""
        return [*self._passed_over(), *self._numbers()]

    def _passed_over(self) -> list[str]:
        """What should be written down by now and is not, of the version that counts."""
        done = {step.kind for step in self.steps if not step.university_id}
        went_on = not done.isdisjoint((K.SCANNED, K.SENT))
        said = []
        if self.paper.file and K.PRINTED not in done and (K.COLLECTED in done or went_on):
            said.append(_("How many were printed is not written down."))
        if K.COLLECTED not in done and (went_on or (self.there and not self.paper.replaced_at)):
            said.append(_("How many answers were collected is not written down."))
        return said

    def _numbers(self) -> list[str]:
        printed, collected = self.count(K.PRINTED), self.count(K.COLLECTED)
        scanned, sent = self.count(K.SCANNED), self.count(K.SENT)
        said = []
        if printed is not None and collected is not None and printed != collected:
            said.append(
                _("Printed %(one)s, collected %(other)s: ") % {"one": printed, "other": collected}
                + _difference(printed - collected)
            )
        if collected is not None and self.there is not None and collected < self.there:
            said.append(
                _("%(there)s students were there, answers of %(number)s were collected.")
                % {"there": self.there, "number": collected}
            )
        if collected is not None and scanned is not None and scanned != collected:
            said.append(
                _("Collected %(one)s, scanned %(other)s: ") % {"one": collected, "other": scanned}
                + _difference(collected - scanned)
            )
        before = scanned if scanned is not None else collected
        if before is not None and sent is not None and sent != before:
            said.append(
                _("There are %(one)s answers, sent were %(other)s: ")
                % {"one": before, "other": sent}
                + _difference(before - sent)
            )
        return said


def _difference(number: int) -> str:
    if number > 0:
        return _("%(n)s missing.") % {"n": number}
    return _("%(n)s too many.") % {"n": -number}


class ExamRow(NamedTuple):
    """An exam in the list of papers, with the passport that counts."""

    exam: Exam
    passport: Passport | None
    is_late: bool  # it should be here, and is not


def exams(user: Person, *, over: bool) -> ExamQuerySet:
    """The exams that `user` sees: those to come, the first one first; or those that are over."""
    moment = Coalesce("starts_at", "window_from")
    rows = Exam.objects.visible_to(user)
    coming = rows.upcoming().values("pk")
    rows = rows.exclude(pk__in=coming) if over else rows.filter(pk__in=coming)
    current = Paper.objects.current().prefetch_related("steps")
    return (
        rows.select_related("edition__course__university")
        .prefetch_related(Prefetch("papers", current, to_attr="counting"))
        .order_by(*(moment.desc(), "-pk") if over else (moment.asc(), "pk"))
    )


def listed(rows: Iterable[Exam]) -> list[ExamRow]:
    """A page of `exams`."""
    now = timezone.now()
    found = []
    for exam in rows:
        papers_of: list[Paper] = exam.counting  # type: ignore[attr-defined]
        last = papers_of[0] if papers_of else None
        passport = Passport(last, list(last.steps.all()), None) if last else None
        is_late = not passport and exam.paper_due_at is not None and exam.paper_due_at < now
        found.append(ExamRow(exam, passport, is_late))
    return found


def passports(exam: Exam, user: Person) -> list[Passport]:
    """All versions of the paper of `exam` that `user` may know of, the latest first."""
    rows = Paper.objects.visible_to(user).filter(exam=exam)
    rows = rows.select_related("first_reader", "second_reader")
    return in_full(exam, rows)


def of_host(exam: Exam) -> list[Passport]:
    """All versions, for the host that came by its link: the link is the gate."""
    return in_full(exam, all_versions(exam))


def all_versions(exam: Exam) -> QuerySet[Paper]:
    """All versions; for who came by a link."""
    return Paper.objects.filter(exam=exam)


def counting(exam: Exam) -> Paper | None:
    """The version that counts; for who came by a link."""
    return Paper.objects.current().filter(exam=exam).first()


def in_full(exam: Exam, rows: Iterable[Paper]) -> list[Passport]:
    """These versions with everything about them; for who passed a gate."""
    there = students_there(exam)
    found = []
    for paper in rows:
        steps = list(paper.steps.select_related("university"))
        answers = papers.answers_of(paper)
        opened = [*_openings(paper, _("the exam paper")), *_of_answers(answers)]
        opened.sort(key=lambda one: one.at)
        found.append(Passport(paper, steps, there, answers, opened))
    return found


def _openings(thing: Paper | Attachment, what: str) -> list[Opening]:
    events = Event.objects.about(thing).filter(action__in=["read", "opened"])
    return [Opening(event.at, event.actor_name, what) for event in events]


def _of_answers(answers: list[Attachment]) -> list[Opening]:
    return [one for file in answers for one in _openings(file, file.name)]


def students_there(exam: Exam) -> int | None:
    """How many students were there; None while a sitting is not closed, or there is none."""
    states = set(exam.sittings.standing().values_list("state", flat=True))
    if states != {"closed"}:
        return None
    seats = Seat.objects.standing().filter(sitting__exam=exam, sitting__state="closed")
    return seats.exclude(attendance="absent").count()
