"""What is up to a coordinator, an honours coordinator or the administration, over all apps."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, NamedTuple, Self

from django.db.models import F, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import ngettext_lazy

from accounts.models import Role
from accounts.working import looking_as
from courses.wording import gettext_lazy as _
from enrolments import queue as requests
from enrolments.holding import Holder, home_of, name_of
from grades import queue as transcripts
from grades import registrations
from grades.registration_holding import holder as holder_of_registration
from vx_portal.homes.counting import count_together
from vx_portal.homes.lines import Line, line_of, working_clock
from vx_portal.homes.menu import Held, roles_held

if TYPE_CHECKING:
    from datetime import date

    from django.db.models import QuerySet

    from accounts.models import User
    from grades.models import Registration, Transcript

AT_DESK = (Role.COORDINATOR, Role.HONOURS, Role.ADMINISTRATION)
SHOWN = 4  # of each list, the overdue first


class Kind(NamedTuple):
    """One kind of work: its list, and how its rows become lines."""

    address: str
    heading: Any  # for ngettext
    nothing: str | Promise
    rows: Callable[[User], QuerySet[Any]]
    conditions: Callable[[User, date], dict[str, Q]]
    line: Callable[[User, Any], Line]
    elsewhere: dict[str, str | Promise]  # views of what others have, with their words


@dataclass
class Group:
    """The work of one kind: how much there is, how much of it is late, and the first of it."""

    heading: str
    number: int
    late: int
    address: str
    lines: list[Line] = field(default_factory=list)

    @classmethod
    def of(cls, some: Any, none: str | Promise, counts: dict[str, int], address: str) -> Self:
        """`counts`: how many there are at `all`, and how many of those are `late`."""
        number = counts["all"]
        heading = str(some % {"n": number}) if number else str(none)
        return cls(heading, number, counts["late"], address)


class Waiting(NamedTuple):
    """What others have: how many, how many of those are late, and where they stand."""

    number: int
    late: int
    words: str | Promise
    address: str


class Elsewhere(NamedTuple):
    """Another role of the same person, with how much is up to them in it."""

    held: Held
    number: int


@dataclass
class Work:
    """What is up to somebody, what waits for others, and what is up to them in other roles."""

    groups: list[Group]
    waiting: list[Waiting]
    elsewhere: list[Elsewhere]

    @property
    def all(self) -> str:
        """Where everything of the first kind stands."""
        return self.groups[0].address.replace("view=mine", "view=all")

    @property
    def is_done(self) -> bool:
        return not any(group.number for group in self.groups)


def _of_transcript(user: User, row: Transcript) -> Line:
    case = row.enrolment
    who = home_of(case)
    holder = Holder(who, name_of(who, case), row.received_at, row.due_on, "")
    address = reverse("review:transcript", args=[case.reference])
    return Line(case, address, holder, working_clock(holder))


def _of_registration(user: User, row: Registration) -> Line:
    case, holder = row.enrolment, holder_of_registration(row)
    address = reverse("registrations:registration", args=[case.reference])
    return Line(case, address, holder, working_clock(holder))


KINDS = {
    "requests": Kind(
        "desk:queue",
        ngettext_lazy("%(n)s application to decide", "%(n)s applications to decide", "n"),
        _("No application waits for your decision"),
        requests.listed,
        requests.conditions_of,
        line_of,
        {
            "student": _("Applications back with the student"),
            "board": _("Applications with the Board of Examiners"),
            "host": _("Applications with the host university"),
            "waiting": _("Applications on a waiting list"),
        },
    ),
    "transcripts": Kind(
        "review:queue",
        ngettext_lazy("%(n)s transcript to verify", "%(n)s transcripts to verify", "n"),
        _("All transcripts are verified"),
        transcripts.listed,
        lambda _user, today: transcripts.conditions_of(today),
        _of_transcript,
        {"student": _("Transcripts back with the student")},
    ),
    "registrations": Kind(
        "registrations:queue",
        ngettext_lazy("%(n)s registration to handle", "%(n)s registrations to handle", "n"),
        _("No registration waits for you"),
        registrations.listed,
        registrations.conditions_of,
        _of_registration,
        {
            "student": _("Registrations that the student has to ask for"),
            "board": _("Registrations with the Board of Examiners"),
            "sent": _("Registrations sent, not yet in {system}"),
        },
    ),
}


def work_of(user: User) -> Work:
    """What is up to `user` in the role in which they work now, and what others have.

    One query for all counts, and one for each kind that has anything to do.
    """
    asked = _asked(user)
    mine = _kinds_of(user)
    others = [held for held in roles_held(user) if held.role in AT_DESK and not held.in_view]
    for held in others:
        with looking_as(user, held.role):
            asked |= {f"{held.role} {name}": what for name, what in _asked(user).items()}
    counts = count_together(asked)
    groups, waiting = [], []
    for name, kind in mine.items():
        numbers, here = counts[name], reverse(kind.address)
        group = Group.of(kind.heading, kind.nothing, numbers, f"{here}?view=mine")
        if group.number:
            group.lines = [kind.line(user, row) for row in _first(user, name, asked[name])]
        groups.append(group)
        waiting += [
            Waiting(numbers[view], numbers[f"{view} late"], words, f"{here}?view={view}")
            for view, words in kind.elsewhere.items()
            if numbers[view]
        ]
    elsewhere = [Elsewhere(held, _sum(counts, f"{held.role} ")) for held in others]
    return Work(groups, waiting, [one for one in elsewhere if one.number])


def _sum(counts: dict[str, dict[str, int]], prefix: str) -> int:
    return sum(numbers["all"] for name, numbers in counts.items() if name.startswith(prefix))


def _asked(user: User) -> dict[str, tuple[QuerySet[Any], dict[str, Q]]]:
    """What is counted, by kind: what is up to `user`, and what others have."""
    today = timezone.localdate()
    overdue = Q(due_on__lt=today)
    asked = {}
    for name, kind in _kinds_of(user).items():
        known = kind.conditions(user, today)
        wanted = {"all": known["mine"], "late": known["mine"] & overdue}
        for view in kind.elsewhere:
            wanted |= {view: known[view], f"{view} late": known[view] & overdue}
        asked[name] = (kind.rows(user), wanted)
    return asked


def _kinds_of(user: User) -> dict[str, Kind]:
    """The kinds of work of the role in which `user` works now."""
    if requests.decides(user):
        return KINDS
    administration = KINDS["registrations"]
    return {"registrations": administration._replace(elsewhere={})}


def _first(user: User, name: str, asked: tuple[QuerySet[Any], dict[str, Q]]) -> Any:
    """The first rows of what is up to `user`: what is due first, then what waits longest."""
    rows, conditions = asked
    found = rows.filter(conditions["all"])
    began = "received_at" if name == "transcripts" else "since"
    keys = found.order_by(F("due_on").asc(nulls_last=True), began, "pk").values("pk")[:SHOWN]
    shown = rows.model._default_manager.filter(pk__in=keys).for_list()
    return shown.order_by(F("due_on").asc(nulls_last=True), began, "pk")


def late_work(user: User, number: int | None = None) -> Group | None:
    """What waits too long, with whomever it is: the first of it; None where nothing does.

    One query, and one more where `number` is not known.
    """
    rows, late = requests.listed(user), requests.conditions_of(user, timezone.localdate())["late"]
    number = rows.filter(late).count() if number is None else number
    if not number:
        return None
    some = ngettext_lazy(
        "%(n)s application waits too long", "%(n)s applications wait too long", "n"
    )
    here = f"{reverse('desk:queue')}?view=late"
    group = Group.of(some, "", {"all": number, "late": number}, here)
    group.lines = [line_of(user, row) for row in _first(user, "requests", (rows, {"all": late}))]
    return group
