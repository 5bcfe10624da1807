"""Long lists to choose from, in the reader's language: languages, countries, zones, fields."""

from __future__ import annotations

import zoneinfo
from functools import cache

from babel import Locale
from django.utils.translation import get_language, pgettext

from courses import isced

type Choices = list[tuple[str, str]]

COMMON_LANGUAGES = ("en", "nl")


@cache
def _names(language: str, what: str) -> Choices:
    locale = Locale(language)
    names = locale.languages if what == "languages" else locale.territories
    two_letters = {code: str(name) for code, name in names.items() if len(code) == 2}
    if what == "territories":
        two_letters = {code: two_letters[code] for code in two_letters if code.isupper()}
        for code in ("EU", "UN", "EZ", "QO", "XA", "XB", "ZZ"):  # no countries
            two_letters.pop(code, None)
    return sorted(two_letters.items(), key=lambda pair: pair[1].casefold())


def _reader() -> str:
    return "nl" if (get_language() or "nl").startswith("nl") else "en"


def language_choices(current: str = "") -> Choices:
    """Languages by name, English and Dutch first; `current` is among them."""
    names = _names(_reader(), "languages")
    first = [pair for code in COMMON_LANGUAGES for pair in names if pair[0] == code]
    rest = [pair for pair in names if pair[0] not in COMMON_LANGUAGES]
    extra = [(current, current)] if current and current not in dict(names) else []
    return [("", pgettext("language", "not known")), *extra, *first, *rest]


def country_choices() -> Choices:
    """Countries by name."""
    return [("", pgettext("country", "choose a country")), *_names(_reader(), "territories")]


@cache
def _zones() -> Choices:
    return [
        (zone, zone.replace("_", " "))
        for zone in sorted(zoneinfo.available_timezones())
        if "/" in zone and not zone.startswith(("Etc/", "SystemV/", "posix/", "right/"))
    ]


def zone_choices(current: str = "") -> Choices:
    """Time zones that are named after a place; `current` is among them."""
    extra = [(current, current)] if current and current not in dict(_zones()) else []
    return [("", pgettext("time zone", "choose a time zone")), *extra, *_zones()]


def field_choices() -> list[tuple[str, str | Choices]]:
    """Narrow fields of study, grouped by broad field."""
    return [
        ("", pgettext("field of study", "not known")),
        *(
            (str(name), [(code, str(label)) for code, label in isced.CHOICES if code[:2] == broad])
            for broad, name in isced.BROAD.items()
        ),
    ]
