"""The honours route: the overview for the Academy, and cases that go to or from this route."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.conf import settings
from django.db import IntegrityError, transaction
from django.utils import timezone

from accounts.models import User
from courses import anew, house
from courses.models import SignedLink
from courses.wording import gettext as _
from enrolments import people
from enrolments.models import Enrolment, PortalRules, Purpose
from enrolments.models.enrolment import Kind
from enrolments.services import rules
from grades import registrars
from grades.gates import ENDED_WELL
from grades.models import (
    HonoursLink,
    PurposeChange,
    Registration,
    RegistrationState,
    Transcript,
    TranscriptState,
)
from grades.services import registering
from grades.services import telling as transcripts
from grades.services.registration_actions import ActionError, StaleError
from paperwork.models import Document, Event
from paperwork.services.events import Outsider, record
from paperwork.services.notices import Address, Link, owe_notice, settle

if TYPE_CHECKING:
    from collections.abc import Iterable

S = RegistrationState
Route = Registration.Route
BEFORE_REGISTERING = frozenset({S.REQUESTED, S.PREPARED, S.SENT, S.REFUSED})


@transaction.atomic
def send_overview(row: Registration, *, by: User) -> Event:
    """Send the overview to the address of the Honours Academy, by a link that works for 60 days.

    Raises ActionError: there is no address yet, or it is not for `by` to send. An earlier link
    stops working.
    """
    email = PortalRules.now().honours_email
    if not email:
        raise ActionError(
            _("The address of the {honours} is not set. The programme office can set it.")
        )
    event = registering.act(row, "send", by=by)
    now = timezone.now()
    HonoursLink.objects.filter(registration=row, spent_at=None, revoked_at=None).update(
        revoked_at=now
    )
    _mail(row, email, by)
    case = row.enrolment
    record(row, "shared", by=by, role="honours", details={"with": email, "case": case.pk})
    return event


def _mail(row: Registration, email: str, sender: User | None) -> None:
    token = SignedLink.new_token()
    link = HonoursLink.objects.create(
        registration=row,
        email=email,
        digest=SignedLink.digest_of(token),
        expires_at=timezone.now() + house.span("grades.honours_link_days"),
    )
    owe_notice(
        "grades.honours_overview",
        f"honours-link-{link.pk}",
        Address(email, "nl"),
        {
            "case": row.enrolment,
            "until": link.expires_at,
            "sender": str(sender or house.names().portal),
            "sender_email": sender.email if sender else settings.CONTACT_EMAIL,
        },
        about=row,
        link=Link("honours:overview", [token], secret=True),
    )


def can_send_anew(link: HonoursLink) -> bool:
    """Whether it has expired, goes to the Academy of today, and that has still to answer."""
    is_theirs = link.email == PortalRules.now().honours_email
    return link.is_expired and is_theirs and link.registration.state == S.SENT


def send_anew(link: HonoursLink) -> None:
    """Send another in the name of who sent this one."""
    row = link.registration
    sent = Event.objects.about(row).filter(action="shared", actor__isnull=False).last()
    _mail(row, link.email, sent.actor if sent else None)
    details = {"with": link.email, "case": row.enrolment.pk}
    record(row, "shared", by=Outsider(anew.holder(), "honours"), role="honours", details=details)


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
    """Whether `user`, who handles it, can ask the other side to take it over: until the end."""
    return row.state in BEFORE_REGISTERING and _handles(user, row.enrolment)


def may_ask_for(user: User, case: Enrolment) -> bool:
    """The same of a case, from the placing on: it need not have a registration yet."""
    if not _handles(user, case):
        return False
    row = registration_of(case)
    return row is None or row.state in BEFORE_REGISTERING


def _handles(user: User, case: Enrolment) -> bool:
    if case.kind == Kind.INCOMING or case.state not in ENDED_WELL:
        return False
    return bool(people.home_role(user, case)) and bool(purposes_for(case))


def registration_of(case: Enrolment) -> Registration | None:
    """The registration of `case` that holds. Ask the gate of `case` before."""
    return Registration.objects.filter(enrolment=case).current().first()


def ask(row: Registration, purpose: str, reason: str, *, by: User) -> PurposeChange:
    """`ask_for` its case."""
    return ask_for(row.enrolment, purpose, reason, by=by)


@transaction.atomic
def ask_for(case: Enrolment, purpose: str, reason: str, *, by: User) -> PurposeChange:
    """Ask the coordinator of the other side to agree that `case` counts as `purpose`.

    Raises ActionError, also when there is nobody to agree; StaleError when it is asked already.
    """
    if not may_ask_for(by, case) or purpose not in purposes_for(case):
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
    readers = [one for one in others(change) if one.pk not in {by.pk, case.student_id}]
    if not readers:
        raise ActionError(
            _("Nobody on the other side can agree. Ask the programme office to give that role.")
        )
    row = registration_of(case)
    record(row or case, "purpose_asked", by=by, reason=change.reason, details={"purpose": purpose})
    _tell(change, "purpose_change_asked", readers, asks=True)
    return change


def others(change: PurposeChange) -> Iterable[User]:
    """Who may agree: the coordinators of the side it would go to."""
    case = change.enrolment
    return registrars.other_side(change.purpose, case.faculty_id, case.programme_id)


def may_answer(user: User, change: PurposeChange) -> bool:
    """Whether `user` is of the other side, and did not ask it; while the application lasts."""
    if change.agreed is not None or change.is_over or change.asked_by_id == user.pk:
        return False
    return user in others(change) and user.pk != change.enrolment.student_id


@transaction.atomic
def answer(change: PurposeChange, *, agreed: bool, by: User) -> None:
    """Agree, and the case goes over with its registration; or not, and all stays as it was.

    Raises ActionError; StaleError when it has been registered meanwhile, or somebody else
    has answered.
    """
    if change.is_over:
        raise ActionError(_("The application has ended."))
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
    else:
        case = change.enrolment
        record(case, "purpose_refused", by=by, from_state=case.state, to_state=case.state)
    _tell(change, "purpose_change_answered", [change.asked_by])


def _go_over(change: PurposeChange, by: User) -> None:
    case = change.enrolment
    # Before the registration is looked for: who verifies at this moment waits, or has begun it.
    Enrolment.objects.select_for_update(of=("self",), no_key=True).get(pk=case.pk)
    row = Registration.objects.select_for_update().filter(enrolment=case).current().first()
    if row is not None and row.state not in BEFORE_REGISTERING:
        raise StaleError(_("It has been registered meanwhile: nothing can change now."))
    before = case.purpose
    Enrolment.objects.filter(pk=case.pk).update(purpose=change.purpose, changed_at=timezone.now())
    case.purpose = change.purpose
    details = {"from": before, "to": change.purpose}
    record(case, "purpose", by=by, from_state=case.state, to_state=case.state, details=details)
    if row is not None:
        registering.change_route(row, case, change, by=by)
    _hand_over(case, by)


def _hand_over(case: Enrolment, by: User) -> None:
    """A transcript that waits is verified by the other side from now on, who hear it."""
    waiting = Transcript.objects.filter(enrolment=case, state=TranscriptState.RECEIVED).first()
    if waiting is not None:
        waiting.enrolment = case
        settle(waiting)
        transcripts.to_verify(waiting, f"purpose-{case.pk}-{case.purpose}-", by=by)


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
    return open_change_of(row.enrolment)


def open_change_of(case: Enrolment) -> PurposeChange | None:
    """The same of a case."""
    rows = PurposeChange.objects.filter(enrolment=case).open()
    return rows.select_related("asked_by", "enrolment").first()
