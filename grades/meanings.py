"""What a grade of a host has meant here: from results that people recorded, never converted.

Only where at least five results stand behind a line; kept in memory for some minutes.
"""

from __future__ import annotations

import re
import time
from collections import Counter
from collections.abc import Iterable
from decimal import Decimal
from statistics import median_high
from typing import TYPE_CHECKING, NamedTuple

from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from grades.durations import ENOUGH, KEPT
from grades.dutch import in_words
from grades.models import Result

if TYPE_CHECKING:
    from courses.models import University

YEARS = 5
LATEST = 2_000
NUMBER = re.compile(r"\d{1,3}(?:[.,]\d+)?", re.ASCII)


class Meaning(NamedTuple):
    """Printed grades from `first` to `last`, and what was recorded for them."""

    first: str
    last: str
    cases: int
    recorded: str  # 7,5 to 8,5; or V
    usual: str  # most often, or in the middle


_kept: dict[tuple[int, str], tuple[float, list[Meaning]]] = {}  # also by the reader's language


def forget() -> None:
    """Read everything anew the next time."""
    _kept.clear()


def meanings_of(university: University) -> list[Meaning]:
    """The lines for a host's grades, the highest first; empty when results are few. One query."""
    now = time.monotonic()
    key = university.pk, get_language() or "nl"
    found = _kept.get(key)
    if found is None or found[0] < now:
        rows = (
            Result.objects.current()
            .filter(
                source=Result.Source.TRANSCRIPT,
                enrolment__edition__course__university=university,
                dated_on__year__gte=timezone.localdate().year - YEARS,
            )
            .order_by("-dated_on", "-pk")
            .values_list("grade_printed", "grade", "mark")[:LATEST]
        )
        found = now + KEPT, _meanings(list(rows))
        _kept[key] = found
    return found[1]


type Recorded = tuple[Decimal | None, str]


def _meanings(rows: Iterable[tuple[str, Decimal | None, str]]) -> list[Meaning]:
    numbers: dict[Decimal, list[Recorded]] = {}
    words: dict[str, list[Recorded]] = {}
    for printed, grade, mark in rows:
        bare = printed.strip()
        if NUMBER.fullmatch(bare):
            numbers.setdefault(Decimal(bare.replace(",", ".")), []).append((grade, mark))
        else:
            words.setdefault(bare.casefold(), []).append((grade, mark))
    found = [
        _meaning(_as_text(first), _as_text(last), together)
        for first, last, together in _merged(numbers)
    ]
    found += [
        _meaning(word.upper() if len(word) < 4 else word, "", together)
        for word, together in sorted(words.items())
        if len(together) >= ENOUGH
    ]
    return found


def _merged(
    numbers: dict[Decimal, list[Recorded]],
) -> list[tuple[Decimal, Decimal, list[Recorded]]]:
    """Neighbouring grades together until enough results stand behind each line."""
    lines: list[tuple[Decimal, Decimal, list[Recorded]]] = []
    waiting: list[Recorded] = []
    last = None
    for grade in sorted(numbers, reverse=True):
        last = grade if last is None else last
        waiting += numbers[grade]
        if len(waiting) >= ENOUGH:
            lines.append((grade, last, waiting))
            waiting, last = [], None
    if waiting and lines:  # too few at the end go with the line before
        _first, top, together = lines.pop()
        lines.append((min(numbers), top, together + waiting))
    return lines


def _meaning(first: str, last: str, together: list[Recorded]) -> Meaning:
    grades = sorted(grade for grade, _mark in together if grade is not None)
    marks = Counter(mark for _grade, mark in together if mark)
    if len(grades) * 2 < len(together):
        usual = marks.most_common(1)[0][0]
        return Meaning(first, last, len(together), ", ".join(sorted(marks)), usual)
    low, high = in_words(grades[0]), in_words(grades[-1])
    span = low if low == high else _("%(low)s to %(high)s") % {"low": low, "high": high}
    return Meaning(first, last, len(together), span, in_words(median_high(grades)))


def _as_text(number: Decimal) -> str:
    """As people write it, in their language."""
    whole = number == number.to_integral_value()
    return in_words(number) if whole or number * 10 % 1 == 0 else f"{number.normalize():f}"
