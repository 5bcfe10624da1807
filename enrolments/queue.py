"""The desk's queue: which cases, in which order, and what comes after the one just decided."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from functools import reduce
from operator import and_
from typing import TYPE_CHECKING, Any, NamedTuple

from django.db.models import Count, F, Q
from django.db.models.functions import Coalesce
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import pgettext_lazy

from courses.models import Faculty, Programme, University
from courses.services.offer import offer_version
from enrolments.models import Enrolment, SavedView, StandIn, State
from enrolments.models.enrolment import Board, EnrolmentQuerySet, Kind, Purpose
from enrolments.scopes import Scopes, scopes_of
from paperwork.models import Event

if TYPE_CHECKING:
    from datetime import date

    from accounts.models import User

MOST_WORDS = 5  # of a search; what follows is not read
NEVER = datetime(9999, 1, 1).date()  # noqa: DTZ001  # sorts what is not due behind all that is


class View(NamedTuple):
    """One of the built-in views."""

    name: str
    label: str | Promise
    sort: str  # unless the reader chose another order


VIEWS = {
    view.name: view
    for view in (
        View("mine", pgettext_lazy("view of the desk", "To decide by me"), "oldest"),
        View("late", pgettext_lazy("view of the desk", "Too late"), "due"),
        View("student", pgettext_lazy("view of the desk", "Waiting for the student"), "due"),
        View("board", pgettext_lazy("view of the desk", "With the Board"), "oldest"),
        View("host", pgettext_lazy("view of the desk", "With the host"), "due"),
        View("waiting", pgettext_lazy("view of the desk", "Waiting list"), "oldest"),
        View("aside", pgettext_lazy("view of the desk", "Put aside"), "oldest"),
        View("all", pgettext_lazy("view of the desk", "Whole faculty"), "newest"),
    )
}
WORK = frozenset({"mine", "late"})  # where one begins again at the front when the end is reached

SORTS = {
    "oldest": ("since", False),
    "newest": ("since", True),
    "due": ("due", False),
    "student": ("student__name", False),
    "course": ("edition__course__title", False),
}


def decided_by(scopes: Scopes) -> Q:
    """The cases that are for somebody with these scopes to decide: `people.home_role`, as SQL."""
    home = ~Q(kind=Kind.INCOMING)
    mine = Q(kind=Kind.INCOMING, home_university__in=scopes.partner_of)
    mine |= (home & ~Q(purpose=Purpose.HONOURS)) & (
        Q(faculty__in=scopes.coordinates_faculties) | Q(programme__in=scopes.coordinates_programmes)
    )
    honours = Q() if scopes.all_honours else Q(faculty__in=scopes.honours_faculties)
    return mine | (home & Q(purpose=Purpose.HONOURS) & honours)


def on_desk(user: User) -> EnrolmentQuerySet:
    """The cases that the desk shows to `user`: `colleagues.may_open`, as SQL.

    Less than what they may know of: a host has a page of its own, which shows what a host may see.
    """
    scopes = scopes_of(user)
    rows = Enrolment.objects.visible_to(user).exclude(state=State.DRAFT).exclude(student=user)
    if scopes.reads_all:
        return rows
    registered = Q(faculty__in=scopes.administers, state__in=[State.ENROLLED, State.FINISHED])
    ours = ~Q(kind=Kind.INCOMING) & ~Q(purpose=Purpose.HONOURS)
    return rows.filter(decided_by(scopes) | (ours & registered))


def _conditions(user: User, today: date) -> dict[str, Q]:
    """What each view shows, of the cases in sight."""
    scopes = scopes_of(user)
    with_board = Q(state=State.SUBMITTED, board=Board.ASKED) & ~Q(kind=Kind.INCOMING)
    up_to_me = Q(state=State.SUBMITTED) & ~with_board & decided_by(scopes)
    if scopes.is_office:  # which places students on courses of our own
        up_to_me |= Q(state=State.APPROVED, edition__course__university__is_home=True)
    aside = Q(snoozed_until__gt=today)
    return {
        "mine": up_to_me & ~aside,
        "late": Q(
            due_on__lt=today,
            state__in=[State.SUBMITTED, State.RETURNED, State.OFFERED, State.APPROVED],
        ),
        "student": Q(state__in=[State.RETURNED, State.OFFERED]),
        "board": with_board,
        "host": Q(state=State.APPROVED),
        "waiting": Q(state=State.WAITING),
        "aside": aside & Q(state__in=[State.SUBMITTED, State.APPROVED]),
        "all": Q(),
    }


def decides(user: User) -> bool:
    """Whether there is anything that `user` could approve."""
    scopes = scopes_of(user)
    ours = scopes.coordinates_faculties or scopes.coordinates_programmes
    return bool(ours or scopes.honours_faculties or scopes.all_honours or scopes.partner_of)


class Found(NamedTuple):
    """The filtered list, unsliced, and how many each view and the list itself have."""

    rows: EnrolmentQuerySet
    counts: dict[str, int]
    number: int


def find(user: User, filters: dict[str, Any]) -> Found:
    """The cases that `filters` leave for `user`, with all counts. One query besides the rows'."""
    visible = on_desk(user)
    conditions = _conditions(user, timezone.localdate())
    narrowed = _narrow(filters)
    wanted = conditions[filters["view"]] & narrowed
    numbers = {f"n_{name}": Count("pk", filter=condition) for name, condition in conditions.items()}
    if narrowed:
        numbers["found"] = Count("pk", filter=wanted)
    counted = visible.order_by().aggregate(**numbers)
    number = counted.pop("found", None)
    counts = {name.removeprefix("n_"): value for name, value in counted.items()}
    rows = _ordered(visible.filter(wanted), sort_of(filters))
    return Found(rows, counts, counts[filters["view"]] if number is None else number)


def sort_of(filters: dict[str, Any]) -> str:
    """The order: the one that was chosen, else the view's own."""
    return filters.get("sort") or VIEWS[filters["view"]].sort


def _narrow(filters: dict[str, Any]) -> Q:
    """What the filters besides the view ask for."""
    same = {
        "state": "state",
        "purpose": "purpose",
        "kind": "kind",
        "faculty": "faculty",
        "programme": "programme",
        "host": "edition__course__university",
        "course": "edition__course",
        "edition": "edition",
    }
    wanted = Q(**{path: filters[name] for name, path in same.items() if filters.get(name)})
    if filters.get("overdue"):
        wanted &= Q(due_on__lt=timezone.localdate()) & ~Q(state__in=Enrolment.OVER)
    words = filters.get("q", "").split()[:MOST_WORDS]
    return reduce(and_, map(_has_word, words), wanted)


def _has_word(word: str) -> Q:
    return (
        Q(reference__istartswith=word)
        | Q(student_number__icontains=word)
        | Q(student__name__icontains=word)
        | Q(edition__course__title__icontains=word)
        | Q(edition__course__code__istartswith=word)
    )


def _ordered(rows: EnrolmentQuerySet, sort: str) -> EnrolmentQuerySet:
    field, backwards = SORTS[sort]
    if field == "due":
        rows = rows.annotate(due=Coalesce("due_on", NEVER))
    key = F(field)
    return rows.order_by(key.desc() if backwards else key.asc(), "-pk" if backwards else "pk")


def after(user: User, case: Enrolment, filters: dict[str, Any]) -> str:
    """The reference of the case that follows `case` in the list; empty at its end.

    Ask before `case` is moved. In a view of work the first that is left follows the last.
    """
    visible = on_desk(user)
    conditions = _conditions(user, timezone.localdate())
    listed = visible.filter(conditions[filters["view"]] & _narrow(filters)).exclude(pk=case.pk)
    rows = _ordered(listed, sort_of(filters))
    field, backwards = SORTS[sort_of(filters)]
    value = _value(case, field)
    beyond = "lt" if backwards else "gt"
    later = rows.filter(
        Q(**{f"{field}__{beyond}": value}) | Q(**{field: value, f"pk__{beyond}": case.pk})
    )
    found = later.values_list("reference", flat=True).first()
    if found is None and filters["view"] in WORK:
        found = rows.values_list("reference", flat=True).first()
    return found or ""


def _value(case: Enrolment, field: str) -> Any:
    match field:
        case "due":
            return case.due_on or NEVER
        case "student__name":
            return case.student.name
        case "edition__course__title":
            return case.edition.course.title
        case _:
            return getattr(case, field)


class Choices(NamedTuple):
    """What the selects offer. Kept by the offer's version: it changes with the offer alone."""

    faculties: list[Faculty]
    programmes: list[Programme]
    hosts: list[University]


_kept: dict[int, Choices] = {}


def choices() -> Choices:
    """Faculties, programmes and hosts. One query when nothing has changed since last asked."""
    version = offer_version()
    known = _kept.get(version)
    if known is None:
        known = Choices(
            list(Faculty.objects.order_by("name_nl")),
            list(Programme.objects.select_related("faculty").order_by("name_nl", "level")),
            list(University.objects.order_by("name")),
        )
        _kept.clear()
        _kept[version] = known
    return known


def forget() -> None:
    """Read the choices anew when next asked (for tests, whose changes are rolled back)."""
    _kept.clear()


def saved_views(user: User) -> list[SavedView]:
    return list(SavedView.objects.visible_to(user))


def absent_colleagues(user: User) -> list[StandIn]:
    """Those for whom `user` stands in today. No query when there are none."""
    if not scopes_of(user).stands_in_for:
        return []
    return list(
        StandIn.objects.filter(stand_in=user).current().select_related("absent").order_by("ends_on")
    )


def last_week(user: User) -> dict[str, int]:
    """How many decisions of each kind `user` took in the last seven days. One query."""
    since = timezone.now() - timedelta(days=7)
    events = Event.objects.filter(
        actor=user,
        at__gte=since,
        subject_kind=Enrolment._meta.label_lower,
        action__in=["approve", "approve_waiting", "return", "reject", "confirm", "decline"],
    )
    counted = events.order_by().values_list("action").annotate(Count("pk"))
    return dict(counted)


def by_reference(user: User, references: Iterable[str]) -> list[Enrolment]:
    """The cases in sight with these references, oldest first, ready to be decided."""
    rows = on_desk(user)
    wanted = {reference.upper() for reference in references}
    found = rows.filter(reference__in=wanted).order_by("since", "pk")
    return list(found.select_related("student", "edition__course__university", "faculty"))


def own_event(user: User, number: int) -> Event | None:
    """What `user` did to a case, by its number; None when it is somebody else's or of no case."""
    kind = Enrolment._meta.label_lower
    return Event.objects.filter(pk=number, actor=user, subject_kind=kind).first()


def earlier_reasons(user: User, action: str) -> list[str]:
    """The last few different texts that `user` wrote with `action`, to write one again."""
    kind = Enrolment._meta.label_lower
    texts = (
        Event.objects.filter(actor=user, subject_kind=kind, action=action)
        .exclude(reason="")
        .order_by("-at")
        .values_list("reason", flat=True)[:30]
    )
    return list(dict.fromkeys(texts))[:3]
