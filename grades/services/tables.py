"""Keeping a host's grade table. It suggests; who verifies decides."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from grades.models import GradeTable, GradeTableRow
from grades.services.actions import StaleError
from paperwork.services.events import record


def version_of(table: GradeTable | None) -> str:
    """What tells whether somebody else has changed it; of none empty."""
    if table is None or table.pk is None:
        return ""
    fields = ("scale", "source", "source_url", "method_nl", "method_en", "confirmed_on")
    said = [str(getattr(table, name)) for name in fields]
    columns = ("printed", "printed_from", "printed_to", "suggests", "lowest", "highest")
    said += [str(row) for row in table.rows.order_by("pk").values_list(*columns)]
    return hashlib.sha256("\n".join(said).encode()).hexdigest()


@transaction.atomic
def save_table(table: GradeTable, lines: Iterable[Any], *, seen: str, by: User) -> None:
    """Write the table and its rows as they are given, in the place of those before.

    Raises StaleError when somebody else has changed it since `seen`.
    """
    rows = GradeTable.objects.select_for_update().filter(university=table.university_id)
    if version_of(rows.first()) != seen:
        raise StaleError(_("Somebody else has just changed this table."))
    table.full_clean()
    table.save()
    table.rows.all().delete()
    GradeTableRow.objects.bulk_create(
        GradeTableRow(table=table, **line._asdict()) for line in lines
    )
    record(table, "save_table", by=by, role="office")
