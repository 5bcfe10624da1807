"""The house: whose portal this is, what it is called, and what its office has settled.

Each app names its settings in its `kinds.py`, with the value that holds until the office sets
another one. The values are versioned rows of paperwork, which comes after this app and hands its
reading over (`use`). All of it is kept in memory for one version of the offer: a request asks the
database for that number at most once, and not at all where it has asked already.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextvars import ContextVar
from dataclasses import dataclass, field
from datetime import date, timedelta
from enum import StrEnum
from functools import cached_property
from typing import Any, NamedTuple

from django.db import DatabaseError, models
from django.utils.formats import date_format
from django.utils.functional import Promise
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext_lazy as _

from courses.models import University
from courses.services.offer import is_uncommitted, version_in_use
from courses.wording import Names

type Words = str | Promise

LANGUAGES = ("nl", "en")


class Kind(StrEnum):
    """What a setting holds."""

    TEXT = "text"  # one line
    BOTH = "both"  # one line in each language
    NUMBER = "number"  # a whole one
    COLOURS = "colours"  # brand and signal, each as #RRGGBB
    LOGO = "logo"  # a PNG as base64, its width and height; or none
    DAYS = "days"  # from a day to a day, each with its name in both languages
    EMAIL = "email"
    ADDRESS = "address"  # of a web page


class Group(models.TextChoices):
    """Where a setting stands on the office's page."""

    PORTAL = "portal", _("The portal")
    APPLYING = "applying", _("Applying")
    EXAMS = "exams", _("Exams")
    GRADES = "grades", _("Transcripts and registration")
    KEEPING = "keeping", _("Keeping data")


class Unit(StrEnum):
    """What a number counts."""

    DAYS = "days"
    WORKING_DAYS = "working_days"
    HOURS = "hours"
    MINUTES = "minutes"
    WEEKS = "weeks"
    MONTHS = "months"
    YEARS = "years"

    def say(self, number: int) -> str:
        """Such as "10 working days", in the reader's language."""
        match self:
            case Unit.DAYS:
                words = ngettext("%(n)s day", "%(n)s days", number)
            case Unit.WORKING_DAYS:
                words = ngettext("%(n)s working day", "%(n)s working days", number)
            case Unit.HOURS:
                words = ngettext("%(n)s hour", "%(n)s hours", number)
            case Unit.MINUTES:
                words = ngettext("%(n)s minute", "%(n)s minutes", number)
            case Unit.WEEKS:
                words = ngettext("%(n)s week", "%(n)s weeks", number)
            case Unit.MONTHS:
                words = ngettext("%(n)s month", "%(n)s months", number)
            case Unit.YEARS:
                words = ngettext("%(n)s year", "%(n)s years", number)
        return words % {"n": number}


class Days(NamedTuple):
    """From a day up to and with another, with a name: such as when the university is closed."""

    first: date
    last: date
    nl: str
    en: str

    def __str__(self) -> str:
        first, last = date_format(self.first, "j F Y"), date_format(self.last, "j F Y")
        name = self.en if language() == "en" else self.nl
        return f"{first} – {last}: {name}" if last != first else f"{first}: {name}"


# What a link that asks somebody without an account for a decision may be settled to at most.
MOST_LINK_DAYS = 30


@dataclass(frozen=True)
class Setting:
    """One thing that the office may settle; `default` (or what it returns) holds until then."""

    name: str
    group: Group
    label: Words
    kind: Kind
    default: Any
    help: Words = ""
    unit: Unit | None = None
    least: int = 1  # of a number
    most: int = 1000
    optional: bool = False  # may be empty
    effect: Callable[[Any], Words] | None = None  # what a new value would touch, in words

    def initial(self) -> Any:
        """What holds until the office sets it."""
        return self.default() if callable(self.default) else self.default

    def load(self, stored: Any) -> Any:
        """The value that a row holds. Raises ValueError, TypeError or KeyError when it is none."""
        match self.kind:
            case Kind.NUMBER:
                return int(stored)
            case Kind.BOTH:
                return {"nl": str(stored["nl"]), "en": str(stored["en"])}
            case Kind.COLOURS:
                return {"brand": str(stored["brand"]), "signal": str(stored["signal"])}
            case Kind.LOGO:
                size = {name: int(stored[name]) for name in ("width", "height")}
                return {"png": str(stored["png"]), **size}
            case Kind.DAYS:
                return tuple(
                    Days(date.fromisoformat(first), date.fromisoformat(last), str(nl), str(en))
                    for first, last, nl, en in stored
                )
            case _:
                return str(stored)


SETTINGS: dict[str, Setting] = {}


def register_settings(*settings: Setting) -> None:
    """Make the settings known; a second one of the same name is a mistake in the code."""
    for setting in settings:
        if SETTINGS.setdefault(setting.name, setting) != setting:
            raise ValueError(f"two settings are called {setting.name}")


# Of a portal that has no university of its own yet.
UNNAMED = {
    "name_nl": "de universiteit",
    "name_en": "the university",
    "city_nl": "onze stad",
    "city": "our city",
    "country": "NL",
}


# Numbers that are settled elsewhere than by a setting, in words.
WORDS: dict[str, Callable[[], str]] = {}


def register_words(**words: Callable[[], str]) -> None:
    """Let texts name a number that is settled elsewhere; `__` in the name stands for a dot."""
    WORDS.update({name.replace("__", "."): say for name, say in words.items()})


@dataclass(frozen=True)
class Known:
    """All that is settled, for one version of the offer; `home` is our own university."""

    version: int = -1  # which no offer has
    stored: Mapping[str, Any] = field(default_factory=dict)
    home: Mapping[str, str] = field(default_factory=lambda: UNNAMED)

    @cached_property
    def names(self) -> dict[str, Names]:
        """The names, by language."""
        return {language: self._names(language) for language in LANGUAGES}

    def _names(self, language: str) -> Names:
        home = self.home
        city = (home["city_nl"] if language == "nl" else "") or home["city"]
        return Names(
            portal=text("portal.name", self, language),
            university=home[f"name_{language}"] or home["name"],
            city=city,
            places=text("portal.places", self, language) or city,
            system=text("portal.system", self, language),
            honours=text("portal.honours", self, language),
        )

    @cached_property
    def values(self) -> dict[str, Any]:
        """The values that the office has set, by the settings' names."""
        found = {}
        for name, stored in self.stored.items():
            if name in SETTINGS and stored is not None:
                setting = SETTINGS[name]
                try:
                    found[name] = setting.load(stored)
                except (ValueError, TypeError, KeyError):  # of a kind that it no longer has
                    continue
                if setting.kind == Kind.NUMBER:  # stored while more was allowed
                    found[name] = min(found[name], setting.most)
        return found


class _Everything:
    """Holds the reading, which comes when the apps are loaded, and what was read last."""

    read: Callable[[], Mapping[str, Any]] = dict
    kept: Known = Known()


# What this request or task has read while a change of its own could still be rolled back.
_own: ContextVar[Known | None] = ContextVar("house_own", default=None)


def use(read: Callable[[], Mapping[str, Any]]) -> None:
    """Called once, by the app that has the rows: `read` gives the stored values by their names."""
    _Everything.read = read


def forget() -> None:
    """Read anew when next asked (for tests, whose changes are rolled back)."""
    _Everything.kept = Known()
    _own.set(None)


def known() -> Known:
    """What holds now; while the database has no tables yet, or is gone, what was known last."""
    try:
        version = version_in_use()
        own = _own.get() if is_uncommitted() else None
        if own is not None and own.version == version:
            return own
        if _Everything.kept.version == version:
            return _Everything.kept
        found = Known(version, _Everything.read(), _home())
    except DatabaseError:
        return remembered()
    if is_uncommitted():
        _own.set(found)
    else:
        _Everything.kept = found
    return found


def _home() -> Mapping[str, str]:
    fields = ("name", "name_nl", "name_en", "city", "city_nl", "country")
    return University.objects.filter(is_home=True).values(*fields).first() or UNNAMED


def remembered() -> Known:
    """What this process has read last, without asking the database."""
    return _Everything.kept


def value(name: str, of: Known | None = None) -> Any:
    """The value of the setting `name`: the office's, or what holds until it sets one."""
    values = (of or known()).values
    return values[name] if name in values else SETTINGS[name].initial()


def number(name: str) -> int:
    """The value of a setting that is a number."""
    return int(value(name))


def language() -> str:
    """The reader's: nl or en."""
    return "en" if (get_language() or "nl").startswith("en") else "nl"


def span(name: str) -> timedelta:
    """The value of a setting that is a number of days, hours or minutes."""
    return timedelta(**{str(SETTINGS[name].unit): number(name)})


def text(name: str, of: Known | None = None, in_language: str = "") -> str:
    """The value of a setting that is text, in the reader's language or the one that is named."""
    found = value(name, of)
    return str(found[in_language or language()] if isinstance(found, dict) else found)


def names(of: Known | None = None) -> Names:
    """What the house is called, in the reader's language."""
    return (of or known()).names[language()]


def word(name: str) -> str | None:
    """What `name` stands for in a text: a name of the house, or a number that is settled."""
    if name in Names._fields:
        return str(getattr(names(), name))
    if name in WORDS:
        return WORDS[name]()
    setting = SETTINGS.get(name)
    return in_words(setting, value(name)) if setting and setting.kind == Kind.NUMBER else None


def in_words(setting: Setting, value: Any) -> str:
    """`value` of `setting` as people read it."""
    match setting.kind:
        case Kind.NUMBER:
            return setting.unit.say(value) if setting.unit else str(value)
        case Kind.BOTH:
            return " / ".join(dict.fromkeys(filter(None, value.values())))
        case Kind.COLOURS:
            return " / ".join(value.values())
        case Kind.LOGO if value:
            return f"{value['width']} × {value['height']}"
        case Kind.DAYS:
            return "; ".join(map(str, value))
        case _:
            return str(value or "")
