"""Whether a document is one that this portal made: what anybody may learn who holds it."""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple

from paperwork.models import Document
from paperwork.models.document import code_as_typed


class Verdict(NamedTuple):
    """What the portal says of a document to somebody who holds it: nothing about anybody."""

    code_in_groups: str
    kind: str
    version: int
    made_on: datetime
    replaced_at: datetime | None
    withdrawn_at: datetime | None
    sha256: str

    @property
    def is_current(self) -> bool:
        """Whether it still counts."""
        return self.replaced_at is None and self.withdrawn_at is None


def look_up(typed: str) -> Verdict | None:
    """What is known of the document with the code that was typed; None when there is none.

    One that has not been made yet is on nobody's paper, so it does not exist here either.
    """
    made = Document.objects.filter(code=code_as_typed(typed), state=Document.State.DONE)
    document = made.first()
    if document is None:
        return None
    return Verdict(
        code_in_groups=document.code_in_groups,
        kind=document.kind_label,
        version=document.version,
        made_on=document.created_at,
        replaced_at=document.replaced_at,
        withdrawn_at=document.withdrawn_at,
        sha256=document.sha256,
    )
