"""Asking a Board of Examiners, and its answer."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.models import User

GIVE, REFUSE = "give", "refuse"


class AskBoardForm(forms.Form):
    """Whom to ask, in which language, and a line from the coordinator."""

    use_required_attribute = False

    email = forms.EmailField(
        label=_("E-mail address of the Board, or of its member"),
        error_messages={"required": _("Give the address of whoever decides for the Board.")},
    )
    language = forms.ChoiceField(label=_("In which language"), choices=User.Language)
    message = forms.CharField(
        label=_("Something to add"),
        required=False,
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("It stands above the facts of the application."),
    )


class BoardAnswerForm(forms.Form):
    """Permission given or refused, by whom, under which reference."""

    use_required_attribute = False

    answer = forms.ChoiceField(
        label=_("May the course count for this student?"),
        choices=[
            (GIVE, _("Yes, the Board gives permission")),
            (REFUSE, _("No, the Board refuses permission")),
        ],
        widget=forms.RadioSelect,
        error_messages={"required": _("Say whether permission is given or refused.")},
    )
    name = forms.CharField(
        label=_("Your name"),
        max_length=150,
        error_messages={"required": _("Give your name: it is kept with the decision.")},
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
    )
    reference = forms.CharField(
        label=_("Reference of the decision"),
        max_length=60,
        required=False,
        help_text=_("If your Board gives its decisions a number."),
    )
    reason = forms.CharField(
        label=_("Explanation"),
        max_length=2000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("Needed when you refuse permission: the student reads it."),
    )

    @property
    def granted(self) -> bool:
        return bool(self.cleaned_data["answer"] == GIVE)

    def clean(self) -> dict[str, Any]:
        """Who refuses says why."""
        data = super().clean() or {}
        if data.get("answer") == REFUSE and not data.get("reason", "").strip():
            self.add_error("reason", _("Say why permission is refused: the student reads it."))
        return data
