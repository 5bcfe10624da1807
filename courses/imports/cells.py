"""One cell: from what stands in it to the value that the portal keeps, or what is wrong with it."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date, datetime, time
from decimal import Decimal, InvalidOperation
from functools import cache
from typing import TYPE_CHECKING, Any

from babel import Locale
from django.core.exceptions import ValidationError
from django.db import models
from django.utils import translation
from django.utils.text import slugify
from django.utils.translation import gettext as _

from courses.imports.columns import CONTROLS, DAYS, Column, decimal_as_text, tidy

if TYPE_CHECKING:
    from courses.imports.columns import Value

YES = {"yes", "ja", "true", "waar", "1", "x", "y", "j"}
NO = {"no", "nee", "false", "onwaar", "0", "n"}
DAY_FIRST = re.compile(r"([0-9]{1,2})[-/.]([0-9]{1,2})[-/.]([0-9]{4})\Z")
SESSION = re.compile(
    r"(\w+)\s+([0-9]{1,2}[:.][0-9]{2})\s*[-–]\s*([0-9]{1,2}[:.][0-9]{2})(?:\s+(\w+))?\Z"
)
REQUIRED = {"required", "verplicht"}
OPTIONAL = {"optional", "facultatief", "vrijwillig"}
# A weekday in Dutch or English, whole or short.
DAY_WORDS = {
    word: day
    for day, words in zip(
        DAYS,
        (
            "mon monday ma maandag",
            "tue tuesday di dinsdag",
            "wed wednesday wo woensdag",
            "thu thursday do donderdag",
            "fri friday vr vrijdag",
            "sat saturday za zaterdag",
            "sun sunday zo zondag",
        ),
        strict=True,
    )
    for word in words.split()
}


class BadCellError(Exception):
    """What stands in the cell cannot be used; the message says why and what to write."""


def read_cell(column: Column, raw: Any) -> Value:
    """The value in `raw`, "" for an empty cell, or BadCellError."""
    if raw is None or (isinstance(raw, str) and not tidy(raw)):
        return ""
    if isinstance(raw, list | dict):
        raise BadCellError(_("Write one value here, not a list."))
    field = column.field
    reader: Callable[[Column, Any], Value] = _text
    if column.attribute == "live_sessions":
        reader = _sessions
    elif column.attribute in {"language", "country"}:
        reader = _coded
    elif field is not None and field.choices:
        reader = _choice
    else:
        for kind, possible in READERS.items():
            if isinstance(field, kind):
                reader = possible
                break
    value = reader(column, raw)
    _ask_validators(column, value)
    return value


def _ask_validators(column: Column, value: Value) -> None:
    """Ask the model field's own validators."""
    if column.field is None:
        return
    try:
        column.field.run_validators(column.field.to_python(value))
    except ValidationError as error:
        raise BadCellError(" ".join(error.messages)) from None


def _text(column: Column, raw: Any) -> str:
    if isinstance(raw, bool | datetime | date | time):
        raise BadCellError(_("Write text here; this cell holds a date or yes/no."))
    if isinstance(raw, float) and raw.is_integer():
        raw = int(raw)
    text = str(raw)
    if CONTROLS.search(text):
        raise BadCellError(_("Take out the invisible control characters."))
    text = tidy(text)
    if len(text) > column.longest:
        raise BadCellError(
            _("This is %(length)s characters long; at most %(longest)s fit.")
            % {"length": len(text), "longest": column.longest}
        )
    if column.attribute == "code" and column.model.__name__ == "University":
        return text.upper()
    return text


def _decimal(column: Column, raw: Any) -> str:
    text = tidy(str(raw)).replace(" ", "").replace("\u00a0", "")
    if text.count(",") == 1 and "." not in text:
        text = text.replace(",", ".")
    try:
        number = Decimal(text)
    except InvalidOperation:
        number = Decimal("NaN")
    if isinstance(raw, bool) or not number.is_finite() or not re.fullmatch(r"-?[0-9.]+", text):
        raise BadCellError(_("Write a number, such as 5 or 7.5."))
    return decimal_as_text(number)


def _whole(column: Column, raw: Any) -> int:
    text = tidy(str(raw))
    text = text.removesuffix(".0") if isinstance(raw, float) else text
    if isinstance(raw, bool) or not (text.isascii() and text.isdigit() and len(text) <= 9):
        raise BadCellError(_("Write a whole number, such as 25."))
    return int(text)


def _date(column: Column, raw: Any) -> str:
    if isinstance(raw, datetime):
        raw = raw.date()
    try:
        found = raw if isinstance(raw, date) else _date_in(tidy(str(raw)))
    except ValueError:
        raise BadCellError(_("Write a date as 2027-02-01 or 1-2-2027.")) from None
    if not 2000 <= found.year <= 2100:
        raise BadCellError(_("Write a date between the years 2000 and 2100."))
    return found.isoformat()


def _date_in(text: str) -> date:
    if match := DAY_FIRST.match(text):
        return date(int(match[3]), int(match[2]), int(match[1]))
    if re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", text):
        return date.fromisoformat(text)
    raise ValueError(text)


def _yes_or_no(column: Column, raw: Any) -> bool:
    word = tidy(str(raw)).lower()
    if word in YES:
        return True
    if word in NO:
        return False
    raise BadCellError(_("Write yes or no."))


def _choice(column: Column, raw: Any) -> str:
    word = tidy(str(raw)).lower()
    known = _words_of(column)
    if column.attribute == "field" and word.isdigit():
        word = word.zfill(3)  # spreadsheets eat the first zero
    if word in known:
        return known[word]
    raise BadCellError(
        _("“%(word)s” is not one of: %(choices)s.")
        % {"word": word[:60], "choices": ", ".join(_codes_of(column))}
    )


def _codes_of(column: Column) -> list[str]:
    return (
        [str(value) for value, _label in column.field.flatchoices if value] if column.field else []
    )


@cache
def _words_of(column: Column) -> dict[str, str]:
    """Every word that means one of the column's choices: its code, and its Dutch and English."""
    known: dict[str, str] = {}
    for language in ("nl", "en"):
        with translation.override(language):
            for value, label in column.field.flatchoices if column.field else ():
                known |= {str(label).lower(): value, value.lower(): value}
    known.pop("", None)
    return known


def _coded(column: Column, raw: Any) -> str:
    word = tidy(str(raw)).lower()
    known = _names_of(column.attribute)
    if word in known:
        return known[word]
    raise BadCellError(
        _("“%(word)s” is no language known here; write its code, such as en.") % {"word": word[:60]}
        if column.attribute == "language"
        else _("“%(word)s” is no country known here; write its code, such as NL.")
        % {"word": word[:60]}
    )


@cache
def _names_of(attribute: str) -> dict[str, str]:
    """Codes and names, in Dutch and English, of languages or of countries."""
    known: dict[str, str] = {}
    for locale in (Locale("nl"), Locale("en")):
        if attribute == "language":
            words = {k: v for k, v in locale.languages.items() if len(k) <= 3}
        else:
            words = {k: v for k, v in locale.territories.items() if len(k) == 2 and k.isalpha()}
        known |= {str(name).lower(): code for code, name in words.items()}
    return known | {code.lower(): code for code in known.values()}


def _slug(column: Column, raw: Any) -> str:
    text = _text(column, raw)
    if text != slugify(text):
        raise BadCellError(_("Use small letters, digits and hyphens, such as solar-energy."))
    return text


def _sessions(column: Column, raw: Any) -> str:
    said = []
    for part in filter(None, (part.strip() for part in tidy(str(raw)).lower().split(";"))):
        match = SESSION.match(part)
        day = DAY_WORDS.get(match[1]) if match else None
        how = (match[4] or "optional") if match else ""
        if not match or not day or how not in REQUIRED | OPTIONAL:
            raise BadCellError(_("Write sessions as: tue 08:00-09:00 required; thu 17:30-18:30."))
        starts, ends = _clock(match[2]), _clock(match[3])
        if ends <= starts:
            raise BadCellError(_("A session must end after it starts, on the same day."))
        said.append((DAYS.index(day), starts, ends, how in REQUIRED))
    return "; ".join(
        f"{DAYS[day]} {starts}-{ends}" + (" required" if required else "")
        for day, starts, ends, required in sorted(set(said))
    )


def _clock(text: str) -> str:
    try:
        return f"{time.fromisoformat(text.replace('.', ':').zfill(5)):%H:%M}"
    except ValueError:
        raise BadCellError(_("“%(time)s” is no time of the day.") % {"time": text}) from None


READERS: dict[type[models.Field[Any, Any]], Callable[[Column, Any], Value]] = {
    models.BooleanField: _yes_or_no,
    models.DateField: _date,
    models.DecimalField: _decimal,
    models.IntegerField: _whole,
    models.SlugField: _slug,
}
