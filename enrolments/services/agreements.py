"""The agreement of a placement: owed when the host confirms, made anew when it says otherwise."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from itertools import batched
from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import StudentProfile, User
from enrolments import agreement, people
from enrolments.models import Enrolment, State
from enrolments.services import requests
from enrolments.services.actions import ActionError, StaleError
from enrolments.services.rules import one_rulebook
from paperwork.models import Attachment, Document, Event
from paperwork.services.documents import owe_document
from paperwork.services.events import Actor, record
from paperwork.services.files import keep
from paperwork.uploads import Upload

KIND, SIGNED = "agreement", "agreement_signed"
PLACED = frozenset({State.ENROLLED, State.FINISHED})
AT_A_TIME = 200


def versions_of(case: Enrolment) -> list[Document]:
    """Its agreements, the latest first. Ask the case's gate before."""
    rows = Document.objects.about(case).filter(kind=KIND)
    return list(rows.defer("data").order_by("-version"))


def signed_copies(case: Enrolment) -> list[Attachment]:
    """The copies that were signed outside the portal. Ask the case's gate before."""
    return list(Attachment.objects.about(case).filter(purpose=SIGNED))


def document_of(case: Enrolment, pk: UUID) -> Document | None:
    """A document of the case that was made, of whatever kind. Ask the case's gate before."""
    return Document.objects.about(case).filter(pk=pk, state=Document.State.DONE).first()


def may_handle(actor: Actor, case: Enrolment) -> str:
    """In which role `actor` renews it or adds a signed copy; empty when they may not."""
    if not isinstance(actor, User) or case.state not in PLACED:
        return ""
    return people.home_role(actor, case) or people.office_role(actor, case)


def owe(case: Enrolment, confirmed: Event | None, *, by: Actor = None) -> Document:
    """Owe the next version, in the transaction that calls for it."""
    language = case.student.language
    return owe_document(
        KIND,
        case.reference,
        title=agreement.title_of(case, language),
        language=language,
        data=agreement.data_of(case, confirmed, language),
        about=case,
        by=by if isinstance(by, User) else None,
    )


@transaction.atomic
def end(case: Enrolment, *, by: Actor) -> None:
    """The placement is over: the agreement no longer counts, and its verification page says so."""
    standing = Document.objects.about(case).filter(kind=KIND, withdrawn_at=None)
    for document in standing.filter(replaced_at=None):
        record(document, "withdraw", by=by)
    standing.update(withdrawn_at=timezone.now())


@transaction.atomic
def renew_agreement(case: Enrolment, *, by: User | None) -> Document | None:
    """Owe a new version when what it says differs; None when it says the same.

    The old one stays, marked replaced. `by` None: the portal itself. Raises ActionError when `by`
    may not, StaleError when somebody else has just done it.
    """
    role = may_handle(by, case) if by else "portal"
    rows = Enrolment.objects.select_for_update().filter(pk=case.pk, state__in=PLACED)
    state = rows.values_list("state", flat=True).first()  # as it is now: it may just have ended
    if not role or state is None:
        raise ActionError(_("This is not possible for this application now."))
    last = Document.objects.about(case).filter(kind=KIND).order_by("-version").first()
    confirmed = _confirmation_of(case)
    standing = last is not None and last.withdrawn_at is None
    if last and standing and last.data.get("facts") == agreement.facts_of(case, confirmed):
        return None
    try:
        with transaction.atomic():
            document = owe(case, confirmed, by=by)
    except IntegrityError:
        raise StaleError(_("Somebody else has just renewed the agreement.")) from None
    record(case, "agreement", by=by, role=role, from_state=state, to_state=state)
    return document


def _confirmation_of(case: Enrolment) -> Event | None:
    return Event.objects.about(case).filter(action="confirm").order_by("-at", "-pk").first()


def renew_changed() -> int:
    """Renew the agreements of enrolled students that no longer say what holds; how many those are.

    For every night: an edition's dates or a case's purpose may have been corrected. Thousands are
    looked at without a lock, some at a time; what differs is locked and looked at once more.
    """
    standing = Document.objects.filter(kind=KIND, replaced_at=None, withdrawn_at=None)
    cases = Enrolment.objects.filter(
        state=State.ENROLLED, pk__in=standing.order_by().values("subject_id")
    ).select_related(
        "edition__course__university",
        "student",
        "home_university",
        "programme",
        "home_approved_by",
    )
    renewed = 0
    for some in batched(cases.iterator(chunk_size=AT_A_TIME), AT_A_TIME):
        with one_rulebook():
            changed = _changed(some, standing)
        for case in changed:
            with suppress(ActionError):  # somebody did it at the same moment
                renewed += renew_agreement(case, by=None) is not None
    return renewed


def _changed(cases: Sequence[Enrolment], standing: QuerySet[Document]) -> list[Enrolment]:
    """Those whose standing agreement says otherwise than what holds. Three queries."""
    keys = [case.pk for case in cases]
    profiles = StudentProfile.objects.filter(user__in={case.student_id for case in cases})
    profile_of = {profile.user_id: profile for profile in profiles}
    said = dict(standing.filter(subject_id__in=keys).values_list("subject_id", "data__facts"))
    confirmations = Event.objects.filter(
        subject_kind=Enrolment._meta.label_lower, subject_id__in=keys, action="confirm"
    )
    confirmed = {event.subject_id: event for event in confirmations.order_by("at", "pk")}
    for case in cases:
        requests.judge_by(case, profile_of.get(case.student_id))
    return [
        case
        for case in cases
        if said.get(case.pk) != agreement.facts_of(case, confirmed.get(case.pk))
    ]


@transaction.atomic
def attach_signed(case: Enrolment, upload: Upload, *, by: User) -> Attachment:
    """Keep a copy that was signed outside the portal.

    Raises ActionError when `by` may not, FileRefusedError when the file cannot be kept.
    """
    role = may_handle(by, case)
    if not role:
        raise ActionError(_("This is not possible for this application now."))
    kept = keep(upload, purpose=SIGNED, by=by, about=case)
    record(
        case,
        "agreement_signed",
        by=by,
        role=role,
        from_state=case.state,
        to_state=case.state,
        details={"file": str(kept.pk)},
    )
    return kept
