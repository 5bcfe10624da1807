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

from exams.models import Attendance, Mark, Seat
from exams.services.correcting import MAY_BECOME
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


class CorrectForm(forms.Form):
    """What the list of a closed sitting should say of one student, and why."""

    use_required_attribute = False
    attendance = forms.ChoiceField(
        label=_("What should the list say?"),
        choices=[(one.value, one.label) for one in MAY_BECOME],
        widget=forms.RadioSelect,
    )
    minutes = forms.IntegerField(
        label=_("Minutes late"),
        help_text=_("Only for who came late."),
        required=False,
        min_value=0,
        max_value=LONGEST_LATE,
        widget=forms.NumberInput(attrs={"class": "short"}),
    )
    why = forms.CharField(
        label=_("Why is it corrected?"),
        help_text=_("Kept beside the list, with your name. Write nothing about anybody's health."),
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    seen = forms.CharField(max_length=10, widget=forms.HiddenInput)

    def __init__(self, data: Any = None, *, seat: Seat) -> None:
        super().__init__(data, initial={"seen": seat.attendance})

    def clean(self) -> dict[str, Any]:
        """Who came late was so many minutes late."""
        data = super().clean() or {}
        says_late = data.get("attendance") == Attendance.LATE
        if says_late and data.get("minutes") is None and "minutes" not in self.errors:
            self.add_error("minutes", _("Say how many minutes late."))
        return data

    def show_again(self, seat: Seat) -> None:
        """Keep what was typed, and look at what the list says by now."""
        seat.refresh_from_db(fields=["attendance", "minutes_late", "left_at"])
        self.data = self.data.copy()  # type: ignore[attr-defined]
        self.data["seen"] = seat.attendance  # type: ignore[index]


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
