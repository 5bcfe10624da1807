"""Where and when an exam is held: the form of "plan" and of "move"; cancelling; invigilators."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

from django import forms
from django.utils import timezone

from courses.forms.edition import validate_year
from courses.wording import gettext_lazy as _
from exams.deadlines import first_day_in_time
from exams.forms.moments import ask, which_field
from exams.instances import Situation
from exams.models import Duty
from exams.moments import MomentError, TwiceError, leiden, on_clock, resolve


class RoomField(forms.ModelChoiceField):  # type: ignore[type-arg]
    """A room by its building, name and places."""

    def label_from_instance(self, obj: Any) -> str:
        return f"{obj.building.name} {obj.name} ({obj.places})"


class WhereForm(forms.Form):
    """A day and a time on Leiden's clock, and a room; `starts_at` is the moment that they make."""

    use_required_attribute = False

    day = forms.DateField(
        label=_("Day"),
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        error_messages={"required": _("Choose a day.")},
        validators=[validate_year],
    )
    at = forms.TimeField(
        label=_("Begins at"),
        help_text=_("On the clock in {city}."),
        widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M"),
        error_messages={"required": _("Give the time at which it begins.")},
    )
    which = which_field(hidden=True)
    room = RoomField(
        label=_("Room"), queryset=None, error_messages={"required": _("Choose a room.")}
    )
    seen = forms.IntegerField(required=False, widget=forms.HiddenInput)

    def __init__(
        self,
        data: Any = None,
        *,
        rooms: Any,
        at: datetime | None = None,
        who: list[tuple[str, str]] | None = None,
        **initial: Any,
    ) -> None:
        if at is not None:
            day, clock, which = on_clock(at, leiden())
            initial = {"day": day, "at": clock, "which": which, **initial}
        super().__init__(data, initial=initial)
        self.starts_at: datetime | None = None
        self.fields["room"].queryset = rooms  # type: ignore[attr-defined]
        if initial.get("which") or (self.data and self.data.get("which")):
            ask(self, "which")
        if who is not None and len(who) > 1:
            self.fields["who"] = forms.ChoiceField(label=_("For whom"), choices=who)
            self.order_fields(["who", "day", "at", "which", "room", "seen"])

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        if "day" in cleaned and "at" in cleaned:
            try:
                self.starts_at = resolve(
                    cleaned["day"], cleaned["at"], leiden(), cleaned.get("which", "")
                )
            except MomentError as refusal:
                self.add_error("at", str(refusal))
                if isinstance(refusal, TwiceError):
                    ask(self, "which")
        return cleaned


class CancelForm(forms.Form):
    """Why an exam is not held; its students read it."""

    use_required_attribute = False

    reason = forms.CharField(
        label=_("Why"),
        required=False,
        max_length=300,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("The students read it, when they know of the exam already."),
    )
    seen = forms.IntegerField(widget=forms.HiddenInput)


class DutiesForm(forms.Form):
    """Who leads, and who else is there."""

    use_required_attribute = False

    lead = forms.ChoiceField(label=_("Who leads"), required=False)
    others = forms.MultipleChoiceField(
        label=_("Who invigilates"), required=False, widget=forms.CheckboxSelectMultiple
    )
    seen = forms.IntegerField(widget=forms.HiddenInput)

    def __init__(self, data: Any = None, *, people: list[tuple[str, str]], **initial: Any) -> None:
        super().__init__(data, initial=initial)
        self.fields["lead"].choices = [("", _("Nobody yet")), *people]  # type: ignore[attr-defined]
        self.fields["others"].choices = people  # type: ignore[attr-defined]

    @property
    def wanted(self) -> list[tuple[int, str]]:
        """Each once, with the part."""
        lead = self.cleaned_data["lead"]
        others = [one for one in self.cleaned_data["others"] if one != lead]
        leads = [(int(lead), str(Duty.Part.LEAD))] if lead else []
        return [*leads, *((int(one), str(Duty.Part.INVIGILATOR)) for one in others)]


class ProposeForm(forms.Form):
    """From which day until which day."""

    use_required_attribute = False

    first = forms.DateField(
        label=_("First day"),
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        error_messages={"required": _("Choose a day.")},
        validators=[validate_year],
    )
    last = forms.DateField(
        label=_("Last day"),
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        error_messages={"required": _("Choose a day.")},
        validators=[validate_year],
    )


def days_to_propose(now: Situation) -> tuple[date, date]:
    """The weeks in which something is left to plan: from the first exam, ten weeks at most."""
    soonest = first_day_in_time()
    spans = [
        (task.start or task.exam.earliest_at, task.start or task.exam.latest_end_at)
        for task in now.tasks.values()
        if now.unseated(task) and not task.awaits_choice
    ]
    days = [(timezone.localdate(begin), timezone.localdate(end)) for begin, end in spans]
    days = [(begin, end) for begin, end in days if end >= soonest]
    if not days:
        return soonest, soonest + timedelta(days=28)
    first = max(soonest, min(begin for begin, _end in days))
    last = max(end for _begin, end in days)
    return first, max(first, min(last, first + timedelta(days=69)))
