"""Copies of one's own data: asked for, made by a worker, deleted after some days."""

from __future__ import annotations

import hashlib
import os
import time
import uuid
from datetime import datetime, timedelta
from pathlib import Path

import structlog
from django.conf import settings
from django.db import IntegrityError, transaction
from django.utils import timezone

from accounts.models import User
from courses import house
from paperwork import filing, restored, waking
from paperwork.models import Owed
from paperwork.press import NotMadeError
from paperwork.services.events import record
from paperwork.services.notices import Link, owe_notice
from privacy.models import DataCopy
from privacy.packing import pack
from privacy.terms import COPY_DAYS

log = structlog.get_logger("privacy.copies")

FOLDER = "copies"  # below MEDIA_ROOT
A_DAY = 3  # copies that somebody may ask for
LEFT_BEHIND = timedelta(days=1)  # after which a file without a row goes


class TooManyError(Exception):
    """The person has asked for as many as one may in a day."""


@transaction.atomic
def ask(user: User) -> DataCopy:
    """Owe `user` a copy; one that is being made already is the same. Raises TooManyError."""
    mine = DataCopy.objects.filter(user=user)
    underway = mine.unfinished().first()
    if underway is not None:
        return underway
    if mine.filter(created_at__gt=timezone.now() - timedelta(days=1)).count() >= A_DAY:
        raise TooManyError
    try:
        with transaction.atomic():
            # Nobody needs to try again what its owner asks for anew.
            mine.filter(state=Owed.State.DEAD).update(state=Owed.State.CANCELLED)
            copy = DataCopy.objects.create(user=user, language=user.language)
    except IntegrityError:  # of two clicks at once the second
        return mine.unfinished().get()
    record(copy, "ask_copy", by=user)
    waking.wake_after_commit("privacy.tasks.make_copy", copy.pk)
    return copy


def make(copy_id: str) -> None:
    """Make the copy with this id if it is owed and nobody else has it, and tell its owner.

    Who dies after writing the file leaves one without a row, which the sweep takes.
    """
    copy = DataCopy.objects.select_related("user").filter(pk=copy_id).first()
    if copy is None or not copy.claim():
        return
    name = f"{FOLDER}/{uuid.uuid4().hex}.zip"
    path = filing.path_of(name)
    try:
        _write(copy, path)
    except NotMadeError as problem:
        _failed(copy, path, str(problem))
        return
    except Exception as problem:  # noqa: BLE001  # data that is wrong: others go on
        _failed(copy, path, type(problem).__name__)
        return
    with path.open("rb") as file:
        sha256 = hashlib.file_digest(file, "sha256").hexdigest()
    until = timezone.now() + timedelta(days=house.number(COPY_DAYS))
    with transaction.atomic():
        size = path.stat().st_size
        if copy.finish(file=name, sha256=sha256, size=size, keep_until=until):
            with restored.going_on(copy.created_at):
                owe_notice(
                    "privacy.copy_ready",
                    f"data-copy-{copy.pk}",
                    copy.user,
                    {"until": timezone.localtime(until)},
                    about=copy,
                    link=Link("own-copies:copies"),
                )
        else:  # it took longer than the lease, and somebody else has it
            filing.remove(name)


def _write(copy: DataCopy, path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    flags = os.O_CREAT | os.O_EXCL | os.O_RDWR
    with os.fdopen(os.open(path, flags, settings.FILE_UPLOAD_PERMISSIONS), "w+b") as file:
        pack(copy.user, copy.language, file)
        file.flush()
        os.fsync(file.fileno())


def _failed(copy: DataCopy, path: Path, problem: str) -> None:
    path.unlink(missing_ok=True)
    log.warning("copy not made", copy=str(copy.pk), problem=problem)
    copy.fail(problem)


def due() -> list[str]:
    """The copies that a lost hint or a crash left."""
    DataCopy.objects.all().settle_lapsed()
    rows = DataCopy.objects.all().due().order_by("due_at")
    return [str(pk) for pk in rows.values_list("pk", flat=True)[:5]]


def delete_old(at: datetime | None = None) -> int:
    """Delete the copies whose days are over, and files that belong to none; how many copies."""
    now = at or timezone.now()
    gone = 0
    for copy in DataCopy.objects.filter(keep_until__lte=now):
        with transaction.atomic():
            record(copy, "delete_copy", by=None)
            copy.delete()
        filing.remove(copy.file)
        gone += 1
    known = set(DataCopy.objects.exclude(file="").values_list("file", flat=True))
    root = Path(settings.MEDIA_ROOT)
    for path in (root / FOLDER).glob("*.zip"):
        old = path.stat().st_mtime < time.time() - LEFT_BEHIND.total_seconds()
        if old and str(path.relative_to(root)) not in known:
            path.unlink(missing_ok=True)
    return gone
