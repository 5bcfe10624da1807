"""Owing documents: what they say is written with the change that causes them."""

from __future__ import annotations

from functools import partial
from typing import Any

from django.db import IntegrityError, models, transaction
from django.db.models import Max
from django.utils import timezone

from accounts.models import User
from paperwork import filing, waking
from paperwork.models import Document, subject_of
from paperwork.registry import DOCUMENTS
from paperwork.services.events import record, request_id


class TakenError(Exception):
    """Somebody else has made a newer version in the meantime."""


@transaction.atomic
def owe_document(
    kind: str,
    key: str,
    *,
    title: str,
    language: str,
    data: dict[str, Any],
    about: models.Model | None = None,
    by: User | None = None,
) -> Document:
    """Owe the next version of the document `kind` of `key`; earlier ones stay, marked replaced.

    `data` holds all that the template shows, as JSON. Two at once: one is refused by the database
    (IntegrityError), so call it where the case is locked or compared-and-swapped already.
    """
    subject_kind, subject_id = subject_of(about)
    earlier = Document.objects.filter(kind=kind, key=key)
    return _owe(
        Document(
            kind=DOCUMENTS[kind].name,
            key=key,
            version=1 + (earlier.aggregate(last=Max("version"))["last"] or 0),
            title=title,
            language=language,
            data=data,
            subject_kind=subject_kind,
            subject_id=subject_id,
            asked_by=by,
        )
    )


@transaction.atomic
def make_again(document: Document, *, by: User) -> Document:
    """Owe a new version that says the same; the earlier ones stay as they are, marked replaced.

    Raises TakenError when somebody else has just done so, or made a version that says something
    else: only the latest can be made again.
    """
    same = Document.objects.filter(kind=document.kind, key=document.key)
    if same.filter(version__gt=document.version).exists():
        raise TakenError
    fields = ("kind", "key", "title", "language", "data", "subject_kind", "subject_id")
    again = Document(asked_by=by, **{field: getattr(document, field) for field in fields})
    again.version = document.version + 1  # of two at once the database refuses the second
    try:
        with transaction.atomic():
            return _owe(again)
    except IntegrityError:
        raise TakenError from None


def _owe(document: Document) -> Document:
    """Write `document`, the next version of its key, and wake who makes it."""
    earlier = Document.objects.filter(kind=document.kind, key=document.key)
    document.request_id = request_id()
    earlier.filter(replaced_at=None).update(replaced_at=timezone.now())
    document.save(force_insert=True)
    if document.asked_by is not None:
        record(document, "ask", by=document.asked_by)
    waking.wake_after_commit("paperwork.tasks.make_document", document.pk)
    return document


@transaction.atomic
def withdraw(document: Document, *, by: User) -> bool:
    """It no longer counts, and its verification page says so; False when that was so already.

    The file stays: who must answer for it later must be able to see it.
    """
    standing = Document.objects.filter(pk=document.pk, state=Document.State.DONE, withdrawn_at=None)
    if not standing.update(withdrawn_at=timezone.now()):
        return False
    record(document, "withdraw", by=by)
    return True


@transaction.atomic
def reinstate(document: Document, *, by: User) -> bool:
    """What withdrew it is taken back, and it counts as before; False when it counted already."""
    withdrawn = Document.objects.filter(pk=document.pk, withdrawn_at__isnull=False)
    if not withdrawn.update(withdrawn_at=None):
        return False
    record(document, "reinstate", by=by)
    return True


@transaction.atomic
def remove(document: Document) -> None:
    """Take it away, row and file: for a retention period that is over. Its events are not touched.

    One that is being made then is not kept either: who made it finds no row to name its file.
    """
    if document.file:
        transaction.on_commit(partial(filing.remove, document.file), robust=True)
    document.delete()
