"""Who has a registration, since when, by when, and what happens next: said to everybody."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from django.utils import timezone

from courses.wording import gettext as _
from enrolments.holding import Who, home_of, name_of
from grades.models import Registration, RegistrationState

S = RegistrationState


@dataclass(frozen=True)
class Holder:
    """Who has it now; the name is empty when nobody has to do anything."""

    name: str
    since: datetime
    due_on: date | None
    next: str

    @property
    def is_overdue(self) -> bool:
        return self.due_on is not None and self.due_on < timezone.localdate()


def holder(row: Registration) -> Holder:
    """Who has `row`, which comes with its case.

    Nobody, when its result was corrected or its application ended.
    """
    if not row.current:
        return Holder("", row.since, None, "")
    if row.is_over:
        return Holder("", row.since, None, _("The application has ended."))
    name, following = _who_and_next(row)
    return Holder(name, row.since, row.due_on, following)


def _recorder(row: Registration) -> str:
    """Who enters it: whoever took it, the administration, or a colleague of who verified."""
    if row.taken_by:
        return str(row.taken_by)
    who = Who.ADMINISTRATION if row.is_administered else Who.COLLEAGUE
    return name_of(who, row.enrolment)


def _who_and_next(row: Registration) -> tuple[str, str]:
    case = row.enrolment
    home = name_of(home_of(case), case)
    is_honours = row.route == Registration.Route.HONOURS
    match row.state:
        case S.REQUESTED if is_honours:
            return home, _("The overview is made and sent to the {honours}.")
        case S.REQUESTED if row.filed_on is None:
            return _("the student"), _("The student asks for registration.")
        case S.REQUESTED:
            return _("the Board of Examiners"), _(
                "The Board decides; the coordinator records the decision, and the form is made."
            )
        case S.PREPARED if is_honours:
            return home, _("The overview goes to the {honours}.")
        case S.PREPARED:
            return home, _("The paperwork is sent, and the result is entered in {system}.")
        case S.SENT if is_honours:
            return _("the {honours}"), _(
                "The {honours} answers; another person than who verified records it."
            )
        case S.SENT:
            return _recorder(row), _("The result is entered in {system}, and that is recorded.")
        case S.REGISTERED:
            return "", _("A list from {system} shows whether it stands there as it was sent.")
        case S.REFUSED:
            return "", _("The coordinator can ask once more, of another type.")
    return "", ""
