"""What the office and the home side add to a placement: a host's mail, a signed agreement."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from paperwork.forms.files import KeepsFiles, PdfField

CONFIRM, DECLINE = "confirm", "decline"
APPROVE, REJECT = "approve", "reject"


class DatedAnswer(KeepsFiles, forms.Form):
    """An answer that came by mail: its day, which is not of tomorrow."""

    use_required_attribute = False

    def clean_answered_on(self) -> Any:
        """An answer that has come is not of tomorrow."""
        day = self.cleaned_data["answered_on"]
        if day > timezone.localdate():
            raise ValidationError(_("This day has not come yet."))
        return day


class HostAnswerForm(DatedAnswer):
    """What a host answered by mail, when, and that mail."""

    answer = forms.ChoiceField(
        label=_("What did the host university answer?"),
        choices=[(CONFIRM, _("The student can come")), (DECLINE, _("The student cannot come"))],
        widget=forms.RadioSelect,
        error_messages={"required": _("Say what the host university answered.")},
    )
    reason = forms.CharField(
        label=_("What the student reads"),
        required=False,
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("Needed when the host declines: a sentence for the student."),
    )
    answered_on = forms.DateField(
        label=_("Date of the answer"),
        initial=timezone.localdate,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        error_messages={"required": _("Give the date of the host's mail.")},
    )
    mail = PdfField(label=_("The mail, as PDF"))
    for_student = forms.BooleanField(
        label=_("The student may read the mail: it is about nobody else"), required=False
    )

    @property
    def confirmed(self) -> bool:
        return bool(self.cleaned_data["answer"] == CONFIRM)

    def clean(self) -> dict[str, Any]:
        """Who declines says why."""
        data = super().clean() or {}
        if data.get("answer") == DECLINE and not data.get("reason", "").strip():
            self.add_error("reason", _("Say why, in a sentence: the student reads it."))
        return data


class HomeAnswerForm(DatedAnswer):
    """What a home university answered by mail, who there, when, and that mail."""

    answer = forms.ChoiceField(
        label=_("What did the home university answer?"),
        choices=[
            (APPROVE, _("The student may follow the course")),
            (REJECT, _("The student may not")),
        ],
        widget=forms.RadioSelect,
        error_messages={"required": _("Say what the home university answered.")},
    )
    name = forms.CharField(
        label=_("Who answered"),
        max_length=120,
        error_messages={"required": _("Give the name of who answered.")},
    )
    reason = forms.CharField(
        label=_("What the student reads"),
        required=False,
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("Needed when the answer is no: a sentence for the student."),
    )
    answered_on = forms.DateField(
        label=_("Date of the answer"),
        initial=timezone.localdate,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        error_messages={"required": _("Give the date of the mail.")},
    )
    mail = PdfField(label=_("The mail, as PDF"))

    @property
    def approved(self) -> bool:
        return bool(self.cleaned_data["answer"] == APPROVE)

    def clean(self) -> dict[str, Any]:
        """Who says no says why."""
        data = super().clean() or {}
        if data.get("answer") == REJECT and not data.get("reason", "").strip():
            self.add_error("reason", _("Say why, in a sentence: the student reads it."))
        return data


class HostToldForm(forms.Form):
    """When the office told a host something, and whom there."""

    use_required_attribute = False

    to = forms.CharField(
        label=_("Who was told"),
        max_length=150,
        help_text=_("A name or an e-mail address at the host university."),
        error_messages={"required": _("Say who at the host university was told.")},
    )
    told_on = forms.DateField(
        label=_("On"),
        initial=timezone.localdate,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        error_messages={"required": _("Give the day on which the host was told.")},
    )

    def clean_told_on(self) -> Any:
        """What was told was not told tomorrow."""
        day = self.cleaned_data["told_on"]
        if day > timezone.localdate():
            raise ValidationError(_("This day has not come yet."))
        return day


class SignedForm(KeepsFiles, forms.Form):
    """A copy of the agreement that was signed outside the portal."""

    use_required_attribute = False

    copy = PdfField(label=_("The signed agreement, as PDF"))
