"""The notices of one person: which of them, in which order, and how many are new."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db.models import (
    BigIntegerField,
    Case,
    Count,
    DateTimeField,
    F,
    IntegerField,
    Q,
    QuerySet,
    Value,
    When,
)
from django.utils import timezone

from courses.prepared import Given, Prepared
from courses.search import words_of
from paperwork.models import Notice
from paperwork.models.notice import NoticeQuerySet
from paperwork.registry import mail_only

if TYPE_CHECKING:
    from vx_portal.http import Person

MOST_WORDS = 8  # of a search; what follows is not looked for
TO_DO = Q(asks=True, settled_at=None)
NEW = Q(read_at=None, settled_at=None)  # what is settled is no news

VIEWS: dict[str, Q] = {"new": NEW, "to-do": TO_DO}


def of(user: Person) -> NoticeQuerySet:
    """What stands in the portal for `user`."""
    return Notice.objects.visible_to(user).exclude(kind__in=mail_only())


def count_new(user: Person) -> int:
    """How many `user` has not read. One query; none for a visitor."""
    if not user.is_authenticated:
        return 0
    return sum(_COUNT_NEW.ask(reader=user.pk, now=timezone.now()))


def _count_new() -> QuerySet[Any, int]:
    """The same rows as `of`, the new ones."""
    shown = Notice.objects.shown(Given("now", DateTimeField()))  # type: ignore[arg-type]
    mine = shown.filter(NEW, recipient=Given("reader", BigIntegerField()))
    rows = mine.exclude(kind__in=mail_only()).order_by().values("recipient")
    return rows.annotate(n=Count("pk")).values_list("n", flat=True)


_COUNT_NEW = Prepared(_count_new)


def counts(user: Person) -> dict[str, int]:
    """How many each view has ("" is all of them). One query."""
    found = of(user).aggregate(
        n_=Count("pk"),
        **{
            f"n_{name.replace('-', '_')}": Count("pk", filter=condition)
            for name, condition in VIEWS.items()
        },
    )
    return {name: found[f"n_{name.replace('-', '_')}"] for name in ("", *VIEWS)}


def listed(user: Person, filters: dict[str, Any]) -> NoticeQuerySet:
    """What the filters leave: first what is up to the reader, by its day, then what is news."""
    rows = of(user)
    if condition := VIEWS.get(filters.get("view", "")):
        rows = rows.filter(condition)
    if kind := filters.get("kind"):
        rows = rows.filter(kind=kind)
    for word in words_of(filters.get("q", ""))[:MOST_WORDS]:
        rows = rows.filter(Q(subject__icontains=word) | Q(text__icontains=word))
    group = Case(When(TO_DO, then=Value(0)), default=Value(1), output_field=IntegerField())
    pressing = Case(When(TO_DO, then=F("until")))
    return rows.annotate(group=group).order_by(
        "group", pressing.asc(nulls_last=True), "-due_at", "-created_at", "pk"
    )
