"""What a student says about an exam: the facility that was granted, and exams of their own."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from courses.forms.edition import validate_year
from courses.wording import gettext_lazy as words
from exams.models import Facility
from exams.models.facility import LONGEST_EXTRA
from exams.moments import MomentError, Which, leiden, resolve
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


class OwnExamForm(forms.Form):
    """A day on which the student has an exam of their own, and between which hours."""

    use_required_attribute = False

    on = forms.DateField(
        label=gettext_lazy("Day"),
        widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}),
        error_messages={"required": gettext_lazy("Choose a day.")},
        validators=[validate_year],
    )
    begins = forms.TimeField(
        label=words("From (time in {city})"),
        required=False,
        widget=forms.TimeInput(format="%H:%M", attrs={"type": "time"}),
    )
    ends = forms.TimeField(
        label=words("Until (time in {city})"),
        required=False,
        widget=forms.TimeInput(format="%H:%M", attrs={"type": "time"}),
        help_text=gettext_lazy("Left empty, both: the whole day."),
    )

    def clean(self) -> None:
        """Both times or neither, in order, and not over; of an hour that comes twice, both."""
        said = self.cleaned_data
        on, begins, ends = said.get("on"), said.get("begins"), said.get("ends")
        if on is None or self.errors:
            return
        if (begins is None) != (ends is None):
            missing = "ends" if ends is None else "begins"
            self.add_error(missing, _("Give both times, or neither: the whole day."))
            return
        if begins is not None and ends is not None and ends <= begins:
            self.add_error("ends", _("It must end after it begins."))
            return
        last, until = (on, ends) if ends else (on + timedelta(days=1), time(0))
        self.starts_at = self._moment("begins", on, begins or time(0), Which.FIRST)
        self.ends_at = self._moment("ends", last, until, Which.SECOND)
        if not self.errors and self.ends_at <= timezone.now():
            self.add_error("on", _("This time is over."))

    def _moment(self, field: str, on: date, at: time, which: Which) -> datetime:
        try:
            return resolve(on, at, leiden(), which)
        except MomentError as error:
            self.add_error(field, str(error))
            return timezone.now()
