"""A case as a line with stops: where it has been, where it is, what is still to come."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import TYPE_CHECKING, NamedTuple

from django.utils import timezone
from django.utils.formats import date_format

from courses.models.course import Assessment
from courses.wording import gettext as _
from enrolments.holding import home_of, name_of
from enrolments.later import News, Step
from enrolments.models.enrolment import OVER, Kind, State

if TYPE_CHECKING:
    from enrolments.models import Enrolment
    from paperwork.models import Event

DONE, NOW, LATER = "done", "now", ""

# At which stop a case is while it is in a state.
STOP_OF = {
    State.DRAFT: "sent",
    State.WAITING: "place",
    State.OFFERED: "place",
    State.SUBMITTED: "checked",
    State.RETURNED: "checked",
    State.APPROVED: "enrolled",
    State.ENROLLED: "exam",
    State.FINISHED: "transcript",
}
# What happened says that a stop has been passed.
PASSED_BY = {"submit": "sent", "promote": "place", "approve": "checked", "confirm": "enrolled"}


class Stop(NamedTuple):
    """One stop: what it is called, where the case is to it, and when it was or will be."""

    name: str
    title: str
    state: str  # done, now, or nothing: later
    when: str = ""
    note: str = ""


class Place(NamedTuple):
    """Where a case is on its line: the stop, which one it is, and how many there are."""

    stop: Stop
    at: int
    of: int


def place_on(line: list[Stop]) -> Place:
    """The stop that is now on `line`, or the last one when all are done."""
    at = next((number for number, stop in enumerate(line, 1) if stop.state == NOW), len(line))
    return Place(line[at - 1], at, len(line))


def stops(
    case: Enrolment,
    events: Iterable[Event] = (),
    news: News | None = None,
    moments: Mapping[str, datetime] | None = None,
) -> list[Stop]:
    """The line of `case` (with edition, course and university), from sent to registered.

    `news`: what later apps know of it. `moments`: when a stop will be, where that is known better
    than by the edition. A case that is over ends where it came to, and says how.
    """
    passed = {PASSED_BY[event.action]: event.at for event in events if event.action in PASSED_BY}
    if case.submitted_at:
        passed.setdefault("sent", case.submitted_at)
    if case.home_approved_at:
        passed["checked"] = case.home_approved_at
    titles = _titles(case)
    if case.state in OVER:
        went = [
            Stop(name, titles[name], DONE, _day(passed[name])) for name in titles if name in passed
        ]
        return [*went, Stop("over", _ended(case), NOW, _day(case.since))]
    at = STOP_OF[State(case.state)]
    reached = list(titles).index(at if at in titles else "transcript")
    planned: dict[str, date | None] = {"exam": case.edition.exam_on, **(moments or {})}
    steps = [
        Step(
            name,
            title,
            number < reached,
            passed.get(name) or planned.get(name),
        )
        for number, (name, title) in enumerate(titles.items())
    ]
    return _line(_with_news(steps, news) if news else steps)


def _with_news(steps: list[Step], news: News) -> list[Step]:
    """The steps that a later app knows take the place of the one that stands for them."""
    return [step for one in steps for step in news.steps.get(one.name, [one])]


def _line(steps: list[Step]) -> list[Stop]:
    """What lies before something that is done is done; the first after it is now."""
    here = max((number for number, step in enumerate(steps, 1) if step.is_done), default=0)
    return [
        Stop(
            step.name,
            step.title,
            DONE if number < here else NOW if number == here else LATER,
            _day(step.at) if step.at and (step.is_done or number >= here) else "",
            step.note,
        )
        for number, step in enumerate(steps)
    ]


def _titles(case: Enrolment) -> dict[str, str]:
    """The stops of this case, in their order."""
    host = case.edition.course.university
    home = {
        Kind.INCOMING: _("Check by your own university"),
    }.get(Kind(case.kind), _("Check by %(who)s") % {"who": name_of(home_of(case), case)})
    titles = {"sent": _("Application")}
    if case.state in {State.WAITING, State.OFFERED}:
        titles["place"] = _("A place")
    titles["checked"] = home
    titles["enrolled"] = _("Enrolment by %(host)s") % {"host": host.local_name}
    assessed = case.edition.assessment or case.edition.course.assessment
    if assessed == Assessment.ASSIGNMENT:
        titles["exam"] = _("Course and final assignment")
    elif assessed and case.kind == Kind.INCOMING:  # its own university holds it, as a rule
        titles["exam"] = _("Course and exam")
    else:
        titles["exam"] = _("Course, and exam in {city}") if assessed else _("Course")
    if case.kind == Kind.OUTGOING:
        titles["transcript"] = _("Transcript")
    else:
        titles["transcript"] = _("Result from {university}")
    if case.kind != Kind.INCOMING:
        titles["registered"] = _("Registration in {system}")
    return titles


def _ended(case: Enrolment) -> str:
    return {
        State.REJECTED: _("Rejected by %(who)s") % {"who": name_of(home_of(case), case)},
        State.DECLINED: _("Declined by %(host)s")
        % {"host": case.edition.course.university.local_name},
        State.WITHDRAWN: _("Withdrawn"),
        State.EXPIRED: _("Expired"),
    }[State(case.state)]


def _day(moment: datetime | date) -> str:
    day = timezone.localdate(moment) if isinstance(moment, datetime) else moment
    return date_format(day, "DATE_FORMAT")
