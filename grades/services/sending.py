"""A host sends the transcripts of its students, many at once: each to the case that it is of."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import timedelta
from typing import NamedTuple

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from enrolments.models import Enrolment
from enrolments.scopes import scopes_of
from grades.gates import ENDED_WELL
from grades.models import Transcript, TranscriptState
from grades.people import may_give
from grades.reading.matching import Candidate, matches
from grades.services import receiving
from grades.services.actions import ActionError
from grades.services.reading import sought_for, words_of
from paperwork.models import Attachment
from paperwork.refusals import FileRefusedError
from paperwork.registry import FILES
from paperwork.services import files
from paperwork.services.events import record
from paperwork.services.notices import Link, owe_notice
from paperwork.uploads import KeptUpload, Upload

UNSETTLED = "transcript_unsettled"


class Sent(NamedTuple):
    """What became of one file."""

    name: str
    case: Enrolment | None  # whose it is; None: a person must say, or `why` it was not taken
    why: str = ""


def students_of(user: User) -> list[Enrolment]:
    """The cases for which `user` may send a transcript for the host, by the students' names."""
    universities = scopes_of(user).partner_of
    rows = Enrolment.objects.filter(
        edition__course__university__in=universities, state__in=ENDED_WELL
    ).select_related("student", "edition__course__university", "faculty", "programme")
    return [case for case in rows.order_by("student__name", "pk") if may_give(user, case)]


def with_newest(cases: Iterable[Enrolment]) -> list[tuple[Enrolment, Transcript | None]]:
    """Each case with the transcript of it that counts. One query."""
    cases = list(cases)
    rows = Transcript.objects.filter(enrolment__in=cases).counting()
    newest = {row.enrolment_id: row for row in rows}
    return [(case, newest.get(case.pk)) for case in cases]


def send_many(uploads: Sequence[Upload], *, by: User) -> list[Sent]:
    """Give each file to the case whose number or name stands in it; keep the others to be settled.

    Each file for itself: what happens to one changes nothing for another.
    """
    known = with_newest(students_of(by))
    by_reference = {case.reference: (case, newest) for case, newest in known}
    candidates = [Candidate(case.reference, sought_for(case)) for case, _newest in known]
    return [_send_one(upload, candidates, by_reference, by) for upload in uploads]


def _send_one(
    upload: Upload,
    candidates: list[Candidate],
    known: dict[str, tuple[Enrolment, Transcript | None]],
    by: User,
) -> Sent:
    name = upload.name or ""
    try:
        file = files.keep(upload, purpose=UNSETTLED, by=by)
    except FileRefusedError as refusal:
        return Sent(name, None, str(refusal))
    found = matches(words_of(file) or [], candidates)
    if len(found) != 1:
        return Sent(name, None)
    case, newest = known[found[0].key]
    if newest is not None and newest.file and newest.file.sha256 == file.sha256:
        files.remove(file)
        return Sent(name, case, _("This file is here already."))
    if newest is not None and newest.state == TranscriptState.VERIFIED:
        return Sent(name, None)  # it would replace what was verified: a person must mean that
    return _give(file, case, by)


def _give(file: Attachment, case: Enrolment, by: User) -> Sent:
    try:
        receiving.receive(case, [KeptUpload(file)], by=by)
    except (ActionError, FileRefusedError) as refusal:
        return Sent(file.name, None, str(refusal))
    return Sent(file.name, case)


def unsettled(user: User) -> list[Attachment]:
    """The files that `user` sent and that nobody has given to a student yet, the oldest first."""
    rows = Attachment.objects.visible_to(user).unclaimed().filter(purpose=UNSETTLED)
    return list(rows.order_by("given_at", "pk"))


def remind() -> int:
    """Who sent files that wait longer than a day hears it, each week; how many people those are."""
    now = timezone.now()
    rows = Attachment.objects.unclaimed().filter(
        purpose=UNSETTLED, given_at__lt=now - timedelta(days=1), given_by__is_active=True
    )
    waiting: dict[User, list[Attachment]] = {}
    for file in rows.select_related("given_by").order_by("given_at"):
        if file.given_by is not None:
            waiting.setdefault(file.given_by, []).append(file)
    for person, found in waiting.items():
        first = found[0].given_at
        until = timezone.localdate(first + FILES[UNSETTLED].waits_for)
        week = (now - first).days // 7
        with transaction.atomic():
            owe_notice(
                "grades.transcripts_unsettled",
                f"transcripts-unsettled-{person.pk}-{timezone.localdate(first)}-{week}",
                person,
                {"number": len(found), "until": until},
                link=Link("partner-transcripts:give"),
            )
    return len(waiting)


def settle(choices: dict[str, str], *, by: User) -> list[Sent]:
    """Give each file (by its key) to the case that a person chose, or throw it away (`drop`)."""
    cases = {case.reference: case for case in students_of(by)}
    done = []
    for file in unsettled(by):
        chosen = choices.get(str(file.pk), "")
        if chosen == "drop":
            record(file, "drop", by=by)
            files.remove(file)
            done.append(Sent(file.name, None, _("Thrown away.")))
        elif chosen in cases:
            done.append(_give(file, cases[chosen], by))
    return done
