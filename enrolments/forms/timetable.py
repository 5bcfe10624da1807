"""The student's own calendar file, to compare with a course."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from enrolments.clashes import LARGEST


class TimetableForm(forms.Form):
    """One .ics file. What it is, is found out when it is read."""

    use_required_attribute = False

    calendar = forms.FileField(
        label=_("Your calendar file"),
        help_text=_(
            "A file that ends in .ics, of at most 1 MB. We read it once and do not keep it."
        ),
        widget=forms.FileInput(attrs={"accept": ".ics,text/calendar"}),
        error_messages={
            "required": _("Choose your calendar file."),
            "empty": _("This file is empty. Export your timetable again."),
        },
    )

    def clean_calendar(self) -> Any:
        file = self.cleaned_data["calendar"]
        if file.size > LARGEST:
            raise forms.ValidationError(
                _("This file is larger than 1 MB. Export one semester."), code="too_large"
            )
        return file
