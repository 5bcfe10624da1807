"""The files of transcripts, for whoever has passed the gate of the transcript itself."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import UUID

from paperwork.models import Attachment

if TYPE_CHECKING:
    from grades.models import Transcript


def originals_of(row: Transcript) -> list[Attachment]:
    """What was given, as it was given: the PDF, or the photographs. One query."""
    rows = Attachment.objects.about(row).filter(purpose="transcript")
    return list(rows.order_by("given_at", "name"))


def file_of(rows: list[Transcript], pk: UUID) -> Attachment | None:
    """The file `pk` of one of these transcripts; None when it belongs to none of them."""
    for row in rows:
        found = Attachment.objects.about(row).filter(pk=pk).first()
        if found is not None:
            return found
    return None
