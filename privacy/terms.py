"""What the office may settle about people's own data."""

from __future__ import annotations

from courses.house import Group, Kind, Setting, Unit, register_settings
from courses.wording import gettext_lazy as _

COPY_DAYS = "privacy.copy_days"
NOTHING_MONTHS = "privacy.nothing_months"
WORDS_MONTHS = "privacy.words_months"
CASE_MONTHS = "privacy.case_months"
LETTER_MONTHS = "privacy.letter_months"
MESSAGE_MONTHS = "privacy.message_months"
ACCOUNT_MONTHS = "privacy.account_months"
ANSWER_MONTHS = "privacy.answer_months"
STRANGER_MONTHS = "privacy.stranger_months"
NOTICE_DAYS = "privacy.notice_days"

register_settings(
    Setting(
        COPY_DAYS,
        Group.KEEPING,
        _("A copy of somebody’s own data can be downloaded for"),
        Kind.NUMBER,
        7,
        help=_("After that the portal deletes it; its owner can ask for a new one."),
        unit=Unit.DAYS,
        most=30,
    ),
    Setting(
        NOTHING_MONTHS,
        Group.KEEPING,
        _("Applications that came to nothing are kept"),
        Kind.NUMBER,
        12,
        help=_("Rejected, declined, withdrawn or expired; from that day on."),
        unit=Unit.MONTHS,
        most=120,
    ),
    Setting(
        WORDS_MONTHS,
        Group.KEEPING,
        _("Motivation, evidence and notes are kept after the course"),
        Kind.NUMBER,
        24,
        help=_("The Board’s permission as a file, questions and answers belong to them."),
        unit=Unit.MONTHS,
        most=120,
    ),
    Setting(
        CASE_MONTHS,
        Group.KEEPING,
        _("The exchange with its transcript and result is kept after the course"),
        Kind.NUMBER,
        84,
        help=_("Then all of it goes, with what happened to it. {system} keeps the result."),
        unit=Unit.MONTHS,
        least=12,
        most=240,
    ),
    Setting(
        LETTER_MONTHS,
        Group.KEEPING,
        _("Lists and letters that are about no single application are kept"),
        Kind.NUMBER,
        84,
        help=_("Such as attendance lists, protocols of exams and cover lists; from being made on."),
        unit=Unit.MONTHS,
        least=12,
        most=240,
    ),
    Setting(
        MESSAGE_MONTHS,
        Group.KEEPING,
        _("Messages that are about no application are kept"),
        Kind.NUMBER,
        24,
        help=_("From the day on which they were written; to students and to staff."),
        unit=Unit.MONTHS,
        most=120,
    ),
    Setting(
        ANSWER_MONTHS,
        Group.KEEPING,
        _("Scanned answers to exams are kept"),
        Kind.NUMBER,
        24,
        help=_("From the day on which they were scanned or came in. They are of a whole exam."),
        unit=Unit.MONTHS,
        most=120,
    ),
    Setting(
        STRANGER_MONTHS,
        Group.KEEPING,
        _("Lines of a list out of {system} that belong to no application are kept"),
        Kind.NUMBER,
        3,
        help=_("They are about people who are not known here; from the day the list was brought."),
        unit=Unit.MONTHS,
        most=24,
    ),
    Setting(
        ACCOUNT_MONTHS,
        Group.KEEPING,
        _("Accounts without an application are kept after somebody last signed in"),
        Kind.NUMBER,
        24,
        help=_("Who has or had a role, or invigilates exams, keeps the account."),
        unit=Unit.MONTHS,
        least=6,
        most=120,
    ),
    Setting(
        NOTICE_DAYS,
        Group.KEEPING,
        _("What will be deleted is shown to the office before that"),
        Kind.NUMBER,
        7,
        unit=Unit.DAYS,
        most=60,
    ),
)
