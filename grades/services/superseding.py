"""A registration whose result was corrected after it was sent: what ends, and who hears it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from grades import registrars
from grades.models import Registration, RegistrationState
from grades.models.registration import WITH_ADMINISTRATION
from grades.services import registration_papers
from grades.services import registration_telling as telling
from grades.services.registration_actions import ActionError, StaleError
from paperwork.models import Event
from paperwork.services.events import record
from paperwork.services.notices import settle

if TYPE_CHECKING:
    from accounts.models import User
    from grades.models import Result

DEALT_WITH = "dealt_with"


def supersede(row: Registration, result: Result, *, by: User) -> None:
    """`row` rests on a result that `result` corrects: it and its papers no longer count."""
    rows = Registration.objects.filter(pk=row.pk)
    rows.update(current=False, changed_at=timezone.now())
    row.current = False
    telling.no_longer(row, result)
    registration_papers.end(row, by=by)


def restore(row: Registration, result: Result, *, by: User) -> None:
    """`result` is taken back before anybody has heard of it: `row` holds as it did."""
    Registration.objects.filter(pk=row.pk).update(current=True)
    row.current = True
    registration_papers.restore(row, since=result.recorded_at, by=by)
    telling.holds_again(row, result)


def may_deal_with(user: User, row: Registration) -> bool:
    """Whether `user` can say that what stands in uSis is right again: when nothing new follows."""
    follow_up = follow_up_of(row)
    return (
        row.state in WITH_ADMINISTRATION
        and bool(registrars.recorder_role(user, row))
        and (follow_up is None or follow_up.state == RegistrationState.REFUSED)
        and not is_dealt_with(row)
    )


def follow_up_of(row: Registration) -> Registration | None:
    """The registration that took the place of `row`: refused, it may be asked for once more."""
    return Registration.objects.filter(enrolment=row.enrolment_id).current().first()


def is_dealt_with(row: Registration) -> bool:
    return Event.objects.about(row).filter(action=DEALT_WITH).exists()


@transaction.atomic
def deal_with(row: Registration, *, by: User) -> Event:
    """What stands in uSis agrees with the corrected result. Of two at once the second is refused.

    Raises ActionError, StaleError.
    """
    Registration.objects.select_for_update(of=("self",)).get(pk=row.pk)
    if is_dealt_with(row):
        raise StaleError(_("Somebody else has just recorded it."))
    if row.current or not may_deal_with(by, row):
        raise ActionError(_("This is not possible for this registration now."))
    settle(row)
    role = registrars.recorder_role(by, row)
    return record(row, DEALT_WITH, by=by, role=role, from_state=row.state, to_state=row.state)
