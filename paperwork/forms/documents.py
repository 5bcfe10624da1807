"""The office's forms about documents."""

from __future__ import annotations

from typing import Any, cast

from django import forms
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from paperwork.registry import DOCUMENTS
from paperwork.samples import SAMPLES


class DocumentFilter(forms.Form):
    """What the list shows; what is not understood is left out."""

    use_required_attribute = False
    STATES = [
        ("", _("All documents")),
        ("made", _("Made")),
        ("waiting", _("Waiting")),
        ("dead", _("Given up")),
    ]

    q = forms.CharField(
        label=_("Title or code"), required=False, max_length=60, widget=forms.SearchInput()
    )
    kind = forms.ChoiceField(label=_("Kind"), required=False)
    state = forms.ChoiceField(choices=STATES, required=False, widget=forms.HiddenInput())

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        kinds = [(name, kind.label) for name, kind in DOCUMENTS.items()]
        field = cast("forms.ChoiceField", self.fields["kind"])
        field.choices = [("", _("All kinds")), *sorted(kinds, key=lambda kind: str(kind[1]))]

    def filters(self) -> dict[str, str]:
        """The filters that were given and make sense."""
        self.is_valid()
        return {name: value for name, value in self.cleaned_data.items() if value}


class SampleForm(forms.Form):
    """A test document."""

    use_required_attribute = False
    kind = forms.ChoiceField(
        label=_("Which document"),
        choices=[(name, DOCUMENTS[name].label) for name in SAMPLES],
        initial="letter",
        widget=forms.RadioSelect(),
    )
    language = forms.ChoiceField(
        label=_("In which language"), choices=User.Language, widget=forms.RadioSelect()
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["language"].initial = (get_language() or "nl")[:2]
