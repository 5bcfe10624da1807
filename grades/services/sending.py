"""A host sends the transcripts of its students, many at once: each to the case that it is of."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import timedelta
from typing import NamedTuple

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from courses.models import University
from enrolments.models import Enrolment
from enrolments.scopes import scopes_of
from grades.gates import ENDED_WELL
from grades.models import Transcript, TranscriptState
from grades.people import may_give
from grades.reading.matching import Candidate, matches
from grades.services import receiving, transcript_links
from grades.services.actions import ActionError
from grades.services.reading import sought_for, words_of
from paperwork import quotas
from paperwork.models import Attachment
from paperwork.refusals import FileRefusedError
from paperwork.registry import FILES
from paperwork.services import files
from paperwork.services.events import Outsider, record
from paperwork.services.notices import Link, owe_notice
from paperwork.uploads import KeptUpload, Upload

UNSETTLED = "transcript_unsettled"

type Giver = User | Outsider  # a contact with an account, or who comes by a link of the university


class Sent(NamedTuple):
    """What became of one file."""

    name: str
    case: Enrolment | None  # whose it is; None: a person must say, or `why` it was not taken
    why: str = ""


def students_of(giver: Giver) -> list[Enrolment]:
    """The cases for which `giver` may send a transcript for the host, by the students' names."""
    rows = Enrolment.objects.filter(
        edition__course__university__in=_universities_of(giver), state__in=ENDED_WELL
    ).select_related("student", "edition__course__university", "faculty", "programme")
    return [case for case in rows.order_by("student__name", "pk") if may_give(giver, case)]


def _universities_of(giver: Giver) -> frozenset[int]:
    if isinstance(giver, User):
        return scopes_of(giver).partner_of
    return frozenset({giver.through.pk}) if isinstance(giver.through, University) else frozenset()


def waiting_of(known: list[tuple[Enrolment, Transcript | None]]) -> list[Enrolment]:
    """Those whose course is over, and of which no transcript is here that can be used."""
    today = timezone.localdate()
    return [
        case
        for case, newest in known
        if case.edition.ends_on < today and (newest is None or newest.state == "returned")
    ]


def with_newest(cases: Iterable[Enrolment]) -> list[tuple[Enrolment, Transcript | None]]:
    """Each case with the transcript of it that counts. One query."""
    cases = list(cases)
    rows = Transcript.objects.filter(enrolment__in=cases).counting()
    newest = {row.enrolment_id: row for row in rows}
    return [(case, newest.get(case.pk)) for case in cases]


def send_many(uploads: Sequence[Upload], *, by: Giver) -> list[Sent]:
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
    by: Giver,
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


def _give(file: Attachment, case: Enrolment, by: Giver) -> Sent:
    try:
        receiving.receive(case, [KeptUpload(file)], by=by)
    except (ActionError, FileRefusedError) as refusal:
        return Sent(file.name, None, str(refusal))
    return Sent(file.name, case)


def unsettled(giver: Giver) -> list[Attachment]:
    """The files that `giver` sent, or that came by links of the same university, and that nobody
    has given to a student yet; the oldest first."""
    if isinstance(giver, User):
        rows = Attachment.objects.visible_to(giver)
    else:
        of_it = quotas.name_of(giver.through) if giver.through else None
        rows = Attachment.objects.filter(counted_link=of_it)
    return list(rows.unclaimed().filter(purpose=UNSETTLED).order_by("given_at", "pk"))


def remind() -> int:
    """Who sent files that wait longer than a day hears it, each week; how many those are.

    A person with an account, or a host by its address, with a link by which to say whose they are.
    """
    now = timezone.now()
    rows = Attachment.objects.unclaimed().filter(
        purpose=UNSETTLED, given_at__lt=now - timedelta(days=1)
    )
    waiting: dict[User | University, list[Attachment]] = {}
    hosts = {quotas.name_of(one): one for one in University.objects.filter(is_home=False)}
    for file in rows.select_related("given_by").order_by("given_at"):
        if file.given_by is not None and file.given_by.is_active:
            waiting.setdefault(file.given_by, []).append(file)
        elif file.counted_link in hosts:
            waiting.setdefault(hosts[file.counted_link], []).append(file)
    for whom, found in waiting.items():
        _remind(whom, found, (now - found[0].given_at).days // 7)
    return len(waiting)


@transaction.atomic
def _remind(whom: User | University, found: list[Attachment], week: int) -> None:
    first = timezone.localdate(found[0].given_at)
    key = f"{first}-{week}"
    if isinstance(whom, University):
        key = f"transcripts-unsettled-host-{whom.pk}-{key}"
        transcript_links.remind(whom, key, unsettled=len(found))
        return
    until = timezone.localdate(found[0].given_at + FILES[UNSETTLED].waits_for)
    owe_notice(
        "grades.transcripts_unsettled",
        f"transcripts-unsettled-{whom.pk}-{key}",
        whom,
        {"number": len(found), "until": until},
        link=Link("partner-transcripts:give"),
    )


def settle(choices: dict[str, str], *, by: Giver) -> list[Sent]:
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
