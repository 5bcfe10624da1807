"""Keeping the files that people give us: checked, on the disk for good, then in the database."""

from __future__ import annotations

import hashlib
import uuid
from collections.abc import Iterator
from datetime import timedelta
from itertools import batched
from pathlib import Path

from django.conf import settings
from django.db import models, transaction
from django.utils import timezone

from accounts.models import User
from paperwork import filing, making, naming, quotas, waking
from paperwork.models import Attachment, Document, subject_of
from paperwork.naming import SUFFIXES
from paperwork.refusals import FileRefusedError, refused
from paperwork.registry import FILES
from paperwork.services.events import Actor, Outsider
from paperwork.uploads import KeptUpload, Upload, check

__all__ = ["FileRefusedError", "keep", "remove", "sweep"]

FOLDER = "given"  # below MEDIA_ROOT
AT_A_TIME = 500  # files that the sweep asks the database about
UNCLAIMED_FOR = timedelta(hours=24)  # how long a file waits for what it is for


def keep(
    upload: Upload,
    *,
    purpose: str,
    by: Actor,
    about: models.Model | None = None,
    quota_of: User | models.Model | None = None,
) -> Attachment:
    """Keep `upload`, which `by` gave for `purpose` in the case `about`.

    Raises FileRefusedError, whose message says in the reader's language what to do. What a field
    of `paperwork/forms.py` made of an upload is not checked again. The bytes are on the disk
    before the row is written; what the caller's transaction rolls back is swept away later.
    Without `about` the file waits for a day: give the same upload to `keep` again with it.
    Counted is what came of `quota_of`, a person or a signed link, or else of `by` (quotas.py).
    Who has no account comes by a link, and is counted `through` something or by what the caller
    says: ValueError without.
    """
    if isinstance(upload, KeptUpload):
        return _claim(upload.attachment, purpose, about)
    giver = by if isinstance(by, User) else None
    counted = quota_of or giver or (by.through if isinstance(by, Outsider) else None)
    if isinstance(by, Outsider) and counted is None:
        raise ValueError("somebody without an account gives a file, and nothing counts it")
    if counted is not None:
        quotas.refuse_beyond(counted, upload.size or 0)
    found = check(upload)
    upload.seek(0)
    content = upload.read()
    key = uuid.uuid4()
    folder = f"{FOLDER}/{key.hex[:2]}"
    file = filing.write(folder, SUFFIXES[found.content_type], content)
    kind, pk = subject_of(about)
    attachment = Attachment(
        id=key,
        purpose=purpose,
        file=file,
        name=naming.tidy_name(upload.name or "", found.content_type),
        content_type=found.content_type,
        size=len(content),
        pages=found.pages,
        sha256=hashlib.sha256(content).hexdigest(),
        given_by=giver,
        given_by_name=_name_of(by),
        **quotas.counted_as(counted),
        subject_kind=kind,
        subject_id=pk,
    )
    try:
        with transaction.atomic():
            if counted is not None:
                quotas.lock(counted)  # one upload after the other, or two at once would pass it
                quotas.refuse_beyond(counted, len(content))
            attachment.save(force_insert=True)
    except FileRefusedError:
        # After any other error the row may be there: then the file must be, and the sweep decides.
        filing.remove(file)
        raise
    if about is not None:
        waking.wake_after_commit("paperwork.tasks.draw_pages", attachment.pk)
    return attachment


def _claim(attachment: Attachment, purpose: str, about: models.Model | None) -> Attachment:
    """Give a file that waits what it is for; of two at once one gets it."""
    kind, pk = subject_of(about)
    waiting = Attachment.objects.unclaimed().filter(pk=attachment.pk)
    if not waiting.update(purpose=purpose, subject_kind=kind, subject_id=pk):
        raise refused("gone")
    attachment.purpose, attachment.subject_kind, attachment.subject_id = purpose, kind, pk
    if about is not None:
        waking.wake_after_commit("paperwork.tasks.draw_pages", attachment.pk)
    return attachment


def _name_of(by: Actor) -> str:
    return (str(by) if isinstance(by, User) else by.name if by else "")[:150]


def remove(attachment: Attachment) -> None:
    """Take the file away, row and bytes: for a retention period that is over, or a withdrawal."""
    attachment.delete()
    transaction.on_commit(lambda: filing.remove(attachment.file), robust=True)


def sweep() -> dict[str, int]:
    """Take away what belongs to nothing for a day; how many `unclaimed` and `orphans` that were.

    Unclaimed are files whose form was never sent; orphans are files and pictures without a row,
    which a crash left. A file that is claimed meanwhile stays; one of a kind that waits longer too.
    """
    now = timezone.now()
    long_ago = now - UNCLAIMED_FOR
    unclaimed = 0
    for attachment in Attachment.objects.unclaimed().filter(given_at__lt=long_ago):
        kind = FILES.get(attachment.purpose)
        if kind is not None and attachment.given_at >= now - kind.waits_for:
            continue
        # The condition is asked again by the DELETE itself.
        deleted, _of = Attachment.objects.unclaimed().filter(pk=attachment.pk).delete()
        if deleted:
            unclaimed += 1
            filing.remove(attachment.file)
    return {"unclaimed": unclaimed, "orphans": _sweep_orphans(long_ago.timestamp())}


def _sweep_orphans(long_ago: float) -> int:
    removed = 0
    for folder, model in ((FOLDER, Attachment), (making.FOLDER, Document)):
        for names in batched(_old_names(folder, long_ago), AT_A_TIME):
            rows = model._default_manager.filter(file__in=names)
            known = set(rows.values_list("file", flat=True))
            for name in set(names) - known:
                filing.remove(name)
                removed += 1
    return removed


def _old_names(folder: str, long_ago: float) -> Iterator[str]:
    """The old files in `folder`, and those of which only pictures are left."""
    root = Path(settings.MEDIA_ROOT)
    for path in (root / folder).rglob("*"):
        if path.suffix == ".pages":
            if not any(path.with_suffix(suffix).exists() for suffix in SUFFIXES.values()):
                yield str(path.with_suffix(".pdf").relative_to(root))
        elif path.parent.suffix != ".pages" and _is_old_file(path, long_ago):
            yield str(path.relative_to(root))


def _is_old_file(path: Path, long_ago: float) -> bool:
    try:
        return path.is_file() and path.stat().st_mtime < long_ago
    except FileNotFoundError:
        return False
