"""Reports about places: given and taken, waiting for one, and students sent against received."""

from __future__ import annotations

from collections import Counter, defaultdict
from statistics import median
from typing import TYPE_CHECKING, Any

from django.db.models import Count, Min, Q
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from courses.models import Edition, PublicState
from enrolments.models import Enrolment, State
from enrolments.models.enrolment import HOLDING
from enrolments.models.enrolment import Kind as CaseKind
from enrolments.scopes import scopes_of
from paperwork.day_counts import day_of, hour_of
from paperwork.models import Event
from vx_portal.reports import grouping
from vx_portal.reports.grouping import DIMENSIONS
from vx_portal.reports.tables import (
    Bars,
    Column,
    Kind,
    Pairs,
    Stacked,
    Table,
    less,
    rows_of,
    share,
    total_of,
)

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from accounts.models import User
    from vx_portal.reports.filters import Filters

PLACED = Q(state__in=[State.ENROLLED, State.FINISHED])


# --- Given and taken ------------------------------------------------------------------------------
PLACES = (
    Column("editions", gettext_lazy("Editions")),
    Column("places", gettext_lazy("Places given")),
    Column("taken", gettext_lazy("Taken")),
    Column("free", pgettext_lazy("places", "Free"), of=less("places", "taken")),
    Column("filled", pgettext_lazy("places", "Filled"), Kind.PERCENT, of=share("taken", "places")),
    Column("kept", gettext_lazy("Kept for one university")),
    Column("unlimited", gettext_lazy("Taken where no number is set")),
    Column("waiting", gettext_lazy("Waiting for a place")),
)
CHOSEN = Column("chosen", gettext_lazy("Taken by the students counted here"))


def places(user: User, filters: Filters) -> Table:
    """Places that hosts gave, and how many of them are taken, by editions that start in the
    period."""
    editions = _editions(user, filters)
    cases = Enrolment.objects.filter(edition__in=editions.values("pk"))
    waiting = _by_edition(cases.filter(state=State.WAITING))
    narrow = filters.is_narrow or not scopes_of(user).reads_all
    mine = Enrolment.objects.for_desk(user).filter(filters.of_cases(), state__in=HOLDING)
    chosen = _by_edition(mine.filter(edition__in=editions.values("pk"))) if narrow else {}
    key = "course" if filters.per == "course" else "course__university"
    found: defaultdict[Any, Counter[str]] = defaultdict(Counter)
    for pk, part, given, taken, kept in editions.values_list("pk", key, "places", "taken", "kept"):
        counts = found[part]
        counts["editions"] += 1
        counts["kept"] += kept
        counts["waiting"] += waiting.get(pk, 0)
        counts["chosen"] += chosen.get(pk, 0)
        if given is None:
            counts["unlimited"] += taken
        else:
            counts["places"] += given
            counts["taken"] += taken
    columns = (*PLACES, CHOSEN) if narrow else PLACES
    by = DIMENSIONS[filters.per]
    nothing = dict.fromkeys([column.name for column in columns], 0)
    labels = by.labels(found)
    rows = rows_of(columns, ((labels[k], {**nothing, **found[k]}) for k in found), "places")
    return Table(
        "places",
        _("Places given and taken"),
        f"{_how()} {_of_whom()}" if narrow else _how(),
        str(by.label),
        columns,
        rows,
        total_of(columns, rows),
        filters.period.in_words(),
        shape=Stacked(("taken", "free")),
    )


def _how() -> str:
    return _(
        "Places of the editions that start in the period, and how many are taken now: by"
        " applications that are being checked or offered a place, approved, or enrolled."
    )


def _of_whom() -> str:
    return _("Faculty, level and purpose narrow the last column alone; the others count everybody.")


def _editions(user: User, filters: Filters) -> QuerySet[Edition]:
    """The editions in sight; a partner's own."""
    rows = Edition.objects.visible_to(user).exclude(state=PublicState.DRAFT)
    scopes = scopes_of(user)
    others = scopes.coordinates_faculties | scopes.coordinates_programmes | scopes.administers
    others |= scopes.honours_faculties
    if scopes.partner_of and not (others or scopes.all_honours or scopes.reads_all):
        rows = rows.filter(course__university__in=scopes.partner_of)
    if filters.partner:
        rows = rows.filter(course__university=filters.partner)
    return rows.filter(**filters.period.days("starts_on")).order_by()


def _by_edition(cases: QuerySet[Enrolment]) -> dict[int, int]:
    rows = cases.order_by().values_list("edition").annotate(number=Count("pk"))
    return dict(rows)


# --- Sent and received ----------------------------------------------------------------------------
BALANCE = (
    Column("sent", gettext_lazy("Students sent")),
    Column("received", gettext_lazy("Students received")),
    Column("balance", gettext_lazy("Received less sent"), of=less("received", "sent")),
)


def balance(user: User, filters: Filters) -> Table:
    """Students sent to each partner against those received from it."""
    rows = (
        Enrolment.objects.for_desk(user)
        .filter(PLACED, filters.of_cases(), **filters.period.days("edition__starts_on"))
        .exclude(kind=CaseKind.OWN)
    )
    by = DIMENSIONS["partner"]
    counts = {
        "sent": Count("pk", filter=Q(kind=CaseKind.OUTGOING)),
        "received": Count("pk", filter=Q(kind=CaseKind.INCOMING)),
    }
    found = grouping.of(rows, by, counts)
    labels = by.labels(found)
    listed = rows_of(BALANCE, ((labels[key], found[key]) for key in found), "sent")
    return Table(
        "balance",
        _("Students sent and received"),
        _(
            "Students who are or were enrolled in an edition that starts in the period: ours at"
            " each partner, and each partner's with us. Our own students of our own online courses"
            " are not counted."
        ),
        str(by.label),
        BALANCE,
        listed,
        total_of(BALANCE, listed),
        filters.period.in_words(),
        shape=Pairs("sent", "received"),
    )


# --- Waiting --------------------------------------------------------------------------------------
WAITING = (
    Column("waiting", gettext_lazy("Waiting now")),
    Column(
        "longest",
        gettext_lazy("Longest wait"),
        Kind.DAYS,
        gettext_lazy("calendar days"),
        added=False,
    ),
    Column("offered", gettext_lazy("A place is offered now")),
    Column("promoted", gettext_lazy("Got a place, in the period")),
    Column(
        "wait",
        gettext_lazy("Median wait for it"),
        Kind.DAYS,
        gettext_lazy("calendar days"),
        added=False,
    ),
    Column("left", gettext_lazy("Left the list without one, in the period")),
)


def waiting(user: User, filters: Filters) -> Table:
    """Who waits now, and what became of those who waited."""
    by = DIMENSIONS[filters.per]
    cases = Enrolment.objects.for_desk(user).filter(filters.of_cases())
    now = cases.filter(state__in=[State.WAITING, State.OFFERED])
    found: defaultdict[Any, dict[str, Any]] = defaultdict(
        lambda: {"waiting": 0, "longest": None, "offered": 0, "promoted": 0, "left": 0}
    )
    waits = Q(state=State.WAITING)
    counts = {
        "waiting": Count("pk", filter=waits),
        "offered": Count("pk", filter=Q(state=State.OFFERED)),
        "first": Min("submitted_at", filter=waits),
    }
    today = timezone.localdate()
    for key, numbers in grouping.of(now, by, counts).items():
        first = numbers.pop("first")
        found[key] |= numbers
        found[key]["longest"] = (today - timezone.localdate(first)).days if first else None
    spans: defaultdict[Any, list[int]] = defaultdict(list)
    for key, action, days in _moves(cases, by, filters):
        found[key]["promoted" if action == "promote" else "left"] += 1
        if action == "promote":
            spans[key].append(days)
    for key, of_key in spans.items():
        found[key]["wait"] = median(of_key)
    labels = by.labels(found)
    rows = rows_of(WAITING, ((labels[key], found[key]) for key in found), "waiting")
    return Table(
        "waiting",
        _("Waiting list"),
        _(
            "Applications that found no place free. They wait in order of arrival; a place that"
            " comes free goes to the first. Waits are counted from the day the application was"
            " sent. Who left withdrew, was rejected, did not answer, or still waited when the list"
            " ended."
        ),
        str(by.label),
        WAITING,
        rows,
        total_of(WAITING, rows),
        filters.period.in_words(),
        shape=Bars("waiting"),
    )


def _moves(
    cases: QuerySet[Enrolment], by: grouping.Dimension, filters: Filters
) -> list[tuple[Any, str, int]]:
    """What happened in the period to those who waited: the part, the action, days since sent."""
    events = Event.objects.filter(
        subject_kind=Enrolment._meta.label_lower,
        from_state=State.WAITING,
        **filters.period.moments("at"),
    ).exclude(to_state=State.WAITING)
    moved = list(
        events.order_by().annotate(hour=hour_of("at")).values_list("subject_id", "action", "hour")
    )
    ids = events.order_by().values("subject_id")
    rows = (
        cases.filter(pk__in=ids).order_by().annotate(part=by.key(""), hour=hour_of("submitted_at"))
    )
    known = {pk: (part, hour) for pk, part, hour in rows.values_list("pk", "part", "hour")}
    return [
        (known[pk][0], action, (day_of(hour) - day_of(known[pk][1])).days)
        for pk, action, hour in moved
        if pk in known
    ]
