"""The exam paper's passport: received, opened by two, printed, answers collected, sent, confirmed.

Steps are only added. A paper that comes again is a new version: the earlier one stays, and the
latest counts.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from itertools import batched
from typing import NamedTuple

from django.db import transaction
from django.db.models import Exists, F, OuterRef, QuerySet
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from accounts.models import User
from courses import house
from exams import people, vault
from exams.models import Exam, Paper, PaperStep
from paperwork import filing, quotas
from paperwork.models import Attachment
from paperwork.services.events import Actor, record
from paperwork.services.files import keep
from paperwork.services.notices import Link, owe_notice, settle
from paperwork.uploads import Upload, check

ANSWERS = "exam_answers"  # the purpose of a file
A_DAY = timedelta(days=1)
AT_A_TIME = 500  # names that one query asks for

K = PaperStep.Kind


class PaperError(Exception):
    """Refused; the message says why, and may be shown."""


class Given(NamedTuple):
    """A paper that was received, and what to say about earlier versions."""

    paper: Paper
    said: str


def name_of(actor: Actor) -> str:
    """Who did it, as it is kept."""
    return (str(actor) if isinstance(actor, User) else actor.name if actor else "")[:150]


@transaction.atomic
def receive(exam: Exam, upload: Upload, *, by: Actor) -> Given:
    """Lock the paper of `exam` away: from now on this version counts.

    Raises FileRefusedError when it is no PDF that we take, or one version too many today or in
    all, whoever sent the others. The encrypted bytes are on the disk
    before the row is written.
    """
    found = check(upload, allow_images=False)
    upload.seek(0)
    content = upload.read()
    digest = hashlib.sha256(content).hexdigest()
    earlier = _replace(exam, by)
    quotas.refuse_version(Paper.objects.filter(exam=exam), "received_at", len(content))
    same = next((paper.number for paper in earlier if paper.sha256 == digest), None)
    start = _start_of(exam)
    paper = Paper.objects.create(
        exam=exam,
        number=_next_of(earlier),
        file=vault.lock_away(content, exam.pk),
        name=(upload.name or "")[-120:],
        size=len(content),
        pages=found.pages,
        sha256=digest,
        received_from=name_of(by),
        readable_from=start - house.span("exams.paper_hours"),
        **_readers_of(earlier),
    )
    add(paper, K.RECEIVED, by=by, sha256=digest)
    said = _about_versions(paper, earlier, same)
    _tell_staff(paper, by, earlier)
    return Given(paper, said)


@transaction.atomic
def hand_over(exam: Exam, how: str, *, by: User) -> Given:
    """Write down that the paper came in another way: by post, by a courier, on a stick."""
    if not people.arranger_role(by):
        raise PaperError(_("Only exam staff can write this down."))
    if not how.strip():
        raise PaperError(_("Say how the paper came."))
    earlier = _replace(exam, by)
    paper = Paper.objects.create(
        exam=exam,
        number=_next_of(earlier),
        handed_over=how.strip()[:300],
        received_from=name_of(by),
        **_readers_of(earlier),
    )
    add(paper, K.RECEIVED, by=by, text=how.strip()[:300])
    return Given(paper, _about_versions(paper, earlier, None))


def _replace(exam: Exam, by: Actor) -> list[Paper]:
    """The version that counted is replaced, one upload after the other. All, the latest first."""
    Exam.objects.select_for_update().get(pk=exam.pk)
    settle(exam, "exams.paper_wanted", "exams.paper_late", "exams.own_paper")
    earlier = list(Paper.objects.filter(exam=exam).order_by("-number"))
    for paper in earlier:
        if paper.replaced_at is None:
            Paper.objects.filter(pk=paper.pk).update(replaced_at=timezone.now())
            settle(paper, "exams.paper_swapped")
            add(paper, K.REPLACED, by=by)
    return earlier


def sweep() -> int:
    """Take away sealed files older than a day that no row names: a crash left them. How many."""
    removed = 0
    for names in batched(vault.names(before=timezone.now() - A_DAY), AT_A_TIME):
        known = set(Paper.objects.filter(file__in=names).values_list("file", flat=True))
        for name in set(names) - known:
            filing.remove(name)
            removed += 1
    return removed


def _next_of(earlier: list[Paper]) -> int:
    return 1 + (earlier[0].number if earlier else 0)


def _readers_of(earlier: list[Paper]) -> dict[str, User | None]:
    """The two who were named for the version before open this one too."""
    if not earlier:
        return {}
    return {"first_reader": earlier[0].first_reader, "second_reader": earlier[0].second_reader}


def _about_versions(paper: Paper, earlier: list[Paper], same: int | None) -> str:
    if not earlier:
        return _("The exam paper is here, locked away. It is opened by two people.")
    if same is not None:
        return _(
            "This is the same file as version %(same)s. Version %(number)s counts;"
            " the earlier ones are kept."
        ) % {"same": same, "number": paper.number}
    return _("Version %(number)s counts from now on. The earlier ones are kept.") % {
        "number": paper.number
    }


@contextmanager
def in_step(exam: Exam) -> Iterator[None]:
    """What changes inside moves the hour from which the paper of `exam` can be opened along.

    It stays as long before the start as it was, also where it was chosen by hand. The exam's row
    is locked until the transaction ends: a paper that comes in meanwhile waits.
    """
    Exam.objects.select_for_update().get(pk=exam.pk)
    before = _start_of(exam)
    yield
    if later := _start_of(exam) - before:
        rows = Paper.objects.current().filter(exam=exam, readable_from__isnull=False)
        rows.update(readable_from=F("readable_from") + later)


def _start_of(exam: Exam) -> datetime:
    """When the first student begins, as far as it is planned."""
    first = exam.sittings.standing().order_by("starts_at").first()
    return first.starts_at if first else exam.earliest_at


def _tell_staff(paper: Paper, by: Actor, earlier: list[Paper]) -> None:
    """Exam staff hear of it; a swap is something to do when the one before was in use."""
    used = PaperStep.objects.filter(paper__in=earlier, kind__in=[K.OPENED, K.PRINTED]).exists()
    course = paper.exam.edition.course
    for reader in people.exam_staff():
        if isinstance(by, User) and by.pk == reader.pk:
            continue
        owe_notice(
            "exams.paper_swapped" if used else "exams.paper_received",
            f"exam-paper-{paper.pk}-{reader.pk}",
            reader,
            {"paper": paper, "course": course, "host": course.university, "version": paper.number},
            about=paper,
            link=Link("papers:exam", [paper.exam_id]),
            asks=used,
        )


def add(
    paper: Paper,
    kind: str,
    *,
    by: Actor,
    number: int | None = None,
    text: str = "",
    sha256: str = "",
    with_name: str = "",
    university: int | None = None,
) -> PaperStep:
    """Add a step with its event, in the caller's transaction."""
    record(paper, f"step_{kind}", by=by, details={"sha256": sha256} if sha256 else None)
    return PaperStep.objects.create(
        paper=paper,
        kind=kind,
        number=number,
        text=text[:500],
        sha256=sha256,
        by=by if isinstance(by, User) else None,
        by_name=name_of(by),
        with_name=with_name[:150],
        university_id=university,
    )


@transaction.atomic
def name_readers(
    paper: Paper, first: User, second: User, readable_from: datetime | None, *, by: User
) -> None:
    """Say which two open it, and from when. Raises PaperError once one of them has opened it."""
    if not people.arranger_role(by):
        raise PaperError(_("Only exam staff can name who opens it."))
    if first.pk == second.pk:
        raise PaperError(_("Name two different people."))
    if not (people.arranger_role(first) and people.arranger_role(second)):
        raise PaperError(_("Only those who arrange exams open a paper."))
    paper = Paper.objects.select_for_update().get(pk=paper.pk)
    if paper.replaced_at is not None:
        raise PaperError(_("A newer version counts. Look at the page again."))
    if _openers(paper):
        raise PaperError(_("It has been opened already; who opens it can no longer change."))
    Paper.objects.filter(pk=paper.pk).update(
        first_reader=first, second_reader=second, readable_from=readable_from
    )
    when = readable_from.isoformat() if readable_from else ""
    names = {"first": first.pk, "second": second.pk, "from": when}
    record(paper, "name_readers", by=by, role="exams", details=names)


def _openers(paper: Paper) -> dict[int | None, PaperStep]:
    """Who of the two has opened it."""
    steps = PaperStep.objects.filter(paper=paper, kind=K.OPENED, university=None).order_by("at")
    return {step.by_id: step for step in steps}


def why_not_open(paper: Paper, user: User, now: datetime | None = None) -> str:
    """Why `user` cannot open this version now; empty when they can."""
    now = now or timezone.now()
    if user.pk not in (paper.first_reader_id, paper.second_reader_id):
        return _("Only the two people who are named open it.")
    if paper.first_reader_id is None or paper.second_reader_id is None:
        return _("Two people have to be named first.")
    if paper.readable_from is not None and now < paper.readable_from:
        return _("It can be opened from %(when)s.") % {
            "when": date_format(timezone.localtime(paper.readable_from), "j F Y, H:i")
        }
    return ""


def both_within() -> timedelta:
    """How soon after the first the second opens it."""
    return house.span("exams.both_minutes")


@transaction.atomic
def open_paper(paper: Paper, *, by: User) -> bool:
    """`by`, one of the two, opens it; whether it can be read now: both have, soon after another.

    The first who opens it reads nothing yet. When the second lets too much time pass, the
    first has to open it again. Raises PaperError.
    """
    paper = Paper.objects.select_for_update().get(pk=paper.pk)
    if why := why_not_open(paper, by):
        raise PaperError(why)
    if is_open(paper):
        return True
    now = timezone.now()
    openers = _openers(paper)
    (other,) = {paper.first_reader_id, paper.second_reader_id} - {by.pk}
    theirs = openers.get(other)
    ready = theirs is not None and theirs.at > now - both_within()
    mine = openers.get(by.pk)
    if not ready and mine is not None and mine.at > now - both_within():
        return False  # pressed twice
    add(paper, K.OPENED, by=by, with_name=theirs.by_name if theirs and ready else "")
    if ready:
        settle(paper, "exams.paper_swapped")
    return ready


def is_open(paper: Paper) -> bool:
    """Whether two people have opened it together."""
    if not paper.file:
        return True
    opened = PaperStep.objects.filter(paper=paper, kind=K.OPENED, university=None)
    return opened.exclude(with_name="").exists()


@transaction.atomic
def read(paper: Paper, *, by: User) -> bytes:
    """The paper itself, for the two who opened it; each time is written down.

    Raises PaperError, also when the file is not the one that was received.
    """
    if why := why_not_open(paper, by):
        raise PaperError(why)
    if not is_open(paper):
        raise PaperError(_("Both of the two have to open it first."))
    content = content_of(paper)
    record(paper, "read", by=by, role="exams")
    return content


def content_of(paper: Paper) -> bytes:
    """Its bytes, compared with what was received. Raises PaperError."""
    try:
        content = vault.take_out(paper.file, paper.exam_id)
    except vault.SealBrokenError:
        content = b""
    if hashlib.sha256(content).hexdigest() != paper.sha256:
        raise PaperError(
            _("The file cannot be read, or is not the one that was received. Ask the host again.")
        )
    return content


NOTED = (K.PRINTED, K.COLLECTED, K.SCANNED, K.SENT)  # what exam staff write down themselves


@transaction.atomic
def note(
    paper: Paper,
    kind: str,
    *,
    by: User,
    number: int | None = None,
    text: str = "",
    upload: Upload | None = None,
) -> PaperStep:
    """Write down that it was printed, collected, scanned or sent; a later one puts it right.

    With `upload` scanned answers are kept for the host. Raises PaperError, FileRefusedError.
    """
    if not people.arranger_role(by):
        raise PaperError(_("Only exam staff can write this down."))
    paper = Paper.objects.select_for_update().get(pk=paper.pk)
    if kind not in NOTED:
        raise PaperError(_("This cannot be written down by hand."))
    if kind in (K.PRINTED, K.COLLECTED) and number is None:
        raise PaperError(_("Say how many."))
    if kind == K.PRINTED and paper.replaced_at is not None:
        raise PaperError(_("A newer version counts: print that one."))
    if kind == K.PRINTED and not is_open(paper):
        raise PaperError(_("It has not been opened by two people yet."))
    digest = ""
    if upload is not None:
        kept = keep(upload, purpose=ANSWERS, by=by, about=paper)
        digest = kept.sha256
    return add(paper, kind, by=by, number=number, text=text.strip(), sha256=digest)


@transaction.atomic
def confirm(paper: Paper, *, by: Actor, text: str = "", university: int | None = None) -> PaperStep:
    """Who grades has the answers: the host, or we of our own exam held at `university`.

    Raises PaperError before they were sent, and the second time.
    """
    Paper.objects.select_for_update().get(pk=paper.pk)
    kinds = set(paper.steps.filter(university=university).values_list("kind", flat=True))
    if K.SENT not in kinds:
        raise PaperError(_("The answers have not been sent yet."))
    if K.CONFIRMED in kinds:
        raise PaperError(_("This has been confirmed already."))
    return add(paper, K.CONFIRMED, by=by, text=text.strip(), university=university)


def to_confirm(versions: QuerySet[Paper]) -> Paper | None:
    """The version whose answers were sent and not confirmed, also where a newer one came since.

    The latest of these `versions` when there is none: what it still needs is said there.
    """
    ours = PaperStep.objects.filter(paper=OuterRef("pk"), university=None)
    waiting = versions.filter(
        Exists(ours.filter(kind=K.SENT)), ~Exists(ours.filter(kind=K.CONFIRMED))
    )
    return waiting.order_by("-number").first() or versions.order_by("-number").first()


def answers_of(paper: Paper) -> list[Attachment]:
    """The scanned answers. Ask the paper's gate before."""
    return list(Attachment.objects.about(paper).filter(purpose=ANSWERS).order_by("given_at"))
