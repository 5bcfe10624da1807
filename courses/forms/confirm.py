"""Forms around "still true?": how the office asks, and what the partner answers."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django import forms
from django.forms.boundfield import BoundField
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from courses.services.confirming import LONGEST_NOTE

# What a partner is asked about: name, label, the field in the editor that holds it ("" for several)
FACTS: dict[str, tuple[str | Promise, str]] = {
    "title": (pgettext_lazy("fact", "Title and code"), "title"),
    "credits": (pgettext_lazy("fact", "Credits"), "ec"),
    "level": (pgettext_lazy("fact", "Level"), "level"),
    "language": (pgettext_lazy("fact", "Language of instruction"), "language"),
    "assessment": (pgettext_lazy("fact", "Assessment"), "assessment"),
    "about": (pgettext_lazy("fact", "What it is about"), "about_en"),
    "outcomes": (pgettext_lazy("fact", "Learning outcomes"), "outcomes_en"),
    "method": (pgettext_lazy("fact", "Way of teaching"), "method_en"),
    "entry": (pgettext_lazy("fact", "Entry requirements"), "entry_en"),
    "editions": (pgettext_lazy("fact", "Dates, places and exam"), ""),
    "other": (pgettext_lazy("fact", "Anything else"), ""),
}


class AnswerForm(forms.Form):
    """All true, or a note for each fact that has changed."""

    use_required_attribute = False

    name = forms.CharField(
        label=gettext_lazy("Your name"),
        max_length=100,
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
        help_text=gettext_lazy("So that our office knows whom to ask."),
        error_messages={"required": gettext_lazy("Give your name.")},
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for fact in FACTS:
            self.fields[f"note_{fact}"] = forms.CharField(
                label=gettext_lazy("What has changed"),
                max_length=LONGEST_NOTE,
                required=False,
                widget=forms.Textarea(attrs={"rows": 3}),
            )

    def rows(self) -> Iterator[tuple[str, str | Promise, BoundField]]:
        """Each fact with its label and the field for a note."""
        for fact, (label, _field) in FACTS.items():
            yield fact, label, self[f"note_{fact}"]

    def clean(self) -> None:
        """The button that was pressed and the notes must say the same."""
        says_true = self.data.get("answer") == "true"
        broken = any(name.startswith("note_") for name in self.errors)
        if says_true and self.notes():
            self.add_error(
                None,
                _(
                    "You wrote that something has changed. Send those changes, or empty them to"
                    " say that all of it is true."
                ),
            )
        elif not says_true and not self.notes() and not broken:
            self.add_error(
                None, _("Write at a fact what has changed, or say that all of it is true.")
            )

    def notes(self) -> dict[str, str]:
        """What was written, by fact."""
        return {fact: text for fact in FACTS if (text := self.cleaned_data.get(f"note_{fact}", ""))}
