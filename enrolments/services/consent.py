"""Taking back the consent to share data with a host: what follows, and doing it."""

from __future__ import annotations

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from enrolments.models import Enrolment, State
from enrolments.services import acting, telling
from enrolments.services.actions import ACTIONS, ActionError, StaleError
from paperwork.models import Event
from paperwork.services.events import record

SOURCES = ACTIONS["withdraw_consent"].sources
# With the host still, although nothing of the case can end any more.
AFTERWARDS = frozenset({State.FINISHED, State.DECLINED})
WITH_HOST = frozenset({State.APPROVED, State.ENROLLED}) | AFTERWARDS
# Over, and with the host or not: it depends on how far the case came.
ENDED = frozenset({State.WITHDRAWN, State.EXPIRED})


def can_be_withdrawn(case: Enrolment) -> bool:
    """Whether there is a consent, and anything that ends with it."""
    if case.consent_at is None:
        return False
    return case.state in SOURCES | AFTERWARDS or (case.state in ENDED and host_had(case))


def host_had(case: Enrolment) -> bool:
    """Whether a case that has ended was with the host: it left it by more than an undone click."""
    left = Event.objects.about(case).filter(from_state__in=WITH_HOST)
    return left.exclude(action="undo").exists()


def consequences(case: Enrolment) -> list[str]:
    """What follows, one sentence each, before anybody decides."""
    host = {"host": case.edition.course.university.local_name}
    said = []
    if case.state not in WITH_HOST | ENDED:
        said.append(_("%(host)s has not had your data, and will not get them.") % host)
    else:
        said.append(_("%(host)s hears at once that it may not use your data any more.") % host)
        said.append(_("What was sent cannot be taken back; what was done with it stays lawful."))
    if case.state in SOURCES:
        said.append(_("Your application ends: without your consent it cannot go on."))
        said.append(_("It cannot be undone. You can apply again while applications are open."))
    elif case.state in ENDED:
        said.append(
            _(
                "Your application has ended already. What stands here stays until its time is over:"
                " for that we need no consent."
            )
        )
        said.append(_("It cannot be undone."))
    else:
        said.append(
            _("Your application, grade and transcript stay here: for those we need no consent.")
        )
        said.append(_("It cannot be undone."))
    return said


@transaction.atomic
def withdraw(case: Enrolment, *, by: User) -> None:
    """Take the consent back: a live application ends, and whoever has the data is told.

    Raises ActionError when there is none, or when somebody else has moved the case.
    """
    if case.student_id != by.pk or not can_be_withdrawn(case):
        raise ActionError(_("There is no consent here that could be withdrawn."))
    if case.state in SOURCES:
        acting.act(case, "withdraw_consent", by=by, also={"consent_at": None})
        return
    rows = Enrolment.objects.filter(pk=case.pk, state=case.state).exclude(consent_at=None)
    if not rows.update(consent_at=None, changed_at=timezone.now()):
        raise StaleError(_("Somebody else has just changed this application."))
    state = case.state
    event = record(
        case, "consent_withdrawn", by=by, role="student", from_state=state, to_state=state
    )
    telling.tell(event, case)
