"""How long a case has been where it is, in the days that count there, in words."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from enrolments.models.enrolment import State
from paperwork.working_days import add_working_days, working_days_between

if TYPE_CHECKING:
    from datetime import date, datetime

    from enrolments.models import Enrolment

# Where people of a university act the days are working days; a student has calendar days.
AT_WORK = frozenset({State.SUBMITTED, State.APPROVED})
WITH_STUDENT = frozenset({State.RETURNED, State.OFFERED})
LONGEST = 400  # days; beyond it nobody wants to know them one by one


class Clock(NamedTuple):
    """The days that have gone, and whether it is too late."""

    words: str
    is_late: bool


def clock(case: Enrolment) -> Clock:
    """“day 3 of 5”, “2 working days too late”, “3 days left”; empty when no clock runs."""
    due = case.due_on
    if due is None or case.state not in AT_WORK | WITH_STUDENT:
        return Clock("", is_late=False)
    if case.state in WITH_STUDENT:
        return _calendar((due - timezone.localdate()).days)
    return at_work(case.since, due)


def at_work(since: datetime, due: date) -> Clock:
    """The working days of people of a university who have had something `since`, until `due`."""
    today = timezone.localdate()
    if (today - due).days > LONGEST:
        return Clock(_("more than a year too late"), is_late=True)
    if today > due:
        late = max(1, working_days_between(due, today))
        words = ngettext("%(days)s working day too late", "%(days)s working days too late", late)
        return Clock(words % {"days": late}, is_late=True)
    began = add_working_days(timezone.localdate(since), 0)  # sent on a Saturday: Monday
    if (due - began).days > LONGEST:
        return Clock("", is_late=False)
    gone, whole = working_days_between(began, today), working_days_between(began, due)
    if gone <= 0:
        return Clock(_("new"), is_late=False)
    return Clock(_("day %(day)s of %(days)s") % {"day": gone, "days": whole}, is_late=False)


def _calendar(left: int) -> Clock:
    if left < -LONGEST:
        return Clock(_("more than a year too late"), is_late=True)
    if left < 0:
        words = ngettext("%(days)s day too late", "%(days)s days too late", -left)
        return Clock(words % {"days": -left}, is_late=True)
    if left == 0:
        return Clock(_("until today"), is_late=False)
    words = ngettext("%(days)s day left", "%(days)s days left", left)
    return Clock(words % {"days": left}, is_late=False)
