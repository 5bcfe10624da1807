"""The report about how long each step takes."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable, Sequence
from statistics import median
from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy, pgettext_lazy

from courses.models import Faculty, University
from courses.wording import gettext as _
from enrolments.models import Enrolment
from grades import durations
from grades.durations import ENOUGH, STEPS, Span
from vx_portal.reports.grouping import DIMENSIONS, OTHERS, no_faculty
from vx_portal.reports.tables import (
    Column,
    Few,
    Kind,
    Label,
    Numbers,
    Ranges,
    Table,
    Words,
    rows_of,
)

if TYPE_CHECKING:
    from accounts.models import User
    from vx_portal.reports.filters import Filters

ALL_STEPS = "all"
WORKING_DAYS = gettext_lazy("working days")
COLUMNS = (
    Column("cases", pgettext_lazy("durations", "Cases")),
    Column("median", gettext_lazy("Median"), Kind.DAYS, WORKING_DAYS, added=False),
    Column("late", gettext_lazy("Nine of ten within"), Kind.DAYS, WORKING_DAYS, added=False),
)
STEP = Column("step", gettext_lazy("Step"), Kind.TEXT)


def figures(days: Sequence[int], fewest: int = 0) -> Numbers:
    """How many, their median, and within how many days nine of ten were done; of fewer than
    `fewest` only that they are few."""
    if len(days) < fewest:
        return {"cases": len(days), "median": Few(fewest), "late": Few(fewest)}
    late = sorted(days)[math.ceil(0.9 * len(days)) - 1]
    return {"cases": len(days), "median": _exact(median(days)), "late": late}


def _exact(value: float) -> int | float:
    return int(value) if value == int(value) else value


def how_long(user: User, filters: Filters) -> Table:
    """Median and 90th percentile of each step, or of one step per faculty or host."""
    cases = Enrolment.objects.for_desk(user).filter(filters.of_cases())
    per_step = filters.per == "step"
    step = ALL_STEPS if per_step else filters.step or "check"
    steps = list(STEPS) if step == ALL_STEPS else [step]
    period = filters.period
    spans = durations.read(cases, period.begins, period.ends, steps=steps)
    found: defaultdict[tuple[str, str], list[int]] = defaultdict(list)
    for span in spans:
        found[_part(span, filters.per), span.step].append(span.days)
    labels = labels_of(filters.per, {part for part, _step in found})
    columns = COLUMNS if per_step or step != ALL_STEPS else (STEP, *COLUMNS)
    rows = rows_of(
        columns,
        (
            (
                _step_label(name) if per_step else labels[part],
                {"step": str(STEPS[name]), **figures(days, ENOUGH)},
            )
            for (part, name), days in sorted(found.items(), key=_in_order)
        ),
        "" if step == ALL_STEPS else "median",
    )
    return Table(
        "durations",
        _("How long each step takes")
        if step == ALL_STEPS
        else _("How long it takes: %(step)s") % {"step": STEPS[step]},
        _means(),
        str(DIMENSIONS["faculty"].label if filters.per == "faculty" else OTHERS[filters.per][0]),
        columns,
        rows,
        period=period.in_words(),
        shape=Ranges("median", "late") if len(columns) == len(COLUMNS) else None,
        few=ENOUGH,
    )


def _means() -> str:
    return _(
        "Steps that ended in the period. Days are working days: Monday to Friday, without public"
        " holidays and the days on which {university} is closed. Half took no longer than the"
        " median, nine of ten no longer than the last column says. Of fewer than %(n)s cases no"
        " figure is shown: it would say little."
    ) % {"n": ENOUGH}


def _part(span: Span, per: str) -> str:
    return {"faculty": span.faculty, "host": span.host}.get(per, "")


def _in_order(item: tuple[tuple[str, str], list[int]]) -> tuple[str, int]:
    (part, step), _days = item
    return part, list(STEPS).index(step)


def _step_label(step: str) -> Label:
    return Label(str(STEPS[step]), order=(list(STEPS).index(step),))


def labels_of(per: str, codes: Iterable[str]) -> dict[str, Label]:
    """Of faculties or universities, by their codes. One query."""
    if per == "faculty":
        found = {one.code: Label(one.name) for one in Faculty.objects.filter(code__in=codes)}
        return found | {"": no_faculty()}
    if per == "host":
        hosts = University.objects.filter(code__in=codes)
        return {one.code: Label(one.local_name, one.code, one.line_colour) for one in hosts}
    return {}


STEP_CHOICES: tuple[tuple[str, Words], ...] = (
    *STEPS.items(),
    (ALL_STEPS, gettext_lazy("All steps")),
)
