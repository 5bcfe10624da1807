"""Whether the database and the files belong together: after a restore, and whenever one asks."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

from django.conf import settings
from django.db import IntegrityError, connection
from django.utils import timezone, translation

from exams import vault
from exams.models import Paper
from paperwork import verifying
from paperwork.models import Attachment, Document
from privacy.models import DataCopy
from vx_portal.backup import hash_of
from vx_portal.metrics import OWED

AT_A_TIME = 500  # rows in memory


def faults() -> Iterator[str]:
    """What is wrong, a line each; nothing is changed. A row is named by its kind and id alone."""
    yield from _broken_references()
    yield from _wrong_files()
    yield from _wrong_papers()
    yield from _leases_from_the_future()
    yield from _changed_events()


def _broken_references() -> Iterator[str]:
    try:
        connection.check_constraints()
    except IntegrityError as error:
        yield f"A row refers to one that is not there: {error}"
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT conname FROM pg_constraint WHERE NOT convalidated")
            for (name,) in cursor.fetchall():
                yield f"The rule {name} has not been checked for all rows."


def _wrong_files() -> Iterator[str]:
    root = Path(settings.MEDIA_ROOT).resolve()
    for model in (Attachment, Document, DataCopy):
        rows = model._default_manager.exclude(file="").order_by()
        values = rows.values_list("pk", "file", "sha256", "size")
        for pk, name, sha256, size in values.iterator(AT_A_TIME):
            row = f"{model.__name__} {pk}"
            path = (root / name).resolve()
            if not path.is_relative_to(root):
                yield f"{row}: its file is outside MEDIA_ROOT."
            elif not path.is_file():
                yield f"{row}: its file is not there."
            elif hash_of(path) != (sha256, size):
                yield f"{row}: its file is not the one that it was."


def _wrong_papers() -> Iterator[str]:
    """Exam papers that cannot be read: the file is gone or changed, or the key is another one."""
    for paper in Paper.objects.exclude(file="").order_by().iterator(AT_A_TIME):
        try:
            content = vault.take_out(paper.file, paper.exam_id)
        except vault.SealBrokenError:
            yield f"Paper {paper.pk}: its file is not there, or cannot be decrypted."
            continue
        if hashlib.sha256(content).hexdigest() != paper.sha256:
            yield f"Paper {paper.pk}: its file is not the one that it was."


def _changed_events() -> Iterator[str]:
    """What somebody did to the audit trail; seals outside the database are not asked."""
    with translation.override("en"):
        yield from (verifying.in_words(fault) for fault in verifying.verify().faults)


def _leases_from_the_future() -> Iterator[str]:
    latest = timezone.now() + timedelta(seconds=settings.LEASE_SECONDS)
    for model in OWED:
        for pk in model._default_manager.filter(lease_until__gt=latest).values_list(
            "pk", flat=True
        ):
            yield f"{model.__name__} {pk}: held longer than anybody may hold it."
