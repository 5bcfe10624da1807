"""What is owed and how it goes, for the office: states, numbers and problems, nothing personal.

Each app says in its `kinds.py` which tables of what is owed it has, and by which gate they are
read.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING, Any, NamedTuple

from django.db.models import Count, Min, Q
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from paperwork.models import Owed, OwedQuerySet

if TYPE_CHECKING:
    from vx_portal.http import Person

LATELY = timedelta(days=7)  # what was done longer ago is not counted
WAITING = Q(state__in=[Owed.State.NEW, Owed.State.LEASED, Owed.State.SENDING])
STOPPED = Q(state__in=[Owed.State.DEAD, Owed.State.UNCERTAIN])
VIEWS: dict[str, tuple[str | Promise, Q]] = {
    "stopped": (_("Came to a stop"), STOPPED),
    "waiting": (_("Waiting"), WAITING),
    "done": (_("Done"), Q(state=Owed.State.DONE)),
    "all": (_("All of it"), Q()),
}


class Work(NamedTuple):
    """One table of what is owed. Its rows have a `kind`, if only by an annotation."""

    name: str
    label: str | Promise
    model: type[Owed]
    task: str  # that does one of them, by its key
    rows: Callable[[Person], OwedQuerySet[Any]]  # the gate
    labels: Callable[[str], str | Promise]  # of a kind; its bare name when no app names it any more
    one: str | Promise = ""  # what is said beside a kind, where it is no message


WORKS: dict[str, Work] = {}


def register(*works: Work) -> None:
    """Make tables known; the first of all is what the page begins with."""
    for work in works:
        WORKS[work.name] = work


def task_of(row: Owed) -> str:
    """The task that does this row."""
    return next(work.task for work in WORKS.values() if work.model is type(row))


class Kind(NamedTuple):
    """How one kind of what is owed goes."""

    what: str
    name: str
    label: str | Promise
    waiting: int
    oldest: datetime | None  # when the one that waits longest was due
    dead: int
    uncertain: int
    done: int  # in the past week
    one: str | Promise = ""


def rows_of(viewer: Person, what: str) -> OwedQuerySet[Any]:
    """All of one table that is owed or was, for who may see how it goes."""
    return WORKS[what].rows(viewer)


def kinds(viewer: Person, at: datetime | None = None) -> list[Kind]:
    """Each kind that has waiting, stopped or lately done work, in trouble first. A query each."""
    now = at or timezone.now()
    found: list[Kind] = []
    for what, work in WORKS.items():
        lately = Q(state=Owed.State.DONE, done_at__gt=now - LATELY)
        numbers = (
            rows_of(viewer, what)
            .filter(WAITING | STOPPED | lately)
            .order_by()
            .values("kind")
            .annotate(
                waiting=Count("pk", filter=WAITING),
                oldest=Min("due_at", filter=WAITING & Q(due_at__lte=now)),
                dead=Count("pk", filter=Q(state=Owed.State.DEAD)),
                uncertain=Count("pk", filter=Q(state=Owed.State.UNCERTAIN)),
                done=Count("pk", filter=lately),
            )
        )
        for row in numbers:
            name = row.pop("kind")
            found.append(Kind(what, name, work.labels(name), **row, one=work.one))
    return sorted(
        found, key=lambda kind: (-(kind.dead + kind.uncertain), -kind.waiting, str(kind.label))
    )


def stopped(viewer: Person) -> dict[str, OwedQuerySet[Any]]:
    """All that is owed and that somebody must look at, by what it is."""
    return {what: rows_of(viewer, what).filter(STOPPED) for what in WORKS}


def _begin_of(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, time.min))


def listed(viewer: Person, filters: dict[str, str]) -> OwedQuerySet[Any]:
    """What the filters leave, the newest first; of what waits, what is due longest first."""
    view = filters["view"]
    rows = rows_of(viewer, filters["what"]).filter(VIEWS[view][1])
    if kind := filters.get("kind"):
        rows = rows.filter(kind=kind)
    if since := filters.get("since"):
        rows = rows.filter(created_at__gte=_begin_of(date.fromisoformat(since)))
    if attempts := filters.get("attempts"):
        rows = rows.filter(attempts__gte=int(attempts))
    if word := filters.get("word"):
        rows = rows.filter(error__icontains=word)
    return rows.order_by(*(["due_at", "pk"] if view == "waiting" else ["-created_at", "pk"]))
