"""Uploading a file, and looking for something among its differences."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from courses.imports.comparing import CHANGED, NEW, VANISHED
from courses.imports.reading import FORMATS, LARGEST_FILE


class UploadForm(forms.Form):
    use_required_attribute = False

    file = forms.FileField(
        label=_("File"),
        help_text=_("A .xlsx, .csv or .json file of at most 10 MB and 5,000 rows."),
        max_length=150,
        error_messages={
            "required": _("Choose a file first."),
            "empty": _("The file is empty."),
            "max_length": _("Give the file a shorter name."),
        },
        widget=forms.FileInput(attrs={"accept": ",".join(f".{suffix}" for suffix in FORMATS)}),
    )

    def clean_file(self) -> object:
        file = self.cleaned_data["file"]
        if file.size > LARGEST_FILE:
            raise forms.ValidationError(
                _("The file is larger than 10 MB. Split it into smaller files.")
            )
        return file


class DifferenceFilter(forms.Form):
    use_required_attribute = False

    q = forms.CharField(label=_("Search title or university"), required=False, max_length=100)
    kind = forms.ChoiceField(
        choices=[("", ""), (NEW, NEW), (CHANGED, CHANGED), (VANISHED, VANISHED)], required=False
    )
