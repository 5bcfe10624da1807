"""What the office may settle about applying; and what its rules say, for texts that name it."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from courses.house import (
    MOST_LINK_DAYS,
    Group,
    Kind,
    Setting,
    Unit,
    register_settings,
    register_words,
)
from courses.services.offer import version_in_use
from enrolments.services.rules import rulebook

A_WEEK = 7


def _rule(name: str) -> int:
    return int(rulebook(version_in_use()).portal[name])


def _words() -> str:
    number = _rule("motivation_words")
    return ngettext("%(n)s word", "%(n)s words", number) % {"n": number}


def _board() -> str:
    return Unit.WORKING_DAYS.say(_rule("board_days"))


def _alarm() -> str:
    days = _rule("alarm_days")
    return Unit.DAYS.say(days) if days % A_WEEK else Unit.WEEKS.say(days // A_WEEK)


register_words(rules__motivation_words=_words, rules__board_days=_board, rules__alarm_days=_alarm)

register_settings(
    Setting(
        "applying.remind_days",
        Group.APPLYING,
        _("A student with an unsent draft is reminded so long before applications close"),
        Kind.NUMBER,
        7,
        help=_("And once more on the day before."),
        unit=Unit.DAYS,
        least=2,
        most=60,
    ),
    Setting(
        "applying.question_days",
        Group.APPLYING,
        _("A student who owes an answer is reminded so long before its last day"),
        Kind.NUMBER,
        3,
        unit=Unit.DAYS,
        most=30,
    ),
    Setting(
        "applying.board_first_days",
        Group.APPLYING,
        _("A Board that has not answered is reminded after"),
        Kind.NUMBER,
        5,
        unit=Unit.WORKING_DAYS,
        most=60,
    ),
    Setting(
        "applying.board_second_days",
        Group.APPLYING,
        _("And a second time after"),
        Kind.NUMBER,
        10,
        help=_("Counted from the question; not before the first reminder."),
        unit=Unit.WORKING_DAYS,
        most=90,
    ),
    Setting(
        "applying.link_days",
        Group.APPLYING,
        _("A link for a Board of Examiners or a host works for"),
        Kind.NUMBER,
        30,
        help=_("Counts for links that are sent from now on."),
        unit=Unit.DAYS,
        most=MOST_LINK_DAYS,
    ),
)
