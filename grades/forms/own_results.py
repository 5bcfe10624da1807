"""Entering results of our own courses: one, or a list; confirming them, or sending one back."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any

from django import forms
from django.core import signing
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from courses.imports.reading import LARGEST_FILE
from grades.dutch import GradeError, Recorded, understood
from grades.lists import FORMATS
from grades.models import Result
from grades.services.own_results import Entry, refusal_of

if TYPE_CHECKING:
    from courses.models import Edition
    from enrolments.models import Enrolment

SALT, VALID = "grades.result-list", 3600  # seconds that a checked list can be entered


def day_field(label: Any, *, required: bool = True, help_text: Any = "") -> forms.DateField:
    return forms.DateField(
        label=label,
        required=required,
        help_text=help_text,
        widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}),
    )


class EntryForm(forms.Form):
    """One result. `seen` is the result that held when the form was made."""

    use_required_attribute = False

    result = forms.CharField(
        label=_("Result"),
        max_length=10,
        help_text=_("A Dutch grade such as 7.5, or V (pass) or O (fail)."),
    )
    ec = forms.DecimalField(
        label=_("Credits (EC)"),
        max_digits=3,
        decimal_places=1,
        error_messages={
            "max_digits": _("A course has more than 0 and less than 60 EC."),
            "max_whole_digits": _("A course has more than 0 and less than 60 EC."),
        },
    )
    dated_on = day_field(_("Date of the result"))
    exam_on = day_field(_("Exam date"), required=False)
    attempt = forms.ChoiceField(
        label=_("Attempt"), choices=Result.Attempt, widget=forms.RadioSelect
    )
    reason = forms.CharField(
        label=_("Why it is corrected"),
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("It is kept with the result."),
        error_messages={"required": _("Say why the result is corrected.")},
    )
    seen = forms.CharField(required=False, widget=forms.HiddenInput)

    def __init__(self, data: Any, *, case: Enrolment, holds: Result | None) -> None:
        edition = case.edition
        values = {
            "ec": edition.course.ec,
            "dated_on": timezone.localdate(),
            "exam_on": edition.exam_on,
            "attempt": Result.Attempt.FIRST,
            "seen": "",
        }
        if holds is not None:
            values = {
                "result": holds.recorded,
                "ec": holds.ec,
                "dated_on": holds.dated_on,
                "exam_on": holds.exam_on,
                "attempt": holds.attempt,
                "seen": str(holds.pk),
            }
        super().__init__(data, initial=values)
        self.case, self.holds = case, holds
        if holds is None:
            del self.fields["reason"]

    def clean_result(self) -> Recorded:
        try:
            return understood(self.cleaned_data["result"])
        except GradeError as problem:
            raise forms.ValidationError(str(problem)) from None

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if not self.errors and (why := refusal_of(self.case, self.entry())):
            about = "ec" if not 0 < data["ec"] < Decimal(60) else "dated_on"
            self.add_error(about, why)
        return data

    def entry(self) -> Entry:
        """What was typed."""
        said = self.cleaned_data
        return Entry(
            recorded=said["result"],
            ec=said["ec"],
            dated_on=said["dated_on"],
            exam_on=said["exam_on"],
            attempt=said["attempt"],
            reason=said.get("reason", ""),
        )

    @property
    def is_stale(self) -> bool:
        """Whether another result holds now than when the form was made."""
        return self.is_bound and self["seen"].value() != (str(self.holds.pk) if self.holds else "")


class ListForm(forms.Form):
    """A list of results, as a file."""

    use_required_attribute = False

    file = forms.FileField(
        label=_("List"),
        max_length=150,
        help_text=_("A .csv or .xlsx file with at least the columns student_number and result."),
        error_messages={
            "required": _("Choose a file first."),
            "empty": _("The file is empty."),
            "max_length": _("Give the file a shorter name."),
        },
        widget=forms.FileInput(attrs={"accept": ",".join(f".{suffix}" for suffix in FORMATS)}),
    )
    dated_on = day_field(
        _("Date of the results"), help_text=_("For the rows that have no date of their own.")
    )

    def clean_file(self) -> Any:
        file = self.cleaned_data["file"]
        if file.size > LARGEST_FILE:
            raise forms.ValidationError(
                _("The file is larger than 10 MB. Split it into smaller files.")
            )
        return file


class SendBackForm(forms.Form):
    """Why what was entered is not right."""

    use_required_attribute = False

    reason = forms.CharField(
        label=_("What is not right"),
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"required": _("Say why: who entered it reads it.")},
    )


def sealed(edition: Edition, rows: list[dict[str, str]], dated_on: str) -> str:
    """The rows of a list that was checked, for the button that enters them."""
    return signing.dumps([edition.pk, rows, dated_on], salt=SALT, compress=True)


def unsealed(edition: Edition, text: str) -> tuple[list[dict[str, str]], str] | None:
    """What `sealed` held; None when it is of another edition, too old, or not ours."""
    try:
        pk, rows, dated_on = signing.loads(text, salt=SALT, max_age=VALID)
    except (signing.BadSignature, ValueError, TypeError):
        return None
    return (rows, dated_on) if pk == edition.pk else None
