"""The files of a case: what was given with it, for whoever decides about it."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import UUID

from paperwork.models import Attachment

if TYPE_CHECKING:
    from enrolments.models import Enrolment

PERMISSION = "board_permission"


def files_of(case: Enrolment) -> list[Attachment]:
    """The files about `case`, the latest first. Ask the gate for the case before. One query."""
    return list(Attachment.objects.about(case).order_by("-given_at", "pk"))


def by_section(case: Enrolment) -> dict[str, list[Attachment]]:
    """They by where the desk shows them: the Board's permission, and all others. One query."""
    found: dict[str, list[Attachment]] = {"permission": [], "files": []}
    for file in files_of(case):
        found["permission" if file.purpose == PERMISSION else "files"].append(file)
    return found


def file_of(case: Enrolment, pk: UUID) -> Attachment | None:
    """One of them; None when it belongs to another case. Ask the gate for the case before."""
    return Attachment.objects.about(case).filter(pk=pk).first()
