"""The books of what people are told and given: notices with their mails, and documents."""

from __future__ import annotations

import re
from collections import defaultdict
from typing import Any

from django.utils import timezone

from bench.semester.evidence import Evidence
from enrolments.models import Enrolment
from enrolments.models.enrolment import Kind
from exams.models import Sitting
from grades.models import Batch, Registration, RegistrationState, Result
from paperwork.mails import message_id
from paperwork.models import Document, Event, Notice, Owed
from paperwork.registry import NOTICES, Twice

CASE = Enrolment._meta.label_lower
R = RegistrationState
OF_A_CASE = re.compile(r"enrolment-event-(\d+)-[a-z_]+-(\d+)")  # event, reader
TOLD = {  # what happens to a case, and the student must hear of it
    *("submit", "approve", "return", "reject", "confirm", "decline", "promote"),
    *("withdraw_late", "expire"),
}


def notices(evidence: Evidence) -> list[str]:
    """Every notice that is owed was sent once, or is accounted for; nothing was shown twice."""
    wrong, uncertain = [], 0
    known = set()
    for row in Notice.objects.select_related("recipient").iterator(2000):
        mail = message_id(row)
        known.add(mail)
        came = evidence.mails[mail]
        match row.state:
            case Owed.State.DONE if not came:
                wrong.append(f"notice {row.pk} ({row.kind}): said to be sent, and no mail came")
            case Owed.State.UNCERTAIN:
                uncertain += 1
            case Owed.State.NEW | Owed.State.LEASED | Owed.State.SENDING if _is_due(row):
                wrong.append(f"notice {row.pk} ({row.kind}): owed and not sent")
            case Owed.State.DEAD:
                wrong.append(f"notice {row.pk} ({row.kind}): given up: {row.error}")
            case Owed.State.OFF | Owed.State.CANCELLED if came:
                wrong.append(f"notice {row.pk} ({row.kind}): not wanted, and a mail came")
        if came > 1 and NOTICES[row.kind].twice is Twice.HOLD:
            wrong.append(f"notice {row.pk} ({row.kind}): a mail that may go once came {came} times")
    wrong += [
        f"a mail came of which no row knows: {one}" for one in evidence.mails if one not in known
    ]
    again = sum(came - 1 for came in evidence.mails.values())
    # A worker has two processes, each with one row in its hands.
    if again + uncertain > 2 * evidence.kills:
        wrong.append(
            f"{again} mails came again and {uncertain} are uncertain, of {evidence.kills} kills"
        )
    return [*wrong, *_shown_twice(), *_not_told()]


def _is_due(row: Notice) -> bool:
    return row.due_at <= timezone.now()


def _shown_twice() -> list[str]:
    """The same words to the same person about the same thing for the same reason on one day."""
    actions = dict(Event.objects.filter(subject_kind=CASE).values_list("pk", "action"))
    seen: dict[tuple[Any, ...], list[str]] = defaultdict(list)
    for row in Notice.objects.exclude(state=Owed.State.CANCELLED).iterator(2000):
        found = OF_A_CASE.match(row.key)
        because = actions.get(int(found[1])) if found else ""
        reader, day = row.recipient_id or row.email, timezone.localdate(row.created_at)
        about = (row.kind, row.subject_kind, row.subject_id)
        seen[about, reader, row.subject, row.text, because, day].append(row.key)
    return [
        f"shown {len(keys)} times: {', '.join(keys)}" for keys in seen.values() if len(keys) > 1
    ]


def _not_told() -> list[str]:
    """Of what happened to a case its student must have been told, whoever did it."""
    keys = Notice.objects.filter(key__startswith="enrolment-event-").values_list("key", flat=True)
    heard = {(found[1], found[2]) for key in keys if (found := OF_A_CASE.match(key))}
    students = dict(Enrolment.objects.values_list("pk", "student"))
    undone = _undone()
    rows = Event.objects.filter(subject_kind=CASE, action__in=TOLD).exclude(pk__in=undone)
    return [
        f"case {event.subject_id}: its student did not hear of {event.action}"
        for event in rows.only("pk", "subject_id", "action").iterator(2000)
        if (str(event.pk), str(students[event.subject_id])) not in heard
    ]


def _undone() -> set[int]:
    """Events that were taken back before anybody heard of them."""
    found = set()
    for event in Event.objects.filter(action="undo", subject_kind=CASE):
        before = Event.objects.filter(
            subject_kind=CASE, subject_id=event.subject_id, pk__lt=event.pk
        )
        last = before.order_by("-pk").first()
        if last is not None:
            found.add(last.pk)
    return found


# --- Documents
def documents(_evidence: Evidence) -> list[str]:
    """Every document that is owed was made; everything that should have one has one."""
    rows = Document.objects.exclude(state__in=[Owed.State.DONE, Owed.State.CANCELLED])
    wrong = [f"document {row.pk} ({row.kind}): {row.state} {row.error}".strip() for row in rows]
    for what, about, kind in (
        ("a placement", Enrolment.objects.filter(state__in=["enrolled", "finished"]), "agreement"),
        ("a closed sitting", Sitting.objects.filter(state="closed"), "exam_protocol"),
        ("a batch that was sent", Batch.objects.filter(state="sent", total__gt=0), "grades.cover"),
        ("a registration that was sent", _sent(), "grades.registration"),
        ("a result of an incoming student", _incoming(), "records"),
    ):
        wrong += [f"{what} without its {kind}: {pk}" for pk in _without(about, kind)]
    return wrong


def _sent() -> Any:
    """Those that hold: the form of a result that was corrected no longer counts."""
    rows = Registration.objects.filter(state__in=[R.SENT, R.REGISTERED, R.RECONCILED])
    return rows.current().exclude(route=Registration.Route.HONOURS)


def _incoming() -> Any:
    results = Result.objects.filter(current=True).values("enrolment")
    return Enrolment.objects.filter(kind=Kind.INCOMING, pk__in=results)


def _without(about: Any, kind: str) -> list[int]:
    label = about.model._meta.label_lower
    made = Document.objects.filter(
        kind=kind, subject_kind=label, state=Owed.State.DONE, withdrawn_at=None, replaced_at=None
    )
    return sorted(
        set(about.values_list("pk", flat=True)) - set(made.values_list("subject_id", flat=True))
    )
