"""Reports about what follows the course: results, credits, transcripts, registrations."""

from __future__ import annotations

from collections import defaultdict
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from django.db.models import Count, Exists, F, OuterRef, Q, Sum
from django.utils import timezone
from django.utils.translation import gettext_lazy, pgettext_lazy

from courses.wording import gettext as _
from enrolments.models import Enrolment
from enrolments.scopes import scopes_of
from enrolments.services.rules import one_rulebook
from grades.durations import ENOUGH
from grades.models import Registration, RegistrationState, Result
from grades.no_transcript import awaited
from grades.services import chasing
from vx_portal.reports import grouping
from vx_portal.reports.grouping import DIMENSIONS
from vx_portal.reports.hiding import without_few
from vx_portal.reports.tables import Bars, Column, Kind, Stacked, Table, rows_of, share, total_of

if TYPE_CHECKING:
    from datetime import date

    from django.db.models import QuerySet

    from accounts.models import User
    from vx_portal.reports.filters import Filters

CASE = "enrolment__"
REGISTERED = (RegistrationState.REGISTERED, RegistrationState.RECONCILED)


def reads_each(user: User) -> bool:
    """Whether `user` may read every result that is counted; who may not gets no small numbers, and
    no choices by which one could be told from two answers."""
    scopes = scopes_of(user)
    if scopes.is_auditor:
        return True
    return not (scopes.is_office or scopes.is_exams or scopes.partner_of)


def _results(user: User, filters: Filters) -> QuerySet[Result]:
    """The results that hold, dated in the period, of cases that the reader sees as staff."""
    rows = Result.objects.visible_to(user) if reads_each(user) else Result.objects.all()
    cases = Enrolment.objects.for_desk(user).filter(filters.of_cases())
    return rows.filter(
        current=True,
        enrolment__in=cases.order_by().values("pk"),
        **filters.period.days("dated_on"),
    )


def _guarded(table: Table, by: str, user: User) -> Table:
    return table if reads_each(user) else without_few(table, by, ENOUGH)


# --- Passed and failed ----------------------------------------------------------------------------
PASSES = (
    Column("results", gettext_lazy("Results")),
    Column("passed", gettext_lazy("Passed")),
    Column("failed", gettext_lazy("Not passed")),
    Column("rate", gettext_lazy("Pass rate"), Kind.PERCENT, of=share("passed", "results")),
    Column("resits", gettext_lazy("Results of a resit")),
    Column("resit_passed", gettext_lazy("Passed at a resit")),
)


def passes(user: User, filters: Filters) -> Table:
    """How many passed, of the results that hold."""
    by = DIMENSIONS[filters.per]
    resit = Q(attempt=Result.Attempt.RESIT)
    counts = {
        "results": Count("pk", distinct=True),
        "passed": Count("pk", distinct=True, filter=Q(passed=True)),
        "failed": Count("pk", distinct=True, filter=Q(passed=False)),
        "resits": Count("pk", distinct=True, filter=resit),
        "resit_passed": Count("pk", distinct=True, filter=resit & Q(passed=True)),
    }
    found = grouping.of(_results(user, filters), by, counts, CASE)
    labels = by.labels(found)
    rows = rows_of(PASSES, ((labels[key], found[key]) for key in found), "results")
    table = Table(
        "pass-rates",
        _("Pass rates"),
        _(
            "Results dated in the period that hold: a corrected one counts once, as it is now."
            " Passed is a 6 or more, V or P. Who has no result yet is not counted."
        ),
        str(by.label),
        PASSES,
        rows,
        total_of(PASSES, rows),
        filters.period.in_words(),
        shape=Stacked(("passed", "failed")),
    )
    return _guarded(table, "results", user)


# --- Credits --------------------------------------------------------------------------------------
CREDITS = (
    Column("courses", gettext_lazy("Courses passed")),
    Column("ec", gettext_lazy("Credits earned"), Kind.EC, "EC"),
    Column("registered", gettext_lazy("Registered of these"), Kind.EC, "EC"),
    Column(
        "done",
        gettext_lazy("Registered"),
        Kind.PERCENT,
        of=lambda row: _percent(row.get("registered"), row.get("ec")),
    ),
)


def _percent(part: object, whole: object) -> Decimal | None:
    if not isinstance(part, int | Decimal) or not isinstance(whole, int | Decimal) or not whole:
        return None
    return round(Decimal(100) * part / whole, 1)


def earned(user: User, filters: Filters) -> Table:
    """Credits of courses that were passed, and how many of them are in the records."""
    by = DIMENSIONS[filters.per]
    entered = Registration.objects.filter(result=OuterRef("pk"), current=True, state__in=REGISTERED)
    passed = _results(user, filters).filter(passed=True)
    rows_of_all = Result.objects.filter(pk__in=passed.order_by().values("pk"))
    counts = {
        "courses": Count("pk"),
        "ec": Sum("ec"),
        "registered": Sum("ec", filter=Q(entered=True), default=Decimal(0)),
    }
    found = grouping.of(rows_of_all.annotate(entered=Exists(entered)), by, counts, CASE)
    labels = by.labels(found)
    rows = rows_of(CREDITS, ((labels[key], found[key]) for key in found), "ec")
    table = Table(
        "credits",
        _("Credits earned"),
        _(
            "Credits (EC) of the courses that were passed, by results dated in the period that"
            " hold. “Registered” are those that the administration has entered in {system}, or the"
            " {honours} has registered."
        ),
        str(by.label),
        CREDITS,
        rows,
        total_of(CREDITS, rows),
        filters.period.in_words(),
        shape=Bars("ec"),
    )
    return _guarded(table, "courses", user)


# --- Transcripts ----------------------------------------------------------------------------------
TRANSCRIPTS = (
    Column("awaited", gettext_lazy("Awaited")),
    Column("in_time", gettext_lazy("Not yet due")),
    Column("overdue", gettext_lazy("Overdue")),
    Column("alarm", gettext_lazy("Alarm")),
    Column(
        "longest",
        gettext_lazy("Longest overdue"),
        Kind.DAYS,
        gettext_lazy("calendar days"),
        added=False,
    ),
)


def transcripts(user: User, filters: Filters) -> Table:
    """Transcripts that should be here, and for how long."""
    by, today = DIMENSIONS[filters.per], timezone.localdate()
    mine = Enrolment.objects.for_desk(user).filter(filters.of_cases())
    rows = awaited().filter(pk__in=mine.order_by().values("pk")).select_related(None)
    parts = rows.order_by().annotate(
        part=by.key(""), host=F("edition__course__university"), ended=F("edition__ends_on")
    )
    found: defaultdict[Any, dict[str, Any]] = defaultdict(
        lambda: {"awaited": 0, "in_time": 0, "overdue": 0, "alarm": 0, "longest": None}
    )
    counted = parts.values_list("part", "host", "ended").annotate(number=Count("pk"))
    with one_rulebook():
        for part, host, ended, number in counted:
            _add(found[part], host, ended, number, today)
    labels = by.labels(found)
    listed = rows_of(TRANSCRIPTS, ((labels[key], found[key]) for key in found), "overdue")
    return Table(
        "transcripts",
        _("Transcripts that are awaited"),
        _(
            "Students whose course at a partner is over and of whom no transcript is here that"
            " could be used. It is due as the host says, or else %(days)s days after the course;"
            " after %(alarm)s days without one it is an alarm, which counts as overdue too."
        )
        % {"days": chasing.days_of(0), "alarm": chasing.alarm_days()},
        str(by.label),
        TRANSCRIPTS,
        listed,
        total_of(TRANSCRIPTS, listed),
        shape=Stacked(("overdue", "in_time")),
    )


def _add(counts: dict[str, Any], host: int, ended: date, number: int, today: date) -> None:
    """Count `number` students of a course of `host` that was over on `ended`."""
    gone = (today - ended).days
    late = gone - chasing.days_of(host)
    counts["awaited"] += number
    counts["overdue" if late > 0 else "in_time"] += number
    counts["alarm"] += number * (gone >= chasing.alarm_days())
    if late > 0:
        counts["longest"] = max(late, counts["longest"] or 0)


# --- Registrations --------------------------------------------------------------------------------
REGISTRATIONS = (
    Column("registrations", gettext_lazy("Registrations")),
    Column("requested", gettext_lazy("To be asked for")),
    Column("board", gettext_lazy("With the Board of Examiners")),
    Column("prepared", pgettext_lazy("registration", "Paperwork ready")),
    Column("sent", gettext_lazy("Sent, not yet registered")),
    Column("registered", gettext_lazy("Registered")),
    Column("refused", gettext_lazy("Refused")),
    Column(
        "share",
        gettext_lazy("Registered, of all"),
        Kind.PERCENT,
        of=share("registered", "registrations"),
    ),
)


def registrations(user: User, filters: Filters) -> Table:
    """Where the registrations that began in the period stand."""
    by = DIMENSIONS[filters.per]
    rows = Registration.objects.for_desk(user).filter(
        filters.of_cases(CASE), current=True, **filters.period.moments("created_at")
    )
    s = RegistrationState
    asked = Q(state=s.REQUESTED)
    filed = Q(filed_on__isnull=False) & ~Q(route=Registration.Route.HONOURS)
    counts = {
        "registrations": Count("pk"),
        "requested": Count("pk", filter=asked & ~filed),
        "board": Count("pk", filter=asked & filed),
        "prepared": Count("pk", filter=Q(state=s.PREPARED)),
        "sent": Count("pk", filter=Q(state=s.SENT)),
        "registered": Count("pk", filter=Q(state__in=REGISTERED)),
        "refused": Count("pk", filter=Q(state=s.REFUSED)),
    }
    found = grouping.of(rows, by, counts, CASE)
    labels = by.labels(found)
    listed = rows_of(REGISTRATIONS, ((labels[key], found[key]) for key in found), "registrations")
    return Table(
        "registrations",
        _("Registrations and where they stand"),
        _(
            "Registrations in {system} or on the honours route that began in the period, by where"
            " they stand now. “Registered” are also those that were found in {system}."
        ),
        str(by.label),
        REGISTRATIONS,
        listed,
        total_of(REGISTRATIONS, listed),
        filters.period.in_words(),
        shape=Stacked(("registered", "sent", "prepared", "board", "requested", "refused")),
    )
