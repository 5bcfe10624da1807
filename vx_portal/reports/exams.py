"""Reports about exams in Leiden: the days ahead, how early students heard, who came, resits."""

from __future__ import annotations

from collections import Counter, defaultdict
from datetime import date
from statistics import median
from typing import TYPE_CHECKING, Any, NamedTuple

from django.db.models import Count, Q
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from courses import house
from courses.models import University
from enrolments.models import Enrolment, State
from exams import gates, places
from exams.deadlines import NOTICE, tell_by
from exams.models import Attendance, Exam, Resit, Seat, Sitting
from exams.models.sitting import TOLD
from exams.services.resits import takers
from paperwork.day_counts import WorkingDays, hour_of
from paperwork.working_days import working_days_between
from vx_portal.reports import grouping
from vx_portal.reports.grouping import DIMENSIONS, universities
from vx_portal.reports.tables import (
    Bars,
    Column,
    Kind,
    Label,
    Ranges,
    Row,
    Stacked,
    Table,
    Timeline,
    complete,
    rows_of,
    share,
    total_of,
)

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from accounts.models import User
    from vx_portal.reports.filters import Filters

CASE = "enrolment__"
PLACED = [State.ENROLLED, State.FINISHED]

# --- The days ahead -------------------------------------------------------------------------------
OF_A_DAY = (
    Column("ahead", gettext_lazy("Ahead"), Kind.DAYS, gettext_lazy("working days"), added=False),
    Column("exams", gettext_lazy("Exams")),
    Column("students", gettext_lazy("Students")),
    Column("seated", gettext_lazy("With a seat")),
    Column("rooms", gettext_lazy("Sittings")),
    Column("unplanned", gettext_lazy("Exams without a room")),
    Column("untold", gettext_lazy("Exams of which students have not heard")),
    Column("tell_by", gettext_lazy("Students hear by"), Kind.DAY),
)
OF_AN_EXAM = (
    Column("day", gettext_lazy("Day"), Kind.DAY),
    *(column for column in OF_A_DAY if column.name != "exams"),
)


class Coming(NamedTuple):
    """An exam that is to come, with its numbers."""

    exam: Exam
    day: date
    numbers: dict[str, Any]


def ahead(user: User, filters: Filters) -> Table:
    """The exams in Leiden that are to come, by day or one by one."""
    coming = _coming(user, filters)
    per_day = filters.per == "day"
    hidden = set() if gates.reads_all(user) else {"rooms", "unplanned"}  # others see what was told
    columns = [one for one in (OF_A_DAY if per_day else OF_AN_EXAM) if one.name not in hidden]
    rows = _days(coming) if per_day else [_one(each) for each in coming]
    return Table(
        "exam-days",
        _("Exam days ahead"),
        _(
            "Exams in our own rooms whose moment the host has fixed. Expected are the students who"
            " are enrolled, and for a resit those who take part. Students should hear of their exam"
            " %(days)s working days before it. Of an exam within a period the first day counts."
        )
        % {"days": house.number(NOTICE)},
        _("Day") if per_day else _("Exam"),
        columns,
        [Row(row.label, complete(columns, row.numbers)) for row in rows],
        total_of(columns, rows),
        shape=Timeline(("students",)) if per_day else Bars("students"),
    )


def _coming(user: User, filters: Filters) -> list[Coming]:
    """In order of their days. Five queries."""
    rows = places.here(Exam.objects.visible_to(user).upcoming())
    if filters.partner:
        rows = rows.filter(edition__course__university=filters.partner)
    exams = list(rows.select_related("edition__course__university"))
    cases = Enrolment.objects.for_desk(user).filter(filters.of_cases(), state__in=PLACED)
    mine = cases.filter(edition__in=[exam.edition_id for exam in exams])
    sitters: defaultdict[int, set[int]] = defaultdict(set)
    kinds = dict[int, str]()
    for pk, edition, kind in mine.order_by().values_list("pk", "edition", "kind"):
        sitters[edition].add(pk)
        kinds[pk] = kind
    taking = takers(exams)
    seated = _seats(user, mine, exams)
    sittings = _sittings(user, exams)
    today = timezone.localdate()
    coming = []
    for exam in exams:
        day = timezone.localdate(exam.earliest_at)
        students = {pk for pk in sitters[exam.edition_id] if not places.is_away(exam, kinds[pk])}
        if exam.is_resit:
            students = students & taking.get(exam.pk, set())
        states = sittings.get(exam.pk, Counter())
        numbers = {
            "day": day,
            "ahead": working_days_between(today, day),
            "exams": 1,
            "students": len(students),
            "seated": seated.get(exam.pk, 0),
            "rooms": states.total(),
            "unplanned": int(not states),
            "untold": int(not states or any(state not in TOLD for state in states)),
            "tell_by": tell_by(day),
        }
        coming.append(Coming(exam, day, numbers))
    return sorted(coming, key=lambda one: (one.day, one.exam.pk))


def _seats(user: User, cases: QuerySet[Enrolment], exams: list[Exam]) -> dict[int, int]:
    rows = Seat.objects.visible_to(user).standing().filter(enrolment__in=cases.values("pk"))
    rows = rows.filter(sitting__exam__in=exams).order_by()
    return dict(rows.values_list("sitting__exam").annotate(number=Count("pk")))


def _sittings(user: User, exams: list[Exam]) -> dict[int, Counter[str]]:
    rows = Sitting.objects.visible_to(user).standing().filter(exam__in=exams).order_by()
    found: defaultdict[int, Counter[str]] = defaultdict(Counter)
    for exam, state, number in rows.values_list("exam", "state").annotate(number=Count("pk")):
        found[exam][state] += number
    return found


def _days(coming: list[Coming]) -> list[Row]:
    """One row for each day that has an exam."""
    found: dict[date, dict[str, Any]] = {}
    for one in coming:
        numbers = found.setdefault(one.day, {**one.numbers, **dict.fromkeys(ADDED, 0)})
        for name in ADDED:
            numbers[name] += one.numbers[name]
    return [
        Row(Label(date_format(day, "l j F Y"), order=(day,), day=day), numbers)
        for day, numbers in found.items()
    ]


ADDED = ("exams", "students", "seated", "rooms", "unplanned", "untold")


def _one(one: Coming) -> Row:
    course = one.exam.edition.course
    text = course.title
    if one.exam.is_resit:
        text = _("%(course)s, attempt %(number)s") % {"course": text, "number": one.exam.attempt}
    host = course.university
    return Row(Label(text, host.code, host.line_colour, course.language), one.numbers)


# --- How early students heard ---------------------------------------------------------------------
HEARD = (
    Column("students", gettext_lazy("Students")),
    Column("least", gettext_lazy("Least"), Kind.DAYS, gettext_lazy("working days"), added=False),
    Column("median", gettext_lazy("Median"), Kind.DAYS, gettext_lazy("working days"), added=False),
    Column("in_time", gettext_lazy("In time")),
    Column("share", gettext_lazy("In time, of all"), Kind.PERCENT, of=share("in_time", "students")),
)


def notice(user: User, filters: Filters) -> Table:
    """How many working days before their exam students heard of it."""
    rows = (
        Seat.objects.visible_to(user)
        .standing()
        .filter(
            filters.of_cases(CASE),
            sitting__state__in=TOLD,
            sitting__published_at__isnull=False,
            **filters.period.moments("starts_at"),
        )
        .order_by()
    )
    counted = WorkingDays()
    found: defaultdict[int, list[int]] = defaultdict(list)
    names = "sitting__exam__edition__course__university", hour_of("sitting__published_at")
    for host, told, starts in rows.values_list(*names, hour_of("starts_at")):
        if (days := counted.between(told, starts)) is not None:
            found[host].append(days)
    labels = universities(found)
    listed = rows_of(HEARD, ((labels[host], _early(days)) for host, days in found.items()))
    everybody = [day for days in found.values() for day in days]
    total = Row(Label(_("Total")), complete(HEARD, _early(everybody))) if len(found) > 1 else None
    return Table(
        "exam-notice",
        _("How early students heard of their exam"),
        _(
            "Students with a seat at an exam in the period: working days between the day on which"
            " its place and time were published first and the exam. In time is %(days)s working"
            " days or more."
        )
        % {"days": house.number(NOTICE)},
        str(University._meta.verbose_name).capitalize(),
        HEARD,
        listed,
        total,
        filters.period.in_words(),
        shape=Ranges("least", "median"),
    )


def _early(days: list[int]) -> dict[str, Any]:
    return {
        "students": len(days),
        "least": min(days),
        "median": median(days),
        "in_time": sum(day >= house.number(NOTICE) for day in days),
    }


# --- Who came -------------------------------------------------------------------------------------
A = Attendance
CAME = (
    Column("students", gettext_lazy("Students")),
    Column("present", gettext_lazy("Present")),
    Column("late", pgettext_lazy("attendance", "Late")),
    Column("absent", gettext_lazy("No-show")),
    Column("ill", gettext_lazy("Reported ill before the start")),
    Column("share", gettext_lazy("No-show, of all"), Kind.PERCENT, of=share("absent", "students")),
)


def attendance(user: User, filters: Filters) -> Table:
    """Who came to the exams that were held in the period."""
    by = DIMENSIONS[filters.per]
    ill = Q(ill_reported_at__isnull=False) & Q(attendance=A.ABSENT)
    rows = (
        Seat.objects.visible_to(user)
        .standing()
        .filter(filters.of_cases(CASE), **filters.period.moments("starts_at"))
        .exclude(attendance=A.EXPECTED)
    )
    counts = {
        "students": Count("pk"),
        "present": Count("pk", filter=Q(attendance__in=[A.PRESENT, A.LEFT_EARLY])),
        "late": Count("pk", filter=Q(attendance=A.LATE)),
        "absent": Count("pk", filter=Q(attendance=A.ABSENT) & ~ill),
        "ill": Count("pk", filter=ill),
    }
    found = grouping.of(rows, by, counts, CASE)
    labels = by.labels(found)
    listed = rows_of(CAME, ((labels[key], found[key]) for key in found), "students")
    return Table(
        "attendance",
        _("Who came to the exam"),
        _(
            "Students who were marked at an exam in our own rooms in the period. Present are also"
            " those who left early. Who reported ill before the start and was not there is no"
            " no-show."
        ),
        str(by.label),
        CAME,
        listed,
        total_of(CAME, listed),
        filters.period.in_words(),
        shape=Stacked(("present", "late", "absent", "ill")),
    )


# --- Resits ---------------------------------------------------------------------------------------
RESITS = (
    Column("offered", gettext_lazy("Offered")),
    Column("absent", gettext_lazy("After a no-show")),
    Column("ill", gettext_lazy("After illness")),
    Column("failed", gettext_lazy("Not passed before")),
    Column("yes", gettext_lazy("Take part")),
    Column("no", gettext_lazy("Do not take part")),
    Column("open", gettext_lazy("No answer yet")),
)


def resits(user: User, filters: Filters) -> Table:
    """Resits that were offered in the period, why, and what students answered."""
    by = DIMENSIONS[filters.per]
    rows = Resit.objects.visible_to(user).filter(
        filters.of_cases(CASE), **filters.period.moments("offered_at")
    )
    counts: dict[str, Any] = {"offered": Count("pk")}
    for because in Resit.Because.values:
        counts[because] = Count("pk", filter=Q(because=because))
    for name, answer in (("yes", "yes"), ("no", "no"), ("open", "")):
        counts[name] = Count("pk", filter=Q(answer=answer))
    found = grouping.of(rows, by, counts, CASE)
    labels = by.labels(found)
    listed = rows_of(RESITS, ((labels[key], found[key]) for key in found), "offered")
    return Table(
        "resits",
        _("Resits"),
        _(
            "Resits that were offered to a student in the period, by why, and by what the student"
            " answered. Whether they passed stands under pass rates."
        ),
        str(by.label),
        RESITS,
        listed,
        total_of(RESITS, listed),
        filters.period.in_words(),
        shape=Stacked(("yes", "open", "no")),
    )
