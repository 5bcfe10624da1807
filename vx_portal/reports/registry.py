"""Which reports there are, for whom, and what each can be narrowed to."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.utils.translation import pgettext_lazy

from courses.wording import gettext_lazy as _
from vx_portal.reports import applications, exams, places, progress, results, turnaround
from vx_portal.reports.filters import NARROWING, Filters
from vx_portal.reports.periods import TWELVE_MONTHS
from vx_portal.reports.tables import Table, Words

if TYPE_CHECKING:
    from accounts.models import User

CASES = ("coordinator", "honours", "office", "auditor")
STUDIED = ("faculty", "partner", "course", "purpose", "programme", "level")
ARRANGED = ("exams", "office", "auditor")


@dataclass(frozen=True)
class Report:
    """One report: who has it, and how it can be asked for."""

    name: str
    title: Words
    about: Words  # which question it answers
    roles: tuple[str, ...]
    make: Callable[[User, Filters], Table]
    per: tuple[str, ...] = ()
    narrows: tuple[str, ...] = NARROWING
    period: str = TWELVE_MONTHS  # unless another is chosen; empty: it is of now
    steps: tuple[tuple[str, Words], ...] = ()
    guarded: bool = False  # tells of grades: small numbers are hidden from who may not read each

    @property
    def has_period(self) -> bool:
        return bool(self.period)

    def exactly_for(self, user: User) -> bool:
        """Whether `user` may ask for any days and any part: else two answers would tell of one."""
        return not self.guarded or results.reads_each(user)


APPLICATIONS = (
    Report(
        "applications",
        _("Applications and what came of them"),
        _("How many students apply, when, for what, and how it ends."),
        (*CASES, "partner"),
        applications.outcomes,
        ("week", "month", "faculty", "partner", "course", "purpose", "programme", "level", "kind"),
    ),
    Report(
        "progress",
        _("How far applications came"),
        _("From sent to registered: where students are lost on the way."),
        CASES,
        progress.how_far,
    ),
    Report(
        "endings",
        _("How applications ended that came to nothing"),
        _("Rejected, declined, withdrawn or expired: how often, and at which point."),
        (*CASES, "partner"),
        progress.endings,
    ),
    Report(
        "durations",
        _("How long each step takes"),
        _("Working days from step to step: the median, and within how many nine of ten are done."),
        (*CASES, "administration", "partner"),
        turnaround.how_long,
        ("step", "faculty", "host"),
        steps=turnaround.STEP_CHOICES,
    ),
)
PLACES = (
    Report(
        "places",
        _("Places given and taken"),
        _("How many places each partner gives, and how many are used."),
        (*CASES, "administration", "partner", "exams"),
        places.places,
        ("partner", "course"),
        period="this-year",
    ),
    Report(
        "balance",
        _("Students sent and received"),
        _("Whether as many come from a partner as go there."),
        ("office", "auditor", "partner"),
        places.balance,
        narrows=("faculty", "level", "partner"),
        period="this-year",
    ),
    Report(
        "waiting",
        _("Waiting list"),
        _("Where more students want a place than there are, and how long they wait."),
        CASES,
        places.waiting,
        ("course", "partner", "faculty"),
    ),
)
EXAMS = (
    Report(
        "exam-days",
        _("Exam days ahead"),
        _("Which exams are coming, for how many students, and whether they have a room."),
        (*ARRANGED, "coordinator", "partner"),
        exams.ahead,
        ("day", "exam"),
        narrows=("partner",),
        period="",
    ),
    Report(
        "exam-notice",
        _("How early students heard of their exam"),
        _("How many working days before it its place and time were published."),
        (*ARRANGED, "partner"),
        exams.notice,
    ),
    Report(
        "attendance",
        _("Who came to the exam"),
        _("Present, late, no-show and ill."),
        (*ARRANGED, "coordinator", "honours", "partner"),
        exams.attendance,
        ("partner", "course", "faculty"),
    ),
    Report(
        "resits",
        _("Resits"),
        _("How many were offered, why, and how many students take part."),
        (*ARRANGED, "coordinator", "honours"),
        exams.resits,
        ("partner", "course", "faculty"),
    ),
)
RESULTS = (
    Report(
        "pass-rates",
        _("Pass rates"),
        _("How many pass, at the first chance and at a resit."),
        (*CASES, "partner"),
        results.passes,
        ("partner", *(name for name in STUDIED if name != "partner")),
        guarded=True,
    ),
    Report(
        "credits",
        _("Credits earned"),
        _("How many credits (EC) students earn, and how many are in the records."),
        (*CASES, "administration"),
        results.earned,
        STUDIED,
        guarded=True,
    ),
    Report(
        "transcripts",
        _("Transcripts that are awaited"),
        _("Which partners still owe transcripts, and for how long."),
        (*CASES, "partner"),
        results.transcripts,
        ("partner", "faculty", "course"),
        period="",
    ),
    Report(
        "registrations",
        _("Registrations and where they stand"),
        _("From the result to {system}: what is asked for, sent and registered."),
        ("coordinator", "honours", "administration", "auditor"),
        results.registrations,
        ("faculty", "purpose", "partner", "programme"),
    ),
)
GROUPS: tuple[tuple[Words, tuple[Report, ...]], ...] = (
    (pgettext_lazy("cases", "Applications"), APPLICATIONS),
    (pgettext_lazy("reports", "Places"), PLACES),
    (_("Exams"), EXAMS),
    (_("Results"), RESULTS),
)
REPORTS: dict[str, Report] = {report.name: report for _label, group in GROUPS for report in group}
READERS = tuple(sorted({role for report in REPORTS.values() for role in report.roles}))
