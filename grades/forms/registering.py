"""What is typed about a registration: days, references, a type, and why."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django import forms
from django.utils import timezone

from accounts.forms.people import DayField
from courses.wording import gettext_lazy as _
from enrolments.models.enrolment import Board
from grades import proposing
from grades.models import Registration, RequestType


class StepForm(forms.Form):
    """The fields of one action; `also` is what the service gets."""

    use_required_attribute = False

    def __init__(self, *args: Any, row: Registration, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.row = row

    def also(self) -> dict[str, Any]:
        """The fields that the action sets."""
        return {name: value for name, value in self.cleaned_data.items() if name != "reason"}

    def why(self) -> str:
        """The reason, where it was asked."""
        return str(self.cleaned_data.get("reason", ""))


class FiledForm(StepForm):
    """On which day it was filed in uSis."""

    filed_on = DayField(
        label=_("Filed in {system} on"),
        initial=timezone.localdate,
        help_text=_("Today, as a rule."),
    )


class TypeForm(StepForm):
    """Another type than the proposed one, with the reason."""

    request_type = forms.ChoiceField(
        label=_("Type of request"),
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose a type.")},
    )
    override_reason = forms.CharField(
        label=_("Why another type than proposed"),
        required=False,
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("It is kept with the registration."),
    )

    def __init__(self, *args: Any, row: Registration, **kwargs: Any) -> None:
        kwargs.setdefault(
            "initial",
            {"request_type": row.request_type, "override_reason": row.override_reason},
        )
        super().__init__(*args, row=row, **kwargs)
        allowed = proposing.allowed_for(row.enrolment)
        self.fields["request_type"].choices = [  # type: ignore[attr-defined]
            (kind.value, str(kind.label)[:1].upper() + str(kind.label)[1:])
            for kind in RequestType
            if kind.value in allowed
        ]

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        kind, reason = data.get("request_type"), data.get("override_reason", "").strip()
        if kind == self.row.proposed_type:
            data["override_reason"] = ""
        elif kind and not reason:
            self.add_error("override_reason", _("Say why you choose another type."))
        return data


class DecisionForm(StepForm):
    """What the Board decided; filled in with its permission in advance, where there is one."""

    board_decided_on = DayField(
        label=_("The Board of Examiners decided on"),
        error_messages={"required": _("Give the day of the decision.")},
    )
    board_reference = forms.CharField(
        label=_("Reference of the decision"),
        max_length=60,
        required=False,
        help_text=_("If the Board gives its decisions a number."),
    )

    def __init__(self, *args: Any, row: Registration, **kwargs: Any) -> None:
        case = row.enrolment
        if row.board_decided_on:
            known = {
                "board_decided_on": row.board_decided_on,
                "board_reference": row.board_reference,
            }
        elif case.board == Board.GIVEN:
            known = {
                "board_decided_on": case.board_decided_on,
                "board_reference": case.board_reference,
            }
        else:
            known = {"board_decided_on": timezone.localdate()}
        kwargs.setdefault("initial", known)
        super().__init__(*args, row=row, **kwargs)


class HonoursForm(StepForm):
    """The credits of the honours programme so far, for the overview."""

    honours_ec = forms.DecimalField(
        label=_("Credits (EC) in the honours programme so far"),
        min_value=Decimal(0),
        max_value=Decimal(180),
        decimal_places=1,
        help_text=_("Without this course."),
        localize=True,
        error_messages={"required": _("Give the credits; 0 when there are none yet.")},
    )

    def __init__(self, *args: Any, row: Registration, **kwargs: Any) -> None:
        kwargs.setdefault("initial", {"honours_ec": row.honours_ec})
        super().__init__(*args, row=row, **kwargs)


class EnteredForm(StepForm):
    """When it was entered, and where it is found again."""

    registered_on = DayField(label=_("Entered in {system} on"), initial=timezone.localdate)
    usis_reference = forms.CharField(
        label=_("Reference in {system}"),
        max_length=60,
        required=False,
        help_text=_("The number under which it is found again, if there is one."),
    )

    def __init__(self, *args: Any, row: Registration, **kwargs: Any) -> None:
        if row.registered_on:
            kwargs.setdefault(
                "initial",
                {"registered_on": row.registered_on, "usis_reference": row.usis_reference},
            )
        super().__init__(*args, row=row, **kwargs)
        if row.route == Registration.Route.HONOURS:
            self.fields["registered_on"].label = _("The {honours} recorded it on")
            self.fields["usis_reference"].label = _("Reference of the {honours}")
            self.fields["usis_reference"].help_text = ""


class WhyForm(StepForm):
    """A reason; the label says who reads it."""

    labels = {
        "back": _("What is wrong or missing; the coordinator reads it"),
        "refuse": _("Why the request was refused; the student reads it"),
        "decline": _("Why the {honours} says no; the student reads it"),
        "again": _("Why it is asked once more"),
    }

    def __init__(self, *args: Any, row: Registration, name: str, **kwargs: Any) -> None:
        super().__init__(*args, row=row, **kwargs)
        self.fields["reason"] = forms.CharField(
            label=self.labels[name],
            max_length=2000,
            widget=forms.Textarea(attrs={"rows": 3}),
            error_messages={"required": _("Say why.")},
        )


FORMS: dict[str, type[StepForm]] = {
    "file": FiledForm,
    "choose": TypeForm,
    "decide": DecisionForm,
    "prepare": HonoursForm,
    "register": EnteredForm,
    "amend": EnteredForm,
}


def form_for(name: str, row: Registration, data: Any = None) -> StepForm | None:
    """The form of the action `name`; None when it asks nothing."""
    if name in WhyForm.labels:
        return WhyForm(data, row=row, name=name, auto_id=f"id_{name}_%s")
    kind = FORMS.get(name)
    return kind(data, row=row, auto_id=f"id_{name}_%s") if kind else None
