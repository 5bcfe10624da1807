"""Taking back the consent to share data with a host: what follows, and doing it."""

from __future__ import annotations

from datetime import date

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from enrolments import people
from enrolments.models import Enrolment, State
from enrolments.models.enrolment import AFTERWARDS
from enrolments.services import acting, telling
from enrolments.services.actions import ACTIONS, ActionError, StaleError
from enrolments.services.telling import Way
from paperwork.models import Event
from paperwork.services.events import Actor, record
from paperwork.services.notices import settle

SOURCES = ACTIONS["withdraw_consent"].sources
UNTOLD, TOLD = "host_untold", "host_told"  # events of the case
WITH_HOST = frozenset({State.APPROVED, State.ENROLLED}) | AFTERWARDS
# Over, and with the host or not: it depends on how far the case came.
ENDED = frozenset({State.WITHDRAWN, State.EXPIRED})


def can_be_withdrawn(case: Enrolment) -> bool:
    """Whether there is a consent, and anything that ends with it."""
    if case.consent_at is None:
        return False
    return case.state in SOURCES | AFTERWARDS or (case.state in ENDED and host_had(case))


def host_had(case: Enrolment) -> bool:
    """Whether a case that has ended was with the host: it left it by more than an undone click.

    A host by mail that never had a link since the approval knows nothing of the student.
    """
    left = Event.objects.about(case).filter(from_state__in=WITH_HOST).exclude(action="undo")
    states = set(left.values_list("from_state", flat=True))
    if states == {State.APPROVED}:
        return telling.host_hears(case, State.APPROVED)
    return bool(states)


def way_of_telling(case: Enrolment) -> Way:
    """How the host is told when this consent is withdrawn now."""
    if case.state not in WITH_HOST | ENDED:
        return Way.NONE
    return telling.way_to_host(case, case.state)


def consequences(case: Enrolment) -> list[str]:
    """What follows, one sentence each, before anybody decides."""
    host = {"host": case.edition.course.university.local_name}
    said = []
    way = way_of_telling(case)
    if way == Way.NONE:
        said.append(_("%(host)s has not had your data, and will not get them.") % host)
    else:
        said.append(
            _("The programme office tells %(host)s that it may not use your data any more.") % host
            if way == Way.OFFICE
            else _("%(host)s hears at once that it may not use your data any more.") % host
        )
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

    That the host was told, or that the office has yet to tell it, is an event of the case.
    Raises ActionError when there is none, or when somebody else has moved the case.
    """
    if case.student_id != by.pk or not can_be_withdrawn(case):
        raise ActionError(_("There is no consent here that could be withdrawn."))
    way = way_of_telling(case)
    if case.state in SOURCES:
        acting.act(case, "withdraw_consent", by=by, also={"consent_at": None})
        _note(case, way)
        return
    rows = Enrolment.objects.filter(pk=case.pk, state=case.state).exclude(consent_at=None)
    if not rows.update(consent_at=None, changed_at=timezone.now()):
        raise StaleError(_("Somebody else has just changed this application."))
    state = case.state
    event = record(
        case, "consent_withdrawn", by=by, role="student", from_state=state, to_state=state
    )
    telling.tell(event, case)
    _note(case, way)


def _note(case: Enrolment, way: Way) -> None:
    if way == Way.OFFICE:
        _write(case, UNTOLD, by=None, role="portal")
    elif way != Way.NONE:
        _write(case, TOLD, by=None, role="portal", way=way.value)


def _write(case: Enrolment, action: str, *, by: Actor, role: str, **details: str) -> Event:
    host = case.edition.course.university.code
    return record(
        case,
        action,
        by=by,
        role=role,
        from_state=case.state,
        to_state=case.state,
        details={"with": host, **details},
    )


def awaits_telling(case: Enrolment) -> bool:
    """Whether the office has yet to tell the host that the consent is withdrawn. One query."""
    if case.consent_at is not None or case.state not in AFTERWARDS | ENDED:
        return False
    events = Event.objects.about(case).filter(action__in=[TOLD, UNTOLD])
    last = events.order_by("-at", "-pk").values_list("action", flat=True).first()
    return last == UNTOLD


@transaction.atomic
def host_was_told(case: Enrolment, *, told_on: date, to: str, by: User) -> Event:
    """Write down that the office told the host, when and whom there; nobody else need do it.

    Raises ActionError when `by` is not of the office, or when there is nothing to tell any more.
    """
    Enrolment.objects.select_for_update().get(pk=case.pk)  # of two the second finds it done
    if not people.office_role(by, case) or not awaits_telling(case):
        raise ActionError(_("The host university has been told already."))
    settle(case, "enrolments.consent_pass_on")
    day = told_on.isoformat()
    return _write(case, TOLD, by=by, role="office", told_on=day, to=to.strip(), way="office")
