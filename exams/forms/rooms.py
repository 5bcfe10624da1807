"""Forms about buildings, rooms, closures and invigilators."""

from __future__ import annotations

from datetime import date, datetime, time
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from courses.forms.curated import CuratedForm
from courses.models import LiveSession
from exams.models import Building, Invigilator, Room, RoomClosure
from exams.moments import MomentError, Which, leiden, resolve

Weekday = LiveSession.Weekday
FURTHEST = 3 * 366  # days ahead


def _clock(**options: Any) -> forms.TimeField:
    widget = forms.TimeInput(format="%H:%M", attrs={"type": "time"})
    return forms.TimeField(widget=widget, **options)


def _day(**options: Any) -> forms.DateField:
    return forms.DateField(
        widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}), **options
    )


class BuildingForm(CuratedForm):
    """A building: its names, where it is, how to get there."""

    rules = {"building_named_once": "name_nl"}

    class Meta:
        model = Building
        fields = ["name_nl", "name_en", "address", "city", "route_nl", "route_en"]
        widgets = {
            "name_nl": forms.TextInput(attrs={"lang": "nl"}),
            "name_en": forms.TextInput(attrs={"lang": "en"}),
            "route_nl": forms.Textarea(attrs={"lang": "nl", "rows": 3}),
            "route_en": forms.Textarea(attrs={"lang": "en", "rows": 3}),
        }


class RoomForm(CuratedForm):
    """A room, and when it is open on each day of the week."""

    rules = {"room_named_once_per_building": "name", "room_has_places": "places"}

    class Meta:
        model = Room
        fields = [
            *("name", "places", "computers", "is_accessible"),
            *("for_paper", "for_laptop", "for_oral", "is_in_use"),
        ]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        room = self.instance
        known = {row.weekday: row for row in room.hours.all()} if room.pk else {}
        for day, label in Weekday.choices:
            row = known.get(day)
            for name, words in (("opens", _("%(day)s from")), ("closes", _("%(day)s until"))):
                field = f"{name}_{day}"
                self.fields[field] = _clock(label=words % {"day": label}, required=False)
                self.initial[field] = getattr(row, name, None)

    def clean(self) -> dict[str, Any]:
        """Both times of a day or neither, in order; computers are places too."""
        said: dict[str, Any] = super().clean() or self.cleaned_data
        for day, _label in Weekday.choices:
            opens, closes = said.get(f"opens_{day}"), said.get(f"closes_{day}")
            if (opens is None) != (closes is None):
                missing = "closes" if closes is None else "opens"
                if f"{missing}_{day}" not in self.errors:
                    self.add_error(f"{missing}_{day}", _("Give both times, or neither: closed."))
            elif opens and closes and closes <= opens:
                self.add_error(f"closes_{day}", _("A room closes after it opens."))
        return said

    def hours(self) -> dict[int, tuple[time, time]]:
        """The opening hours that were typed."""
        said = self.cleaned_data
        return {
            day: (said[f"opens_{day}"], said[f"closes_{day}"])
            for day, _label in Weekday.choices
            if said.get(f"opens_{day}")
        }

    def days(self) -> list[tuple[Any, Any, Any]]:
        """Each day of the week with its two fields."""
        return [
            (label, self[f"opens_{day}"], self[f"closes_{day}"]) for day, label in Weekday.choices
        ]


class ClosureForm(forms.Form):
    """When a room cannot be used, and why."""

    use_required_attribute = False

    first = _day(label=gettext_lazy("From"))
    opens = _clock(label=gettext_lazy("From what time"), required=False)
    last = _day(label=gettext_lazy("Until"), help_text=gettext_lazy("The last day."))
    closes = _clock(
        label=gettext_lazy("Until what time"),
        required=False,
        help_text=gettext_lazy("Left empty: the whole day."),
    )
    why = forms.CharField(label=gettext_lazy("Why"), max_length=150)

    def clean(self) -> None:
        said = self.cleaned_data
        if not said.get("first") or not said.get("last"):
            return
        if abs((said["last"] - timezone.localdate()).days) > FURTHEST:
            self.add_error("last", _("Check the year of this date."))
            return
        self.starts_at = self._moment("first", "opens", time(0))
        self.ends_at = self._moment("last", "closes", None)
        if self.starts_at and self.ends_at and self.ends_at <= self.starts_at:
            self.add_error("last", _("The closure must end after it begins."))
        elif self.ends_at and self.ends_at <= timezone.now():
            self.add_error("last", _("This time is over."))

    def _moment(self, day: str, clock: str, otherwise: time | None) -> datetime | None:
        said = self.cleaned_data
        on: date = said[day]
        at: time | None = said.get(clock) or otherwise
        if at is None:  # the end of that day is the beginning of the next
            on, at = date.fromordinal(on.toordinal() + 1), time(0)
        try:
            return resolve(on, at, leiden(), Which.FIRST if day == "first" else Which.SECOND)
        except MomentError as error:
            self.add_error(clock, str(error))
            return None

    def closure(self, room: Room) -> RoomClosure:
        """The closure that a valid form describes, not saved."""
        assert self.starts_at  # noqa: S101  # a valid form has both
        assert self.ends_at  # noqa: S101
        return RoomClosure(
            room=room,
            starts_at=self.starts_at,
            ends_at=self.ends_at,
            why=self.cleaned_data["why"],
        )


class InvigilatorForm(CuratedForm):
    """An invigilator and their languages."""

    rules = {"invigilator_speaks": "speaks_nl"}

    class Meta:
        model = Invigilator
        fields = ["name", "email", "speaks_nl", "speaks_en", "is_in_use"]


class HoursForm(forms.Form):
    """On which days, from when until when somebody can come."""

    use_required_attribute = False

    first = _day(label=gettext_lazy("From"))
    last = _day(label=gettext_lazy("Until"), help_text=gettext_lazy("The last day."))
    weekdays = forms.TypedMultipleChoiceField(
        label=gettext_lazy("On which days"),
        choices=Weekday,
        coerce=int,
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": gettext_lazy("Choose at least one day.")},
    )
    opens = _clock(label=gettext_lazy("From what time"))
    closes = _clock(label=gettext_lazy("Until what time"))

    def clean(self) -> None:
        said = self.cleaned_data
        first, last = said.get("first"), said.get("last")
        if first and last and last < first:
            self.add_error("last", _("The last day must be on or after the first day."))
        elif last and last < timezone.localdate():
            self.add_error("last", _("This time is over."))
        elif first and last and (last - first).days > 366:
            self.add_error("last", _("At most a year at once."))
        if said.get("opens") and said.get("closes") and said["closes"] <= said["opens"]:
            self.add_error("closes", _("The end must be after the beginning."))
