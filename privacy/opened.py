"""The files and documents of a case that somebody may know of, each with who opened it."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, NamedTuple

from django.apps import apps

from enrolments.services import hosting
from paperwork.models import Attachment, Document, Owed
from paperwork.openings import Opening, openings_of
from privacy import casefile

if TYPE_CHECKING:
    from accounts.models import User
    from enrolments.models import Enrolment


class Opened(NamedTuple):
    """A file or a document, and who opened it, the latest first."""

    name: str
    what: str  # it is for, or who made it
    at: datetime
    openings: list[Opening]


def files_of(case: Enrolment, reader: User) -> list[Attachment | Document]:
    """All files and made documents about `case`, and about those of its rows that `reader` sees.

    What a host wrote to the office alone is not its student's to know. Queries: one for each kind
    of row that leads to a case, and two.
    """
    seen: dict[str, set[int]] = {}
    for kind in casefile.LEADS:
        rows = apps.get_model(kind)._default_manager.visible_to(reader)
        mine = casefile.rows_of(kind, [case.pk]).order_by().values("pk")
        seen[kind] = set(rows.filter(pk__in=mine).order_by().values_list("pk", flat=True))
    about = casefile.about(seen)
    files = Attachment.objects.filter(about)
    if case.student_id == reader.pk:
        files = files.exclude(purpose=hosting.FOR_OFFICE)
    made = Document.objects.filter(about, state=Owed.State.DONE).defer("data")
    return [*files.order_by("given_at", "pk"), *made.order_by("created_at", "pk")]


def opened(case: Enrolment, reader: User) -> list[Opened]:
    """The same with who opened each. One query more."""
    files = files_of(case, reader)
    openings = openings_of(files, reader)
    return [
        Opened(
            file.name if isinstance(file, Attachment) else file.title,
            file.purpose_label if isinstance(file, Attachment) else str(file.kind_label),
            file.given_at if isinstance(file, Attachment) else file.created_at,
            openings.get(str(file.pk), []),
        )
        for file in files
    ]
