"""The question which of two moments is meant, in forms that ask for a day and a time."""

from __future__ import annotations

from django import forms

from courses.wording import gettext_lazy, pgettext_lazy
from exams.moments import Which


def which_field(*, hidden: bool = False) -> forms.ChoiceField:
    """The field; `hidden` until the time that was typed comes twice (`ask`)."""
    field = forms.ChoiceField(
        label=gettext_lazy("Which of the two"),
        required=False,
        choices=[
            ("", "–"),
            (Which.FIRST, pgettext_lazy("of an hour that comes twice", "the first")),
            (Which.SECOND, pgettext_lazy("of an hour that comes twice", "the second")),
        ],
        help_text=gettext_lazy("Only when the clock goes back and this time comes twice."),
    )
    if hidden:
        field.widget = forms.HiddenInput()
    return field


def ask(form: forms.Form, name: str) -> None:
    """Show a hidden `which_field` of `form`."""
    choices = form.fields[name].choices  # type: ignore[attr-defined]
    form.fields[name].widget = forms.Select(choices=choices)
