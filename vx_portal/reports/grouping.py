"""Per what a report counts: faculty, partner, course, purpose, week …"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

from django.db.models import Case, F, When
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from courses.models import Course, Faculty, Programme, University
from enrolments.models import Purpose
from enrolments.models.enrolment import Kind
from vx_portal.reports.tables import Label, Words
from vx_portal.templatetags.portal import short_day

if TYPE_CHECKING:
    from django.db.models import QuerySet

type Keys = Iterable[Any]
type Labels = dict[Any, Label]


@dataclass(frozen=True)
class Dimension:
    """One way to divide cases. `key` gives what to group by, from the path that leads to a case."""

    name: str
    label: Words  # the heading of the labels
    per: Words  # the choice
    key: Callable[[str], Any]
    labels: Callable[[Keys], Labels]


def of(
    rows: QuerySet[Any], by: Dimension, numbers: dict[str, Any], path: str = ""
) -> dict[Any, Any]:
    """What the aggregates `numbers` come to in each part. One query."""
    named = {f"n_{name}": number for name, number in numbers.items()}  # none is that of a field
    parts = rows.order_by().annotate(part=by.key(path)).values("part").annotate(**named)
    return {
        found.pop("part"): {name.removeprefix("n_"): n for name, n in found.items()}
        for found in parts
    }


def partner_of(path: str = "") -> Case:
    """The other university of a case: the host, or where an incoming student comes from."""
    return Case(
        When(**{f"{path}kind": Kind.INCOMING}, then=F(f"{path}home_university")),
        default=F(f"{path}edition__course__university"),
    )


def _field(name: str) -> Callable[[str], F]:
    return lambda path: F(path + name)


# --- Labels ---------------------------------------------------------------------------------------
def universities(keys: Keys) -> Labels:
    found = University.objects.filter(pk__in=list(keys))
    return {one.pk: Label(one.local_name, one.code, one.line_colour) for one in found}


def faculties(keys: Keys) -> Labels:
    wanted = set(keys)
    found = {one.pk: Label(one.name) for one in Faculty.objects.filter(pk__in=wanted - {None})}
    return found | ({None: no_faculty()} if None in wanted else {})


def no_faculty() -> Label:
    return Label(_("Students of partner universities"), order=(1,))


def programmes(keys: Keys) -> Labels:
    wanted = set(keys)
    found = Programme.objects.filter(pk__in=wanted - {None})
    labels: Labels = {one.pk: Label(str(one), order=(0,)) for one in found}
    return labels | ({None: no_faculty()} if None in wanted else {})


def courses(keys: Keys) -> Labels:
    found = Course.objects.filter(pk__in=list(keys)).select_related("university")
    return {
        one.pk: Label(one.title, one.university.code, one.university.line_colour, one.language)
        for one in found
    }


def purposes(keys: Keys) -> Labels:
    order = ["", *Purpose.values]
    words = {str(value): str(label) for value, label in Purpose.choices}
    words[""] = _("not asked of students of partners")
    return {
        key: Label(_capital(words[key]), order=(order.index(key) or len(order),)) for key in keys
    }


def levels(keys: Keys) -> Labels:
    return {key: Label(_capital(str(Programme.Level(key).label))) for key in keys}


def kinds(keys: Keys) -> Labels:
    order = list(Kind.values)
    return {key: Label(_capital(str(Kind(key).label)), order=(order.index(key),)) for key in keys}


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def weeks(keys: Keys) -> Labels:
    """By the Monday; each week in between has its row too, also without cases."""
    return {
        day: Label(_week(day), order=(day,), day=day)
        for day in _each(keys, lambda day: day + timedelta(days=7))
    }


def months(keys: Keys) -> Labels:
    """By the first day; each month in between has its row too."""
    return {
        day: Label(date_format(day, "F Y"), order=(day,), day=day)
        for day in _each(keys, lambda day: (day + timedelta(days=32)).replace(day=1))
    }


def _week(monday: date) -> str:
    year, week, _weekday = monday.isocalendar()
    said = {"week": week, "year": year, "day": short_day(monday)}
    return _("%(year)s, week %(week)s (from %(day)s)") % said


def _each(keys: Keys, after: Callable[[date], date]) -> Iterable[date]:
    known = sorted(keys)
    day = known[0] if known else None
    while day is not None and day <= known[-1]:
        yield day
        day = after(day)


def monday_of(day: date) -> date:
    return day - timedelta(days=day.weekday())


def month_of(day: date) -> date:
    return day.replace(day=1)


DIMENSIONS = {
    one.name: one
    for one in (
        Dimension(
            "faculty",
            gettext_lazy("Faculty"),
            gettext_lazy("Per faculty"),
            _field("faculty"),
            faculties,
        ),
        Dimension(
            "partner",
            gettext_lazy("Partner university"),
            gettext_lazy("Per partner"),
            partner_of,
            universities,
        ),
        Dimension(
            "course",
            gettext_lazy("Course"),
            gettext_lazy("Per course"),
            _field("edition__course"),
            courses,
        ),
        Dimension(
            "purpose",
            gettext_lazy("How it counts"),
            gettext_lazy("Per purpose"),
            _field("purpose"),
            purposes,
        ),
        Dimension(
            "programme",
            gettext_lazy("Programme"),
            gettext_lazy("Per programme"),
            _field("programme"),
            programmes,
        ),
        Dimension(
            "level", gettext_lazy("Level"), gettext_lazy("Per level"), _field("level"), levels
        ),
        Dimension(
            "kind", gettext_lazy("Kind of case"), gettext_lazy("Per kind"), _field("kind"), kinds
        ),
    )
}
# What some reports count by besides: the heading, and the choice.
OTHERS: dict[str, tuple[Words, Words]] = {
    "step": (gettext_lazy("Step"), gettext_lazy("Per step")),
    "host": (gettext_lazy("Host university"), gettext_lazy("Per host university")),
    "day": (gettext_lazy("Day"), gettext_lazy("Per day")),
    "exam": (gettext_lazy("Exam"), gettext_lazy("Per exam")),
}
# In time; the rows are put together in Python, from the moment of each case.
TIMES: dict[str, tuple[Words, Words, Callable[[date], date], Callable[[Keys], Labels]]] = {
    "week": (gettext_lazy("Week"), gettext_lazy("Per week"), monday_of, weeks),
    "month": (gettext_lazy("Month"), gettext_lazy("Per month"), month_of, months),
}
