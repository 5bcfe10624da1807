"""What is typed about an exam paper: the paper itself, who opens it, and what happened to it."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from accounts.models import User
from courses.forms.edition import validate_year
from courses.wording import gettext_lazy as _
from exams import people
from exams.forms.moments import ask, which_field
from exams.models import Paper, PaperStep
from exams.moments import MomentError, TwiceError, leiden, on_clock, resolve
from exams.services.papers import NOTED
from paperwork.forms.files import PdfField

DATE, TIME = {"type": "date"}, {"type": "time"}
NAME_WANTED = _("Give your name: it is kept with what you do.")


class PaperForm(forms.Form):
    """The exam paper as a file. It is not kept unless all is right: nobody may find it."""

    use_required_attribute = False
    paper = PdfField(label=_("The exam paper"))


class NamedPaperForm(PaperForm):
    """The same for who comes by a link."""

    name = forms.CharField(
        label=_("Your name"), max_length=120, error_messages={"required": NAME_WANTED}
    )


class ReceiveForm(forms.Form):
    """Exam staff pass a paper on: a file, or how it came otherwise."""

    use_required_attribute = False
    paper = PdfField(label=_("The exam paper"), required=False)
    how = forms.CharField(
        label=_("Or how it came"),
        required=False,
        max_length=300,
        help_text=_("Such as: on paper, by courier, in a sealed envelope, 24 copies."),
    )

    def clean(self) -> dict[str, Any]:
        """One of the two."""
        data = super().clean() or {}
        if not self.errors and bool(data.get("paper")) == bool(data.get("how")):
            raise ValidationError(_("Choose a file, or say how the paper came."))
        return data


class ReadersForm(forms.Form):
    """Which two people open it, and from when."""

    use_required_attribute = False
    first = forms.ModelChoiceField(queryset=User.objects.none(), label=_("Opens it"))
    second = forms.ModelChoiceField(queryset=User.objects.none(), label=_("Opens it too"))
    from_day = forms.DateField(
        label=_("Not before"),
        widget=forms.DateInput(DATE, "%Y-%m-%d"),
        validators=[validate_year],
    )
    from_time = forms.TimeField(
        label=_("at this time"),
        help_text=_("Time in {city}. {exams.paper_hours} before the start unless you change it."),
        widget=forms.TimeInput(TIME, "%H:%M"),
    )
    which = which_field(hidden=True)
    readable_from: datetime | None = None  # when the form is valid

    def __init__(self, data: Any, *, paper: Paper) -> None:
        begins = paper.readable_from and on_clock(paper.readable_from, leiden())
        day, clock, which = begins or (None, None, "")
        initial = {
            "first": paper.first_reader_id,
            "second": paper.second_reader_id,
            "from_day": day,
            "from_time": clock,
            "which": which,
        }
        super().__init__(data, initial=initial)
        for name in ("first", "second"):
            self.fields[name].queryset = people.arrangers()  # type: ignore[attr-defined]
        if which:
            ask(self, "which")

    def clean(self) -> dict[str, Any]:
        """Two different people, and a moment that there is."""
        data = super().clean() or {}
        if data.get("first") and data.get("first") == data.get("second"):
            self.add_error("second", _("Name two different people."))
        if data.get("from_day") and data.get("from_time"):
            try:
                self.readable_from = resolve(
                    data["from_day"], data["from_time"], leiden(), data.get("which", "")
                )
            except TwiceError as error:
                ask(self, "which")
                self.add_error("which", str(error))
            except MomentError as error:
                self.add_error("from_time", str(error))
        return data


class NoteForm(forms.Form):
    """A step that exam staff write down."""

    use_required_attribute = False
    kind = forms.ChoiceField(
        label=_("What happened"),
        choices=[(kind.value, kind.label) for kind in PaperStep.Kind if kind in NOTED],
    )
    number = forms.IntegerField(
        label=_("How many"),
        required=False,
        min_value=0,
        max_value=5000,
        help_text=_("Needed for what was printed and collected."),
    )
    text = forms.CharField(label=_("Remark"), required=False, max_length=500)
    answers = PdfField(
        label=_("Scanned answers"),
        required=False,
        help_text=_("A PDF of at most 10 MB and 40 pages; the host reads it here. Add one by one."),
    )


class OpenThereForm(forms.Form):
    """Two people of a home university who open our paper."""

    use_required_attribute = False
    name = forms.CharField(
        label=_("Your name"), max_length=120, error_messages={"required": NAME_WANTED}
    )
    second = forms.CharField(
        label=_("Who is there with you"),
        max_length=120,
        error_messages={"required": _("An exam paper is opened by two people.")},
    )


class AnswersForm(forms.Form):
    """Answers that a home university sends in."""

    use_required_attribute = False
    name = forms.CharField(
        label=_("Your name"), max_length=120, error_messages={"required": NAME_WANTED}
    )
    answers = PdfField(label=_("The answers, scanned"))
    number = forms.IntegerField(label=_("Of how many students"), min_value=1, max_value=500)


class ConfirmForm(forms.Form):
    """The host has the answers."""

    use_required_attribute = False
    name = forms.CharField(
        label=_("Your name"), max_length=120, error_messages={"required": NAME_WANTED}
    )
