"""What apps after this one know of a case: they hand it over here, since they may not be imported.

The exam in Leiden is one: it stands on the case's page, on its route and in the calendar. Where the
grade is, is another.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import TYPE_CHECKING, Any, NamedTuple

from django.db.models import Q

if TYPE_CHECKING:
    from accounts.models import User
    from enrolments.holding import Holder
    from enrolments.models import Enrolment
    from enrolments.turn import Turn
    from paperwork.models import Event


class Appointment(NamedTuple):
    """A moment in a student's calendar; a change has the same `uid` and a higher `sequence`."""

    case: int
    uid: str
    sequence: int
    changed_at: datetime
    title: str
    starts_at: datetime
    ends_at: datetime
    place: str
    text: str
    is_cancelled: bool = False
    instead_of: str = ""  # the edition's day that it makes exact: exam or resit


class Part(NamedTuple):
    """A section of the case's page: its template, which finds `facts` under that name."""

    template: str
    facts: Any


class Step(NamedTuple):
    """A stop of the route. The route works out itself which one is now."""

    name: str
    title: str
    is_done: bool = False
    at: datetime | date | None = None  # when it was, or is planned
    note: str = ""  # one sentence: by whom, or by when it usually is


@dataclass
class News:
    """Where a case is. Everybody who may see the case reads it: it tells no grade."""

    # By the name of the stop that they take the place of: "exam", "transcript", "registered".
    # No steps: that stop is left out.
    steps: dict[str, Sequence[Step]] = field(default_factory=dict)
    holder: Holder | None = None
    usual: int | None = None  # working days in which whoever has it usually acts
    turn: Turn | None = None  # what is up to its student


class Happened(NamedTuple):
    """Something in the history of a case, in words: who, in which role, did what, and why."""

    at: datetime
    who: str
    role: str
    done: str
    why: str


type Parts = Callable[[Enrolment, User], Iterable[Part]]
type Appointments = Callable[[Iterable[Enrolment]], Iterable[Appointment]]
type Moments = Callable[[Enrolment], dict[str, datetime]]
type Tell = Callable[[Sequence[Enrolment]], Mapping[int, News]]
type Left = Callable[[Enrolment, Event], None]
type Held = Callable[[date], Q]
type History = Callable[[Enrolment, User], Iterable[Happened]]

_parts: list[Parts] = []
_appointments: list[Appointments] = []
_moments: list[Moments] = []
_tell: list[Tell] = []
_history: list[History] = []
_left: list[Left] = []
_held: list[Held] = []


def add(
    *,
    parts: Parts | None = None,
    appointments: Appointments | None = None,
    moments: Moments | None = None,
    news: Tell | None = None,
    history: History | None = None,
    left: Left | None = None,
    held: Held | None = None,
) -> None:
    """Called by an app when it is loaded, in the order in which things happen.

    `parts`: what the page of a case shows to its student. `appointments`: of several cases, for the
    calendar. `moments`: when a stop of the route will be, by the stop's name. `news`: where these
    cases are, by key; those without news are left out. It asks as much for fifty cases as for one,
    and nothing when none can have any. `history`: what happened, as far as this reader may know.
    `left`: what ends with a case that was enrolled and is no more, in that transaction. `held`: of
    which cases nothing may be deleted on a day.
    """
    if parts is not None:
        _parts.append(parts)
    if appointments is not None:
        _appointments.append(appointments)
    if moments is not None:
        _moments.append(moments)
    if news is not None:
        _tell.append(news)
    if history is not None:
        _history.append(history)
    if left is not None:
        _left.append(left)
    if held is not None:
        _held.append(held)


def parts_of(case: Enrolment, user: User) -> list[Part]:
    """What other apps show on the page of `case`, which has passed its gate."""
    return [part for give in _parts for part in give(case, user)]


def appointments_of(cases: Iterable[Enrolment]) -> list[Appointment]:
    """The appointments of these cases, in order of time."""
    cases = list(cases)
    return sorted(
        (one for give in _appointments for one in give(cases)),
        key=lambda one: (one.starts_at, one.uid),
    )


def moments_of(case: Enrolment) -> dict[str, datetime]:
    """When stops of the route of `case` will be, as far as other apps know."""
    found: dict[str, datetime] = {}
    for give in _moments:
        found |= give(case)
    return found


def news_of(cases: Sequence[Enrolment]) -> dict[int, News]:
    """Where each of `cases` is, by key; what the latest app says counts most.

    They come with edition, course and its university, faculty and home university.
    """
    found = {case.pk: News() for case in cases}
    for tell in _tell if cases else []:
        for pk, more in tell(cases).items():
            news = found[pk]
            news.steps |= more.steps
            news.turn = more.turn or news.turn
            if more.holder:
                news.holder, news.usual = more.holder, more.usual
    return found


def history_of(case: Enrolment, user: User) -> list[Happened]:
    """What happened to `case` in other apps, as far as `user` may know."""
    return [one for give in _history for one in give(case, user)]


def leave(case: Enrolment, event: Event) -> None:
    """`case` was enrolled and is no more, by `event`: other apps let go of what it had."""
    for let_go in _left:
        let_go(case, event)


def held_on(day: date) -> Q:
    """Of cases: those of which nothing may be deleted on `day`, however old it is."""
    found = Q(pk=None)
    for held in _held:
        found |= held(day)
    return found
