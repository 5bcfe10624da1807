"""The control of the books: each is broken on purpose, and must say so; then all is as it was.

What is broken is taken back with its transaction; files and evidence are put back by hand.
"""

from __future__ import annotations

import copy
import uuid
from collections.abc import Callable, Collection, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from datetime import timedelta
from pathlib import Path
from typing import Any, NamedTuple

from django.conf import settings
from django.db import connection, transaction
from django.db.models import F, Q

from bench.semester.books import BOOKS
from bench.semester.books_of_cases import CASE
from bench.semester.evidence import Evidence
from courses.models import Edition
from enrolments.models import Enrolment
from exams.guards import GUARDS, triggers
from exams.models import Seat
from grades.models import Registration, RegistrationState
from paperwork import append_only
from paperwork.mails import message_id
from paperwork.models import Document, Event, Notice


class NothingToBreakError(Exception):
    """There is no row that could be broken so: the control says nothing."""


class Control(NamedTuple):
    book: str
    what: str
    do: Callable[[Evidence], AbstractContextManager[None] | None]


def _one(rows: Any) -> Any:
    row = rows.order_by("pk").first()
    if row is None:
        raise NothingToBreakError(str(rows.model.__name__))
    return row


# --- What is broken -------------------------------------------------------------------------------
def count_a_place(_evidence: Evidence) -> None:
    room = Q(places=None) | Q(taken__lt=F("places"))
    row = _one(Edition.objects.filter(room))
    Edition.objects.filter(pk=row.pk).update(taken=F("taken") + 1)


def leave_a_place_empty(_evidence: Evidence) -> None:
    """While somebody waits: whoever holds one is gone, and nobody moved up."""
    ended = Event.objects.filter(subject_kind=CASE, action="expire", from_state="waiting")
    waited = Q(state="waiting") | Q(pk__in=ended.values("subject_id"))
    has_place = Enrolment.objects.filter(state__in=["enrolled", "finished"])
    one = _one(Enrolment.objects.filter(waited, edition__in=has_place.values("edition")))
    Enrolment.objects.filter(pk=one.pk).update(state="waiting")
    row = _one(has_place.filter(edition=one.edition_id))
    Enrolment.objects.filter(pk=row.pk).update(state="withdrawn")
    Edition.objects.filter(pk=row.edition_id).update(taken=F("taken") - 1)


def pass_somebody_over(_evidence: Evidence) -> None:
    """The place went to somebody further back in the line."""
    events = Event.objects.filter(subject_kind=CASE).order_by("pk")
    for event in events.filter(action="promote"):
        before = events.filter(pk__lt=event.pk)
        sent = before.filter(action="submit", to_state="waiting")
        gone = before.filter(from_state="waiting").exclude(to_state="waiting")
        moved = before.filter(action__in=["reorder", "passed_over"])
        edition = Enrolment.objects.get(pk=event.subject_id).edition_id
        stood = sent.filter(subject_id__in=Enrolment.objects.filter(edition=edition).values("pk"))
        for one in (gone, moved):  # who has left the line, or has another place in it
            stood = stood.exclude(subject_id__in=one.values("subject_id"))
        mine = stood.filter(subject_id=event.subject_id).first()
        if mine and (later := stood.filter(pk__gt=mine.pk).last()):
            events.filter(pk=event.pk).update(subject_id=later.subject_id)
            return
    raise NothingToBreakError("nobody who waited moved up before another")


def lose_a_mail(evidence: Evidence) -> None:
    evidence.mails.pop(message_id(_one(Notice.objects.filter(state="done"))), None)


def forget_a_notice(_evidence: Evidence) -> None:
    _one(Notice.objects.filter(kind="enrolments.enrolled")).delete()


def show_a_notice_twice(_evidence: Evidence) -> None:
    row = _one(Notice.objects.filter(state="done"))
    row.pk, row.key, row.state = uuid.uuid4(), f"{row.key}-again", "off"
    row.save(force_insert=True)


def mail_again(evidence: Evidence) -> None:
    evidence.mails[message_id(_one(Notice.objects.filter(state="done")))] += 2 * evidence.kills + 1


def leave_a_notice(_evidence: Evidence) -> None:
    Notice.objects.filter(pk=_one(Notice.objects.filter(state="done")).pk).update(state="new")


def leave_a_document(_evidence: Evidence) -> None:
    Document.objects.filter(pk=_one(Document.objects.filter(state="done")).pk).update(state="new")


def lose_an_agreement(_evidence: Evidence) -> None:
    placed = Enrolment.objects.filter(state__in=["enrolled", "finished"]).values("pk")
    rows = Document.objects.filter(kind="agreement", subject_id__in=placed)
    case = _one(rows).subject_id
    rows.filter(subject_id=case).update(state="cancelled")


def lose_a_registration(_evidence: Evidence) -> None:
    rows = Registration.objects.filter(current=True)
    Registration.objects.filter(pk=_one(rows).pk).update(current=False)


def register_nobodys(evidence: Evidence) -> None:
    evidence.usis["VX-ZZZZZ"] = {"student_number": "s1", "ec": "5", "result": "8", "title": "x"}


def mistype_in_usis(evidence: Evidence) -> None:
    row = _one(Registration.objects.filter(state=RegistrationState.RECONCILED, current=True))
    evidence.usis[row.enrolment.reference] |= {"result": "1"}


def seat_somebody_twice(_evidence: Evidence) -> None:
    """As the database would without its guard."""
    row = _one(Seat.objects.filter(is_cancelled=False))
    placed = Enrolment.objects.exclude(seats__sitting=row.sitting_id)
    Seat.objects.create(
        sitting=row.sitting,
        enrolment=_one(placed.filter(state__in=["enrolled", "finished"])),
        student=row.student,
        number=Seat.objects.filter(sitting=row.sitting).count() + 1000,
        starts_at=row.starts_at + timedelta(minutes=5),
        ends_at=row.ends_at,
    )


def forget_an_event(_evidence: Evidence) -> None:
    _one(Event.objects.filter(subject_kind=CASE, action="confirm")).delete()


def move_without_an_event(_evidence: Evidence) -> None:
    row = _one(Enrolment.objects.filter(state="finished"))
    Enrolment.objects.filter(pk=row.pk).update(state="enrolled")


@contextmanager
def leave_a_file(_evidence: Evidence) -> Iterator[None]:
    path = Path(settings.MEDIA_ROOT) / "documents/of-nobody.pdf"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(b"%PDF-1.7")
    try:
        yield
    finally:
        path.unlink()


@contextmanager
def lose_a_file(_evidence: Evidence) -> Iterator[None]:
    path = Path(settings.MEDIA_ROOT) / _one(Document.objects.exclude(file="")).file
    away = path.rename(path.with_suffix(".away"))
    try:
        yield
    finally:
        away.rename(path)


@contextmanager
def change_a_file(_evidence: Evidence) -> Iterator[None]:
    path = Path(settings.MEDIA_ROOT) / _one(Document.objects.exclude(file="")).file
    before = path.read_bytes()
    path.write_bytes(before[:-1] + b"!")
    try:
        yield
    finally:
        path.write_bytes(before)


def write_an_error(evidence: Evidence) -> None:
    evidence.logs["web-1"] = '{"event": "x", "level": "error"}'


CONTROLS = (
    Control("places", "a place is counted that nobody holds", count_a_place),
    Control("waiting lists", "a place stays empty while somebody waits", leave_a_place_empty),
    Control("waiting lists", "somebody is passed over", pass_somebody_over),
    Control("notices", "a mail is lost", lose_a_mail),
    Control("notices", "a student is not told", forget_a_notice),
    Control("notices", "a notice is shown twice", show_a_notice_twice),
    Control("notices", "a mail comes again and again", mail_again),
    Control("notices", "a notice is left", leave_a_notice),
    Control("documents", "a document is left", leave_a_document),
    Control("documents", "an agreement is missing", lose_an_agreement),
    Control("registrations", "a pass is not registered", lose_a_registration),
    Control("uSis", "something stands there that nobody sent", register_nobodys),
    Control("uSis", "a grade is mistyped there", mistype_in_usis),
    Control("seats", "a student is in two places", seat_somebody_twice),
    Control("history", "an event is missing", forget_an_event),
    Control("history", "a case moved without one", move_without_an_event),
    Control("files", "a file has no row", leave_a_file),
    Control("files", "a row has no file", lose_a_file),
    Control("integrity", "a file was changed", change_a_file),
    Control("integrity", "an error stands in a log", write_an_error),
)


def seen(control: Control, evidence: Evidence, before: Collection[str] = ()) -> bool:
    """Whether its book says more than `before` when it is broken; all is as it was afterwards."""
    with transaction.atomic():
        without_guards()
        own = copy.deepcopy(evidence)
        with control.do(own) or nullcontext():
            lines = BOOKS[control.book](own)
        transaction.set_rollback(True)
    return not set(lines) <= set(before)


def without_guards() -> None:
    """Take away, in this transaction, what keeps whoever owns the database from breaking it."""
    postgresql = connection.vendor == "postgresql"
    with connection.cursor() as cursor:
        for guard in GUARDS:
            if postgresql:
                cursor.execute(f"ALTER TABLE {guard.table} DROP CONSTRAINT {guard.name}")
            for name in () if postgresql else triggers(guard):
                cursor.execute(f"DROP TRIGGER {name}")
        for name, table, _what in append_only.GUARDS:
            off = f"ALTER TABLE {table} DISABLE TRIGGER {name}"
            cursor.execute(off if postgresql else f"DROP TRIGGER {name}")
