"""The honours route: the overview for the Academy, and cases that go to or from this route."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from courses.models import SignedLink
from enrolments.models import Enrolment, PortalRules, Purpose
from enrolments.models.enrolment import Kind
from enrolments.services import rules
from grades import registrars
from grades.models import HonoursLink, PurposeChange, Registration, RegistrationState
from grades.services import registering
from grades.services.registration_actions import ActionError, StaleError
from paperwork.models import Document, Event
from paperwork.services.events import record
from paperwork.services.notices import Address, Link, owe_notice, settle

if TYPE_CHECKING:
    from collections.abc import Iterable

S = RegistrationState
Route = Registration.Route
BEFORE_SENDING = frozenset({S.REQUESTED, S.PREPARED, S.REFUSED})


@transaction.atomic
def send_overview(row: Registration, *, by: User) -> Event:
    """Send the overview to the address of the Honours Academy, by a link that works for 60 days.

    Raises ActionError: there is no address yet, or it is not for `by` to send. An earlier link
    stops working.
    """
    email = PortalRules.now().honours_email
    if not email:
        raise ActionError(
            _("The address of the Honours Academy is not set. The programme office can set it.")
        )
    event = registering.act(row, "send", by=by)
    now = timezone.now()
    HonoursLink.objects.filter(registration=row, spent_at=None, revoked_at=None).update(
        revoked_at=now
    )
    token = SignedLink.new_token()
    link = HonoursLink.objects.create(
        registration=row,
        email=email,
        digest=SignedLink.digest_of(token),
        expires_at=now + HonoursLink.VALID_FOR,
    )
    owe_notice(
        "grades.honours_overview",
        f"honours-link-{link.pk}",
        Address(email, "nl"),
        {
            "case": row.enrolment,
            "until": link.expires_at,
            "sender": str(by),
            "sender_email": by.email,
        },
        about=row,
        link=Link("honours:overview", [token], secret=True),
    )
    case = row.enrolment
    record(row, "shared", by=by, role="honours", details={"with": email, "case": case.pk})
    return event


def find_link(token: str) -> HonoursLink | None:
    """The link of this token, working or not."""
    rows = HonoursLink.objects.filter(digest=SignedLink.digest_of(token))
    return rows.select_related("registration__enrolment").first()


def overview_of(link: HonoursLink) -> Document | None:
    """The overview that the link leads to, when it was made."""
    papers = Document.objects.about(link.registration).filter(kind="grades.honours")
    return papers.filter(replaced_at=None, withdrawn_at=None, state=Document.State.DONE).first()


def purposes_for(case: Enrolment) -> list[str]:
    """As what `case` could count on the other side: honours, or what its rules allow besides."""
    if not case.is_honours:
        return [Purpose.HONOURS] if case.edition.course.honours else []
    without = rules.rulebook().no_extracurricular(case.faculty_id)
    return [
        purpose
        for purpose in (Purpose.ELECTIVE, Purpose.MINOR, Purpose.EXTRACURRICULAR)
        if not (purpose == Purpose.EXTRACURRICULAR and without)
    ]


def may_ask(user: User, row: Registration) -> bool:
    """Whether `user`, who handles it, can ask the other side to take it over: before it is sent."""
    if row.state not in BEFORE_SENDING or row.enrolment.kind == Kind.INCOMING:
        return False
    return bool(registrars.handler_role(user, row)) and bool(purposes_for(row.enrolment))


@transaction.atomic
def ask(row: Registration, purpose: str, reason: str, *, by: User) -> PurposeChange:
    """Ask the coordinator of the other side to agree that it counts as `purpose`.

    Raises ActionError; StaleError when it is asked already.
    """
    case = row.enrolment
    if not may_ask(by, row) or purpose not in purposes_for(case):
        raise ActionError(_("This is not possible for this registration now."))
    if not reason.strip():
        raise ActionError(_("Say why: the other coordinator reads it."))
    try:
        with transaction.atomic():
            change = PurposeChange.objects.create(
                enrolment=case, purpose=purpose, reason=reason.strip(), asked_by=by
            )
    except IntegrityError:
        raise StaleError(_("It has been asked already and waits for an answer.")) from None
    record(row, "purpose_asked", by=by, reason=change.reason, details={"purpose": purpose})
    _tell(change, "purpose_change_asked", others(change), asks=True)
    return change


def others(change: PurposeChange) -> Iterable[User]:
    """Who may agree: the coordinators of the side it would go to."""
    case = change.enrolment
    return registrars.other_side(change.purpose, case.faculty_id, case.programme_id)


def may_answer(user: User, change: PurposeChange) -> bool:
    """Whether `user` is of the other side, and did not ask it."""
    if change.agreed is not None or change.asked_by_id == user.pk:
        return False
    return user in others(change) and user.pk != change.enrolment.student_id


@transaction.atomic
def answer(change: PurposeChange, *, agreed: bool, by: User) -> None:
    """Agree, and the case goes over with its registration; or not, and all stays as it was.

    Raises ActionError; StaleError when the registration has been sent meanwhile, or somebody else
    has answered.
    """
    if not may_answer(by, change):
        raise ActionError(_("Only a coordinator of the other side can answer this."))
    now = timezone.now()
    same = PurposeChange.objects.filter(pk=change.pk, agreed=None)
    if not same.update(agreed=agreed, answered_by=by, answered_at=now):
        raise StaleError(_("Somebody else has just answered."))
    change.agreed, change.answered_by, change.answered_at = agreed, by, now
    settle(change)
    if agreed:
        _go_over(change, by)
    _tell(change, "purpose_change_answered", [change.asked_by])


def _go_over(change: PurposeChange, by: User) -> None:
    case = change.enrolment
    row = Registration.objects.select_for_update().filter(enrolment=case).current().first()
    if row is not None and row.state not in BEFORE_SENDING:
        raise StaleError(_("The registration has been sent meanwhile: nothing can change now."))
    before = case.purpose
    Enrolment.objects.filter(pk=case.pk).update(purpose=change.purpose, changed_at=timezone.now())
    case.purpose = change.purpose
    details = {"from": before, "to": change.purpose}
    record(case, "purpose", by=by, from_state=case.state, to_state=case.state, details=details)
    if row is not None:
        registering.change_route(row, case, change, by=by)


def _tell(change: PurposeChange, kind: str, to: Iterable[User], *, asks: bool = False) -> None:
    for reader in to:
        owe_notice(
            f"grades.{kind}",
            f"purpose-change-{change.pk}-{kind}-{reader.pk}",
            reader,
            {
                "case": change.enrolment,
                "to_honours": change.is_to_honours,
                "agreed": change.agreed,
            },
            about=change,
            link=Link("registrations:change", [change.pk]),
            asks=asks,
        )


def open_change(row: Registration) -> PurposeChange | None:
    """What was asked and waits for an answer. Ask the gate of `row` before."""
    rows = PurposeChange.objects.filter(enrolment=row.enrolment_id).open()
    return rows.select_related("asked_by", "enrolment").first()
