"""The hints beside the fields of forms, which the office may word otherwise, as it may messages.

A hint is the `help_text` of a field. It is known by what gettext knows it by, so that one that
stands beside several fields is worded once. A hint that a form makes up itself (with a number in
it, say) stays as it comes.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from typing import Any

from django.forms import BaseForm
from django.urls import get_resolver
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from courses import house
from courses.wording import fill
from paperwork.registry import NoticeKind
from paperwork.wordings import Message, name_of

KIND = NoticeKind("hint", _("Hints beside the fields of forms"), "")


@cache
def hints() -> list[Message]:
    """All of them, by what they say. Every form is known once the addresses are."""
    _ = get_resolver().url_patterns
    found = {message for form in _forms(BaseForm) for message in _of(form)}
    return sorted(found, key=lambda one: one.singular.lower())


def _forms(parent: type[Any]) -> Iterator[type[Any]]:
    for form in parent.__subclasses__():
        if not form.__module__.startswith(("django.", "allauth.", "tests.")):
            yield form
        yield from _forms(form)


def _of(form: type[Any]) -> Iterator[Message]:
    for field in getattr(form, "base_fields", {}).values():
        if message := message_of(field.help_text):
            yield message


def message_of(text: object) -> Message | None:
    """What gettext knows `text` by, when it is one that is looked up; None for any other."""
    if not isinstance(text, Promise):
        return None
    function, args, *_more = text.__reduce__()[1]  # type: ignore[misc]  # as lazy() makes it
    name = getattr(function, "__name__", "")
    if name == "gettext":
        return Message("", args[0], "")
    return Message(args[0], args[1], "") if name == "pgettext" else None


def said(text: Any) -> str:
    """The hint as its reader sees it: the office's words, or as it comes."""
    stored = house.known().stored
    message = message_of(text) if stored else None
    value = stored.get(name_of(KIND.name, message)) if message else None
    return fill(value[house.language()][0]) if value else str(text)
