"""What a text says: a number, credits, a date, a name; and when two texts say the same."""

from __future__ import annotations

import re
import unicodedata
from datetime import date
from decimal import Decimal
from difflib import SequenceMatcher

NUMBER = re.compile(r"\d{1,3}(?:[.,]\d{1,3})?", re.ASCII)
# A grade as hosts print one: 5.5, 5,5, 85%, A-, B+, HD, Pass, 5.5/6.
GRADE = re.compile(
    r"\d{1,3}(?:[.,]\d{1,2})?(?:\s?[/%]\s?\d{0,3})?"
    r"|[A-FS][+\-\u2212\u2013]?|HD|DN?|CR|PS|NN?|WF|P|V|O"
    r"|pass(?:ed)?|fail(?:ed)?|réussi|échec|acquis|validé|voldaan|onvoldoende|distinction|credit",
    re.IGNORECASE,
)
CREDITS = re.compile(
    r"(\d{1,3}(?:[.,]\d{1,2})?)\s*(ECTS|EC|credits?|crédits?|units?|cr\.?|points?|studiepunten)\b",
    re.IGNORECASE,
)
MONTHS = {
    name: number
    for number, names in enumerate(
        (
            "january jan janvier januari",
            "february feb février fevrier februari",
            "march mar mars maart mrt",
            "april apr avril",
            "may mai mei",
            "june jun juin juni",
            "july jul juillet juli",
            "august aug août aout augustus",
            "september sep sept septembre",
            "october oct octobre oktober okt",
            "november nov novembre",
            "december dec décembre decembre",
        ),
        start=1,
    )
    for name in names.split()
}
PLAIN = str.maketrans(
    {"ı": "i", "ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "æ": "ae", "œ": "oe"}
)
ISO_DATE = re.compile(r"\b(\d{4})-(\d{1,2})-(\d{1,2})\b", re.ASCII)
DAY_FIRST = re.compile(r"\b(\d{1,2})[./-](\d{1,2})[./-](\d{4})\b", re.ASCII)
DAY_MONTH = re.compile(r"\b(\d{1,2})(?:st|nd|rd|th|er)?\.?\s+([^\W\d_]{3,9})\.?,?\s+(\d{4})\b")
MONTH_DAY = re.compile(r"\b([^\W\d_]{3,9})\.?\s+(\d{1,2})(?:st|nd|rd|th)?,?\s+(\d{4})\b")


def fold(text: str) -> str:
    """The letters and digits alone, without accents and capitals: what an eye takes for the same.

    Letters that no accent makes (ø, ß, ł) are written as people write them without.
    """
    apart = unicodedata.normalize("NFKD", text.casefold().translate(PLAIN))
    kept = "".join(letter if letter.isalnum() else " " for letter in apart if not _is_mark(letter))
    return " ".join(kept.split())


def _is_mark(letter: str) -> bool:
    return unicodedata.category(letter) == "Mn"


def compact(text: str) -> str:
    """A code without what is written between its parts: CS-433 and CS 433 are one."""
    return fold(text).replace(" ", "")


def alike(one: str, other: str) -> float:
    """How much two texts have in common, 0 to 1, accents and capitals left aside."""
    return SequenceMatcher(None, fold(one), fold(other), autojunk=False).ratio()


def number_in(text: str) -> Decimal | None:
    """The first number in `text`, with a point or a comma; None without one."""
    found = NUMBER.search(text)
    return Decimal(found[0].replace(",", ".")) if found else None


def credits_in(text: str) -> Decimal | None:
    """The number of credits in “7.50 ECTS”; None when nothing says that it is credits."""
    found = CREDITS.search(text)
    return Decimal(found[1].replace(",", ".")) if found else None


def is_grade(text: str) -> bool:
    """Whether `text` can be a grade as some host prints it."""
    return GRADE.fullmatch(text.strip()) is not None


def date_in(text: str) -> date | None:
    """The first date in `text`; of 03/04/2026 the day comes first, as everywhere but in the US."""
    for pattern, order in (
        (ISO_DATE, (1, 2, 3)),
        (DAY_FIRST, (3, 2, 1)),
        (DAY_MONTH, (3, 2, 1)),
        (MONTH_DAY, (3, 1, 2)),
    ):
        for found in pattern.finditer(text):
            year, month, day = (found[at] for at in order)
            number = MONTHS.get(month.casefold()) if not month.isdigit() else int(month)
            if number is None:
                continue
            try:
                return date(int(year), number, int(day))
            except ValueError:
                continue
    return None
