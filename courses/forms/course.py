"""Forms about courses: the editor, a new one, and the filters above the list."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django import forms
from django.forms.boundfield import BoundField
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from courses.forms.choices import field_choices, language_choices
from courses.forms.curated import CuratedForm
from courses.models import Course, University

PAIRS = ("title", "about", "outcomes", "method", "assessed", "entry")


def date_input() -> forms.DateInput:
    """The browser's own date field."""
    return forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"})


class CourseForm(CuratedForm):
    """The editor: everything that is said of a course."""

    rules = {
        "course_address_unique_per_university": "slug",
        "course_code_unique_per_university": "code",
        "course_level_number_fits_level": "level_number",
        "course_level_known": "level",
        "course_assessment_known": "assessment",
        "course_field_known": "field",
        "course_ec_positive": "ec",
        "course_host_credits_not_negative": "host_credits",
    }

    class Meta:
        model = Course
        fields = [
            "title",
            "code",
            "slug",
            *(f"{name}_{language}" for name in PAIRS for language in ("nl", "en")),
            "language",
            "level",
            "level_number",
            "ec",
            "host_credits",
            "field",
            "assessment",
            "honours",
            "source",
            "source_note",
            "confirmed_on",
            "confirmed_by",
            "is_demo",
        ]
        localized_fields = ["ec", "host_credits"]
        widgets = {
            "level_number": forms.Select(),
            "confirmed_on": date_input(),
            "ec": forms.TextInput(attrs={"inputmode": "decimal", "size": 6}),
            "host_credits": forms.TextInput(attrs={"inputmode": "decimal", "size": 6}),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in PAIRS:
            for language in ("nl", "en"):
                widget = self.fields[f"{name}_{language}"].widget
                widget.attrs["lang"] = language
                if name != "title":
                    widget.attrs["rows"] = 7 if name in {"about", "outcomes"} else 4
        self.fields["slug"].disabled = self.instance.published_at is not None
        set_choices(self, "language", language_choices(self.instance.language))
        set_choices(self, "field", field_choices())
        self.fields["level_number"].widget.choices = [
            ("", "–"), *((number, number) for number in range(100, 700, 100))
        ]  # fmt: skip

    def clean_slug(self) -> str:
        """Addresses are in small letters, in whichever case people type them."""
        return str(self.cleaned_data["slug"]).lower()

    def pairs(self) -> Iterator[tuple[BoundField, BoundField]]:
        """The texts, Dutch and English side by side."""
        for name in PAIRS:
            yield self[f"{name}_nl"], self[f"{name}_en"]


def set_choices(form: forms.BaseForm, name: str, choices: list[Any]) -> None:
    """Turn the field `name` into a choice from `choices`."""
    field = form.fields[name]
    form.fields[name] = forms.ChoiceField(
        label=field.label, help_text=field.help_text, required=field.required, choices=choices
    )


class NewCourseForm(forms.ModelForm):  # type: ignore[type-arg]  # no brackets at run time
    """What a course must have from its first moment."""

    use_required_attribute = False

    class Meta:
        model = Course
        fields = ["university", "title", "code"]
        error_messages = {
            "university": {"required": _("Choose the university that gives the course.")},
            "title": {"required": _("Give the course's title, as the university prints it.")},
        }

    def clean_code(self) -> str:
        """Say at once that the course is there already."""
        code = str(self.cleaned_data["code"])
        university = self.cleaned_data.get("university")
        if code and university and university.courses.filter(code=code).exists():
            raise forms.ValidationError(_("This university already has a course with this code."))
        return code


class CourseFilter(forms.Form):
    """The filters above the list of courses; nonsense in the address counts as not filled in."""

    NEEDS = [
        ("", pgettext_lazy("filter", "everything")),
        ("incomplete", _("facts missing")),
        ("unconfirmed", _("not confirmed for long")),
        ("opening", _("edition opens soon, still a draft")),
        ("no-edition", _("no coming edition")),
        ("unanswered", _("question to the partner unanswered")),
        ("answers", _("partner says something has changed")),
        ("demo", _("holds demo data")),
    ]
    SORTS = [
        ("", pgettext_lazy("sort", "title")),
        ("university", pgettext_lazy("sort", "university")),
        ("missing", pgettext_lazy("sort", "most missing first")),
        ("confirmed", pgettext_lazy("sort", "longest not confirmed first")),
        ("changed", pgettext_lazy("sort", "changed last first")),
        ("start", pgettext_lazy("sort", "next start first")),
    ]
    STATES = [
        ("", pgettext_lazy("filter", "every state")),
        ("draft", pgettext_lazy("course state", "draft")),
        ("published", pgettext_lazy("course state", "published")),
        ("withdrawn", pgettext_lazy("course state", "withdrawn")),
    ]

    use_required_attribute = False

    q = forms.CharField(
        label=_("Search"),
        max_length=200,
        required=False,
        widget=forms.TextInput(attrs={"type": "search", "autocomplete": "off"}),
    )
    university = forms.ModelChoiceField(
        label=_("University"),
        queryset=University.objects.none(),
        to_field_name="code",
        required=False,
        empty_label=pgettext_lazy("filter", "every university"),
    )
    state = forms.ChoiceField(label=_("State"), choices=STATES, required=False)
    need = forms.ChoiceField(label=_("What it needs"), choices=NEEDS, required=False)
    sort = forms.ChoiceField(label=_("Sort by"), choices=SORTS, required=False)
