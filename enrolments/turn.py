"""What is up to the student now, as one thing to do; the same words wherever it is shown."""

from __future__ import annotations

from datetime import date, datetime
from typing import TYPE_CHECKING, NamedTuple

from django.db.models import Case, When
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from enrolments.later import news_of
from enrolments.models import Enrolment
from enrolments.models.enrolment import State

if TYPE_CHECKING:
    from enrolments.later import News
    from vx_portal.http import Person

STUDENTS_TURN = (State.DRAFT, State.RETURNED, State.OFFERED)
MOST = 2  # on the home page
LOOKED_AT = 20  # cases of one student, the newest


class Turn(NamedTuple):
    """Something to do: the verb, why, the button, and by when."""

    case: Enrolment
    title: str
    why: str
    button: str
    address: str
    until: str


def turn_of(case: Enrolment, news: News | None = None) -> Turn | None:
    """What its student has to do about `case` (with edition and course); None: nothing now.

    `news`: what later apps know of it.
    """
    here = case.get_absolute_url()
    match case.state:
        case State.DRAFT:
            return Turn(
                case,
                _("Complete and send your application"),
                _("What you typed is kept. You hold no place until you send it."),
                _("Go on with your application"),
                reverse("exchange:continue", args=[case.reference]),
                _until(case.edition.applications_close_on),
            )
        case State.RETURNED:
            return Turn(
                case,
                _("Answer the question"),
                _("Your application goes on when you have answered. You keep your place."),
                _("Answer the question"),
                f"{here}#question",
                _until(case.due_on),
            )
        case State.OFFERED:
            return Turn(
                case,
                _("Take the place, or say no thanks"),
                _("A place has come free shortly before the start. It is yours for a while."),
                _("See the place"),
                f"{here}#place",
                _until(case.offer_until),
            )
    return news.turn if news else None


def turns_of(user: Person) -> list[Turn]:
    """What is up to `user` now, the most pressing first, at most two.

    One query, and those of later apps when there are cases that may have come to them.
    """
    if not user.is_authenticated:
        return []
    rows = Enrolment.objects.visible_to(user).filter(student=user)
    rows = rows.filter(state__in=[*STUDENTS_TURN, State.ENROLLED, State.FINISHED])
    first = Case(When(state__in=STUDENTS_TURN, then=0), default=1)
    cases = list(
        rows.select_related("edition__course__university", "faculty", "home_university").order_by(
            first, "due_on", "-pk"
        )[:LOOKED_AT]
    )
    news = news_of([case for case in cases if case.state not in STUDENTS_TURN])
    found = (turn_of(case, news.get(case.pk)) for case in cases)
    return [turn for turn in found if turn][:MOST]


def _until(moment: datetime | date | None) -> str:
    """By 3 December 2026; until 3 December 2026, 14:00."""
    if moment is None:
        return ""
    if isinstance(moment, datetime):
        local = timezone.localtime(moment)
        return _("until %(moment)s") % {"moment": date_format(local, "DATETIME_FORMAT")}
    return _("by %(day)s") % {"day": date_format(moment, "DATE_FORMAT")}
