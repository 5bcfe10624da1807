"""The pages of a request. What is typed is kept; what the rules say of it, the server decides."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from django import forms
from django.core.validators import ProhibitNullCharactersValidator
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from enrolments.explaining import refusal_in_words
from enrolments.models import Enrolment
from enrolments.models.enrolment import Board, Purpose
from enrolments.rulebook import Answer
from paperwork.forms.files import KeepsFiles, UploadField

LONGEST = 20_000  # characters of a motivation or an answer
TOO_LONG = _("This text has %(show_value)d characters. Shorten it to %(limit_value)d.")


class LongText(forms.CharField):
    """A text as somebody typed it; the NUL characters that some programs paste are left out."""

    widget = forms.Textarea

    def __init__(self, **kwargs: Any) -> None:
        messages = {"max_length": TOO_LONG, "required": _("Write your answer.")}
        super().__init__(max_length=LONGEST, error_messages=messages, **kwargs)
        del self.widget.attrs["maxlength"]  # a browser would cut what is pasted, without a word
        self.validators = [
            one for one in self.validators if not isinstance(one, ProhibitNullCharactersValidator)
        ]

    def to_python(self, value: Any) -> str:
        text = super().to_python(value.replace("\0", "") if value else value) or ""
        return text.replace("\r\n", "\n")


class SeenField(forms.CharField):
    """When the page was made: the draft's `changed_at`, so that nobody saves over a newer one."""

    widget = forms.HiddenInput

    def clean(self, value: Any) -> datetime | None:
        try:
            moment = datetime.fromisoformat(value or "")
        except ValueError:
            return None
        return moment if timezone.is_aware(moment) else None


class DraftForm(forms.Form):
    """What every page of a request carries."""

    use_required_attribute = False
    seen = SeenField(required=False)

    def __init__(self, *args: Any, case: Enrolment, **kwargs: Any) -> None:
        self.case = case
        known = kwargs.pop("initial", {})
        kwargs["initial"] = {"seen": case.changed_at.isoformat(), **known}
        super().__init__(*args, **kwargs)

    def seen_again(self, stored: Enrolment) -> None:
        """Let the next save go over `stored`, which its student is shown now."""
        self.data = self.data.copy()  # type: ignore[attr-defined]  # a QueryDict
        self.data["seen"] = stored.changed_at.isoformat()  # type: ignore[index]


class PurposeForm(DraftForm):
    """How the course is to count, and why the student wants to follow it."""

    purpose = forms.ChoiceField(
        label=_("How will the course count for you?"),
        widget=forms.RadioSelect,
        error_messages={
            "required": _("Choose how the course will count for you."),
            "invalid_choice": _("Choose how the course will count for you."),
        },
        required=False,  # what is missing is said by the rules, after what there is was kept
    )
    motivation = LongText(
        label=_("Why do you want to follow this course?"),
        help_text=_("What do you expect to learn, and how does it fit your programme?"),
        required=False,
    )

    def __init__(self, *args: Any, answers: dict[str, Answer], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["purpose"]
        assert isinstance(field, forms.ChoiceField)  # noqa: S101  # for type checking
        field.choices = [
            (value, Purpose(value).label) for value, one in answers.items() if one.allowed
        ]
        refused = answers.get(str(self.data.get("purpose", ""))) if self.is_bound else None
        if refused and refused.refusal:
            field.error_messages["invalid_choice"] = refusal_in_words(refused.refusal)
        self.fields["motivation"].widget.attrs |= {"rows": 12, "data-words": "motivation-count"}


class PermissionForm(KeepsFiles, DraftForm):
    """How the student has, or gets, the permission of the Board of Examiners."""

    LETTER, ASKED, COORDINATOR = "letter", "asked", "coordinator"
    HOW = (
        (LETTER, pgettext_lazy("permission", "I have it, and send it along")),
        (ASKED, pgettext_lazy("permission", "I have asked for it and wait for the answer")),
        (COORDINATOR, pgettext_lazy("permission", "Let my coordinator ask the Board")),
    )

    how = forms.ChoiceField(
        label=_("Do you have the permission of the Board of Examiners?"),
        choices=HOW,
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose how it stands with the permission.")},
    )
    letter = UploadField(label=_("The Board’s permission"))
    asked_on = forms.DateField(
        label=_("When did you ask?"),
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        error_messages={
            "required": _("Say on which day you asked."),
            "invalid": _("Give the day as 2027-04-14."),
        },
    )

    def __init__(self, *args: Any, has_letter: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        letter = self.fields["letter"]
        letter.error_messages["required"] = _("Choose the file with the Board’s permission.")
        # What the choice does not ask for is not shown; what it asks for is not optional.
        asks_all = not self.is_bound
        how = str(self.data.get("how", "")) if self.is_bound else ""
        letter.required = asks_all or (how == self.LETTER and not has_letter)
        self.fields["asked_on"].required = asks_all or how == self.ASKED

    def clean_asked_on(self) -> date | None:
        asked_on: date | None = self.cleaned_data["asked_on"]
        if asked_on and asked_on > timezone.localdate():
            raise forms.ValidationError(
                _("This day has yet to come. When did you ask?"), code="future"
            )
        return asked_on

    @classmethod
    def how_of(cls, case: Enrolment) -> str:
        """What the draft says already."""
        if case.board == Board.GIVEN:
            return cls.LETTER
        if case.board == Board.ASKED:
            return cls.ASKED if case.board_asked_on else cls.COORDINATOR
        return ""


class SendForm(DraftForm):
    """What is ticked before a request is sent."""

    acknowledged = forms.BooleanField(label="", required=False)
    consents = forms.BooleanField(label="", required=False)

    def __init__(self, *args: Any, receiver: str, consent: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["acknowledged"].label = _("I have seen which data goes to %(receiver)s.") % {
            "receiver": receiver
        }
        if consent:
            self.fields["consents"].label = _("I consent: %(receiver)s may have this data.") % {
                "receiver": receiver
            }
            self.fields["consents"].help_text = consent
        else:
            del self.fields["consents"]


class AnswerForm(KeepsFiles, forms.Form):
    """A student's answer to a question about the case."""

    use_required_attribute = False

    answer = LongText(label=_("Your answer"))
    file = UploadField(label=_("A file that belongs to it"), required=False)


class LetterForm(KeepsFiles, forms.Form):
    """What the Board of Examiners answered after the application was sent."""

    use_required_attribute = False

    letter = UploadField(label=_("The Board’s permission"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        message = _("Choose the file with the Board’s permission.")
        self.fields["letter"].error_messages["required"] = message
