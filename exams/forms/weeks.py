"""The form in which exam weeks of a faculty or programme are noted."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from courses.models import Faculty, Programme
from exams.forms.rooms import FURTHEST, _day

LONGEST = 100  # days at once


class ExamWeekForm(forms.Form):
    """Whose, from which day until which."""

    use_required_attribute = False

    of = forms.ChoiceField(
        label=gettext_lazy("Of which students"),
        error_messages={"required": gettext_lazy("Choose a faculty or a programme.")},
    )
    first = _day(label=gettext_lazy("From"))
    last = _day(label=gettext_lazy("Until"), help_text=gettext_lazy("The last day."))

    def __init__(self, data: Any = None, *, faculties: Iterable[Faculty], of: str = "") -> None:
        """`faculties` with their programmes; `of`: who is chosen already."""
        super().__init__(data, initial={"of": of})
        self.known: dict[str, Faculty | Programme] = {}
        choices: list[tuple[str, Any]] = [("", "–")]
        for faculty in faculties:
            own: list[tuple[str, str]] = [
                (f"f{faculty.pk}", _("%(faculty)s, all programmes") % {"faculty": faculty})
            ]
            self.known[f"f{faculty.pk}"] = faculty
            for programme in faculty.programmes.all():
                own.append((f"p{programme.pk}", str(programme)))
                self.known[f"p{programme.pk}"] = programme
            choices.append((str(faculty), own))
        self.fields["of"].choices = choices  # type: ignore[attr-defined]

    def clean(self) -> None:
        first, last = self.cleaned_data.get("first"), self.cleaned_data.get("last")
        if not first or not last:
            return
        today = timezone.localdate()
        if abs((last - today).days) > FURTHEST or abs((first - today).days) > FURTHEST:
            self.add_error("last", _("Check the year of this date."))
        elif last < first:
            self.add_error("last", _("The last day must be on or after the first day."))
        elif last < today:
            self.add_error("last", _("This time is over."))
        elif (last - first).days > LONGEST:
            self.add_error("last", _("That is more than three months: check the dates."))

    def week(self) -> tuple[Faculty | Programme, date, date]:
        """What a valid form says."""
        said = self.cleaned_data
        return self.known[said["of"]], said["first"], said["last"]
