"""Reports about applications: what came of them."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

from django.db.models import Count, Q
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from enrolments.models import Enrolment, State
from paperwork.day_counts import day_of, hour_of
from vx_portal.reports import grouping
from vx_portal.reports.grouping import DIMENSIONS, TIMES
from vx_portal.reports.tables import Column, Kind, Stacked, Table, Timeline, rows_of, total_of
from vx_portal.reports.tables import share as share_of

if TYPE_CHECKING:
    from accounts.models import User
    from enrolments.models.enrolment import EnrolmentQuerySet
    from vx_portal.reports.filters import Filters
    from vx_portal.reports.tables import Label, Numbers

S = State
# How an application ended, or that it goes on; every state that was ever sent is in one of them.
OUTCOMES: dict[str, tuple[State, ...]] = {
    "placed": (S.ENROLLED, S.FINISHED),
    "open": (S.SUBMITTED, S.WAITING, S.OFFERED, S.RETURNED, S.APPROVED),
    "rejected": (S.REJECTED,),
    "declined": (S.DECLINED,),
    "withdrawn": (S.WITHDRAWN,),
    "expired": (S.EXPIRED,),
}
COLUMNS = (
    Column("sent", pgettext_lazy("cases", "Applications")),
    Column("placed", gettext_lazy("Enrolled")),
    Column("open", gettext_lazy("Still open")),
    Column("rejected", gettext_lazy("Rejected at home")),
    Column("declined", gettext_lazy("Declined by the host")),
    Column("withdrawn", gettext_lazy("Withdrawn")),
    Column("expired", gettext_lazy("Expired")),
    Column("share", gettext_lazy("Enrolled, of all"), Kind.PERCENT, of=share_of("placed", "sent")),
)


def sent(user: User, filters: Filters) -> EnrolmentQuerySet:
    """The cases that the reader sees as staff, that were sent in the period."""
    rows = Enrolment.objects.for_desk(user).filter(filters.of_cases())
    return rows.filter(**filters.period.moments("submitted_at"))


def outcomes(user: User, filters: Filters) -> Table:
    """How many applications were sent, and what came of them until now."""
    rows = sent(user, filters)
    if filters.per in TIMES:
        first, _per, begin, labels = TIMES[filters.per]
        found = _in_time(rows, begin)
        shape: Any = Timeline(tuple(OUTCOMES), 7 if filters.per == "week" else 30)
    else:
        by = DIMENSIONS[filters.per]
        first, labels = by.label, by.labels
        counts: dict[str, Any] = {"sent": Count("pk")}
        counts |= {name: Count("pk", filter=Q(state__in=of)) for name, of in OUTCOMES.items()}
        found = grouping.of(rows, by, counts)
        shape = Stacked(tuple(OUTCOMES))
    return _table(filters, str(first), labels(found), found, shape)


def _in_time(rows: EnrolmentQuerySet, begin: Any) -> dict[Any, Any]:
    """The same by week or month. One query: the hours with their states."""
    outcome_of = {state: name for name, states in OUTCOMES.items() for state in states}
    hours = rows.order_by().annotate(hour=hour_of("submitted_at")).values_list("hour", "state")
    found: dict[Any, Counter[str]] = {}
    for hour, state, number in hours.annotate(number=Count("pk")):
        counts = found.setdefault(begin(day_of(hour)), Counter())
        counts["sent"] += number
        counts[outcome_of[state]] += number
    return found


def _table(
    filters: Filters,
    first: str,
    labels: dict[Any, Label],
    found: dict[Any, Numbers],
    shape: Any,
) -> Table:
    nothing = dict.fromkeys(["sent", *OUTCOMES], 0)
    counted = ((label, {**nothing, **found.get(key, {})}) for key, label in labels.items())
    rows = rows_of(COLUMNS, counted, "sent")
    return Table(
        "applications",
        _("Applications and what came of them"),
        _(
            "Applications sent in the period, by what has come of them until today."
            " “Enrolled” are those whom the host has confirmed, also when the course is over."
            " Drafts that were never sent are not counted."
        ),
        first,
        COLUMNS,
        rows,
        total_of(COLUMNS, rows),
        filters.period.in_words(),
        shape=shape,
    )
