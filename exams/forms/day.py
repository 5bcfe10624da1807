"""What a device sends on the day: one mark by a form, or several that waited for the network."""

from __future__ import annotations

import json
import uuid
from datetime import datetime
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext_lazy as _

from exams.models import Mark
from exams.services.marking import LONGEST_LATE, NewMark


class MarkForm(forms.Form):
    """One mark, by a button of the page."""

    key = forms.UUIDField(required=False)
    seat = forms.IntegerField(required=False, min_value=1)
    kind = forms.ChoiceField(choices=Mark.Kind)
    minutes = forms.IntegerField(
        label=_("minutes late"), required=False, min_value=0, max_value=LONGEST_LATE
    )
    text = forms.CharField(
        label=_("What happened"), required=False, max_length=2000, strip=True, widget=forms.Textarea
    )

    def mark(self) -> NewMark:
        """What was marked, just now."""
        data = self.cleaned_data
        return NewMark(
            key=data["key"] or uuid.uuid4(),
            kind=data["kind"],
            seat=data["seat"],
            minutes=data["minutes"],
            text=data["text"],
        )


class MarksForm(forms.Form):
    """Marks as JSON, with the device's name for itself and what its clock shows now."""

    device = forms.CharField(max_length=36)
    now = forms.CharField()
    marks = forms.CharField()

    def clean_now(self) -> datetime:
        """The device's clock."""
        return _moment(self.cleaned_data["now"])

    def clean_marks(self) -> list[NewMark]:
        """Each of them; one that cannot be read refuses all, for no page of ours sends it."""
        try:
            found = json.loads(self.cleaned_data["marks"])
            return [_read(one) for one in found]
        except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
            raise forms.ValidationError("unreadable") from None


class CloseForm(forms.Form):
    """What there is to say about how it went."""

    use_required_attribute = False
    report = forms.CharField(
        label=_("How did it go?"),
        help_text=_("Stands in the protocol. What was noted as an incident stands there already."),
        required=False,
        max_length=5000,
        widget=forms.Textarea(attrs={"rows": 5}),
    )


def _read(one: dict[str, Any]) -> NewMark:
    seat, minutes = one.get("seat"), one.get("minutes")
    return NewMark(
        key=uuid.UUID(one["key"]),
        kind=str(one["kind"])[:20],
        seat=None if seat is None else int(seat),
        at=_moment(one["at"]),
        minutes=None if minutes is None else int(minutes),
        text=str(one.get("text", ""))[:2000].replace("\0", ""),
    )


def _moment(text: str) -> datetime:
    try:
        moment = parse_datetime(text)
    except ValueError:
        moment = None
    if moment is None or timezone.is_naive(moment) or not 2000 <= moment.year < 2200:
        raise forms.ValidationError("no moment")
    return moment
