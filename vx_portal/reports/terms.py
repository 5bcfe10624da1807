"""What the office may settle about figures that anybody can read."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from courses.house import Group, Kind, Setting, register_settings

FEWEST = "reports.fewest_public"  # the setting

register_settings(
    Setting(
        FEWEST,
        Group.KEEPING,
        _("Public figures stand for at least so many cases"),
        Kind.NUMBER,
        # Of fewer than ten, nine of ten are all but the slowest: that would be somebody's own case.
        10,
        help=_("Of fewer, the public page about how long it takes shows no figure."),
        least=5,
    ),
)
