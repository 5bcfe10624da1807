"""Owing the papers of a sitting: laid ready before it, the protocol when it is closed."""

from __future__ import annotations

from django.db import transaction
from django.utils import translation
from django.utils.translation import gettext as _

from accounts.models import User
from exams import sheets
from exams.models import Sitting
from exams.services.marking import may_mark
from paperwork.models import Document
from paperwork.services.documents import owe_document


class SheetError(Exception):
    """Refused; the message says why, and may be shown."""


@transaction.atomic
def lay_ready(sitting: Sitting, *, by: User) -> list[Document]:
    """Owe attendance list, seat plan and door sign; where these say what they said, nothing.

    Raises SheetError when `by` may not.
    """
    if not may_mark(by):
        raise SheetError(_("Only exam staff make these documents."))
    sitting = locked(sitting)
    return [made for kind in sheets.BEFORE if (made := _owe(kind, sitting, by))]


def owe_protocol(sitting: Sitting, *, by: User) -> Document | None:
    """Owe the protocol, in the transaction that closes the sitting."""
    return _owe(sheets.PROTOCOL, locked(sitting), by)


def locked(sitting: Sitting) -> Sitting:
    """The sitting with what its documents say, while nobody else changes it."""
    Sitting.objects.select_for_update().get(pk=sitting.pk)
    rows = Sitting.objects.select_related("exam__edition__course__university", "room__building")
    return rows.get(pk=sitting.pk)


def _owe(kind: str, sitting: Sitting, by: User) -> Document | None:
    key = f"sitting-{sitting.pk}"
    with translation.override(by.language):
        data, title = sheets.data_of(kind, sitting), sheets.title_of(kind, sitting)
    last = Document.objects.filter(kind=kind, key=key).order_by("-version").first()
    if last is not None and (last.data, last.title) == (data, title):
        return None
    return owe_document(
        kind, key, title=title, language=by.language, data=data, about=sitting, by=by
    )


def documents_of(sitting: Sitting) -> list[Document]:
    """Those that count, made or on their way. Ask the sitting's gate before."""
    rows = Document.objects.about(sitting).filter(replaced_at=None, withdrawn_at=None)
    return list(rows.defer("data").order_by("kind"))
