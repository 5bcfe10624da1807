"""Owing documents: what they say is written with the change that causes them."""

from __future__ import annotations

from typing import Any

from django.db import models, transaction
from django.db.models import Max
from django.utils import timezone

from accounts.models import User
from paperwork import waking
from paperwork.models import Document, subject_of
from paperwork.registry import DOCUMENTS
from paperwork.services.events import request_id


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
    known = DOCUMENTS[kind]
    earlier = Document.objects.filter(kind=known.name, key=key)
    last = earlier.aggregate(last=Max("version"))["last"] or 0
    earlier.filter(replaced_at=None).update(replaced_at=timezone.now())
    subject_kind, subject_id = subject_of(about)
    document = Document.objects.create(
        kind=known.name,
        key=key,
        version=last + 1,
        title=title,
        language=language,
        data=data,
        subject_kind=subject_kind,
        subject_id=subject_id,
        asked_by=by,
        request_id=request_id(),
    )
    waking.wake_after_commit("paperwork.tasks.make_document", document.pk)
    return document
