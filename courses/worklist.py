"""What the office has to do about the offer: each need is a filter, a count and a link."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, timedelta
from typing import TYPE_CHECKING, NamedTuple

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy

from courses import house
from courses.completeness import incomplete
from courses.models import ConfirmationRequest, Course, Edition, PublicState, University

if TYPE_CHECKING:
    from vx_portal.http import Person


def unconfirmed(today: date) -> Q:
    """Nobody has said for long that it is true."""
    return Q(confirmed_on=None) | Q(confirmed_on__lt=today - house.span("courses.true_days"))


def is_unconfirmed(course: Course, today: date) -> bool:
    """The same of one course."""
    return course.confirmed_on is None or course.confirmed_on < today - timedelta(
        days=house.number("courses.true_days")
    )


def opening(today: date) -> Q:
    """An edition takes applications soon, and visitors do not see it yet."""
    return Q(
        Exists(
            Edition.objects.filter(
                course=OuterRef("pk"),
                state=PublicState.DRAFT,
                applications_open_on__lte=today + house.span("courses.soon_days"),
                ends_on__gte=today,
            )
        )
    )


def without_edition(today: date) -> Q:
    """No edition that is still to start."""
    coming = Edition.objects.filter(course=OuterRef("pk"), starts_on__gte=today)
    return ~Q(Exists(coming.exclude(state=PublicState.WITHDRAWN)))


def unanswered(_today: date) -> Q:
    """A partner was asked and has not said anything."""
    return Q(Exists(ConfirmationRequest.objects.unanswered().filter(course=OuterRef("pk"))))


def answered(_today: date) -> Q:
    """A partner wrote what has changed, and it has not been applied."""
    return Q(Exists(ConfirmationRequest.objects.to_handle().filter(course=OuterRef("pk"))))


NEEDS: dict[str, Callable[[date], Q]] = {
    "incomplete": lambda _today: incomplete(),
    "unconfirmed": unconfirmed,
    "opening": opening,
    "no-edition": without_edition,
    "unanswered": unanswered,
    "answers": answered,
    "demo": lambda _today: Q(is_demo=True),
}


class Task(NamedTuple):
    """Something to do, how often, and the query of the list that shows what it is about."""

    name: str
    how_many: int
    label: str | Promise
    why: str | Promise
    query: str


class _Kind(NamedTuple):
    name: str
    label: Promise | str
    why: Promise | str
    query: str
    only: Q


_SHOWN = Q(state=PublicState.PUBLISHED)
_LIVE = ~Q(state=PublicState.WITHDRAWN)
KINDS = [
    _Kind(
        "answers",
        ngettext_lazy(
            "course of which a partner says that something has changed",
            "courses of which a partner says that something has changed",
            "count",
        ),
        _("Apply what they wrote, then mark it as handled."),
        "need=answers",
        Q(),
    ),
    _Kind(
        "opening",
        ngettext_lazy(
            "course with an edition that opens soon and is still a draft",
            "courses with an edition that opens soon and is still a draft",
            "count",
        ),
        _("Publish the edition, or students cannot apply."),
        "need=opening",
        Q(),
    ),
    _Kind(
        "incomplete",
        ngettext_lazy(
            "published course with facts missing",
            "published courses with facts missing",
            "count",
        ),
        _("Students see gaps on these pages."),
        "need=incomplete&state=published",
        _SHOWN,
    ),
    _Kind(
        "unconfirmed",
        ngettext_lazy(
            "published course not confirmed for long",
            "published courses not confirmed for long",
            "count",
        ),
        _("Ask the partner if it is still true."),
        "need=unconfirmed&state=published",
        _SHOWN,
    ),
    _Kind(
        "unanswered",
        ngettext_lazy(
            "question to a partner unanswered",
            "questions to partners unanswered",
            "count",
        ),
        _("Ask again, or call them."),
        "need=unanswered",
        _LIVE,
    ),
    _Kind(
        "no-edition",
        ngettext_lazy(
            "published course without a coming edition",
            "published courses without a coming edition",
            "count",
        ),
        _("Make a new edition from the last one, or withdraw the course."),
        "need=no-edition&state=published",
        _SHOWN,
    ),
]


def courses_in_need(user: Person, today: date | None = None) -> dict[str, QuerySet[Course]]:
    """The courses that something is to be done about, most pressing first."""
    day, courses = today or timezone.localdate(), Course.objects.visible_to(user)
    return {kind.name: courses.filter(NEEDS[kind.name](day) & kind.only) for kind in KINDS}


def course_tasks(counts: Mapping[str, int]) -> list[Task]:
    """What there is to do about so many courses in need; nothing about none."""
    return [
        Task(kind.name, count, kind.label % {"count": count}, kind.why, kind.query)
        for kind in KINDS
        if (count := counts[kind.name])
    ]


def ending(today: date) -> Q:
    """Universities whose participation ends soon."""
    last = today + house.span("courses.ending_days")
    return Q(participating_until__gte=today, participating_until__lte=last)


def ending_soon(user: Person, today: date | None = None) -> QuerySet[University]:
    """The universities whose participation ends soon."""
    return University.objects.visible_to(user).filter(ending(today or timezone.localdate()))


def university_tasks(count: int) -> list[Task]:
    """What there is to do about so many universities that stop soon; nothing about none."""
    label = ngettext_lazy(
        "university stops taking part soon",
        "universities stop taking part soon",
        "count",
    ) % {"count": count}
    why = _("Extend it, or tell the students of its courses.")
    return [Task("ending", count, label, why, "taking_part=ending")] if count else []


class Moment(NamedTuple):
    """A coming day on which applications open or close."""

    day: date
    opens: bool
    edition: Edition


def coming_moments(user: Person, today: date | None = None, most: int = 8) -> list[Moment]:
    """When applications of published editions open or close in the coming month. One query."""
    day = today or timezone.localdate()
    month = (day, day + house.span("courses.soon_days"))
    editions = (
        Edition.objects.visible_to(user)
        .filter(state=PublicState.PUBLISHED, course__state=PublicState.PUBLISHED)
        .filter(Q(applications_open_on__range=month) | Q(applications_close_on__range=month))
        .select_related("course__university")
    )
    moments = [
        Moment(at, opens, edition)
        for edition in editions
        for at, opens in (
            (edition.applications_open_on, True),
            (edition.applications_close_on, False),
        )
        if at is not None and month[0] <= at <= month[1]
    ]
    return sorted(moments, key=lambda moment: (moment.day, moment.edition.pk))[:most]
