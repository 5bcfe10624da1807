"""What a student says about an exam: the facility that was granted."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from exams.models import Facility
from exams.models.facility import LONGEST_EXTRA
from paperwork.forms.files import KeepsFiles, UploadField

ARRANGED = ("extra_minutes", "own_room", "large_print", "own_laptop", "wheelchair", "other")


class FacilityForm(KeepsFiles, forms.Form):
    """What was granted, and the decision that says so. Nobody asks for the reason."""

    use_required_attribute = False

    extra_minutes = forms.IntegerField(
        label=gettext_lazy("Extra minutes"),
        required=False,
        min_value=0,
        max_value=LONGEST_EXTRA,
        help_text=gettext_lazy("As many as your programme has granted, often 30."),
    )
    own_room = forms.BooleanField(label=gettext_lazy("A room of your own"), required=False)
    large_print = forms.BooleanField(label=gettext_lazy("Large print"), required=False)
    own_laptop = forms.BooleanField(label=gettext_lazy("A laptop"), required=False)
    wheelchair = forms.BooleanField(
        label=gettext_lazy("A room that can be reached by wheelchair"), required=False
    )
    other = forms.ChoiceField(
        label=gettext_lazy("Something else"),
        required=False,
        choices=[("", "–"), *Facility.Other.choices],
    )
    decision = UploadField(label=gettext_lazy("The decision of your programme"))

    def clean(self) -> None:
        if not self.errors and not any(self.cleaned_data.get(name) for name in ARRANGED):
            self.add_error("extra_minutes", _("Say what your programme has granted."))

    def facts(self) -> dict[str, Any]:
        """The facility's fields, of a valid form."""
        said = {name: self.cleaned_data[name] for name in ARRANGED}
        return said | {"extra_minutes": said["extra_minutes"] or 0}


class CheckForm(forms.Form):
    """Whether the decision bears out what the student says."""

    use_required_attribute = False
    GRANT, REFUSE = "grant", "refuse"

    answer = forms.ChoiceField(
        label=gettext_lazy("Does the decision say this?"),
        choices=[
            (GRANT, gettext_lazy("Yes, it is granted")),
            (REFUSE, gettext_lazy("No, the student sends it again")),
        ],
        widget=forms.RadioSelect,
        error_messages={"required": gettext_lazy("Say whether it is granted.")},
    )
    refusal = forms.CharField(
        label=gettext_lazy("What the student reads"),
        required=False,
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=gettext_lazy("Only when it is not: what is missing. Never a reason of health."),
    )
    seen = forms.CharField(widget=forms.HiddenInput, required=False)

    def clean(self) -> None:
        said = self.cleaned_data
        if said.get("answer") == self.REFUSE and not said.get("refusal", "").strip():
            self.add_error("refusal", _("Say what is missing: the student reads it."))
