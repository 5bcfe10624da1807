"""A grade table as the office writes it: a line for each grade of the host."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Any, NamedTuple

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.forms.people import DayField
from grades.dutch import GradeError, understood
from grades.models import GradeTable, GradeTableRow

RANGE = re.compile(
    r"(\d{1,3}(?:[.,]\d{1,2})?)(?:\s*[-\u2013]\s*(\d{1,3}(?:[.,]\d{1,2})?))?", re.ASCII
)


class Line(NamedTuple):
    """One row: a word or a range of numbers, what it suggests, and between which it may lie."""

    printed: str
    printed_from: Decimal | None
    printed_to: Decimal | None
    suggests: str
    lowest: str
    highest: str


class LinesField(forms.CharField):
    """Lines such as “5.5-5.99; 8.5; 8; 9” or “HD; 9”. Cleans to `Line`s."""

    widget = forms.Textarea(attrs={"rows": 10, "spellcheck": "false"})

    def clean(self, value: Any) -> Any:
        text = super().clean(value)
        lines, problems = [], []
        for number, line in enumerate(text.splitlines(), start=1):
            if not line.strip():
                continue
            try:
                lines.append(_line(line))
            except (GradeError, ValidationError) as problem:
                said = problem.message if isinstance(problem, ValidationError) else str(problem)
                problems.append(_("Line %(number)d: %(what)s") % {"number": number, "what": said})
        if problems:
            raise ValidationError(problems)
        return lines


def _line(text: str) -> Line:
    cells = [cell.strip() for cell in text.split(";")]
    if not 2 <= len(cells) <= 4 or not cells[0]:
        raise ValidationError(
            _("Write the host's grade, what it suggests, and if you like the lowest and highest.")
        )
    grades = [_plain(cell) for cell in cells[1:]]
    suggests, lowest, highest = [*grades, "", ""][:3]
    found = RANGE.fullmatch(cells[0])
    if found is None:
        return Line(cells[0][:20], None, None, suggests, lowest, highest)
    low = Decimal(found[1].replace(",", "."))
    high = Decimal((found[2] or found[1]).replace(",", "."))
    if high < low:
        raise ValidationError(_("The second number must not be lower than the first."))
    return Line("", low, high, suggests, lowest, highest)


def _plain(text: str) -> str:
    """A grade on our scale as it is kept: 8.5, 8, V; empty stays empty."""
    if not text:
        return ""
    said = understood(text)
    return said.mark or f"{said.grade.normalize():f}" if said.grade is not None else said.mark


def as_text(rows: list[GradeTableRow]) -> str:
    """The rows as the field takes them."""
    return "\n".join(_as_line(row) for row in rows)


def _as_line(row: GradeTableRow) -> str:
    grade = row.printed
    if not grade and row.printed_from is not None and row.printed_to is not None:
        low, high = (f"{one.normalize():f}" for one in (row.printed_from, row.printed_to))
        grade = low if low == high else f"{low}-{high}"
    return "; ".join([grade, row.suggests, row.lowest, row.highest]).rstrip("; ")


class GradeTableForm(forms.ModelForm):  # type: ignore[type-arg]
    """The table, with where it comes from and how it was made: who uses it reads both."""

    use_required_attribute = False

    confirmed_on = DayField(label=gettext_lazy("Last confirmed on"), required=False)
    lines = LinesField(
        label=gettext_lazy("Grades"),
        help_text=gettext_lazy(
            "A line for each: the host's grade or a range; what it suggests here; the lowest and "
            "the highest that it may mean. Such as: 5.5-5.99; 8.5; 8; 9"
        ),
    )
    seen = forms.CharField(widget=forms.HiddenInput, required=False)

    class Meta:
        model = GradeTable
        fields = ["scale", "source", "source_url", "method_nl", "method_en", "confirmed_on"]
        widgets = {
            "method_nl": forms.Textarea(attrs={"rows": 2, "lang": "nl"}),
            "method_en": forms.Textarea(attrs={"rows": 2, "lang": "en"}),
        }
