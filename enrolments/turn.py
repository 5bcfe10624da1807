"""What is up to the student now, as one thing to do; the same words wherever it is shown."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from typing import TYPE_CHECKING, NamedTuple

from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from enrolments import later
from enrolments.models import Enrolment
from enrolments.models.enrolment import State

if TYPE_CHECKING:
    from vx_portal.http import Person

STUDENTS_TURN = (State.DRAFT, State.RETURNED, State.OFFERED)
MOST = 2  # on the home page
MOST_CASES = 20  # of one student that are looked at for it


class Turn(NamedTuple):
    """Something to do: the verb, why, the button, and by when."""

    case: Enrolment
    title: str
    why: str
    button: str
    address: str
    until: str


def turn_of(case: Enrolment) -> Turn | None:
    """What its student has to do about `case` (with edition and course); None: nothing now."""
    return turns_for([case]).get(case.pk)


def turns_for(cases: Iterable[Enrolment]) -> dict[int, Turn]:
    """What is up to the students of several cases, by the case's key."""
    cases = list(cases)
    own = {case.pk: turn for case in cases if (turn := _own_turn(case))}
    others = later.turns_of(case for case in cases if case.pk not in own)
    both = own | others
    return {case.pk: both[case.pk] for case in cases if case.pk in both}


def _own_turn(case: Enrolment) -> Turn | None:
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
    return None


def turns_of(user: Person) -> list[Turn]:
    """What is up to `user` now, the most pressing first, at most two."""
    if not user.is_authenticated:
        return []
    rows = (
        Enrolment.objects.visible_to(user)
        .filter(student=user, state__in=[*STUDENTS_TURN, State.ENROLLED, State.FINISHED])
        .select_related("edition__course__university")
        .order_by("due_on", "-since", "pk")[:MOST_CASES]
    )
    return list(turns_for(rows).values())[:MOST]


def _until(moment: datetime | date | None) -> str:
    """By 3 December 2026; until 3 December 2026, 14:00."""
    if moment is None:
        return ""
    if isinstance(moment, datetime):
        local = timezone.localtime(moment)
        return _("until %(moment)s") % {"moment": date_format(local, "DATETIME_FORMAT")}
    return _("by %(day)s") % {"day": date_format(moment, "DATE_FORMAT")}
