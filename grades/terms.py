"""What the office may settle about transcripts and their registration."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from courses.house import Group, Kind, Setting, Unit, register_settings

register_settings(
    Setting(
        "grades.result_days",
        Group.GRADES,
        _("Results of our own courses are there so long after the exam"),
        Kind.NUMBER,
        15,
        help=_("What students read on the page about registration follows it."),
        unit=Unit.WORKING_DAYS,
        most=90,
    ),
    Setting(
        "grades.remind_days",
        Group.GRADES,
        _("A transcript that has not come is asked for again every"),
        Kind.NUMBER,
        14,
        unit=Unit.DAYS,
        most=90,
    ),
    Setting(
        "grades.registration_remind_days",
        Group.GRADES,
        _("A student who has not asked for registration is reminded every"),
        Kind.NUMBER,
        14,
        unit=Unit.DAYS,
        most=90,
    ),
    Setting(
        "grades.honours_link_days",
        Group.GRADES,
        _("A link to an honours overview works for"),
        Kind.NUMBER,
        60,
        help=_("Counts for links that are sent from now on."),
        unit=Unit.DAYS,
        most=365,
    ),
)
