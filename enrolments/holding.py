"""Who has a case, since when, by when, and what happens next: said to everyone who may see it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import TYPE_CHECKING

from django.utils import timezone

from courses.wording import gettext as _
from courses.wording import gettext_lazy
from enrolments.models.enrolment import Board, Kind, State

if TYPE_CHECKING:
    from enrolments.later import News
    from enrolments.models import Enrolment


class Who(StrEnum):
    """Whose move it is."""

    STUDENT = "student"
    COORDINATOR = "coordinator"
    HONOURS = "honours"
    BOARD = "board"
    HOME = "home"  # the contact at a partner whose student comes to us
    HOST = "host"
    OFFICE = "office"
    EXAMS = "exams"
    ADMINISTRATION = "administration"
    COLLEAGUE = "colleague"
    NOBODY = "nobody"


@dataclass(frozen=True)
class Holder:
    """Who has it now."""

    who: Who
    name: str  # in words, as in "now with …"
    since: datetime
    due_on: date | None
    next: str  # what happens next, one sentence

    @property
    def is_overdue(self) -> bool:
        return self.due_on is not None and self.due_on < timezone.localdate()


def holder(case: Enrolment, news: News | None = None) -> Holder:
    """Who has `case` (which comes with its edition, course and university).

    `news`: what later apps know of it, which goes before.
    """
    if news and news.holder:
        return news.holder
    who = who_has(case)
    return Holder(who, name_of(who, case), case.since, case.due_on, what_next(case))


def who_has(case: Enrolment) -> Who:
    """Whose move it is."""
    match case.state:
        case State.DRAFT | State.RETURNED | State.OFFERED:
            return Who.STUDENT
        case State.SUBMITTED if is_with_board(case):
            return Who.BOARD
        case State.SUBMITTED:
            return home_of(case)
        case State.APPROVED:
            return Who.OFFICE if case.edition.course.university.is_home else Who.HOST
        case _:
            return Who.NOBODY


def is_with_board(case: Enrolment) -> bool:
    """Whether the Board has been asked; without a day the coordinator has yet to ask it."""
    asked = case.board == Board.ASKED and case.board_asked_on is not None
    return asked and case.kind != Kind.INCOMING


def home_of(case: Enrolment) -> Who:
    """Who decides on the home side."""
    if case.kind == Kind.INCOMING:
        return Who.HOME
    return Who.HONOURS if case.is_honours else Who.COORDINATOR


def name_of(who: Who, case: Enrolment) -> str:
    """The one who has it, as in "now with …"."""
    match who:
        case Who.HOME:
            return _("the contact person at %(university)s") % {"university": case.home_university}
        case Who.HOST:
            return str(case.edition.course.university)
        case _:
            return str(_NAMES[who])


_NAMES = {
    Who.STUDENT: gettext_lazy("the student"),
    Who.COORDINATOR: gettext_lazy("the exchange coordinator"),
    Who.HONOURS: gettext_lazy("the honours coordinator"),
    Who.BOARD: gettext_lazy("the Board of Examiners"),
    Who.OFFICE: gettext_lazy("the programme office"),
    Who.EXAMS: gettext_lazy("the exam team of {portal}"),
    Who.ADMINISTRATION: gettext_lazy("the education administration"),
    Who.COLLEAGUE: gettext_lazy("a second coordinator"),
    Who.NOBODY: "",
}


def what_next(case: Enrolment) -> str:
    """What happens next, in one sentence."""
    match case.state:
        case State.DRAFT:
            return _("Complete the application and send it by the closing date.")
        case State.SUBMITTED if who_has(case) == Who.BOARD:
            return _("When the Board has given permission, the application can be approved.")
        case State.SUBMITTED:
            return _("The application is checked: approved, or a question is asked.")
        case State.WAITING:
            return _("A place that comes free goes to the first in line at once.")
        case State.OFFERED:
            return _("Take the place in time, or it goes to the next in line.")
        case State.RETURNED:
            return _("Answer the question; then the application is checked further.")
        case State.APPROVED if case.kind != Kind.OUTGOING:
            return _("The programme office in {city} confirms or declines; it has the last word.")
        case State.APPROVED:
            return _("The host university confirms or declines; it has the last word.")
        case State.ENROLLED if case.kind == Kind.OWN:
            return _("The course begins; the exam and the result follow.")
        case State.ENROLLED:
            return _("The course begins; the exam and the transcript follow.")
        case _:
            return ""
