"""The video of a course or a university: empty means there is none."""

from __future__ import annotations

import re
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from courses.forms.choices import language_choices
from courses.forms.curated import CuratedForm
from courses.models import Video

LONGEST = 24 * 3600


class LengthField(forms.Field):
    """A length as people write it, 4:05 or 1:02:30; seconds for the database."""

    widget = forms.TextInput(attrs={"inputmode": "numeric", "size": 8})

    def to_python(self, value: object) -> int | None:
        text = str(value or "").strip()
        if not text:
            return None
        if not re.fullmatch(r"\d{1,5}(:[0-5]?\d){0,2}", text):
            raise ValidationError(_("Write the length as minutes and seconds, such as 4:05."))
        seconds = 0
        for part in text.split(":"):
            seconds = seconds * 60 + int(part)
        if not 0 < seconds <= LONGEST:
            raise ValidationError(_("Give a length between one second and a day."))
        return seconds

    def prepare_value(self, value: object) -> object:
        if not isinstance(value, int):
            return value
        minutes, seconds = divmod(value, 60)
        hours, minutes = divmod(minutes, 60)
        return f"{hours}:{minutes:02}:{seconds:02}" if hours else f"{minutes}:{seconds:02}"


class VideoForm(CuratedForm):
    """Left empty, there is no video; else all of it is asked."""

    prefix = "video"
    seconds = LengthField(label=_("Length"), help_text=_("Minutes and seconds, such as 4:05."))

    class Meta:
        model = Video
        fields = ["url", "seconds", "about_nl", "about_en", "language", "transcript"]
        widgets = {
            "about_nl": forms.TextInput(attrs={"lang": "nl"}),
            "about_en": forms.TextInput(attrs={"lang": "en"}),
            "transcript": forms.Textarea(attrs={"rows": 5}),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["language"] = forms.ChoiceField(
            label=self.fields["language"].label,
            choices=language_choices(self.instance.language),
            initial="en",
        )
        typed = ("url", "seconds", "about_nl", "about_en", "transcript")
        self.is_empty = self.is_bound and not any(
            str(self.data.get(self.add_prefix(name), "")).strip() for name in typed
        )
        if self.is_empty:
            for field in self.fields.values():
                field.required = False

    def row_values(self) -> dict[str, object]:
        """Also of a video that is not there: somebody else may add one, or take it away."""
        return {name: self.initial.get(name) for name in self.fields if name != "seen"}
