"""The desk's queue: which cases, in which order, and what comes after the one just decided."""

from __future__ import annotations

import re
import time
from collections.abc import Iterable, Mapping
from datetime import timedelta
from functools import reduce
from operator import and_, or_
from typing import TYPE_CHECKING, Any, NamedTuple

from django.db.models import Count, F, Q
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import pgettext_lazy

from accounts.models import User
from courses.models import Edition, Faculty, Programme, University
from courses.plain import has
from enrolments.models import Enrolment, SavedView, StandIn, State
from enrolments.models.enrolment import Board, EnrolmentQuerySet, Kind, Purpose
from enrolments.scopes import Scopes, scopes_in_view, scopes_of
from paperwork.models import Event

if TYPE_CHECKING:
    from datetime import date

_REFERENCE = re.compile(r"[A-Za-z0-9-]{1,8}")
MOST_WORDS = 5  # of a search; what follows is not read


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
# All that a row shows: what more a page reads costs it more than finding the cases.
IN_A_ROW = (
    *("reference", "student_number", "kind", "state", "since", "due_on", "snoozed_until"),
    *("purpose", "board", "board_asked_on", "home_approved_at"),
    *("student__name", "student__email"),
    *("faculty__code", "programme__level", "edition__course__title", "edition__course__language"),
    *(
        f"{university}__{name}"
        for university in ("home_university", "edition__course__university")
        for name in ("code", "name", "name_nl", "name_en", "is_home", "line_colour")
    ),
)
WORK = frozenset({"mine", "late"})  # where one begins again at the front when the end is reached
# What counts as a decision about a case, for who took it.
DECISIONS = ("approve", "approve_waiting", "return", "reject", "confirm", "decline")

SORTS = {
    "oldest": ("since", False),
    "newest": ("since", True),
    "due": ("due_on", False),
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
    return _reached(user, scopes_of(user))


def listed(user: User) -> EnrolmentQuerySet:
    """Those of them that belong to the role in which `user` works now."""
    return _reached(user, scopes_in_view(user))


def _reached(user: User, scopes: Scopes) -> EnrolmentQuerySet:
    rows = Enrolment.objects.visible_to(user).exclude(state=State.DRAFT).exclude(student=user)
    if scopes.reads_all:
        return rows
    registered = Q(faculty__in=scopes.administers, state__in=[State.ENROLLED, State.FINISHED])
    ours = ~Q(kind=Kind.INCOMING) & ~Q(purpose=Purpose.HONOURS)
    return rows.filter(decided_by(scopes) | (ours & registered))


def conditions_of(user: User, today: date) -> dict[str, Q]:
    """What each view shows, of the cases in sight."""
    scopes = scopes_in_view(user)
    # `holding.is_with_board`, as SQL: without a day the coordinator has yet to ask.
    with_board = Q(state=State.SUBMITTED, board=Board.ASKED, board_asked_on__isnull=False)
    with_board &= ~Q(kind=Kind.INCOMING)
    up_to_me = Q(state=State.SUBMITTED) & ~with_board & decided_by(scopes)
    if scopes.is_office:  # which places students on courses of our own
        up_to_me |= Q(state=State.APPROVED, kind__in=[Kind.OWN, Kind.INCOMING])
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
    """Whether there is anything that `user` could approve in the role in which they work now."""
    scopes = scopes_in_view(user)
    ours = scopes.coordinates_faculties or scopes.coordinates_programmes
    return bool(ours or scopes.honours_faculties or scopes.all_honours or scopes.partner_of)


class Found(NamedTuple):
    """The filtered list, unsliced, and how many each view and the list itself have."""

    rows: EnrolmentQuerySet
    counts: dict[str, int]
    number: int
    saved: dict[int, int]  # by the key of the saved view


def find(
    user: User, filters: dict[str, Any], saved: Mapping[int, dict[str, Any]] | None = None
) -> Found:
    """The cases that `filters` leave for `user`, with all counts. One query besides the rows'.

    `saved`: the filters of saved views to count as well, by their keys.
    """
    visible = listed(user)
    conditions = conditions_of(user, timezone.localdate())
    narrowed = _narrow(filters)
    wanted = conditions[filters["view"]] & narrowed
    numbers = {f"n_{name}": Count("pk", filter=condition) for name, condition in conditions.items()}
    if narrowed:
        numbers["found"] = Count("pk", filter=wanted)
    for pk, own in (saved or {}).items():
        condition = conditions[own["view"]] & _narrow(own)
        numbers[f"saved_{pk}"] = Count("pk", filter=condition)
    counted = visible.order_by().aggregate(**numbers)
    number = counted.pop("found", None)
    of_saved = {pk: counted.pop(f"saved_{pk}") for pk in saved or {}}
    counts = {name.removeprefix("n_"): value for name, value in counted.items()}
    rows = _ordered(visible.filter(wanted), sort_of(filters))
    return Found(rows, counts, counts[filters["view"]] if number is None else number, of_saved)


def shown(
    rows: EnrolmentQuerySet, first: int, last: int, sort: str, *, whole: bool = False
) -> EnrolmentQuerySet:
    """The cases of one page with what a row of the desk shows, or `whole`. Two queries.

    First the keys alone: in one query PostgreSQL would join all cases before it takes the page.
    """
    keys = list(rows.values_list("pk", flat=True)[first:last])
    found = _ordered(Enrolment.objects.filter(pk__in=keys), sort).for_list()
    return found if whole else found.only(*IN_A_ROW)


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
    return reduce(and_, map(has_word, words), wanted)


def has_word(word: str) -> Q:
    """Cases with `word` in the reference, the student's number or name, or the course.

    It is looked for among the people and the editions first: they are fewer than the cases.
    """
    named = User.objects.filter(has("name", word)).order_by()
    editions = Edition.objects.filter(titled(word, "course__")).order_by()
    found = (  # what is looked for most comes first: the rest is asked of the others alone
        Q(student__in=named.values("pk"))
        | Q(edition__in=editions.values("pk"))
        | Q(student_number__icontains=word)
    )
    if is_reference(word):
        found |= Q(reference__istartswith=word) | Q(reference__istartswith=f"VX-{word}")
    return found


def titled(word: str, path: str = "") -> Q:
    """Courses (at `path`) with `word` in the title, in any language, or beginning the code."""
    titles = (Q(has(f"{path}{name}", word)) for name in ("title", "title_nl", "title_en"))
    return reduce(or_, titles, Q(**{f"{path}code__istartswith": word}))


def _ordered(rows: EnrolmentQuerySet, sort: str) -> EnrolmentQuerySet:
    field, backwards = SORTS[sort]
    key = F(field)
    first = key.desc() if backwards else key.asc(nulls_last=True if field == "due_on" else None)
    return rows.order_by(first, "-pk" if backwards else "pk")


def after(user: User, case: Enrolment, filters: dict[str, Any]) -> str:
    """The reference of the case that follows `case` in the list; empty at its end.

    Ask before `case` is moved. In a view of work the first that is left follows the last.
    """
    conditions = conditions_of(user, timezone.localdate())
    wanted = conditions[filters["view"]] & _narrow(filters)
    rows = _ordered(listed(user).filter(wanted).exclude(pk=case.pk), sort_of(filters))
    field, backwards = SORTS[sort_of(filters)]
    value = _value(case, field)
    beyond = "lt" if backwards else "gt"
    behind = Q(**{field: value, f"pk__{beyond}": case.pk})
    if value is not None:
        behind |= Q(**{f"{field}__{beyond}": value})
        if field == "due_on":
            behind |= Q(due_on=None)  # what is not due stands at the end
    later = rows.filter(behind)
    found = later.values_list("reference", flat=True).first()
    if found is None and filters["view"] in WORK:
        found = rows.values_list("reference", flat=True).first()
    return found or ""


def _value(case: Enrolment, field: str) -> Any:
    match field:
        case "student__name":
            return case.student.name
        case "edition__course__title":
            return case.edition.course.title
        case _:
            return getattr(case, field)


class Choices(NamedTuple):
    """What the selects offer, and until when it may be offered."""

    faculties: list[Faculty]
    programmes: list[Programme]
    hosts: list[University]
    until: float


_kept: list[Choices] = []
KEEP_CHOICES = 60  # seconds: a new programme may be a minute late in a select


def choices() -> Choices:
    """Faculties with programmes, the programmes, and hosts. Two queries once in a minute."""
    if not _kept or _kept[0].until < time.monotonic():
        programmes = list(Programme.objects.select_related("faculty").order_by("name_nl", "level"))
        faculties = {programme.faculty_id: programme.faculty for programme in programmes}
        _kept[:] = [
            Choices(
                sorted(faculties.values(), key=lambda faculty: faculty.name_nl),
                programmes,
                list(University.objects.order_by("name")),
                time.monotonic() + KEEP_CHOICES,
            )
        ]
    return _kept[0]


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
        action__in=DECISIONS,
    )
    counted = events.order_by().values_list("action").annotate(Count("pk"))
    return dict(counted)


def is_reference(text: str) -> bool:
    """Whether `text` could be a case's reference; PostgreSQL refuses some that cannot."""
    return _REFERENCE.fullmatch(text) is not None


def by_reference(user: User, references: Iterable[str]) -> list[Enrolment]:
    """The cases in sight with these references, oldest first, ready to be decided."""
    rows = on_desk(user)
    wanted = {name.upper() for name in references if is_reference(name)}
    found = rows.filter(reference__in=wanted).order_by("since", "pk")
    return list(found.select_related("student", "edition__course__university", "faculty"))


def own_event(user: User, number: int) -> Event | None:
    """What `user` did to a case, by its number; None when it is somebody else's or of no case."""
    kind = Enrolment._meta.label_lower
    return Event.objects.filter(pk=number, actor=user, subject_kind=kind).first()


def own_events(user: User, numbers: Iterable[int]) -> list[Event]:
    """Those of these that `user` did, to cases in sight. One query."""
    kind = Enrolment._meta.label_lower
    rows = Event.objects.filter(pk__in=list(numbers), actor=user, subject_kind=kind)
    return list(rows.filter(subject_id__in=on_desk(user).order_by().values("pk")).order_by("pk"))


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
