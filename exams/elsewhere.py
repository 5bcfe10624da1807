"""Our exams at the home universities: the paper goes there in time, and the answers come back."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING, NamedTuple

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from courses import house
from courses.models import University
from enrolments.models import Enrolment
from enrolments.models.enrolment import Kind
from exams.models import ExamLink, PaperStep
from exams.sitters import takers_of, tasks_of

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from exams.models import Exam

AWAITED = timedelta(days=60)  # how long after the exam answers are asked for
AHEAD = timedelta(days=28)

type Pair = tuple[int, int, int]  # edition, attempt, university


class What(StrEnum):
    """What an exam of ours needs that home universities hold."""

    PAPER = "paper"  # here
    SENDING = "sending"
    ANSWERS = "answers"


class Needed(NamedTuple):
    """Something that such an exam needs, by when, and with whom; a paper: with nobody."""

    exam: Exam
    by: date
    what: What
    home: University | None

    @property
    def words(self) -> str:
        """What, in the reader's language."""
        if self.home is None:
            return _("Have our exam paper here")
        words = {
            What.SENDING: _("Send our exam paper to %(university)s"),
            What.ANSWERS: _("Get the answers back from %(university)s"),
        }
        return words[self.what] % {"university": self.home.local_name}

    @property
    def page(self) -> str:
        """Where it is done."""
        if self.what == What.SENDING and self.home is not None:
            return reverse("papers:out", args=[self.exam.pk, self.home.pk])
        return reverse("papers:exam", args=[self.exam.pk])


def needs(
    exams: QuerySet[Exam], paper_by: Callable[[Exam], date | None], today: date | None = None
) -> Iterator[Needed]:
    """What `exams` need, of those that somebody sits. Eight queries at most, one for none."""
    since = timezone.now() - AWAITED
    rows = exams.filter(starts_at__gt=since) | exams.filter(window_until__gt=since)
    known = list(rows.select_related("edition__course__university"))
    if not known:
        return
    today = today or timezone.localdate()
    homes = homes_of(known)
    sent_out, sent_back = _sent_out(known), _sent_back(known)
    for exam in known:
        if not homes[exam.pk]:
            continue
        if timezone.localdate(exam.latest_end_at) >= today and exam.latest_end_at > timezone.now():
            yield from _before(exam, homes[exam.pk], sent_out, paper_by(exam), today)
            continue
        by = timezone.localdate(exam.latest_end_at) + house.span("exams.ask_paper_days")
        for home in homes[exam.pk]:
            if (exam.pk, home.pk) not in sent_back:
                yield Needed(exam, by, What.ANSWERS, home)


def _before(
    exam: Exam, homes: list[University], sent_out: set[Pair], paper_by: date | None, today: date
) -> Iterator[Needed]:
    day, lead = timezone.localdate(exam.earliest_at), house.span("exams.ask_paper_days")
    if day - lead > today + AHEAD:
        return
    if paper_by is not None:
        yield Needed(exam, min(paper_by, day - lead), What.PAPER, None)
        return
    for home in homes:
        if (exam.edition_id, exam.attempt, home.pk) not in sent_out:
            yield Needed(exam, day - lead, What.SENDING, home)


def is_all_sent(exam: Exam) -> bool:
    """Whether each home university has the link to our paper. Six queries."""
    sent = _sent_out([exam])
    homes = homes_of([exam])[exam.pk]
    return all((exam.edition_id, exam.attempt, home.pk) in sent for home in homes)


def is_all_back(exam: Exam) -> bool:
    """Whether the answers of each home university came. Six queries."""
    back = _sent_back([exam])
    return all((exam.pk, home.pk) in back for home in homes_of([exam])[exam.pk])


def homes_of(exams: list[Exam]) -> dict[int, list[University]]:
    """The home universities whose students sit each of `exams`, by name."""
    tasks = tasks_of({exam.pk: exam for exam in exams}, takers_of(exams), everywhere=True)
    sits = {(one.case, task.exam.pk) for task in tasks.values() for one in task.sitters.values()}
    cases = Enrolment.objects.filter(
        pk__in={case for case, _exam in sits}, kind=Kind.INCOMING
    ).select_related("home_university")
    home = {case.pk: case.home_university for case in cases}
    found: defaultdict[int, dict[int, University]] = defaultdict(dict)
    for case, exam in sits:
        if university := home.get(case):
            found[exam][university.pk] = university
    return defaultdict(list, {pk: sorted(own.values(), key=str) for pk, own in found.items()})


def _sent_out(exams: list[Exam]) -> set[Pair]:
    """To whom the link to our paper went and still works."""
    links = ExamLink.objects.filter(
        edition__in={exam.edition_id for exam in exams},
        purpose=ExamLink.Purpose.PAPER,
        university__isnull=False,
        revoked_at=None,
    )
    return set(links.values_list("edition", "attempt", "university"))


def _sent_back(exams: list[Exam]) -> set[tuple[int, int]]:
    """Whose answers came."""
    steps = PaperStep.objects.filter(
        paper__exam__in=exams, kind=PaperStep.Kind.SENT, university__isnull=False
    )
    return set(steps.values_list("paper__exam", "university"))
