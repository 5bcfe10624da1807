"""What is owed and how it goes, for the office: states, numbers and problems, nothing personal."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING, Any, NamedTuple

from django.db.models import Count, Min, Q
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from paperwork.models import Document, Notice, Owed, OwedQuerySet
from paperwork.registry import DOCUMENTS, NOTICES

if TYPE_CHECKING:
    from vx_portal.http import Person

LATELY = timedelta(days=7)  # what was done longer ago is not counted
WAITING = Q(state__in=[Owed.State.NEW, Owed.State.LEASED, Owed.State.SENDING])
STOPPED = Q(state__in=[Owed.State.DEAD, Owed.State.UNCERTAIN])
WHATS: dict[str, str | Promise] = {"notices": _("Messages"), "documents": _("Documents")}
VIEWS: dict[str, tuple[str | Promise, Q]] = {
    "stopped": (_("Came to a stop"), STOPPED),
    "waiting": (_("Waiting"), WAITING),
    "done": (_("Done"), Q(state=Owed.State.DONE)),
    "all": (_("All of it"), Q()),
}


class Kind(NamedTuple):
    """How one kind of message or document goes."""

    what: str
    name: str
    label: str | Promise
    waiting: int
    oldest: datetime | None  # when the one that waits longest was due
    dead: int
    uncertain: int
    done: int  # in the past week


def rows_of(viewer: Person, what: str) -> OwedQuerySet[Any]:
    """All messages or documents that are owed or were, for who may see how they go."""
    if what == "documents":
        return Document.objects.visible_to(viewer)
    return Notice.objects.for_background_work(viewer)


def label_of(what: str, kind: str) -> str | Promise:
    """A kind in words; one that no app names any more by its name."""
    known = DOCUMENTS.get(kind) if what == "documents" else NOTICES.get(kind)
    return known.label if known else kind


def kinds(viewer: Person, at: datetime | None = None) -> list[Kind]:
    """Each kind that has waiting, stopped or lately done work, in trouble first. 2 queries."""
    now = at or timezone.now()
    found: list[Kind] = []
    for what in WHATS:
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
            found.append(Kind(what, name, label_of(what, name), **row))
    return sorted(
        found, key=lambda kind: (-(kind.dead + kind.uncertain), -kind.waiting, str(kind.label))
    )


def stopped(viewer: Person) -> int:
    """How many messages and documents somebody must look at. One query."""
    first, *others = (
        rows_of(viewer, what).filter(STOPPED).order_by().values("pk") for what in WHATS
    )
    return first.union(*others, all=True).order_by().count()


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
