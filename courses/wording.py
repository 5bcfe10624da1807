"""Texts that name the house: `{university}`, `{city}` … stand in them for what it is called, and a
setting that is a number, such as `{exams.notice_days}`, for what it is now: "10 working days".

The same as Django's functions of these names; the tags `translate` and `blocktranslate` of every
template do it too.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import NamedTuple

from django.utils import translation
from django.utils.functional import lazy

__all__ = [
    "Names",
    "fill",
    "gettext",
    "gettext_lazy",
    "ngettext",
    "pgettext",
    "pgettext_lazy",
    "put_in",
    "words_in",
]


class Names(NamedTuple):
    """What the house is called, in one language."""

    portal: str
    university: str
    city: str
    places: str  # where exams are held
    system: str  # the student information system
    honours: str  # who keeps the records of the honours programme


WORD = re.compile(r"\{([a-z_.]+)\}")


def words_in(text: str) -> dict[str, str]:
    """What stands in braces in `text`, and what it stands for; nothing where it stands for nothing,
    or where no language is active."""
    if "{" not in text or translation.get_language() is None:
        return {}
    from courses import house  # noqa: PLC0415  # models, which this app's models may not wait for

    words = {found[0]: house.word(found[1]) for found in WORD.finditer(text)}
    return {token: word for token, word in words.items() if word is not None}


def fill(text: str) -> str:
    """`text` with the names of the house, and the settings that it names.

    What stands in a name is not looked at again. A text with places, `%(course)s`, is formatted
    afterwards: there a `%` of a name is doubled.
    """
    return _filled(text, formatted="%(" in text)


def _filled(text: str, *, formatted: bool) -> str:
    words = words_in(text)
    if formatted:
        words = {token: word.replace("%", "%%") for token, word in words.items()}
    return put_in(text, words) if words else text


def put_in(text: str, words: Mapping[str, str]) -> str:
    """`text` with each of `words` for its token, in one go: nothing in a word is a token."""
    return WORD.sub(lambda found: words.get(found[0], found[0]), text)


def gettext(message: str) -> str:
    return fill(translation.gettext(message))


def pgettext(context: str, message: str) -> str:
    return fill(translation.pgettext(context, message))


def ngettext(singular: str, plural: str, number: int) -> str:
    said = translation.ngettext(singular, plural, number)
    return _filled(said, formatted="%(" in singular + plural)


gettext_lazy = lazy(gettext, str)
pgettext_lazy = lazy(pgettext, str)
