"""What the auditor looks for."""

from __future__ import annotations

from typing import Any, cast

from django import forms
from django.utils.translation import gettext_lazy as _

from privacy import trail


class TrailFilter(forms.Form):
    """The events by who, what, when and of which case; what is not understood is left out."""

    use_required_attribute = False

    who = forms.CharField(
        label=_("Who"),
        max_length=100,
        required=False,
        widget=forms.TextInput(attrs={"type": "search", "autocomplete": "off"}),
    )
    what = forms.ChoiceField(label=_("What"), required=False)
    reference = forms.CharField(label=_("Reference"), max_length=12, required=False)
    first = forms.DateField(
        label=_("From"), required=False, widget=forms.DateInput(attrs={"type": "date"})
    )
    last = forms.DateField(
        label=_("Until"), required=False, widget=forms.DateInput(attrs={"type": "date"})
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = cast("forms.ChoiceField", self.fields["what"])
        field.choices = [("", _("Everything")), *trail.choices()]

    def filters(self) -> dict[str, Any]:
        """What was asked and understood."""
        self.is_valid()
        return {name: value for name, value in self.cleaned_data.items() if value}
