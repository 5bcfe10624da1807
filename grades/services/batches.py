"""Registrations of a faculty that go to its administration together.

Made in the background, in steps that may end anywhere: the batch first claims its registrations,
then their forms are made, then each is sent in a transaction of its own, and at the end the
administration hears of all of them once, and who made it of those that did not go along. Done
again, nothing happens twice.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from datetime import timedelta
from typing import NamedTuple

import structlog
from django.db import IntegrityError, transaction
from django.db.models import Max
from django.utils import timezone, translation
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from accounts.models import Membership, Role, User
from courses.models import Faculty
from enrolments.scopes import scopes_of
from grades import form, registrars
from grades.gates import ENDED_WELL
from grades.models import Batch, Registration, RegistrationState
from grades.models.registration import WITH_ADMINISTRATION, RegistrationQuerySet
from grades.services import registering, registration_papers
from grades.services import registration_telling as telling
from grades.services.registration_actions import ACTIONS, ActionError, StaleError
from paperwork import making, restored, waking
from paperwork.models import Document, Event
from paperwork.services.documents import owe_document
from paperwork.services.events import record
from paperwork.services.notices import Link, owe_notice, owed_together

log = structlog.get_logger("grades.batches")
S = RegistrationState
TURN = 5.0  # seconds after which the work goes to the back of the queue: others have work too
MOST = 500  # registrations in one batch
QUIET = timedelta(seconds=90)  # after a turn, longer than the next one waits in the queue


class Ready(NamedTuple):
    """A registration that could go along, and what stands in the way."""

    row: Registration
    missing: list[str]
    blank: list[str]  # not needed, but empty


def faculties_of(user: User) -> list[Faculty]:
    """Those whose registrations `user` sends."""
    keys = scopes_of(user).coordinates_faculties
    programmes = scopes_of(user).coordinates_programmes
    rows = Faculty.objects.filter(pk__in=keys) | Faculty.objects.filter(programmes__in=programmes)
    return list(rows.distinct().order_by("name_nl"))


def dry_run(faculty: Faculty, *, by: User) -> list[Ready]:
    """What would go along, in order, and what each still lacks. Nothing is written."""
    rows = _sendable(faculty).select_related(*form.SHOWN).order_by("since", "pk")[:MOST]
    return [
        Ready(row, form.missing(row), form.lacking(row, needed=False))
        for row in rows
        if ACTIONS["send"].who(by, row)
    ]


def _sendable(faculty: Faculty) -> RegistrationQuerySet:
    rows = Registration.objects.current().filter(state=S.PREPARED, batch=None)
    rows = rows.filter(enrolment__faculty=faculty, enrolment__state__in=ENDED_WELL)
    return rows.exclude(route=Registration.Route.HONOURS)


@transaction.atomic
def begin(faculty: Faculty, keys: Sequence[int], *, by: User) -> Batch:
    """Claim these registrations, those that can be sent, for a new batch.

    Raises ActionError when there is none, StaleError when somebody else makes one right now.
    """
    can = [ready.row.pk for ready in dry_run(faculty, by=by) if not ready.missing]
    wanted = [pk for pk in can if pk in set(keys)][:MOST]
    if not wanted:
        raise ActionError(_("No registration was ticked that can be sent."))
    today = timezone.localdate()
    earlier = Batch.objects.filter(faculty=faculty, day=today)
    number = 1 + (earlier.aggregate(last=Max("number"))["last"] or 0)
    try:
        with transaction.atomic():
            batch = Batch.objects.create(
                faculty=faculty, day=today, number=number, total=len(wanted), made_by=by
            )
    except IntegrityError:
        busy = _("A colleague is making a batch at this moment. Look again in a minute.")
        raise StaleError(busy) from None
    claimed = _sendable(faculty).filter(pk__in=wanted).update(batch=batch)
    if claimed != len(wanted):
        raise StaleError(_("A colleague is making a batch at this moment. Look again in a minute."))
    details = {"registrations": claimed, "keys": wanted}
    record(batch, "begin", by=by, to_state=batch.state, details=details)
    # pk is a number, which a hint carries as well as a UUID.
    waking.wake_after_commit("grades.tasks.make_batch", batch.pk)
    return batch


def work(pk: int, *, seconds: float = TURN) -> bool:
    """Bring the batch as far as `seconds` allow; whether it is finished."""
    until = time.monotonic() + seconds
    batch = Batch.objects.select_related("faculty", "made_by").filter(pk=pk).first()
    if batch is None or batch.state == Batch.State.SENT:
        return True
    Batch.objects.filter(pk=pk).update(changed_at=timezone.now())  # somebody is at it
    if batch.state == Batch.State.MAKING and not _make_forms(batch, until):
        return False
    with restored.going_on(batch.created_at):
        return _send(batch, until)


def _to_send(batch: Batch) -> RegistrationQuerySet:
    """Those of the batch that can still go: not refused, corrected or begun anew meanwhile."""
    return batch.registrations.current().filter(state=S.PREPARED)


def _papers(batch: Batch) -> dict[int, Document]:
    """The standing form of each registration that can go."""
    kind = Registration._meta.label_lower
    keys = _to_send(batch).order_by().values("pk")
    papers = Document.objects.filter(subject_kind=kind, subject_id__in=keys)
    papers = papers.filter(kind="grades.registration", replaced_at=None, withdrawn_at=None)
    papers = papers.exclude(state=Document.State.CANCELLED)
    return {paper.subject_id: paper for paper in papers.defer("data")}


def _make_forms(batch: Batch, until: float) -> bool:
    """Have the forms made that are still owed; whether all are there."""
    papers = _papers(batch)
    for row in _to_send(batch).select_related(*form.SHOWN):
        if row.pk not in papers:
            with transaction.atomic():
                registration_papers.owe_paper(row)
    for paper in _papers(batch).values():
        if time.monotonic() > until:
            break
        if paper.state in {Document.State.NEW, Document.State.LEASED}:
            making.make(str(paper.pk))  # claims it: other workers make others
    papers = _papers(batch)
    for pk, paper in papers.items():
        if paper.state == Document.State.DEAD:
            _leave_out(batch, pk)
    going = set(_to_send(batch).values_list("pk", flat=True))
    done = sum(papers[pk].state == Document.State.DONE for pk in going & set(papers))
    same = Batch.objects.filter(pk=batch.pk, state=Batch.State.MAKING)
    finished = done == len(going)
    same.update(
        done=done,
        total=len(going),
        state=Batch.State.READY if finished else Batch.State.MAKING,
        changed_at=timezone.now(),
    )
    return finished


def _leave_out(batch: Batch, pk: int) -> None:
    """What cannot go along is left out, and stays where it was."""
    if batch.registrations.filter(pk=pk, state=S.PREPARED).update(batch=None):
        log.warning("left out of a batch", batch=batch.pk, registration=pk)


def _send(batch: Batch, until: float) -> bool:
    """Send those that are not sent yet; whether all are, and the administration knows."""
    for row in _to_send(batch).select_related(*form.SHOWN).order_by("pk"):
        if time.monotonic() > until:
            return False
        try:
            registering.act(row, "send", by=batch.made_by)
        except StaleError:
            return False  # another worker is at it
        except ActionError as problem:
            log.warning("not sent", registration=row.pk, reason=type(problem).__name__)
            _leave_out(batch, row.pk)
    return _finish(batch)


@transaction.atomic
def _finish(batch: Batch) -> bool:
    """All is sent: the cover list is owed, and the administration hears of it once.

    Who made the batch hears what did not go along, and why.
    """
    total = batch.registrations.filter(state__in=WITH_ADMINISTRATION).count()
    same = Batch.objects.filter(pk=batch.pk).exclude(state=Batch.State.SENT)
    values = {"state": Batch.State.SENT, "total": total, "done": total}
    if not same.update(**values, changed_at=timezone.now()):
        return True
    batch.refresh_from_db()
    with owed_together():
        _tell_left_out(batch)
    if not total:
        return True
    _owe_cover(batch)
    record(batch, "sent", by=batch.made_by, to_state=batch.state)
    with owed_together():
        _tell_recorders(batch, total)
    return True


def _tell_recorders(batch: Batch, total: int) -> None:
    """Who sees all of it, once; of what none of them records, those who do, or the office."""
    rows = rows_of(batch)
    recorders = registrars.recorders_of(rows)
    waits = any(row.state == S.SENT for row in rows)
    told = _see_all_of(batch) & set[User]().union(*recorders.values())
    for reader in told:
        owe_notice(
            "grades.registration_batch",
            f"batch-{batch.pk}-{reader.pk}",
            reader,
            {"number": total, "batch": batch},
            about=batch,
            link=Link("registrations:batch", [batch.pk]),
            asks=waits,
        )
    unheard = [row for row in rows if row.state == S.SENT and not recorders[row.pk] & told]
    for row in unheard:
        telling.sent_in_batch(row, recorders[row.pk])
    for row in [row for row in unheard if not recorders[row.pk]][:1]:
        telling.nobody(row)  # once for all of them


def _tell_left_out(batch: Batch) -> None:
    left, by = left_out_of(batch), batch.made_by
    if not left or by is None:
        return
    with translation.override(by.language):
        rows = [f"{row.enrolment.reference}: {_why(row)}" for row in left]
    owe_notice(
        "grades.registration_left_out",
        f"batch-{batch.pk}-left-out",
        by,
        {"number": len(rows), "rows": rows},
        about=batch,
        link=Link("registrations:batch", [batch.pk]),
    )


def left_out_of(batch: Batch) -> list[Registration]:
    """Those that the batch began with and that are not in it. Ask the batch's gate before."""
    begun = Event.objects.about(batch).filter(action="begin").first()
    keys = begun.details.get("keys", []) if begun else []
    rows = Registration.objects.filter(pk__in=keys).exclude(
        batch=batch, state__in=WITH_ADMINISTRATION
    )
    return list(rows.select_related(*form.SHOWN).order_by("enrolment__student__name", "pk"))


def _why(row: Registration) -> str:
    """Why it did not go along, as it stands now."""
    if not row.current:
        return _("its result was corrected.")
    if row.is_over:
        return _("its application has ended.")
    if row.state == S.REFUSED:
        return _("the request was refused.")
    if row.state != S.PREPARED:
        return _("it goes another way now.")
    if lacking := form.missing(row):
        return _("the form still lacks: %(what)s.") % {"what": ", ".join(lacking)}
    return _("its form could not be made. The programme office sees why; then send it anew.")


def _see_all_of(batch: Batch) -> set[User]:
    """The administration; where there is none, the other coordinators of the whole faculty."""
    held = Membership.objects.current().filter(faculty=batch.faculty_id, user__is_active=True)
    administration = held.filter(role=Role.ADMINISTRATION)
    if not administration.exists():  # those of some programmes do not see the whole batch
        administration = held.filter(role=Role.COORDINATOR, programmes=None)
        administration = administration.exclude(user=batch.made_by_id)
    return set(User.objects.filter(pk__in=administration.order_by().values("user")))


def rows_of(batch: Batch) -> list[Registration]:
    """Its registrations, as they stand on its lists. Ask the batch's gate before.

    Of a batch that was sent, those that are still with the administration as they were sent.
    """
    rows = batch.registrations.current().select_related(*form.SHOWN)
    if batch.state == Batch.State.SENT:
        rows = rows.filter(state__in=WITH_ADMINISTRATION)
    return list(rows.order_by("enrolment__student__name", "pk"))


def language_of(batch: Batch) -> str:
    """The language of its faculty's forms."""
    rules = getattr(batch.faculty, "rules", None)
    return rules.paper_language if rules else "nl"


def cover_of(batch: Batch) -> Document | None:
    """Its cover list. Ask the batch's gate before."""
    papers = Document.objects.about(batch).filter(kind="grades.cover", replaced_at=None)
    return papers.defer("data").first()


def _owe_cover(batch: Batch) -> None:
    language = language_of(batch)
    rows = rows_of(batch)
    with translation.override(language):
        day = date_format(batch.day, "j F Y")
        words = {"faculty": batch.faculty.code, "day": day, "number": batch.number}
        data = {
            "lead": _("These registrations go to the education administration together."),
            "facts_shown": [
                [_("Faculty"), batch.faculty.name],
                [_("Day"), day],
                [_("Registrations"), str(len(rows))],
                [_("Sent by"), str(batch.made_by or "")],
            ],
            "columns": [
                _("Reference"),
                _("Student number"),
                _("Name"),
                _("Type of request"),
                _("Course title, as printed"),
                _("Result"),
                "EC",
            ],
            "rows": [[form.as_text(form.values_of(row)[name]) for name in _COVER] for row in rows],
            "signatures": [
                {
                    "name": _("For the education administration"),
                    "role": _("name"),
                    "by_hand": True,
                }
            ],
        }
        title = _("Registrations %(faculty)s, %(day)s, number %(number)s") % words
    owe_document(
        "grades.cover",
        f"batch-{batch.pk}",
        title=title,
        language=language,
        data=data,
        about=batch,
        by=batch.made_by,
    )


_COVER = ("reference", "student_number", "student", "request_type", "title", "result", "ec")


def unfinished() -> list[int]:
    """The batches that a crash or a lost hint left: nobody has been at them for a while.

    One that is being made has its next turn in the queue, and needs no second one.
    """
    rows = Batch.objects.exclude(state=Batch.State.SENT)
    rows = rows.filter(changed_at__lt=timezone.now() - QUIET)
    return list(rows.order_by("pk").values_list("pk", flat=True))
