"""What the office may settle about exams."""

from __future__ import annotations

from typing import Any

from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from courses.house import MOST_LINK_DAYS, Group, Kind, Setting, Unit, register_settings
from exams import deadlines


def too_late_with(notice: Any) -> str:
    """How many exams would be too late to publish, of those that are in time now."""
    from exams.services.upkeep import untold  # noqa: PLC0415  # which needs the rows' models

    today = timezone.localdate()
    days = [day for _task, day in untold(today) if deadlines.tell_by(day) >= today]
    late = sum(deadlines.tell_by(day, notice) < today for day in days)
    words = ngettext(
        "%(n)s exam that students do not know of yet would be too late at once.",
        "%(n)s exams that students do not know of yet would be too late at once.",
        late,
    )
    return words % {"n": late} if late else ""


register_settings(
    Setting(
        deadlines.NOTICE,
        Group.EXAMS,
        _("Students hear of their exam at least so long before"),
        Kind.NUMBER,
        10,
        help=_("What students read on the pages about exams follows it."),
        unit=Unit.WORKING_DAYS,
        most=60,
        effect=too_late_with,
    ),
    Setting(
        "exams.warn_days",
        Group.EXAMS,
        _("The alarm about an exam that nobody has been told of, before the last day to tell them"),
        Kind.NUMBER,
        5,
        unit=Unit.WORKING_DAYS,
        most=60,
    ),
    Setting(
        "exams.fix_days",
        Group.EXAMS,
        _("A host has fixed its exam so long before the day on which it is expected"),
        Kind.NUMBER,
        70,
        unit=Unit.DAYS,
        most=365,
    ),
    Setting(
        "exams.ask_fix_days",
        Group.EXAMS,
        _("It is asked so long before that"),
        Kind.NUMBER,
        21,
        unit=Unit.DAYS,
        least=0,
        most=180,
    ),
    Setting(
        "exams.ask_paper_days",
        Group.EXAMS,
        _("A host is asked for its exam paper so long before it should be here"),
        Kind.NUMBER,
        7,
        unit=Unit.DAYS,
        least=0,
        most=60,
    ),
    Setting(
        "exams.remind_days",
        Group.EXAMS,
        _("And again, as long as it does not answer, every"),
        Kind.NUMBER,
        14,
        unit=Unit.DAYS,
        most=90,
    ),
    Setting(
        "exams.link_days",
        Group.EXAMS,
        _("A link by which a host fixes an exam works for"),
        Kind.NUMBER,
        30,
        help=_("Counts for links that are sent from now on."),
        unit=Unit.DAYS,
        most=MOST_LINK_DAYS,
    ),
    Setting(
        "exams.paper_link_days",
        Group.EXAMS,
        _("A link for an exam paper works after the exam for"),
        Kind.NUMBER,
        30,
        help=_("Counts for links that are sent from now on."),
        unit=Unit.DAYS,
        most=180,
    ),
    Setting(
        "exams.paper_hours",
        Group.EXAMS,
        _("An exam paper can be opened from so long before the start"),
        Kind.NUMBER,
        4,
        help=_("Exam staff can set another hour for each paper."),
        unit=Unit.HOURS,
        most=72,
    ),
    Setting(
        "exams.both_minutes",
        Group.EXAMS,
        _("The second person opens an exam paper within so long after the first"),
        Kind.NUMBER,
        30,
        unit=Unit.MINUTES,
        most=240,
    ),
    Setting(
        "exams.marking_hours",
        Group.EXAMS,
        _("Attendance can be marked from so long before the start"),
        Kind.NUMBER,
        3,
        unit=Unit.HOURS,
        most=24,
    ),
    Setting(
        "exams.early_minutes",
        Group.EXAMS,
        _("Students are there before the start of their exam"),
        Kind.NUMBER,
        15,
        help=_("What students read about their exam follows it."),
        unit=Unit.MINUTES,
        least=5,
        most=120,
    ),
    Setting(
        "exams.students_per_invigilator",
        Group.EXAMS,
        _("Students for each invigilator, at most"),
        Kind.NUMBER,
        30,
        help=_("Counts for plans from now on; the planner names where there are too few."),
        most=500,
    ),
    Setting(
        "exams.facility_kept_days",
        Group.KEEPING,
        _("Exam facilities are kept after the exam"),
        Kind.NUMBER,
        365,
        help=_("Counts for exam facilities that are asked for from now on."),
        unit=Unit.DAYS,
        least=30,
        most=3650,
    ),
)
