"""Forms about our own faculties and their programmes."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.validators import RegexValidator
from django.utils.translation import gettext_lazy as _

from courses.forms.curated import CuratedForm
from courses.models import Faculty, Programme


class FacultyForm(CuratedForm):
    """A faculty: its names, who answers for it, and what its students may ask."""

    class Meta:
        model = Faculty
        fields = ["code", "name_nl", "name_en", "contact_email", "no_extracurricular"]
        widgets = {
            "name_nl": forms.TextInput(attrs={"lang": "nl"}),
            "name_en": forms.TextInput(attrs={"lang": "en"}),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["code"].validators.append(
            RegexValidator(r"^[A-Za-z0-9-]+\Z", _("Use letters, digits and hyphens, such as FGW."))
        )


class ProgrammeForm(CuratedForm):
    """A degree programme of a faculty."""

    rules = {"programme_named_once": "name_nl", "programme_level_known": "level"}

    class Meta:
        model = Programme
        fields = ["name_nl", "name_en", "level"]
        widgets = {
            "name_nl": forms.TextInput(attrs={"lang": "nl"}),
            "name_en": forms.TextInput(attrs={"lang": "en"}),
        }
