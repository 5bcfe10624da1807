"""The registrations of a batch as a spreadsheet, and as a file for loading.

Both have the fields of `form.FIELDS`, in their order. In the file for loading each heading names
the type of its column (`ec:decimal`), days are 2027-01-31, numbers have a point.
"""

from __future__ import annotations

from collections.abc import Iterable

from django.utils import translation
from django.utils.translation import gettext

from courses.spreadsheets import Sheet
from grades import form
from grades.models import Registration

TYPES = {"ec": "decimal"} | dict.fromkeys(
    ("exam_on", "dated_on", "board_decided_on", "received_on"), "date"
)
FIXED = 3  # columns that say whose line it is


def for_loading(rows: Iterable[Registration], language: str) -> Sheet:
    """One line a registration; decimals as in the form."""
    heading = [f"{field.name}:{TYPES.get(field.name, 'text')}" for field in form.FIELDS]
    with translation.override(language):
        found = [list(form.values_of(row).values()) for row in rows]
    return Sheet(heading, found)


def for_people(rows: Iterable[Registration], language: str) -> Sheet:
    """The same with a heading in words."""
    with translation.override(language):
        heading = [str(field.label) for field in form.FIELDS]
        found = [list(form.values_of(row).values()) for row in rows]
        title = gettext("Registrations")
    return Sheet(heading, found, title, FIXED)
