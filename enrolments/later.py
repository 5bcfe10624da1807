"""What apps after this one know of a case: they hand it over here, since they may not be imported.

The exam in Leiden is one: it stands on the case's page, on its route and in the calendar.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from accounts.models import User
    from enrolments.models import Enrolment
    from enrolments.turn import Turn


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


type Parts = Callable[[Enrolment, User], Iterable[Part]]
type Appointments = Callable[[Iterable[Enrolment]], Iterable[Appointment]]
type Moments = Callable[[Enrolment], dict[str, datetime]]
type Turns = Callable[[Iterable[Enrolment]], dict[int, Turn]]

_parts: list[Parts] = []
_appointments: list[Appointments] = []
_moments: list[Moments] = []
_turns: list[Turns] = []


def add(
    *,
    parts: Parts | None = None,
    appointments: Appointments | None = None,
    moments: Moments | None = None,
    turns: Turns | None = None,
) -> None:
    """Called by an app when it is loaded.

    `parts`: what the page of a case shows to its student. `appointments`: of several cases, for the
    calendar. `moments`: when a stop of the route will be, by the stop's name. `turns`: what is up
    to the students of several cases, by the case's key.
    """
    if parts is not None:
        _parts.append(parts)
    if appointments is not None:
        _appointments.append(appointments)
    if moments is not None:
        _moments.append(moments)
    if turns is not None:
        _turns.append(turns)


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


def turns_of(cases: Iterable[Enrolment]) -> dict[int, Turn]:
    """What is up to the students of these cases, as far as other apps know; one thing for each."""
    cases = list(cases)
    found: dict[int, Turn] = {}
    for give in reversed(_turns):
        found |= give(cases)
    return found
