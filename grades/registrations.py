"""The queue of registrations: which rows, in which views, with which filters, in which order."""

from __future__ import annotations

from functools import reduce
from operator import and_
from typing import TYPE_CHECKING, Any, NamedTuple

from django.db.models import Count, Exists, F, OuterRef, Q
from django.utils import timezone
from django.utils.functional import Promise

from accounts.models import User
from courses.models import Course
from courses.plain import has
from courses.wording import pgettext_lazy
from enrolments.models.enrolment import Purpose
from enrolments.scopes import Scopes, scopes_in_view
from grades.gates import ENDED_WELL, administrations, in_view
from grades.models import Registration, RegistrationState, UsisRow
from grades.models.registration import WITH_ADMINISTRATION, RegistrationQuerySet
from grades.services import superseding
from paperwork.models import Event

if TYPE_CHECKING:
    from datetime import date

S = RegistrationState
Route = Registration.Route
MOST_WORDS = 5  # of a search; what follows is not read


class View(NamedTuple):
    """One of the built-in views."""

    name: str
    label: str | Promise
    sort: str = "oldest"  # unless the reader chose another order


VIEWS = {
    view.name: view
    for view in (
        View("mine", pgettext_lazy("registrations", "Up to me")),
        View("late", pgettext_lazy("registrations", "Too late"), "due"),
        View("student", pgettext_lazy("registrations", "Waiting for the student"), "due"),
        View("board", pgettext_lazy("registrations", "With the Board"), "due"),
        View("ready", pgettext_lazy("registrations", "Ready to send")),
        View("sent", pgettext_lazy("registrations", "Sent")),
        View("differs", pgettext_lazy("registrations", "Differs from {system}")),
        View("corrected", pgettext_lazy("registrations", "Corrected since"), "newest"),
        View("done", pgettext_lazy("registrations", "Registered"), "newest"),
        View("all", pgettext_lazy("registrations", "All"), "newest"),
    )
}
FOR_ADMINISTRATION = ("mine", "late", "differs", "corrected", "done", "all")
OPEN = (S.REQUESTED, S.PREPARED, S.SENT)
GOES_ON = Q(enrolment__state__in=ENDED_WELL)  # of what is not sent: nothing is to do otherwise
SORTS = {
    "oldest": ("since", False),
    "newest": ("since", True),
    "due": ("due_on", False),
    "student": ("enrolment__student__name", False),
}


def in_sight(user: User) -> RegistrationQuerySet:
    """The registrations that the desk shows to `user`, also those whose result was corrected.

    Never one's own as a student.
    """
    rows = Registration.objects.visible_to(user).for_desk(user)
    return rows.exclude(enrolment__student=user)


def on_desk(user: User) -> RegistrationQuerySet:
    """Those of them that hold."""
    return in_sight(user).current()


def superseded(user: User) -> RegistrationQuerySet:
    """Those of them whose result was corrected."""
    return in_sight(user).filter(current=False)


def listed(user: User) -> RegistrationQuerySet:
    """One of each case, of those that belong to the role in which `user` works now.

    The one that holds; where the reader sees none, the last one that was sent, until somebody has
    recorded that uSis follows the correction.
    """
    newer = in_sight(user).filter(enrolment=OuterRef("enrolment"), pk__gt=OuterRef("pk"))
    dealt_with = Event.objects.filter(
        subject_kind=Registration._meta.label_lower,
        subject_id=OuterRef("pk"),
        action=superseding.DEALT_WITH,
    )
    last = Q(current=False, state__in=WITH_ADMINISTRATION) & ~Exists(newer) & ~Exists(dealt_with)
    return in_sight(user).filter(Q(current=True) | last).filter(in_view(user))


def views_for(user: User) -> list[View]:
    """The views that make sense for `user`: the administration has what was sent to it alone."""
    scopes = scopes_in_view(user)
    if scopes.administers and not handles(scopes) and not scopes.is_auditor:
        return [VIEWS[name] for name in FOR_ADMINISTRATION]
    return list(VIEWS.values())


def handles(scopes: Scopes) -> bool:
    """Whether there is anything that somebody with these scopes sees through."""
    ours = scopes.coordinates_faculties or scopes.coordinates_programmes
    return bool(ours or scopes.honours_faculties or scopes.all_honours)


def _handled(scopes: Scopes) -> Q:
    """`registrars.handler_role`, as SQL."""
    honours = Q(enrolment__purpose=Purpose.HONOURS)
    mine = ~honours & (
        Q(enrolment__faculty__in=scopes.coordinates_faculties)
        | Q(enrolment__programme__in=scopes.coordinates_programmes)
    )
    if scopes.all_honours:
        return mine | honours
    return mine | honours & Q(enrolment__faculty__in=scopes.honours_faculties)


def _up_to(user: User) -> Q:
    """What `user` should do next: decide, send, or record. `registrars`, as SQL."""
    scopes = scopes_in_view(user)
    without = ~Q(enrolment__faculty__in=administrations().order_by().values("faculty"))
    handled = _handled(scopes)
    honours = Q(route=Route.HONOURS)
    decide = Q(state=S.REQUESTED) & (honours | Q(filed_on__isnull=False))
    holds = Registration.objects.current().filter(enrolment=OuterRef("enrolment"))
    gone = Q(current=False) & ~Exists(holds)  # corrected to a fail: uSis has to follow
    record = Q(current=True, state=S.SENT) & ~Q(verified_by=user) | gone
    return (
        Q(current=True) & GOES_ON & handled & (decide | Q(state=S.PREPARED))
        | handled & record & (honours | without)
        | ~honours & record & Q(enrolment__faculty__in=scopes.administers)
    )


def differing() -> Q:
    """Those of which uSis holds something else than was sent, by the newest list that has them."""
    of_the_same = UsisRow.objects.filter(registration=OuterRef("registration"))
    newer = of_the_same.filter(
        Q(usis_list__gt=OuterRef("usis_list"))
        | Q(usis_list=OuterRef("usis_list"), line__gt=OuterRef("line"))
    )
    rows = UsisRow.objects.filter(~Exists(newer), outcome=UsisRow.Outcome.DIFFERS)
    return Q(state__in=WITH_ADMINISTRATION, pk__in=rows.order_by().values("registration"))


def conditions_of(user: User, today: date) -> dict[str, Q]:
    """What each view shows, of the rows in sight."""
    asked = GOES_ON & Q(state=S.REQUESTED) & ~Q(route=Route.HONOURS)
    of_those_that_hold = {
        "late": GOES_ON & Q(state__in=OPEN, due_on__lt=today),
        "student": asked & Q(filed_on=None),
        "board": asked & Q(filed_on__isnull=False),
        "ready": GOES_ON & Q(state=S.PREPARED),
        "sent": Q(state=S.SENT),
        "differs": differing(),
        "done": Q(state__in=[S.REGISTERED, S.RECONCILED]),
    }
    return {
        "mine": _up_to(user),
        **{name: Q(current=True) & wanted for name, wanted in of_those_that_hold.items()},
        "corrected": Q(current=False),
        "all": Q(),
    }


class Found(NamedTuple):
    """The filtered list, unsliced, and how many each view and the list itself have."""

    rows: RegistrationQuerySet
    counts: dict[str, int]
    number: int


def find(user: User, filters: dict[str, Any]) -> Found:
    """The rows that `filters` leave for `user`, with all counts. One query besides the rows'."""
    visible = listed(user)
    conditions = conditions_of(user, timezone.localdate())
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


def shown(rows: RegistrationQuerySet, first: int, last: int, sort: str) -> RegistrationQuerySet:
    """The rows of one page with what they show. Two queries: the keys first, then these alone."""
    keys = list(rows.values_list("pk", flat=True)[first:last])
    return _ordered(Registration.objects.filter(pk__in=keys).for_list(), sort)


def sort_of(filters: dict[str, Any]) -> str:
    """The order: the one that was chosen, else the view's own."""
    return filters.get("sort") or VIEWS[filters["view"]].sort


def _ordered(rows: RegistrationQuerySet, sort: str) -> RegistrationQuerySet:
    field, backwards = SORTS[sort]
    key = F(field)
    first = key.desc() if backwards else key.asc(nulls_last=True if field == "due_on" else None)
    return rows.order_by(first, "-pk" if backwards else "pk")


def _narrow(filters: dict[str, Any]) -> Q:
    """What the filters besides the view ask for."""
    same = {
        "state": "state",
        "type": "request_type",
        "faculty": "enrolment__faculty",
        "host": "enrolment__edition__course__university",
        "batch": "batch",
    }
    wanted = Q(**{path: filters[name] for name, path in same.items() if filters.get(name)})
    words = filters.get("q", "").split()[:MOST_WORDS]
    return reduce(and_, map(_has_word, words), wanted)


def _has_word(word: str) -> Q:
    # Among the people and the courses first: they are fewer than the registrations.
    named = User.objects.filter(has("name", word)).order_by()
    titled = Course.objects.filter(has("title", word)).order_by()
    return (
        Q(enrolment__reference__istartswith=word)
        | Q(enrolment__student_number__icontains=word)
        | Q(usis_reference__istartswith=word)
        | Q(enrolment__student__in=named.values("pk"))
        | Q(enrolment__edition__course__in=titled.values("pk"))
    )


def after(user: User, row: Registration, filters: dict[str, Any]) -> str:
    """The reference of the next one of the list of work; empty at its end.

    Ask before `row` is moved. The first that is left follows the last.
    """
    conditions = conditions_of(user, timezone.localdate())
    wanted = conditions[filters["view"]] & _narrow(filters)
    rows = listed(user).filter(wanted, current=True).exclude(pk=row.pk)
    rows = _ordered(rows, sort_of(filters))
    field, backwards = SORTS[sort_of(filters)]
    beyond = "lt" if backwards else "gt"
    if field == "since":
        behind = Q(since=row.since, **{f"pk__{beyond}": row.pk}) | Q(
            **{f"since__{beyond}": row.since}
        )
        later = rows.filter(behind).values_list("enrolment__reference", flat=True).first()
        if later:
            return str(later)
    return rows.values_list("enrolment__reference", flat=True).first() or ""
