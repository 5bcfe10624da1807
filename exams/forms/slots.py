"""The form in which staff offer a moment within a host's window."""

from __future__ import annotations

from datetime import datetime

from django import forms

from courses.forms.edition import validate_year
from courses.wording import gettext_lazy
from exams.forms.moments import ask, which_field
from exams.models import Exam
from exams.moments import MomentError, TwiceError, leiden, resolve
from exams.services.slots import why_not_offered


class SlotForm(forms.Form):
    """A moment on Leiden's clock, and how many students it has place for."""

    use_required_attribute = False

    on = forms.DateField(
        label=gettext_lazy("Date"),
        widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}),
        validators=[validate_year],
    )
    at = forms.TimeField(
        label=gettext_lazy("Time in {city}"),
        widget=forms.TimeInput(format="%H:%M", attrs={"type": "time"}),
    )
    which = which_field(hidden=True)
    places = forms.IntegerField(label=gettext_lazy("Places"), min_value=1, max_value=1000)

    def __init__(self, *args: object, exam: Exam, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        self.exam = exam

    def clean(self) -> None:
        said = self.cleaned_data
        if not said.get("on") or not said.get("at"):
            return
        try:
            self.starts_at: datetime = resolve(
                said["on"], said["at"], leiden(), said.get("which", "")
            )
        except TwiceError as error:
            ask(self, "which")
            self.add_error("which", str(error))
            return
        except MomentError as error:
            self.add_error("at", str(error))
            return
        if refusal := why_not_offered(self.exam, self.starts_at):
            self.add_error("on", refusal)
