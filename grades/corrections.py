"""What a corrected result says otherwise than the one that was sent to be registered."""

from __future__ import annotations

from copy import copy
from typing import TYPE_CHECKING, NamedTuple

from grades import form
from grades.models import Result

if TYPE_CHECKING:
    from grades.models import Registration


class Change(NamedTuple):
    """One field of the form: as it was sent, and as it is now."""

    label: str
    before: str
    after: str


def result_now(row: Registration) -> Result | None:
    """The result that holds in the case of `row`. Ask the gate of `row` before. One query."""
    rows = Result.objects.filter(enrolment=row.enrolment_id).current()
    return rows.select_related("transcript__file", "recorded_by").first()


def changes_of(row: Registration, now: Result) -> list[Change]:
    """What stands otherwise with `now`; `row` comes with `form.SHOWN`."""
    again = copy(row)
    again.result = now
    before, after = form.values_of(row), form.values_of(again)
    return [
        Change(str(field.label), form.as_text(before[field.name]), form.as_text(after[field.name]))
        for field in form.FIELDS
        if before[field.name] != after[field.name]
    ]
