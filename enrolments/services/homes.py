"""What a home university answered by mail, where nobody has an account: the office passes it on."""

from __future__ import annotations

from datetime import date

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from enrolments import people
from enrolments.models import Enrolment, State
from enrolments.models.enrolment import Kind
from enrolments.services import acting
from enrolments.services.actions import ActionError
from paperwork.models import Event
from paperwork.services.events import Outsider, record
from paperwork.services.files import keep
from paperwork.uploads import Upload

PURPOSE = "home_answer"


def awaits_mail(case: Enrolment) -> bool:
    """Whether `case` waits for a home university where nobody can answer in the portal."""
    waits = case.kind == Kind.INCOMING and case.state == State.SUBMITTED
    return waits and not people.home_side(case).exists()


@transaction.atomic
def answer_by_mail(
    case: Enrolment,
    *,
    approved: bool,
    name: str,
    reason: str,
    answered_on: date,
    upload: Upload,
    by: User,
) -> Event:
    """The office passes on what somebody called `name` there answered, with that mail as a file.

    The decision is theirs and stands in their name. Raises ActionError when `by` is not of the
    office, somebody there has an account, or the case has moved on; FileRefusedError when the file
    cannot be kept. Then nothing has changed.
    """
    if not people.office_role(by, case) or not awaits_mail(case):
        raise ActionError(_("This is not possible for this application now."))
    contact = Outsider(f"{name.strip()} ({case.home_university.code})"[:150], "home")
    event = acting.act(case, "approve" if approved else "reject", by=contact, reason=reason)
    kept = keep(upload, purpose=PURPOSE, by=by, about=case)
    record(
        case,
        "home_answer",
        by=by,
        role="office",
        from_state=event.to_state,
        to_state=event.to_state,
        details={"answered_on": answered_on.isoformat(), "file": str(kept.pk)},
    )
    return event
