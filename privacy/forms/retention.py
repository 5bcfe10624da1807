"""Holding back what would be deleted, and placing a hold on one application or one person."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import User
from enrolments.models import Enrolment
from privacy import casefile

LONGEST = 3 * 366  # days of a hold; then somebody looks again


class ReasonForm(forms.Form):
    """Why."""

    reason = forms.CharField(
        label=gettext_lazy("Why"),
        max_length=300,
        help_text=gettext_lazy("Your colleagues and auditors read it. Name nobody."),
    )


class HoldForm(ReasonForm):
    """Of whom or what, why, and until when."""

    of = forms.CharField(
        label=gettext_lazy("Reference or e-mail address"),
        max_length=254,
        help_text=gettext_lazy(
            "A reference holds that application; the address of a student holds all of theirs."
        ),
    )
    until = forms.DateField(
        label=gettext_lazy("Until"), widget=forms.DateInput(attrs={"type": "date"})
    )
    field_order = ("of", "reason", "until")

    def clean_of(self) -> str:
        said: str = self.cleaned_data["of"].strip()
        self.case: Enrolment | None = None
        self.person: User | None = None
        if "@" in said:
            self.person = User.objects.filter(email__iexact=said).first()
        elif key := casefile.case_by_reference(said):
            self.case = Enrolment.objects.get(pk=key)
        if self.case is None and self.person is None:
            raise ValidationError(_("No application and no person is called that."))
        return said

    def clean_until(self) -> date:
        day: date = self.cleaned_data["until"]
        today = timezone.localdate()
        if not today <= day <= today + timedelta(days=LONGEST):
            raise ValidationError(_("Give a day within three years, today or later."))
        return day

    def what(self) -> dict[str, Any]:
        """What the service wants to know."""
        return {
            "case": self.case,
            "person": self.person,
            "reason": self.cleaned_data["reason"],
            "until": self.cleaned_data["until"],
        }
