"""What happens by itself when a date has passed: offers and drafts end, places go on, people hear.

Every function finds what is due and does it row by row, each in a transaction of its own, so that
one row's trouble does not keep the others. Run twice, nothing happens twice.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from functools import partial
from typing import Any

import structlog
from django.db import DatabaseError, transaction
from django.db.models import F, Q
from django.utils import timezone

from accounts.models import User
from courses import house
from courses.models import Edition, PublicState
from enrolments import people
from enrolments.models import BoardRequest, Enrolment, State
from enrolments.models.enrolment import Board, Kind
from enrolments.services import acting, places, rules, telling
from enrolments.services.actions import ActionError
from paperwork.services.notices import Link, owe_notice
from paperwork.working_days import WORK_BEGINS, is_working_day

log = structlog.get_logger("enrolments.upkeep")

AT_DESK, AT_HOST = Link("desk:queue", query="view=late"), Link("partner:home")


def _with_edition() -> Any:
    return Enrolment.objects.select_related("edition__course__university", "student")


def _each(cases: Iterable[Enrolment], do: Callable[[Enrolment], object], what: str) -> int:
    """Do it for each; how many went well."""
    done = 0
    for case in cases:
        try:
            do(case)
            done += 1
        except ActionError:
            pass  # somebody acted at the same moment: there is nothing left to do
        except DatabaseError as error:
            log.warning(what, case=case.pk, reason=type(error).__name__)
    return done


def end_offers(at: datetime | None = None) -> int:
    """Offers whose time is over, or whose course is withdrawn, expire; each place goes on."""
    now = at or timezone.now()
    shown = Q(edition__state=PublicState.PUBLISHED, edition__course__state=PublicState.PUBLISHED)
    over = _with_edition().filter(Q(offer_until__lte=now) | ~shown, state=State.OFFERED)
    return _each(over, lambda case: acting.act(case, "expire", by=None), "offer not ended")


def end_offers_of(editions: Iterable[int]) -> int:
    """Offers of these editions expire, whatever their time: they are no longer on offer."""
    rows = _with_edition().filter(edition__in=list(editions), state=State.OFFERED)
    over = rows.order_by("edition_id", "pk")  # in the order in which others lock editions
    return _each(over, lambda case: acting.act(case, "expire", by=None), "offer not ended")


def fill_free_places() -> int:
    """Editions with free places and people waiting (the host gave more): the line moves up."""
    free = Q(places=None) | Q(taken__lt=F("places"))
    shown = Q(state=PublicState.PUBLISHED, course__state=PublicState.PUBLISHED)
    waiting = Edition.objects.filter(free & shown, enrolments__state=State.WAITING).distinct()
    promoted = 0
    for pk in waiting.values_list("pk", flat=True):
        try:
            with transaction.atomic():
                promoted += len(acting.fill(pk))
        except DatabaseError as error:
            log.warning("places not filled", edition=pk, reason=type(error).__name__)
    return promoted


def end_lines(at: datetime | None = None) -> int:
    """Who still waits when the course has started, and nobody can apply any more, gets no place."""
    over = _with_edition().filter(places.line_is_over(timezone.localdate(at)), state=State.WAITING)
    return _each(over, lambda case: acting.act(case, "expire", by=None), "turn not ended")


def expire_unanswered(at: datetime | None = None) -> int:
    """Questions that were not answered in time: the case expires and its place goes on."""
    today = timezone.localdate(at)
    late = _with_edition().filter(state=State.RETURNED, due_on__lt=today)
    return _each(late, lambda case: acting.act(case, "expire", by=None), "question not ended")


def expire_drafts(at: datetime | None = None) -> int:
    """Drafts that can no longer be sent, or that nobody has touched for a long time."""
    now = at or timezone.now()
    untouched = now - timedelta(days=rules.rulebook().portal["draft_days"])
    closed = Q(edition__applications_close_on__lt=timezone.localdate(now))
    drafts = _with_edition().filter(closed | Q(changed_at__lt=untouched), state=State.DRAFT)
    return _each(drafts, lambda case: acting.act(case, "expire", by=None), "draft not ended")


def finish_ended(at: datetime | None = None) -> int:
    """Courses that have ended: their students' cases are finished, the transcript follows."""
    today = timezone.localdate(at)
    ended = _with_edition().filter(state=State.ENROLLED, edition__ends_on__lt=today)
    return _each(ended, lambda case: acting.act(case, "finish", by=None), "case not finished")


def remind_of_drafts(at: datetime | None = None) -> int:
    """Students who have not sent theirs hear it some days before it closes, and the day before."""
    today = timezone.localdate(at)
    reminded = 0
    for days in (house.number("applying.remind_days"), 1):
        closes = today + timedelta(days=days)
        drafts = _with_edition().filter(state=State.DRAFT, edition__applications_close_on=closes)
        remind = partial(_remind, kind="closing", occasion=str(days))
        reminded += _each(drafts, remind, "reminder not owed")
    return reminded


def remind_of_questions(at: datetime | None = None) -> int:
    """Students who owe an answer hear it again some days before the last day."""
    soon = timezone.localdate(at) + house.span("applying.question_days")
    asked = _with_edition().filter(state=State.RETURNED, due_on=soon)
    remind = partial(_remind, kind="question", occasion=str(soon))
    return _each(asked, remind, "reminder not owed")


def remind_of_board(at: datetime | None = None) -> int:
    """Students whose Board should have answered by now hear that its letter is awaited.

    Those who asked it themselves: by a link the Board itself is reminded, and when that has
    expired, it is late for whoever sent it.
    """
    now = at or timezone.now()
    links = BoardRequest.objects.filter(revoked_at=None)
    late = _with_edition().filter(
        state=State.SUBMITTED,
        board=Board.ASKED,
        board_asked_on__isnull=False,
        due_on__lte=timezone.localdate(now),
    )
    awaited = late.exclude(kind=Kind.INCOMING).exclude(pk__in=links.values("enrolment"))
    return _each(awaited, _remind_of_board, "reminder not owed")


def _remind_of_board(case: Enrolment) -> None:
    _remind(case, kind="board_awaited", occasion=str(case.due_on))


@transaction.atomic
def _remind(case: Enrolment, kind: str, occasion: str) -> None:
    owe_notice(
        f"enrolments.{kind}",
        f"enrolment-{case.pk}-{kind}-{occasion}",
        case.student,
        telling.context(case) | {"reason": case.question},
        about=case,
        link=telling.to_student(case),
    )


def chase(at: datetime | None = None) -> int:
    """On working days from eight o'clock: one message to each person whose cases wait too long.

    The home side hears of requests to check, or the office where there is nobody; hosts with an
    account and the office of students to confirm. Returns how many people were written to.
    """
    now = timezone.localtime(at)
    today = now.date()
    if now.hour < WORK_BEGINS or not is_working_day(today):
        return 0
    late: Counter[tuple[User, Link]] = Counter()  # a person, and the list on which it stands
    overdue = Enrolment.objects.filter(due_on__lt=today).for_list()
    for case in overdue.filter(state=State.SUBMITTED):
        late.update((person, AT_DESK) for person in people.home_side(case) or people.office())
    for case in overdue.filter(state=State.APPROVED):
        office = set(people.office())
        hosts = set(people.host_side(case)) - office
        late.update((person, AT_DESK) for person in office)
        late.update((person, AT_HOST) for person in hosts)
    for (person, page), number in late.items():
        with transaction.atomic():
            owe_notice(
                "enrolments.overdue",
                f"enrolment-overdue-{person.pk}-{page.name}-{today}",
                person,
                {"number": number, "at_host": page is AT_HOST},
                link=page,
            )
    return len(late)
