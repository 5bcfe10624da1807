"""Leiden's scale of grades: 1 to 10, one decimal at most, none between 5 and 6 (DOMAIN.md §6)."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import NamedTuple

from django.utils.formats import number_format
from django.utils.translation import gettext as _

PASSES, FAILS = ("V", "P"), ("O", "F")
NUMBER = re.compile(r"\d{1,2}(?:[.,]\d+)?", re.ASCII)


class GradeError(ValueError):
    """Not a result that can be recorded; the message says why and what would be."""


class Recorded(NamedTuple):
    """A result on Leiden's scale: a grade, or V, P, O or F."""

    grade: Decimal | None
    mark: str

    @property
    def passed(self) -> bool:
        return self.mark in PASSES if self.grade is None else self.grade >= 6


def understood(typed: str) -> Recorded:
    """What somebody typed as the result to record. Raises GradeError."""
    text = typed.strip()
    if text.upper() in (*PASSES, *FAILS):
        return Recorded(None, text.upper())
    if not NUMBER.fullmatch(text):
        raise GradeError(_("Give a Dutch grade, such as 7.5, or V (pass) or O (fail)."))
    grade = Decimal(text.replace(",", "."))
    if not 1 <= grade <= 10:
        raise GradeError(_("A Dutch grade is 1 to 10. Beside it stands the grade as printed."))
    if grade != round(grade, 1):
        raise GradeError(_("A Dutch grade has one decimal at most."))
    if 5 < grade < 6:
        raise GradeError(
            _("There is no final grade between 5 and 6. From 5.5 it is a 6, below it a 5.")
        )
    return Recorded(grade, "")


def in_words(grade: Decimal | None) -> str:
    """7.5 or 8, as the reader's language writes it; empty for none."""
    if grade is None:
        return ""
    whole = grade == grade.to_integral_value()
    return str(number_format(grade, 0 if whole else 1))
