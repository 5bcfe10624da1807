"""Taking a transcript in: kept, read, and told; the one before is superseded and stays."""

from __future__ import annotations

from collections.abc import Sequence

from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction
from django.db.models import Max
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from enrolments.models import Enrolment
from enrolments.services import rules
from grades.models import NoTranscript, Transcript, TranscriptState
from grades.people import giver_role, may_give, source_of
from grades.services import reading, telling
from grades.services.actions import ActionError
from paperwork import limited
from paperwork.filing import path_of
from paperwork.models import Attachment
from paperwork.refusals import refused
from paperwork.services import files
from paperwork.services.events import Actor, record
from paperwork.services.notices import settle
from paperwork.uploads import KeptUpload, Upload
from paperwork.working_days import add_working_days

PURPOSE, BOUND = "transcript", "transcript_bound"
MOST_PHOTOGRAPHS = 10
S = TranscriptState


def receive(
    case: Enrolment, uploads: Sequence[Upload], *, by: Actor, grade_typed: str = ""
) -> Transcript:
    """Keep `uploads` (one PDF, or photographs of one paper) as the newest transcript of `case`.

    The one before is superseded and stays. It is read at once, after all of it is stored: what
    cannot be read now is read by the sweep. Raises ActionError, FileRefusedError; then nothing is
    changed. Who gives it may be the student, the host, a coordinator, or the office for a host.
    """
    if not may_give(by, case):
        raise ActionError(_("A transcript cannot be sent for this application now."))
    _refuse_a_mixture(uploads)
    # Kept and bound before anything is locked; what the transaction drops is swept after a day.
    originals = [files.keep(one, purpose=PURPOSE, by=by) for one in uploads]
    shown = _to_look_at(originals)
    with transaction.atomic():
        # One after the other, so that of two at once the second supersedes the first.
        now = Enrolment.objects.select_for_update(of=("self",)).filter(pk=case.pk)
        case.state = now.values_list("state", flat=True).get()
        if not may_give(by, case):
            raise ActionError(_("A transcript cannot be sent for this application now."))
        role = giver_role(by, case)
        _supersede(case, by, role)
        NoTranscript.objects.filter(enrolment=case).delete()  # one has come all the same
        row = _store(case, shown, by, role, grade_typed)
        for one in {shown, *originals}:
            files.keep(KeptUpload(one), purpose=one.purpose, by=by, about=row)
        event = record(row, "receive", by=by, role=role, to_state=S.RECEIVED)
        telling.no_longer_wanted(case)
        telling.received(event, row)
    reading.read_now(row)
    return row


def _refuse_a_mixture(uploads: Sequence[Upload]) -> None:
    pdfs = sum(one.content_type == Attachment.ContentType.PDF for one in uploads)
    if not uploads:
        raise ActionError(_("Choose the transcript that you got from your host university."))
    if pdfs > 1 or (pdfs and len(uploads) > 1):
        raise ActionError(_("Choose one PDF, or photographs of all its pages; not both."))
    if len(uploads) > MOST_PHOTOGRAPHS:
        raise ActionError(
            _("Choose at most %(most)d photographs, or send a PDF.") % {"most": MOST_PHOTOGRAPHS}
        )


def _supersede(case: Enrolment, by: Actor, role: str) -> None:
    for before in Transcript.objects.filter(enrolment=case).counting():
        seen, now = before.state, timezone.now()
        rows = Transcript.objects.filter(pk=before.pk, state=seen)
        if not rows.update(state=S.SUPERSEDED, changed_at=now):
            raise ActionError(_("Somebody else has just changed this transcript."))
        record(before, "supersede", by=by, role=role, from_state=seen, to_state=S.SUPERSEDED)
        settle(before)


def _store(
    case: Enrolment, shown: Attachment, by: Actor, role: str, grade_typed: str
) -> Transcript:
    last = Transcript.objects.filter(enrolment=case).aggregate(last=Max("version"))["last"] or 0
    now = timezone.now()
    days = rules.rulebook().portal["verify_days"]
    row = Transcript(
        enrolment=case,
        version=last + 1,
        source=source_of(role),
        file=shown,
        grade_typed=grade_typed.strip()[:40],
        received_at=now,
        changed_at=now,
        due_on=add_working_days(timezone.localdate(now), days),
        given_by=by if isinstance(by, User) else None,
        given_by_name=shown.given_by_name or str(by)[:150],
    )
    row.save(force_insert=True)
    return row


def _to_look_at(originals: list[Attachment]) -> Attachment:
    """The PDF itself, or one made of the photographs, which stay beside it."""
    if originals[0].content_type == Attachment.ContentType.PDF:
        return originals[0]
    said = limited.bind([path_of(one.file) for one in originals])
    if said.refusal:
        raise refused(said.refusal)
    bound = SimpleUploadedFile(_("Transcript, photographs") + ".pdf", said.content)
    return files.keep(bound, purpose=BOUND, by=None)
