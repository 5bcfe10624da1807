"""The office's form over one text of a message, in both languages."""

from __future__ import annotations

import re
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from paperwork.wordings import Message

LONGEST = 1500
TOKEN = re.compile(r"\{[^{}]*\}")
LABELS: dict[str, tuple[Any, ...]] = {
    "nl": (
        gettext_lazy("In Dutch"),
        pgettext_lazy("a text about one thing", "In Dutch, about one"),
        pgettext_lazy("a text about several", "In Dutch, about more"),
    ),
    "en": (
        gettext_lazy("In English"),
        pgettext_lazy("a text about one thing", "In English, about one"),
        pgettext_lazy("a text about several", "In English, about more"),
    ),
}


def in_braces(names: list[str]) -> str:
    """Names as they are typed."""
    return ", ".join(f"{{{name}}}" for name in names)


def refusals(text: str, needed: list[str], allowed: list[str]) -> list[str]:
    """What is wrong with the places in `text`, in sentences that name those that there are."""
    found = TOKEN.findall(text)
    if set("{}") & set(TOKEN.sub("", text)):
        return [_("A brace stands alone. Names stand between two: %(all)s.") % _all(allowed)]
    said = []
    unknown = [token for token in dict.fromkeys(found) if token[1:-1] not in allowed]
    if unknown:
        facts = {"what": ", ".join(unknown), **_all(allowed)}
        said.append(_("%(what)s stands for nothing here. There are: %(all)s.") % facts)
    missing = [name for name in needed if f"{{{name}}}" not in found]
    if missing:
        facts = {"what": in_braces(missing), **_all(allowed)}
        said.append(_("%(what)s is missing. There are: %(all)s.") % facts)
    return said


def _all(allowed: list[str]) -> dict[str, str]:
    return {"all": in_braces(allowed)}


class WordingForm(forms.Form):
    """New words for a text, and why; `seen` is the version that whoever types has before them."""

    use_required_attribute = False

    seen = forms.IntegerField(widget=forms.HiddenInput, min_value=0)
    why = forms.CharField(
        label=gettext_lazy("Why"),
        required=False,
        max_length=300,
        help_text=gettext_lazy("Stands in the history beside your name."),
    )

    def __init__(
        self, *args: Any, message: Message, value: dict[str, list[str]], seen: int, **kwargs: Any
    ) -> None:
        initial = {
            f"{language}_{n}": text for language in LABELS for n, text in enumerate(value[language])
        }
        kwargs["initial"] = {"seen": seen, **initial}
        super().__init__(*args, **kwargs)
        self.message = message
        self.value = value
        self.newest = seen
        self.fields = {**{name: self._field(name) for name in initial}, **self.fields}

    def _field(self, name: str) -> forms.Field:
        language, _line, number = name.partition("_")
        label = LABELS[language][1 + int(number) if self.message.plural else 0]
        area = forms.Textarea(attrs={"rows": 3, "lang": language})
        return forms.CharField(label=label, max_length=LONGEST, widget=area)

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        for language in LABELS:
            for number, comes in enumerate(self.message.said(language)):
                name = f"{language}_{number}"
                if name not in data:
                    continue
                data[name] = " ".join(data[name].split())  # a text is one paragraph
                needed = [place for place in self.message.places if f"{{{place}}}" in comes]
                for refusal in refusals(data[name], needed, self.message.allowed):
                    self.add_error(name, refusal)
        if not self.errors and self.stored() == self.value:
            raise forms.ValidationError(_("That is what it is already."))
        return data

    def is_stale(self) -> bool:
        """Whether another version has come since who typed this saw the page."""
        return (
            self.is_bound
            and "seen" not in self.errors
            and bool(self.cleaned_data["seen"] != self.newest)
        )

    def stored(self) -> dict[str, list[str]]:
        """What was typed, as a row keeps it."""
        numbers = range(len(self.message.forms))
        return {
            language: [self.cleaned_data[f"{language}_{n}"] for n in numbers] for language in LABELS
        }
