"""A host's list of students, and its answer about one of them."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts.models import User
from courses.models import Edition
from enrolments.hosting import VIEWS


class StudentFilter(forms.Form):
    """What to show; nonsense in the address counts as nothing."""

    use_required_attribute = False

    LABELS = {
        "confirm": pgettext_lazy("students of a host", "To confirm"),
        "enrolled": pgettext_lazy("students of a host", "Enrolled"),
        "declined": pgettext_lazy("students of a host", "Declined"),
        "all": pgettext_lazy("students of a host", "All"),
    }

    q = forms.CharField(
        label=_("Search"),
        required=False,
        max_length=100,
        widget=forms.TextInput(attrs={"type": "search"}),
    )
    edition = forms.ChoiceField(label=_("Course"), required=False)
    view = forms.ChoiceField(
        required=False, choices=[(name, name) for name in VIEWS], widget=forms.HiddenInput
    )

    def __init__(self, data: Any, *, editions: list[Edition]) -> None:
        super().__init__(data, auto_id="%s")
        self.fields["edition"].choices = [  # type: ignore[attr-defined]
            ("", _("All courses")),
            *((str(e.pk), f"{e.course.title} ({e.starts_on:%Y-%m})") for e in editions),
        ]

    def filters(self) -> dict[str, Any]:
        """The filters that make sense."""
        self.is_valid()
        found = {name: value for name, value in self.cleaned_data.items() if value}
        found.setdefault("view", "confirm")
        if "edition" in found:
            found["edition"] = int(found["edition"])
        if "\x00" in found.get("q", ""):
            found["q"] = found["q"].replace("\x00", "")
        return found


class DeclineForm(forms.Form):
    """Why a student is declined, in words for the student."""

    use_required_attribute = False

    reason = forms.CharField(
        label=_("What the student reads"),
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 4}),
        error_messages={"required": _("Say why, in a sentence: the student reads it.")},
        help_text=_("One or two sentences are enough."),
    )


class NameForm(forms.Form):
    """Who answers through a link; asked once and kept with what they do."""

    use_required_attribute = False

    name = forms.CharField(
        label=_("Your name"),
        max_length=120,
        error_messages={"required": _("Give your name: it is kept with the answer.")},
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
    )


class HostLinkForm(forms.Form):
    """To whom the office sends a host's link, and in which language."""

    use_required_attribute = False

    email = forms.EmailField(
        label=_("E-mail address"),
        error_messages={"required": _("Give the address of the host's contact.")},
    )
    language = forms.ChoiceField(label=_("In which language"), choices=User.Language)


class HostFilter(forms.Form):
    """Which hosts to show; nonsense in the address counts as nothing."""

    use_required_attribute = False

    LABELS = {
        "waiting": pgettext_lazy("host universities", "With students to confirm"),
        "all": pgettext_lazy("host universities", "All"),
    }

    q = forms.CharField(
        label=_("Search"),
        required=False,
        max_length=100,
        widget=forms.TextInput(attrs={"type": "search"}),
    )
    view = forms.ChoiceField(
        required=False, choices=[(name, name) for name in LABELS], widget=forms.HiddenInput
    )

    def filters(self) -> dict[str, str]:
        """The filters that make sense."""
        self.is_valid()
        found = {name: value for name, value in self.cleaned_data.items() if value}
        found.setdefault("view", "waiting")
        return found
